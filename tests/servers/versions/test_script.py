"""The setup script where versions are wanted: applied twice, checked, undone byte for byte, and what it refuses."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.servers.script.test_script import context_for
from tests.support.servers import setting_up
from tests.support.servers.office import ACCOUNT
from tests.support.servers.setting_up import SetUpOffice
from tests.support.versions.office import LINK, OWN, PROGRAM
from wizard.profile import VersionsSettings
from wizard.server import exports
from wizard.server.exports import script
from wizard.server.receipts import receipt_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.secret_service import SecretService

PLACE = f"/home/backup-wizard-versions/{ACCOUNT}/amamac"
CRON = "/etc/cron.d/backup-wizard-versions"
_KEPT = VersionsSettings(keep="server", daily=3, weekly=2, monthly=1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path), None) as running:
        running.start_sshd("PidFile none")
        yield running


def install(
    office: SetUpOffice, folder: Path, kind: str = "rrsync", versions: VersionsSettings = _KEPT, name: str = "amamac"
) -> None:
    """Put the script there for a backup with versions."""
    context, admitted = context_for(office, kind, folder, name)
    profile = msgspec.structs.replace(context.profile, versions=versions)
    text = script.render(exports.context_of(profile, admitted.facts, secret=admitted.password))
    setting_up.install(office, text)


@pytest.mark.parametrize(
    ("shell", "kind", "lived_in"),
    [
        ("dash", "rrsync", True),
        pytest.param("busybox", "daemon-over-ssh", False, marks=pytest.mark.every_case),
        pytest.param("dash", "daemon", True, marks=pytest.mark.every_case),
        pytest.param("dash", "forced-command", False, marks=pytest.mark.every_case),
        pytest.param("busybox", "login", True, marks=pytest.mark.every_case),
    ],
)
def test_applied_twice_checked_and_undone(
    shell: str, kind: str, lived_in: bool, office: SetUpOffice, sample_folder: Path, secret_service: SecretService
) -> None:
    if lived_in:
        office.live_in()
    install(office, sample_folder, kind)
    before = office.standing()
    foretold = office.script("--check", shell=shell)
    assert foretold.exit_code == 0, foretold.stderr
    assert office.standing() == before
    assert f"put the program that keeps versions in its place: {PROGRAM}" in foretold.changes

    done = office.script(shell=shell)
    assert done.exit_code == 0, done.stderr
    assert set(foretold.changes) <= set(done.changes)
    receipt = done.stdout
    assert f"\nversions: 3 2 1\nversions-in: {PLACE}\n" in receipt
    assert receipt_text.parse(receipt, "amamac").versions_in == PLACE
    assert office.run("readlink", LINK) == f"{PLACE}\n"
    assert office.run("stat", "-c", "%U:%G %a", PLACE) == f"root:{ACCOUNT} 750\n"
    assert office.path(CRON).read_text().endswith(f"17 * * * * root {PROGRAM}\n")
    assert office.as_account(f"ls -d {LINK}/.") == f"{LINK}/.\n"
    assert "keep=3 2 1\n" in office.path(f"{OWN}/settings").read_text()
    set_up = office.standing()

    again = office.script(shell=shell)
    assert (again.exit_code, again.changes) == (0, []), again.stdout
    assert office.standing() == set_up
    assert "versions-in" in office.script("--receipt", shell=shell).stdout

    undone = office.script("--undo", shell=shell)
    assert undone.exit_code == 0, undone.stderr
    assert office.standing() == before
    assert not office.path("/var/lib/backup-wizard").exists()


def test_a_computer_that_takes_the_backup_over_ends_no_versions(office: SetUpOffice, sample_folder: Path) -> None:
    office.live_in()
    install(office, sample_folder)
    assert office.script().exit_code == 0
    settings = office.path(f"{OWN}/settings").read_text()
    context, admitted = context_for(office, "rrsync", sample_folder)
    adopting = msgspec.structs.replace(context.profile, adopting="yes")
    setting_up.install(office, script.render(exports.context_of(adopting, admitted.facts)))
    taken_over = office.script()
    assert taken_over.exit_code == 0, taken_over.stderr
    assert "versions" not in " ".join(taken_over.changes)
    assert office.path(f"{OWN}/settings").read_text() == settings
    assert office.run("stat", "-c", "%U:%G %a", PLACE) == f"root:{ACCOUNT} 750\n"


@pytest.mark.every_case
def test_a_version_that_is_there_is_kept_and_named(office: SetUpOffice, sample_folder: Path) -> None:
    office.live_in()
    install(office, sample_folder)
    assert office.script().exit_code == 0
    office.as_account("echo one >backup/amamac/letter; echo >backup/amamac/.backup-complete")
    made = subprocess.run(office.inside("sh", PROGRAM, "--now", ACCOUNT, "amamac"), capture_output=True, text=True)
    assert (made.returncode, made.stderr) == (0, "")
    undone = office.script("--undo")
    assert undone.exit_code == 0, undone.stderr
    assert f"  . kept: the versions in {PLACE}\n" in undone.stdout
    assert office.path(f"{PLACE}/daily.0/files/letter").read_text() == "one\n"
    assert office.run("stat", "-c", "%u:%g %a", PLACE) == "0:0 700\n"
    assert not office.path(PROGRAM).exists()
    assert not office.path(CRON).exists()

    refused = office.script()  # they may be those of another one of that name
    assert refused.exit_code == 1
    assert "has versions from before" in refused.stderr
    office.run("chgrp", ACCOUNT, PLACE)
    assert office.script().exit_code == 0
    assert "letter" in office.as_account(f"ls {LINK}/daily.0/files")


def test_what_is_missing_is_named_and_nothing_installed(office: SetUpOffice, sample_folder: Path) -> None:
    office.live_in()
    install(office, sample_folder)
    office.run("mount", "--bind", "/dev/null", office.run("sh", "-c", "command -v rsnapshot").strip())
    before = office.standing()
    for option in ("--check", ""):
        refused = office.script(option)
        assert refused.exit_code == 1
        assert "rsnapshot, which is not installed: install it (apt install rsnapshot)" in refused.stderr
        assert office.standing() == before


def test_fewer_or_none_are_kept_only_once_its_owner_was_asked(office: SetUpOffice, sample_folder: Path) -> None:
    install(office, sample_folder)
    assert office.script().exit_code == 0
    before = office.path(f"{OWN}/settings").read_text()
    fewer = msgspec.structs.replace(_KEPT, weekly=1, monthly=7)
    for wanted, told in (
        (fewer, "fewer older versions of amamac"),
        (VersionsSettings(), "no older versions of amamac"),
    ):
        install(office, sample_folder, versions=wanted)
        refused = office.script()
        assert refused.exit_code == 1
        assert f"{told} would be kept" in refused.stderr
        assert office.path(f"{OWN}/settings").read_text() == before
    install(office, sample_folder, versions=fewer)
    assert office.script("--new-key").exit_code == 0
    more = msgspec.structs.replace(fewer, weekly=9)
    install(office, sample_folder, versions=more)
    assert office.script().exit_code == 0
    assert "keep=3 9 7" in office.path(f"{OWN}/settings").read_text()


@pytest.mark.every_case
def test_two_backups_share_the_program_until_the_last_is_undone(office: SetUpOffice, sample_folder: Path) -> None:
    office.live_in()
    install(office, sample_folder, name="other")
    before = office.standing() | {setting_up.SCRIPT: None}
    other = office.path(setting_up.SCRIPT).read_text()
    assert office.script().exit_code == 0
    install(office, sample_folder)
    assert office.script().exit_code == 0
    assert office.script("--undo").exit_code == 0
    assert office.path(PROGRAM).exists()
    assert office.path(CRON).exists()
    # A new request that wants no versions any more takes them away; another's stay.
    install(office, sample_folder, name="other", versions=VersionsSettings())
    assert office.script("--new-key").exit_code == 0
    assert not office.path(f"/etc/backup-wizard/versions/{ACCOUNT}/other/settings").exists()
    setting_up.install(office, other)
    assert office.script("--undo").exit_code == 0
    assert office.standing() | {setting_up.SCRIPT: None} == before
