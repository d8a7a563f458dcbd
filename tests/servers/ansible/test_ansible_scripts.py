"""The scripts of the playbook, each run on an office's server as the playbook runs it."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.support.data.trees import tree
from tests.support.servers import setting_up
from tests.support.servers.office import Office
from tests.support.servers.playbook import script

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.data.trees import Entry

BEGIN, END = "# backup-wizard begin amamac", "# backup-wizard end amamac"
LINES = "#   why\nrestrict ssh-ed25519 AAAA one"
BLOCK = f"{BEGIN}\n{LINES}\n{END}\n"
FOREIGN = "ssh-ed25519 AAAA mine"
KEYS = ".ssh/authorized_keys"
KEYS_FILE = f"/home/amanda/{KEYS}"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Amanda, whose shell is none, Nadia, who lets everybody write in her home, and Omar with nothing."""
    with Office(setting_up.place(tmp_path), "/usr/sbin/nologin") as running:
        for name in ("nadia", "omar"):
            running.run("useradd", "--create-home", "--no-log-init", "-s", "/bin/sh", name)
        running.path("/home/nadia").chmod(0o777)
        running.run("install", "-d", "-o", "nadia", "/home/nadia/docs")
        yield running


def said(office: Office, name: str, *lines: str, work: str = "") -> tuple[int, str]:
    """How a script ended, and all that it printed."""
    argv = office.inside("/bin/sh", "-c", script(name, work))
    environment = os.environ | {"TMPDIR": "/nowhere"}
    text = "".join(f"{line}\n" for line in lines)
    ended = subprocess.run(argv, input=text, capture_output=True, text=True, env=environment, cwd="/root")
    return ended.returncode, ended.stdout + ended.stderr


def everything(office: Office) -> dict[str, Entry]:
    """All that may not change, but for folders' times."""
    return {
        f"{top}/{name}": replace(entry, modified_ns=0)
        for top in ("/etc", "/home", "/srv")
        for name, entry in tree(office.path(top)).items()
    }


def edited(office: Office, text: str | bytes, order: str = "put", *, dry: bool = False) -> tuple[int, str, bytes]:
    """What the script says and leaves in a file with that text, which its account has open to others."""
    office.authorize("")
    file = office.path(KEYS_FILE)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    file.chmod(0o644)
    asked = ("dry" if dry else "do", "amanda", KEYS, order, "amamac", *LINES.split("\n"))
    code, printed = said(office, "as_owner", *asked, work="edit")
    assert (file.stat().st_mode & 0o777, file.stat().st_uid) == (0o644, office.home.stat().st_uid)
    assert [one.name for one in file.parent.iterdir()] == [file.name]
    return code, printed, file.read_bytes()


def test_lines_are_put_and_taken_and_nothing_else_is_touched(office: Office) -> None:
    assert edited(office, FOREIGN)[2].decode() == f"{FOREIGN}\n{BLOCK}"
    assert edited(office, f"{FOREIGN}\n{BLOCK}# below\n", "take")[2].decode() == f"{FOREIGN}\n# below\n"
    assert edited(office, f"{BLOCK}# below\n")[:2] == (0, "")
    assert edited(office, FOREIGN, "take") == (0, "", FOREIGN.encode())
    code, printed, text = edited(office, f"{FOREIGN}\n", dry=True)
    assert (code, text.decode()) == (0, f"{FOREIGN}\n")
    assert "put the lines of amamac" in printed


def test_lines_that_were_changed_by_hand_are_shown(office: Office) -> None:
    shut = BLOCK.replace("restrict", "# shut by Omar: restrict")
    for order, left in (("put", BLOCK), ("take", "")):
        code, printed, text = edited(office, shut, order)
        assert (code, text.decode()) == (0, left)
        assert "| - # shut by Omar: restrict ssh-ed25519 AAAA one\n" in printed
        assert "\n| - #   why" not in printed


def test_the_line_ends_of_windows_hide_nothing(office: Office) -> None:
    windows = f"{FOREIGN}\n{BLOCK}# below\n".replace("\n", "\r\n")
    assert edited(office, windows) == (0, "", windows.encode())
    assert edited(office, windows, "take")[2].decode() == f"{FOREIGN}\r\n# below\r\n"


