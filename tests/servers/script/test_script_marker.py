"""The file by which the security check knows the backup's folder: the setup script makes it, and takes it back."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest

from tests.servers.script.test_script import back_up, context_for, set_up
from tests.support.quick import sampled
from tests.support.servers import placing, setting_up
from tests.support.servers.office import ACCOUNT
from tests.support.servers.setting_up import SetUpOffice
from wizard.server import locks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MARKER = f"{placing.OWN}/.backup-folder-amamac"
MARK = f"mark the folder {placing.OWN} as this backup's: an empty file in it"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path), None) as running:
        running.start_sshd()
        yield running


@pytest.mark.parametrize(
    ("kind", "shell", "append_only"),
    sampled.first(1, [("rrsync", "dash", True), ("rrsync", "busybox", True), ("daemon-over-ssh", "dash", False)]),
)
async def test_the_key_is_locked_before_the_first_backup(
    kind: str, shell: str, append_only: bool, office: SetUpOffice, sample_folder: Path
) -> None:
    context, admitted = context_for(office, kind, sample_folder, scheme={"append_only": append_only})
    set_up(office, context)
    before = office.standing()
    assert office.script(shell=shell).exit_code == 0
    async with aclosing(locks.check(context.profile, admitted)) as checked:
        findings = [finding async for finding in checked]
    assert locks.verdict(findings) == "locked", locks.why_untested(findings)
    assert office.run("stat", "-c", "%U %s %a", MARKER) == f"{ACCOUNT} 0 600\n"
    assert office.script(shell=shell).changes == []
    undone = office.script("--undo", shell=shell)
    assert undone.exit_code == 0, undone.stderr
    assert office.standing() == before


@pytest.mark.every_case
def test_a_folder_that_is_there_is_marked_once(office: SetUpOffice, sample_folder: Path) -> None:
    office.live_in()
    office.run("install", "-d", "-o", ACCOUNT, "-g", ACCOUNT, placing.ROOT, placing.OWN)
    set_up(office, context_for(office, "rrsync", sample_folder)[0])
    before = office.standing()
    assert MARK in office.script("--check").changes
    assert office.standing() == before
    assert MARK in office.script().changes
    assert office.path(MARKER).read_text() == ""
    assert office.script("--undo").exit_code == 0
    assert office.standing() == before

    # One that is there is no work of the script's: it stays as it is.
    office.put(MARKER, "another's\n", mode=0o644, owner=ACCOUNT)
    marked = office.standing()
    for option in ("--check", ""):
        assert MARK not in office.script(option).changes
        assert office.standing()[MARKER] == marked[MARKER]
    assert office.script("--undo").exit_code == 0
    assert office.standing() == marked


def test_what_is_no_plain_file_is_neither_followed_nor_removed(office: SetUpOffice, sample_folder: Path) -> None:
    office.live_in()
    office.run("install", "-d", "-o", ACCOUNT, "-g", ACCOUNT, placing.ROOT, placing.OWN)
    office.as_account(f"ln -s elsewhere {MARKER}")
    set_up(office, context_for(office, "rrsync", sample_folder)[0])
    before = office.standing()
    assert office.script().exit_code == 0
    assert office.script("--undo").exit_code == 0
    assert office.standing() == before


async def test_the_file_stays_with_a_backup(office: SetUpOffice, sample_folder: Path) -> None:
    context, admitted = context_for(office, "rrsync", sample_folder)
    set_up(office, context)
    assert office.script().exit_code == 0
    await back_up(context, admitted)
    undone = office.script("--undo")
    assert undone.exit_code == 0, undone.stderr
    assert f"kept: {placing.OWN} is not empty" in undone.stdout
    assert office.path(MARKER).exists()
