"""What the server's own rsync daemon lets a stranger and a thief do: as exported, and weakened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.attacks import caller, thief
from tests.support.attacks.caller import Caller
from tests.support.commands import backup_wizard
from tests.support.servers import placing
from tests.support.servers.office import ACCOUNT, Office
from wizard.running import report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.secret_service import SecretService


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    place = tmp_path / "office"
    place.mkdir()
    with Office(place) as running:
        thief.prepare(running)
        running.put("/etc/rsyncd.conf", "", mode=0o644)
        running.put(f"/etc/rsyncd-{thief.NEIGHBOUR}.secrets", f"{thief.NEIGHBOUR}:another password\n")
        running.start_daemon()
        yield running


REFUSED = "refuse options = delete force "
READABLE = {"write only = true": "write only = false"}
ALL_OF_THE_SERVER = READABLE | {f"path = {placing.ROOT}": "path = /"}


@pytest.mark.parametrize(
    ("weakened", "open_to_thieves"),
    [
        ({}, set()),
        (
            {f"auth users = {ACCOUNT}\n": "\n"},
            {caller.without_password, caller.with_a_wrong_password},
        ),
        (
            {"list = false": "list = true", f"auth users = {thief.NEIGHBOUR}\n": "\n"},
            {caller.a_list, caller.anothers_module},
        ),
        (READABLE, {caller.reading_back}),
        ({REFUSED: "refuse options = "}, {caller.deleting, caller.putting_a_file_in_a_folders_place}),
        ({REFUSED: "refuse options = delete "}, {caller.putting_a_file_in_a_folders_place}),
        (ALL_OF_THE_SERVER, {caller.reading_elsewhere, caller.writing_elsewhere}),
        (
            ALL_OF_THE_SERVER | {"munge symlinks = true": "munge symlinks = false"},
            {caller.reading_elsewhere, caller.writing_elsewhere, caller.writing_through_a_link},
        ),
    ],
    ids=["exported", "no password", "listed", "readable", "deletes", "force", "path", "links"],
)
async def test_the_daemon_opens_nothing_but_the_backup(
    weakened: dict[str, str],
    open_to_thieves: set[caller.Attack],
    office: Office,
    tmp_path: Path,
    secret_service: SecretService,
) -> None:
    documents, folder = tmp_path / "documents", tmp_path / "caller"
    for made in (documents, folder):
        made.mkdir()
    (documents / "letter.txt").write_text(thief.LETTER)
    profile = placing.profile_for(office, "daemon", documents)
    access = placing.settle(office, profile)
    await report.backup(profile, access)

    config = office.path("/etc/rsyncd.conf")
    text = caller.FOREIGN_MODULE + config.read_text()
    for exported, slip in weakened.items():
        assert exported in text
        text = text.replace(exported, slip)
    config.write_text(text)
    someone = Caller(office, profile, access.password, folder)
    slow = [attack for attack in caller.SLOW if attack in open_to_thieves or not weakened]
    got_through = {attack for attack in (*caller.QUICK, *slow) if attack(someone)}
    assert got_through - {caller.overwriting} == open_to_thieves


def test_the_walk_to_a_daemon_ends_well(
    office: Office, tmp_path: Path, sample_folder: Path, secret_service: SecretService
) -> None:
    profile = placing.profile_for(office, "daemon", sample_folder)
    placing.begin(profile, tmp_path)
    placing.apply(office, profile)
    walked = backup_wizard("--answers", tmp_path / "answers.toml")
    assert walked.exit_code == 0, walked.stderr
    assert "Nothing was copied" in walked.stdout
    assert backup_wizard("check", profile.name, "--json").json["verdict"] != "open"