@pytest.mark.parametrize("order", ["put", "take"])
@pytest.mark.parametrize(
    "text",
    [
        f"{BEGIN}\n{LINES}\n{FOREIGN}\n",
        f"{LINES}\n{END}\n{FOREIGN}\n",
        f"{BEGIN}\n{BEGIN}\n{END}\n{FOREIGN}\n",
        f"{BLOCK}{END}\n{FOREIGN}\n",
        f"{BLOCK}\0{FOREIGN}\n",
    ],
)
def test_a_mark_alone_says_nothing_of_which_lines_are_ours(office: Office, text: str, order: str) -> None:
    code, printed, left = edited(office, text, order)
    assert (code, left) == (1, text.encode())
    assert KEYS_FILE in printed


def test_what_is_no_file_of_the_account_s_is_refused(office: Office) -> None:
    office.authorize(FOREIGN)
    keys = f"cd /home/amanda && rm -r {KEYS} &&"
    for make, why in (
        (f"ln -s /etc/passwd {KEYS}", "symbolic link"),
        (f"ln -s /nowhere {KEYS}", "symbolic link"),
        (f"mkfifo {KEYS}", "not a regular file"),
        (f"mkdir {KEYS}", "not a regular file"),
        (f"touch {KEYS}", "chown amanda"),
        (f"touch {KEYS} && chown amanda {KEYS} && chmod 0 {KEYS}", "can't read"),
    ):
        office.run("sh", "-c", f"{keys} {make}")
        before = everything(office)
        for dry_or_do in ("dry", "do"):
            code, printed = said(office, "as_owner", dry_or_do, "amanda", KEYS, "put", "amamac", LINES, work="edit")
            assert code == 1
            assert why in printed
        assert everything(office) == before


def test_a_folder_for_keys_that_is_root_s_stays_so(office: Office) -> None:
    asked = ("amanda", "/etc/ssh/keys/amanda", "put", "amamac", LINES)
    assert (
        "missing /etc/ssh/keys\nmissing /etc/ssh/keys/amanda\n"
        in said(office, "as_owner", "do", *asked, work="edit")[1]
    )
    for path, mode in (("/etc/ssh/keys", 0o755), ("/etc/ssh/keys/amanda", 0o644)):
        status = office.path(path).stat()
        assert (status.st_uid, status.st_gid, status.st_mode & 0o777) == (0, 0, mode)
    assert office.path("/etc/ssh/keys/amanda").read_text() == BLOCK
    # As it was given away by what did this before.
    office.run("chown", "amanda:", "/etc/ssh/keys/amanda")
    code, printed = said(office, "as_owner", "do", *asked, "other", work="edit")
    assert code == 1
    assert "chown root /etc/ssh/keys/amanda" in printed


def test_a_folder_is_made_by_whom_it_is_to_belong_to(office: Office) -> None:
    office.run("install", "-d", "-m", "2775", "-g", "users", "/srv/shared")
    office.run("usermod", "-aG", "users", "amanda")
    before = everything(office)
    for folder in ("backup/amamac", "/srv/new/place/amamac", "/srv/shared/amamac", "/home/amanda/two/amamac"):
        assert said(office, "as_owner", "dry", "amanda", folder, work="make_folder")[0] == 0
        assert everything(office).keys() == before.keys()
        assert said(office, "as_owner", "do", "amanda", folder, work="make_folder")[0] == 0
        assert said(office, "as_owner", "do", "amanda", folder, work="make_folder") == (0, "")
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
        for dry_or_do in ("dry", "do"):
            code, printed = said(office, "as_owner", dry_or_do, "amanda", folder, work="make_folder")
            assert code == 1, (folder, dry_or_do, printed)
            assert re.search(why, printed), (folder, dry_or_do, printed)
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
        code, printed = said(office, "refuse_root", account, root)
        assert code == 1, (account, root)
        assert printed.endswith(".\n")
        assert printed.count("\n") == 1
    for account, root in (
        *(("amanda", root) for root in ("backup", "/srv", "/srv/backup", "/home/backups", "/mnt/disk", "/var/backups")),
        ("nobody-yet", "backup"),
    ):
        assert said(office, "refuse_root", account, root) == (0, ""), root


