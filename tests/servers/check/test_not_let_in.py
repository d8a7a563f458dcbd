"""A server that doesn't let the backup itself in: the check says why, in the server's own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers.trouble_rows.shell import only_sftp
from tests.support.attacks import faults
from tests.support.attacks.case import a_case
from tests.support.commands import backup_wizard
from tests.support.servers.office import open_office
from wizard.storage import profiles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.attacks.case import Fault
    from tests.support.servers.office import Office

_CAUSES: dict[str, tuple[Fault, str, str]] = {
    "a greeting": (
        faults.start_up_file("echo Welcome\n"),
        "Something on the server prints text, which breaks rsync. The server said “Welcome”.",
        "backup-wizard: this key is for backups alone",
    ),
    "sftp alone": (
        only_sftp("internal-sftp"),
        "The server allows only sftp for this account. The server said “This service allows sftp connections only.”.",
        "This service allows sftp",
    ),
    "no rsync on the PATH": (
        faults.start_up_file("PATH=/nowhere\n"),
        "The server doesn't have rsync, or doesn't find it. The server said “/home/amanda/backup/amamac: 1: exec:"
        " rsync: not found”.",
        "backup-wizard: this key is for backups alone",
    ),
    "a silent command": (
        only_sftp("/bin/true"),
        "The server let this computer sign in, then said nothing.",
        "There was no answer.",
    ),
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("office")) as running:
        yield running


@pytest.mark.parametrize("cause", _CAUSES)
def test_the_check_says_why_and_nothing_untrue(
    office: Office,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    cause: str,
) -> None:
    fault, said, of_a_command = _CAUSES[cause]
    with fault(a_case(office, "rrsync", request)) as case:
        profiles.save(case.profile)
        ran = backup_wizard("check", case.profile.name, "--json")
    assert ran.exit_code == 1
    assert ran.json["verdict"] != "locked"
    details = {finding["id"]: finding["detail"] for finding in ran.json["findings"]}
    assert details["admitted"] == f"Asked for this backup's practice run. {said} Fix this first."
    assert of_a_command in details["command"]
    for untrue in ("busy", "in time", "connection unexpectedly closed", "is your shell clean"):
        assert untrue not in ran.stdout


def test_in_words_each_reason_is_told_once_instead_of_a_wall_of_errors(
    office: Office, request: pytest.FixtureRequest
) -> None:
    fault, said, _ = _CAUSES["no rsync on the PATH"]
    with fault(a_case(office, "rrsync", request)) as case:
        profiles.save(case.profile)
        printed = backup_wizard("check", case.profile.name).stdout
    assert printed.count(said) == 1
    assert printed.count("The server said") <= 3
    assert f"All details: “backup-wizard check {case.profile.name} --json”" in printed
