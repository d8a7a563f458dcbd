"""The playbook's script that keeps the folder of each backup apart from those of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers.ansible.scripts.running import run
from tests.support.quick import sampled

if TYPE_CHECKING:
    from tests.support.servers.office import Office

THEIRS = ("nadia", "pc", "key", "/srv/backup/pc")
MADE = "/var/lib/backup-wizard/made"


def overlaps(office: Office, *told: str) -> str:
    code, printed = run(office, "find_overlaps", told=told)
    assert code == 0, printed
    return printed


def listed(account: str, name: str, folder: str, file: str) -> str:
    """What the setup script has in its list of a backup."""
    return f"{account} {name} backup yes\n{account} {name} root {folder}\n{account} {name} file 12-34 {file}\n"


@pytest.mark.parametrize("kind", ["key", "module"])
@pytest.mark.parametrize(
    ("folder", "how"),
    [
        ("/srv/backup/pc", "is the folder of"),
        ("/srv//backup/./pc/", "is the folder of"),
        ("/srv/link", "is the folder of"),
        ("/srv/backup", "contains the folder of"),
        ("/srv/backup/pc/deep/er", "is inside the folder of"),
    ],
)
def test_no_backup_s_folder_is_in_another_s(kind: str, folder: str, how: str, office: Office) -> None:
    office.run("mkdir", "-p", "/srv/backup/pc")
    office.run("ln", "-s", "backup/pc", "/srv/link")
    office.run("mkdir", "-p", "/var/lib/backup-wizard")
    ours = ("amanda", "mine", kind, folder)
    assert f" {how} the backup pc. Choose another folder for mine.\n" in overlaps(office, *ours, *THEIRS)
    for known in ([*ours, "-", *THEIRS], [*THEIRS, *ours]):
        assert overlaps(office, *known).count(" the backup pc.") == 1
    office.put(MADE, listed("nadia", "pc", "/srv/backup/pc", "/home/nadia/.ssh/authorized_keys"))
    assert overlaps(office, *ours).count(" the backup pc.") == 1
    # What is there is not complained about to who comes later.
    assert overlaps(office, "amanda", "other", "key", "/srv/other", "-", *ours, *THEIRS) == ""


def noted_module(name: str, file: str, *, has_password: bool) -> str:
    secrets = f"nadia {name} file no-sum /etc/rsyncd-{name}.secrets\n" if has_password else ""
    return listed("nadia", name, "/srv/backup", file) + secrets


def test_modules_with_passwords_may_have_one_folder_and_a_backup_lies_in_its_own(office: Office) -> None:
    office.run("mkdir", "-p", "/var/lib/backup-wizard")
    first, second = ("nadia", "pc", "module", "/srv/backup"), ("amanda", "mine", "module", "/srv/backup")
    assert overlaps(office, *first, *second) == ""
    for file in ("/etc/rsyncd.conf", "/etc/rsyncd.d/backup-wizard-pc.conf"):
        office.put(MADE, noted_module("pc", file, has_password=True))
        assert overlaps(office, *second) == ""
    assert overlaps(office, "nadia", "pc", "key", "/srv/backup", *first) == ""
    assert overlaps(office, "nadia", "pc+restore", "key", "/srv/backup/pc") == ""


def test_another_password_for_a_folder_is_asked_about(office: Office) -> None:
    office.run("mkdir", "-p", "/var/lib/backup-wizard")
    hers, mine = ("nadia", "pc", "module", "/srv/backup"), ("amanda", "mine", "new-module", "/srv/backup")
    words = (
        "mine would open the folder of the backup pc with another password. Ask its owner whether they sent this. Only"
        " if so: -e new_keys=mine\n"
    )
    for known in ([*hers, *mine], [*mine, "-", *hers]):
        assert overlaps(office, *known) == words
    office.put(MADE, noted_module("pc", "/etc/rsyncd.conf", has_password=True))
    assert overlaps(office, *mine) == words
    # One of those that come together may be a stranger's as well.
    office.run("rm", MADE)
    told = overlaps(office, "nadia", "pc", "new-module", "/srv/backup", *mine)
    assert words in told
    assert "pc would open the folder of the backup mine" in told


def test_no_module_without_a_password_opens_another_s_folder(office: Office) -> None:
    office.run("mkdir", "-p", "/var/lib/backup-wizard")
    words = "/srv/backup is the folder of the backup pc. Choose another folder for mine.\n"
    for hers, thiefs in (("module", "open-module"), ("open-module", "module"), ("open-module", "open-module")):
        theirs, ours = ("nadia", "pc", hers, "/srv/backup"), ("amanda", "mine", thiefs, "/srv/backup")
        for known in ([*ours, *theirs], [*ours, "-", *theirs]):
            assert words in overlaps(office, *known)
        assert overlaps(office, "amanda", "mine+restore", thiefs, "/srv/backup", "-", *ours) == ""
        office.put(MADE, noted_module("pc", "/etc/rsyncd.conf", has_password=hers == "module"))
        assert overlaps(office, *ours) == words
        office.run("rm", MADE)


def test_no_module_reads_the_folder_of_another_backup_s(office: Office) -> None:
    hers, reader = ("amanda", "amamac", "module", "/srv/office"), ("amanda", "office+restore", "module", "/srv/office")
    said = overlaps(office, *reader, "-", *hers)
    assert said == "/srv/office is the folder of the backup amamac. Choose another folder for office.\n"
    assert "Choose another folder for amamac." in overlaps(office, *hers, "-", *reader)
    assert overlaps(office, "amanda", "amamac+restore", "module", "/srv/office/amamac", "-", *hers) == ""


def test_a_home_is_where_a_folder_without_a_slash_begins(office: Office) -> None:
    said = overlaps(office, "amanda", "mine", "module", "/home/nadia/backup", "nadia", "pc", "key", "backup/pc")
    assert "/home/nadia/backup contains the folder of the backup pc." in said
    assert overlaps(office, "nadia", "pc", "key", "backup/pc", "nadia", "pc2", "key", "backup/pc2") == ""
    assert overlaps(office) == ""


def test_blanks_in_a_path_stay_as_they_are(office: Office) -> None:
    theirs, reader = ("amanda", "mine", "key", "/srv/two  blanks"), "/srv/two  blanks/mine/letters"
    said = overlaps(office, "nadia", "letters+restore", "key", reader, "-", *theirs)
    assert said == f"{reader} is inside the folder of the backup mine. Choose another folder for letters.\n"


@pytest.mark.parametrize(
    ("folder", "is_refused"),
    sampled.first(
        1,
        [
            ("x\nhere z zz key /srv/backup", True),
            ("x\n", True),
            ("x\x1b]0;owned\x07\x1b[2J/backup", True),
            ("x\x7f", True),
            ("x\u202etxt\x9b2J\u061c", False),
        ],
    ),
)
@pytest.mark.parametrize("is_new", sampled.first(1, [True, False]))
def test_where_an_account_s_link_leads_is_neither_read_nor_shown(
    is_new: bool, folder: str, is_refused: bool, office: Office
) -> None:
    office.run("su", "nadia", "-c", 'cd && mkdir -p "$1" && ln -s "$1" planted', "sh", folder)
    thiefs, ours = ("nadia", "pc+restore", "key", "planted/pc"), ("amanda", "mine", "key", "/srv/backup/mine")
    said = overlaps(office, *ours, *([] if is_new else ["-"]), *thiefs)
    why = "The folder of pc has a control character in its name, or leads to one that has. "
    why += "Choose another folder for pc.\n"
    assert said == (why if is_new and is_refused else "")
    # Whoever is there already stands in nobody's way, and what is in the way is told without them.
    said = overlaps(office, "amanda", "mine", "key", "/home/nadia", "-", *thiefs)
    assert " contains the folder of the backup pc. Choose another folder for mine.\n" in said
    said = overlaps(office, *thiefs, "-", "amanda", "mine", "key", "/home/nadia")
    assert said.replace("\n", "").isprintable()
    assert said.isascii()