def test_sshd_is_asked_where_it_looks(office: Office) -> None:
    for settings, files in (
        ("", ["/home/amanda/.ssh/authorized_keys", "/home/amanda/.ssh/authorized_keys2"]),
        ("AuthorizedKeysFile /etc/ssh/keys/%u %h/keys", ["/etc/ssh/keys/amanda", "/home/amanda/keys"]),
        ("AuthorizedKeysFile none", []),
        ("AuthorizedKeysFile none\nAuthorizedKeysCommand /bin/true\nAuthorizedKeysCommandUser nobody", []),
        ("Match User amanda\nAuthorizedKeysFile none", []),
        (
            "Match Address 192.168.0.0/16\nAuthorizedKeysFile /etc/a",
            [*[f"{KEYS_FILE}{two}" for two in ("", "2")], "/etc/a"],
        ),
    ):
        office.put("/etc/ssh/sshd_config", f"HostKey /etc/backup-wizard-test-host-key\n{settings}\n", mode=0o644)
        code, printed = said(office, "ask_sshd", "amanda", "keys")
        assert (code, printed.splitlines()) == (0, files)
    office.put("/etc/ssh/sshd_config", "Nonsense\n")
    code, printed = said(office, "ask_sshd", "amanda", "keys")
    assert code == 1
    assert "Nonsense" in printed


def test_passwords_for_the_users_network_alone_are_noticed(office: Office) -> None:
    config = "HostKey /etc/backup-wizard-test-host-key\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
    office.put("/etc/ssh/sshd_config", config, mode=0o644)
    assert said(office, "ask_sshd", "amanda", "passwords") == (0, "")
    office.put(
        "/etc/ssh/sshd_config", f"{config}Match Group users Address 10.*,192.168.0.0/16\nPasswordAuthentication yes\n"
    )
    assert said(office, "ask_sshd", "amanda", "passwords") == (0, "")
    office.run("usermod", "-aG", "users", "amanda")
    assert said(office, "ask_sshd", "amanda", "passwords") == (0, "10.1\n192.168.0.0\n")


def test_what_an_account_prints_reaches_no_terminal_as_such(office: Office) -> None:
    office.run("mkdir", "/home/amanda/\x1b[31m\u202efdp")
    office.run("chown", "nadia", "/home/amanda/\x1b[31m\u202efdp")
    code, printed = said(office, "as_owner", "do", "amanda", "\x1b[31m\u202efdp/amamac", work="make_folder")
    assert code == 1
    assert "belongs to nadia" in printed
    assert printed.splitlines()[-1].isascii()
    assert printed.splitlines()[-1].isprintable()


def test_an_account_with_much_in_its_file_is_not_waited_for(office: Office) -> None:
    text = "".join(f"ssh-ed25519 AAAA{number} a laptop\n" for number in range(200_000))
    assert edited(office, text)[2].decode() == text + BLOCK


def test_root_works_nowhere_where_others_can_write(office: Office) -> None:
    office.run("install", "-d", "-m", "777", "/srv/open")
    code, printed = said(office, "as_owner", "do", "root", "/srv/open/x", "put", "amamac", LINES, work="edit")
    assert code == 1
    assert "others than root can write" in printed
    assert list(office.path("/srv/open").iterdir()) == []


