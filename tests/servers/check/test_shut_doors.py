"""What a stolen key can do: every attack is tried on the exported text, and on text that was weakened."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.attacks import attempts, thief
from tests.support.attacks.thief import Thief
from tests.support.commands import backup_wizard
from tests.support.data.trees import tree
from tests.support.quick import sampled
from tests.support.servers import placing
from tests.support.servers.office import ACCOUNT, Office
from wizard.running import report

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.support.agent import Agent
    from tests.support.data.trees import Entry

LOCKED = ["rrsync", "forced-command", "daemon-over-ssh"]
IN_THE_FOLDER = (
    attempts.reading_back,
    attempts.overwriting,
    attempts.deleting,
    attempts.putting_a_file_in_a_folders_place,
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    place = tmp_path / "office"
    place.mkdir()
    with Office(place) as running:
        running.start_sshd()
        thief.prepare(running)
        yield running


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "letter.txt").write_text(thief.LETTER)
    return folder


@contextlib.asynccontextmanager
async def stolen(
    office: Office, kind: str, documents: Path, tmp_path: Path, weakened: tuple[str, str] = ("", ""), **changes: Any
) -> AsyncIterator[Thief]:
    """The key of a backup that was set up and has run; `weakened` is what is put in another text's place."""
    profile = placing.profile_for(office, kind, documents, **changes)
    access = placing.settle(office, profile)
    await report.backup(profile, access)
    for file in (office.home / ".ssh/authorized_keys", *office.path("/etc/backup-wizard").glob("*.conf")):
        file.write_text(file.read_text().replace(*weakened))
    folder = tmp_path / "thief"
    folder.mkdir()
    with Thief(office, profile, folder) as someone:
        assert someone.letter.read_text() == thief.LETTER
        yield someone


def outside(office: Office) -> dict[str, Entry]:
    """All of the account's home but the locked folder, and all of a neighbour's."""
    homes = tree(office.path("/home"))
    kept = (ACCOUNT, thief.NEIGHBOUR)
    return {path: entry for path, entry in homes.items() if path.startswith(kept) and "/backup" not in path}


@pytest.mark.parametrize("kind", sampled.first(1, LOCKED))
async def test_a_stolen_key_opens_nothing_but_the_backup(
    kind: str, office: Office, documents: Path, tmp_path: Path, agent: Agent
) -> None:
    async with stolen(office, kind, documents, tmp_path) as someone:
        before = outside(office)
        assert attempts.succeeding(someone, (*attempts.DOORS, *IN_THE_FOLDER)) == {attempts.overwriting}
        assert outside(office) == before


async def test_every_attack_succeeds_on_a_full_login(
    office: Office, documents: Path, tmp_path: Path, agent: Agent
) -> None:
    async with stolen(office, "login", documents, tmp_path) as someone:
        attacks = (*attempts.DOORS, *IN_THE_FOLDER)
        assert attempts.succeeding(someone, attacks) == set(attacks)


@pytest.mark.parametrize("kind", sampled.first(1, LOCKED))
async def test_without_restrict_every_door_of_ssh_is_open(
    kind: str, office: Office, documents: Path, tmp_path: Path, agent: Agent
) -> None:
    async with stolen(office, kind, documents, tmp_path, weakened=("restrict,", "")) as someone:
        assert attempts.succeeding(someone, attempts.SSH_DOORS) == set(attempts.SSH_DOORS)


@pytest.mark.parametrize(
    ("kind", "weakened"),
    [
        ("rrsync", (f'{placing.OWN}"', f'/home/{thief.NEIGHBOUR}"')),
        ("daemon-over-ssh", (f"path = {placing.OWN}", "path = /")),
        ("forced-command", ("case ", "eval $SSH_ORIGINAL_COMMAND; exit; case ")),
    ],
    ids=LOCKED,
)
async def test_with_a_slip_of_the_hand_other_folders_are_open(
    kind: str, weakened: tuple[str, str], office: Office, documents: Path, tmp_path: Path
) -> None:
    async with stolen(office, kind, documents, tmp_path, weakened=weakened) as someone:
        assert attempts.writing_elsewhere(someone)


@pytest.mark.parametrize(
    ("kind", "choices", "open_to_thieves"),
    [
        ("rrsync", {"append_only": True, "write_only": False}, {attempts.reading_back}),
        ("rrsync", {"allow_delete": True, "write_only": False}, set(IN_THE_FOLDER)),
        ("daemon-over-ssh", {"allow_delete": True, "write_only": False}, set(IN_THE_FOLDER)),
        ("forced-command", {"allow_delete": True}, set(IN_THE_FOLDER) - {attempts.reading_back}),
    ],
)
async def test_each_choice_opens_what_it_says_and_nothing_else(
    kind: str,
    choices: dict[str, bool],
    open_to_thieves: set[attempts.Attack],
    office: Office,
    documents: Path,
    tmp_path: Path,
) -> None:
    delete = choices.get("allow_delete", False)
    async with stolen(office, kind, documents, tmp_path, scheme=choices, delete=delete) as someone:
        assert attempts.succeeding(someone, IN_THE_FOLDER) == open_to_thieves


def test_a_full_login_is_said_to_be_open(office: Office, documents: Path, tmp_path: Path) -> None:
    profile = placing.profile_for(office, "login", documents)
    placing.begin(profile, tmp_path)
    placing.apply(office, profile)
    checked = backup_wizard("check", profile.name, "--json")
    assert (checked.exit_code, checked.json["verdict"]) == (1, "open")
    walked = backup_wizard("--answers", tmp_path / "answers.toml")
    assert walked.exit_code == 1, walked.stderr
    assert "Nothing was copied" in walked.stdout


@pytest.mark.parametrize("kind", sampled.first(1, LOCKED))
def test_a_locked_key_is_said_to_be_locked(kind: str, office: Office, documents: Path, tmp_path: Path) -> None:
    profile = placing.profile_for(office, kind, documents)
    placing.begin(profile, tmp_path)
    placing.apply(office, profile)
    walked = backup_wizard("--answers", tmp_path / "answers.toml")
    assert walked.exit_code == 0, walked.stderr
    assert "\nLocked: " in walked.stdout
