"""The playbook's script that looks for modules of other backups under the same name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers.ansible.scripts.running import run
from tests.support.quick import sampled

if TYPE_CHECKING:
    from tests.support.servers.office import Office

SETTINGS, FOLDER = "/etc/rsyncd.conf", "/etc/rsyncd.d"
INCLUDES = f"&include {FOLDER}\n"


def asked(account: str, name: str, module: str = "photos", *, state: str = "present") -> list[str]:
    return [state, account, name, module]


def module(name: str = "photos", account: str = "nadia") -> str:
    return f"# the name\n[{name}]\n    # why\n    path = /srv/x\n    # why\n    uid = {account}\n    gid = *\n"


def marked(name: str, text: str) -> str:
    return f"# backup-wizard begin {name}\n{text}# backup-wizard end {name}\n"


def anothers(file: str) -> str:
    return f"{file} already has a backup pc of another account. Choose another name.\n"


def mixed(file: str) -> str:
    return f"{file} already has another module named photos. Choose another name.\n"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (SETTINGS, marked("pc", module())),
        (SETTINGS, marked("pc", module()).replace("\n", "\r\n")),
        (SETTINGS, marked("pc", module("other"))),
        (f"{FOLDER}/backup-wizard-pc.conf", module()),
        (f"{FOLDER}/backup-wizard-pc.conf", marked("pc", module())),
        (f"{FOLDER}/backup-wizard-pc.inc", module()),
    ],
)
def test_a_module_of_another_account_is_not_taken_over(office: Office, file: str, text: str) -> None:
    office.put(SETTINGS, f"{INCLUDES}&merge {FOLDER}\n", mode=0o644)
    office.put(file, INCLUDES + text, mode=0o644)
    for ours in ("amanda", "nadi", "nadia2"):
        assert run(office, "find_modules", told=asked(ours, "pc")) == (0, anothers(file))
    # Its own account may change it, and so may another one where it goes.
    assert run(office, "find_modules", told=asked("nadia", "pc")) == (0, "")
    moved = [*asked("amanda", "pc"), *asked("nadia", "pc", "", state="absent")]
    assert run(office, "find_modules", told=moved) == (0, "")
    # Nor is it taken away with a backup of the same name.
    assert run(office, "find_modules", told=asked("amanda", "pc", "", state="absent")) == (0, "pc\n")
    assert run(office, "find_modules", told=asked("nadia", "pc", "", state="absent")) == (0, "")


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (SETTINGS, "[ Photos ] ; ours\n path = /srv/x\n"),
        (SETTINGS, marked("pc2", module())),
        (f"{FOLDER}/backup-wizard-pc2.conf", module()),
        (f"{FOLDER}/mine.conf", module(account="amanda")),
    ],
)
def test_a_module_is_not_mixed_with_another_of_the_same_name(office: Office, file: str, text: str) -> None:
    office.put(SETTINGS, INCLUDES, mode=0o644)
    office.put(file, INCLUDES + text, mode=0o644)
    assert run(office, "find_modules", told=asked("amanda", "pc", "first photos")) == (0, mixed(file))
    assert run(office, "find_modules", told=asked("amanda", "pc", "photo")) == (0, "")


@pytest.mark.parametrize(
    ("settings", "file"),
    sampled.first(
        2,
        [
            ("# ours\n&include /etc/rsyncd.modules\n", "/etc/rsyncd.modules"),
            ("&merge /etc/two\n", "/etc/two/mine.inc"),
            ("&include /etc/one\n&include /etc/two\n", "/etc/two/mine.conf"),
            ("\t&MERGE\t/etc/rsyncd modules \r\n", "/etc/rsyncd modules"),
            ("&include /etc/one\n", "/etc/one/[a]*.conf"),
            ("&include /etc/one/[a]*\n", "/etc/one/[a]*"),
        ],
    ),
)
def test_what_the_settings_include_is_read_whatever_it_is_called(office: Office, settings: str, file: str) -> None:
    office.run("mkdir", "-p", "/etc/one", "/etc/two")
    office.put(SETTINGS, settings, mode=0o644)
    office.put(file, "[photos]\n path = /srv/x\n", mode=0o644)
    assert run(office, "find_modules", told=asked("amanda", "pc")) == (0, mixed(file))
    # So is what an included file includes, also itself.
    office.put("/etc/more", f"{settings}&include /etc/more\n", mode=0o644)
    office.put(SETTINGS, "&merge /etc/more\n", mode=0o644)
    assert run(office, "find_modules", told=asked("amanda", "pc")) == (0, mixed(file))


@pytest.mark.every_case
def test_what_rsync_would_not_read_there_is_not_read(office: Office) -> None:
    office.run("mkdir", "-p", f"{FOLDER}/deep", "/etc/one")
    office.put(SETTINGS, f"{INCLUDES}&merge /etc/one\n&include /etc/pipe\n", mode=0o644)
    for file in (f"{FOLDER}/a.inc", f"{FOLDER}/a", f"{FOLDER}/deep/a.conf", "/etc/one/a.conf"):
        office.put(file, module(), mode=0o644)
    office.run("mkfifo", "/etc/pipe")
    assert run(office, "find_modules", told=asked("amanda", "pc")) == (0, "")


def test_two_of_one_list_are_told_apart(office: Office) -> None:
    for told, words in (
        ([*asked("amanda", "pc"), *asked("nadia", "pc", "other")], "the name pc"),
        ([*asked("amanda", "pc"), *asked("amanda", "pc2", "Photos")], "the module Photos"),
        ([*asked("amanda", "pc"), *asked("amanda", "pc2", "photos+restore")], ""),
    ):
        said = f"Two computers in the list have {words}. Choose another one for one of them.\n" if words else ""
        assert run(office, "find_modules", told=told) == (0, said)


def test_what_is_no_module_s_settings_is_not_read(office: Office) -> None:
    assert run(office, "find_modules", told=asked("amanda", "pc")) == (0, "")  # without any
    office.put(SETTINGS, f"{INCLUDES}&merge /nowhere\n# [photos]\n; [photos]\nuid = nobody\n", mode=0o644)
    office.put(f"{FOLDER}/backup-wizard-pc.conf.backup-wizard", module(), mode=0o644)
    office.run("mkfifo", f"{FOLDER}/pipe.conf")
    office.run("mkdir", f"{FOLDER}/folder.conf")
    assert run(office, "find_modules", told=asked("amanda", "pc")) == (0, "")