def test_who_is_signed_in_is_named(office: Office) -> None:
    assert said(office, "find_sessions", "amanda") == (0, "")
    office.run("cp", "/bin/cat", "/home/sshd")
    argv = ["setpriv", "--reuid", "amanda", "--clear-groups", "/home/sshd"]
    with subprocess.Popen(office.inside(*argv), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as session:
        assert session.stdin
        assert session.stdout
        session.stdin.write(b"\n")
        session.stdin.flush()
        assert session.stdout.read(1) == b"\n"
        assert said(office, "find_sessions", "amanda") == (0, f"{session.pid}\n")
        session.stdin.close()


def test_only_an_account_with_nothing_of_its_own_is_found_empty(office: Office) -> None:
    asked = ("as_owner", "do", "omar", ".", "/srv/backup/omarpc")
    assert said(office, *asked, work="look_for_more") == (0, "| nothing\n")
    for make in ("/home/omar/more", "/srv/backup/omarpc"):
        office.run("mkdir", "-p", make)
        assert said(office, *asked, work="look_for_more") == (0, "")
        office.run("rmdir", make)


def test_what_pam_wrote_into_a_home_is_nothing_of_its_own(office: Office) -> None:
    asked = ("as_owner", "do", "omar", ".", "/srv/backup/omarpc")
    office.run("install", "-d", "-o", "omar", "/home/omar/.cache")
    office.put("/home/omar/.cache/motd.legal-displayed", "", owner="omar")
    assert said(office, *asked, work="look_for_more") == (0, "| nothing\n")
    for more in ("/home/omar/.cache/own", "/home/omar/letter.txt"):
        office.put(more, "", owner="omar")
        assert said(office, *asked, work="look_for_more") == (0, "")
        office.run("rm", more)
    office.run("mv", "/home/omar/.cache/motd.legal-displayed", "/home/omar/.cache/own")
    assert said(office, *asked, work="look_for_more") == (0, "")
    office.put("/usr/local/bin/diff", "#!/bin/sh\nexit 2\n", mode=0o755)
    office.run("rm", "-r", "/home/omar/.cache")
    assert said(office, *asked, work="look_for_more") == (0, "")


def test_only_what_is_empty_is_removed(office: Office) -> None:
    office.run(
        "install", "-d", "-o", "amanda", "/home/amanda/empty", "/home/amanda/full", "/home/amanda/full/x", "/srv/empty"
    )
    office.run("ln", "-s", "/srv/empty", "/home/amanda/link")
    for path in ("/home/amanda/full", "/home/amanda/link", "/home/amanda/empty", "/srv/empty"):
        assert said(office, "as_owner", "dry", "amanda", path, work="remove_empty")[0] == 0
        assert os.path.lexists(office.path(path))
        assert said(office, "as_owner", "do", "amanda", path, work="remove_empty")[0] == 0
    assert {path.name for path in office.home.iterdir() if path.name[0] != "."} == {"full", "link"}
    assert list(office.path("/srv").iterdir()) == []


def test_a_marker_is_made_once_and_stays_with_a_backup(office: Office) -> None:
    office.run("install", "-d", "-o", "amanda", "/home/amanda/backup", "/srv/amanda")
    for folder, seen in (("backup", "/home/amanda/backup"), ("/srv/amanda", "/srv/amanda")):
        asked, marker = ("amanda", f"{folder}/.backup-folder-one"), office.path(f"{seen}/.backup-folder-one")
        assert said(office, "as_owner", "dry", *asked, work="make_file") == (0, f"missing {seen}/.backup-folder-one\n")
        assert not marker.exists()
        assert said(office, "as_owner", "do", *asked, work="make_file")[0] == 0
        status = marker.stat()
        assert (status.st_size, status.st_uid, status.st_mode & 0o777) == (0, office.home.stat().st_uid, 0o600)
        office.put(f"{seen}/letter.txt", "mine", owner="amanda")
        for dry_or_do in ("dry", "do"):
            assert said(office, "as_owner", dry_or_do, *asked, work="make_file") == (0, "")
            assert said(office, "as_owner", dry_or_do, *asked, work="remove_empty") == (0, "")
        office.path(f"{seen}/letter.txt").unlink()
        assert said(office, "as_owner", "do", *asked, work="remove_empty")[1] == f"| remove {seen}/.backup-folder-one\n"
        assert not marker.exists()
        # What somebody put in its place is neither followed, changed nor removed.
        for text in ("mine", None):
            office.as_account(f"ln -s /etc/passwd {marker.name}" if text is None else f"printf mine >{marker.name}")
            office.run("mv", f"/home/amanda/{marker.name}", f"{seen}/")
            before = everything(office)
            assert said(office, "as_owner", "do", *asked, work="make_file") == (0, "")
            assert said(office, "as_owner", "do", *asked, work="remove_empty") == (0, "")
            assert everything(office) == before
            office.run("rm", f"{seen}/{marker.name}")


def test_a_file_that_is_locked_against_changes_is_foretold(office: Office) -> None:
    assert edited(office, FOREIGN, dry=True)[0] == 0
    office.put("/usr/local/bin/lsattr", '#!/bin/sh\necho "----i---------e------- $3"\n', mode=0o755)
    code, printed, _ = edited(office, FOREIGN, dry=True)
    assert code == 1
    assert "locked against changes" in printed
