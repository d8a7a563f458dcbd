"""Files brought back by the admin alone: what is planted in a backup leads root nowhere and gains nobody anything."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.servers.message.test_message import BRING_BACK
from tests.servers.message.test_message_attacked import _as, _owners, _profile, _text
from tests.support.data.message import block, line_after
from tests.support.servers import old_rsync, placing, root_shell, setting_up
from tests.support.servers.office import ACCOUNT, Office

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TO = "/srv/amamac+restored"
SECRET = "root's alone"
# What somebody with the key, or with the account, can leave there.
PLANT = r"""
cd backup/amamac; umask 022; mkdir -p Documents/deep .backup-wizard-partial
echo mine >Documents/letter; ln Documents/letter Documents/deep/twin
echo half >.backup-wizard-partial/letter
printf '#!/bin/sh\n' >Documents/program; chmod 6755 Documents/program; chmod 1777 Documents/deep
echo shut >Documents/shut; chmod 400 Documents/shut
ln -s /etc Documents/folder; ln -s /etc/secret Documents/file; ln -s ../../../.. Documents/up
ln -s /rsyncd-munged//etc/secret Documents/inactive
mkfifo Documents/pipe
touch "Documents/$(printf '\033]0;pwned\007\nx')" "Documents/-rf" "Documents/it's"
"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Office(setting_up.place(tmp_path)) as office:
        office.start_sshd()
        office.put("/etc/secret", SECRET)
        yield office


def planted(office: Office, folder: Path, tmp_path: Path, **more: str) -> str:
    """What the admin has had in the mail for years."""
    text = _text(_profile(office, folder, **more), tmp_path)
    root_shell.paste(office, block(text))
    _as(office, ACCOUNT, PLANT)
    return line_after(text, BRING_BACK)


def others(office: Office) -> set[str]:
    """All but what may change, and the rest of a name with a line break in it."""
    changing = (TO, f"/home/{ACCOUNT}/backup", "/srv root", "x ")
    return {one for one in _owners(office) if not one.startswith(changing)}


@pytest.mark.parametrize(
    ("version", "shell"),
    [
        (old_rsync.MACHINE, "bash"),
        *(pytest.param(one, "dash", marks=pytest.mark.every_case) for one in old_rsync.SUITES),
    ],
)
def test_links_lead_nowhere_and_no_program_gains_rights(
    version: str, shell: str, office: Office, sample_folder: Path, tmp_path: Path
) -> None:
    line = planted(office, sample_folder, tmp_path)
    office.run("usermod", "-s", "/usr/sbin/nologin", ACCOUNT)
    if version != old_rsync.MACHINE:
        old_rsync.put(office, version)
    before = others(office)
    said = root_shell.paste(office, line, shell)
    assert f"Done: {TO}" in said, said
    assert "\x1b" not in said
    assert others(office) == before
    found = office.run("find", TO, "-mindepth", "2", "-printf", r"%M %u %P %l\0").split("\0")
    assert sorted(found) == sorted(
        [
            "",
            "drwx------ amanda Documents/deep ",
            "-rw------- amanda Documents/letter ",
            "-rw------- amanda Documents/deep/twin ",
            "-rwx------ amanda Documents/program ",
            "-rw------- amanda Documents/shut ",
            "lrwxrwxrwx amanda Documents/folder /etc",
            "lrwxrwxrwx amanda Documents/file /etc/secret",
            "lrwxrwxrwx amanda Documents/up ../../../..",
            "lrwxrwxrwx amanda Documents/inactive /rsyncd-munged//etc/secret",
            "-rw------- amanda Documents/\x1b]0;pwned\x07\nx ",
            "-rw------- amanda Documents/-rf ",
            "-rw------- amanda Documents/it's ",
        ]
    )
    assert office.run("stat", "-c", "%A %U", TO, "/srv") == "drwx------ amanda\ndrwxr-xr-x root\n"
    assert SECRET not in office.run("sh", "-c", f"find {TO} -type f -exec cat {{}} +")


def test_a_link_in_the_backup_s_place_opens_nothing_of_root_s(
    office: Office, sample_folder: Path, tmp_path: Path
) -> None:
    line = planted(office, sample_folder, tmp_path, root=placing.ROOT)
    office.run("install", "-d", "-m", "700", "/srv/closed")
    office.put("/srv/closed/secret", SECRET)
    _as(office, ACCOUNT, "mv backup/amamac backup/away; ln -s /srv/closed backup/amamac")
    said = root_shell.paste(office, line)
    assert f"Not everything is there: {TO}" in said
    assert f"Done: {TO}" not in said
    assert office.run("ls", "-A", TO) == ""


@pytest.mark.parametrize(
    "place", [f"/home/{ACCOUNT}/x", f"/home/{ACCOUNT}/roots/x", "/srv/link/x", "/srv/open/x", "srv/link/x"]
)
def test_no_folder_is_taken_that_somebody_else_could_move(
    place: str, office: Office, sample_folder: Path, tmp_path: Path
) -> None:
    line = planted(office, sample_folder, tmp_path)
    office.run("mkdir", f"/home/{ACCOUNT}/roots")
    office.run("ln", "-s", f"/home/{ACCOUNT}", "/srv/link")
    office.run("install", "-d", "-m", "1777", "/srv/open")
    before = _owners(office)
    said = root_shell.paste(office, line.replace(TO, place, 1))
    assert "Choose another folder: not only root can write to " in said
    assert _owners(office) == before


def test_what_is_there_is_given_to_nobody(office: Office, sample_folder: Path, tmp_path: Path) -> None:
    line = planted(office, sample_folder, tmp_path)
    for command in (("mkdir", TO), ("ln", "-s", "/etc", TO)):
        office.run(*command)
        before = _owners(office)
        said = root_shell.paste(office, line)
        assert "File exists" in said
        assert _owners(office) == before
        office.run("rm", "-r", TO)


def test_what_can_not_be_read_is_told(office: Office, sample_folder: Path, tmp_path: Path) -> None:
    line = planted(office, sample_folder, tmp_path)
    _as(office, ACCOUNT, "chmod 000 backup/amamac/Documents/letter")
    said = root_shell.paste(office, line)
    assert re.search(r"open .*letter.*: Permission denied", said), said
    assert f"Not everything is there: {TO}" in said
