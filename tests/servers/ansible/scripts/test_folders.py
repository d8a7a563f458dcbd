"""The playbook's scripts that make folders and markers, and remove them."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from tests.servers.ansible.scripts.running import (
    everything,
    looked,
    said,
)

if TYPE_CHECKING:
    from tests.support.servers.office import Office


def test_a_folder_is_made_by_whom_it_is_to_belong_to(office: Office) -> None:
    office.run("install", "-d", "-m", "2775", "-g", "users", "/srv/shared")
    office.run("usermod", "-aG", "users", "amanda")
    before = everything(office)
    for folder in ("backup/amamac", "/srv/new/place/amamac", "/srv/shared/amamac", "/home/amanda/two/amamac"):
        assert said(office, "make_folder", "amanda", folder, dry=True)[0] == 0
        assert everything(office).keys() == before.keys()
        assert said(office, "make_folder", "amanda", folder)[0] == 0
        assert said(office, "make_folder", "amanda", folder) == (0, "")
        status = office.path(f"/home/amanda/{folder}" if folder[0] != "/" else folder).stat()
        assert status.st_mode & 0o777 == 0o700
        assert status.st_uid == office.home.stat().st_uid
        before |= {name: entry for name, entry in everything(office).items() if name not in before}
    assert everything(office) == before
    assert before["/srv/new"].owner == before["/srv/new/place"].owner == (0, 0)
    assert before["/srv/new"].mode == before["/srv/new/place"].mode == 0o755


def test_nobody_s_folder_is_given_away(office: Office) -> None:
    office.run("install", "-d", "-o", "nadia", "-m", "755", "/srv/backup/amamac", "/srv/nadia")
    office.run("mkdir", "/srv/root")
    office.run("install", "-d", "-m", "775", "-g", "users", "/srv/closed")
    office.run("install", "-d", "-o", "amanda", "/home/amanda/.ssh")
    office.run("ln", "-s", "/etc", "/srv/link")
    office.run(
        "sh", "-c", "cd /home/amanda; ln -s /home/nadia/docs docs; ln -s .ssh way; ln -s /nowhere lost; touch file"
    )
    before = everything(office)
    for folder, why in (
        ("/srv/backup/amamac", "belongs to nadia"),
        ("/srv/nadia/amamac", "belongs to nadia"),
        ("/srv/root", "belongs to root"),
        ("/srv/closed/amamac", "Create it as root"),
        ("/srv/link/amamac", "Create it as root"),
        ("/home/nadia/amamac", "belongs to nadia"),
        ("/home/nadia/docs/amamac", "belongs to nadia"),
        ("/home/omar/amamac", "belongs to omar|can enter"),
        ("docs/amamac", "belongs to nadia"),
        ("docs", "belongs to nadia"),
        ("way/amamac", "hidden folder"),
        ("lost/amamac", "not a folder"),
        ("file/amamac", "not a folder"),
        ("file", "not a folder"),
    ):
        for dry in (True, False):
            code, printed = said(office, "make_folder", "amanda", folder, dry=dry)
            assert code == 1, (folder, dry, printed)
            assert re.search(why, printed), (folder, dry, printed)
        assert everything(office) == before, folder


def test_a_root_that_is_no_place_for_backups_is_refused(office: Office) -> None:
    office.run("ln", "-s", "/etc", "/srv/link")
    for account, root in (
        *(
            ("amanda", root)
            for root in ("/", "/etc", "/etc/cron.d", "/usr/local/backup", "/var", "/var/lib/backup", "/boot")
        ),
        *(("amanda", root) for root in ("/home", "/home/nadia", "/home/amanda", "", "/root/x", "/tmp/backup")),
        *(("amanda", root) for root in (".ssh", ".config/x", "a/.b", "/srv/.snapshots", "/home/amanda/.ssh/x")),
        ("nobody-yet", "/home/nobody-yet"),
        ("root", "/srv/backup"),
        ("1000", "/srv/backup"),
    ):
        (problem,) = looked(office, account, root)["problems"]
        assert problem.endswith("."), (account, root)
    for account, root in (
        *(("amanda", root) for root in ("backup", "/srv", "/srv/backup", "/home/backups", "/mnt/disk", "/var/backups")),
        ("nobody-yet", "backup"),
    ):
        assert looked(office, account, root)["problems"] == [], root


def test_what_an_account_prints_reaches_no_terminal_as_such(office: Office) -> None:
    office.run("mkdir", "/home/amanda/\x1b[31m\u202efdp")
    office.run("chown", "nadia", "/home/amanda/\x1b[31m\u202efdp")
    code, printed = said(office, "make_folder", "amanda", "\x1b[31m\u202efdp/amamac")
    assert code == 1
    assert "belongs to nadia" in printed
    assert printed.splitlines()[-1].isascii()
    assert printed.splitlines()[-1].isprintable()


def test_only_what_is_empty_is_removed(office: Office) -> None:
    office.run(
        "install", "-d", "-o", "amanda", "/home/amanda/empty", "/home/amanda/full", "/home/amanda/full/x", "/srv/empty"
    )
    office.run("ln", "-s", "/srv/empty", "/home/amanda/link")
    for path in ("/home/amanda/full", "/home/amanda/link", "/home/amanda/empty", "/srv/empty"):
        assert said(office, "remove_empty", "amanda", path, dry=True)[0] == 0
        assert os.path.lexists(office.path(path))
        assert said(office, "remove_empty", "amanda", path)[0] == 0
    assert {path.name for path in office.home.iterdir() if path.name[0] != "."} == {"full", "link"}
    assert list(office.path("/srv").iterdir()) == []


def test_a_marker_is_made_once_and_stays_with_a_backup(office: Office) -> None:
    office.run("install", "-d", "-o", "amanda", "/home/amanda/backup", "/srv/amanda")
    for folder, seen in (("backup", "/home/amanda/backup"), ("/srv/amanda", "/srv/amanda")):
        asked, marker = ("amanda", f"{folder}/.backup-folder-one"), office.path(f"{seen}/.backup-folder-one")
        assert said(office, "make_file", *asked, dry=True) == (0, f"missing {seen}/.backup-folder-one\n")
        assert not marker.exists()
        assert said(office, "make_file", *asked)[0] == 0
        status = marker.stat()
        assert (status.st_size, status.st_uid, status.st_mode & 0o777) == (0, office.home.stat().st_uid, 0o600)
        office.put(f"{seen}/letter.txt", "mine", owner="amanda")
        for dry in (True, False):
            assert said(office, "make_file", *asked, dry=dry) == (0, "")
            assert said(office, "remove_empty", *asked, dry=dry) == (0, "")
        office.path(f"{seen}/letter.txt").unlink()
        assert said(office, "remove_empty", *asked)[1] == f"| remove {seen}/.backup-folder-one\n"
        assert not marker.exists()
        # What somebody put in its place is neither followed, changed nor removed.
        for text in ("mine", None):
            office.as_account(f"ln -s /etc/passwd {marker.name}" if text is None else f"printf mine >{marker.name}")
            office.run("mv", f"/home/amanda/{marker.name}", f"{seen}/")
            before = everything(office)
            assert said(office, "make_file", *asked) == (0, "")
            assert said(office, "remove_empty", *asked) == (0, "")
            assert everything(office) == before
            office.run("rm", f"{seen}/{marker.name}")
