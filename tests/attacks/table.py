"""Every attack on every choice with every rsync gains what that choice says in all, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.attacks import by_hand, stock_reading, stock_writing
from tests.attacks.plundered import LETTER, SECRETS, UNKNOWN_NAME, Plundered
from tests.support.servers import old_rsync, placing
from tests.support.servers.office import ACCOUNT, Office
from wizard import schemes
from wizard.running import report
from wizard.schemes.if_stolen import Ability

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.secret_service import SecretService
    from tests.support.table import AddRow

TITLE = "What a stolen key gained: choice, attack, on which rsync"
VERSIONS = (old_rsync.MACHINE, *old_rsync.SUITES)
CHOICES: dict[str, tuple[str, dict[str, bool]]] = {
    "rrsync": ("rrsync", {}),
    "rrsync, append only": ("rrsync", {"append_only": True}),
    "rrsync, deletes": ("rrsync", {"allow_delete": True}),
    "rrsync, reads": ("rrsync", {"write_only": False}),
    "forced-command": ("forced-command", {}),
    "forced-command, deletes": ("forced-command", {"allow_delete": True}),
    "daemon-over-ssh": ("daemon-over-ssh", {}),
    "daemon-over-ssh, deletes": ("daemon-over-ssh", {"allow_delete": True}),
    "daemon-over-ssh, reads": ("daemon-over-ssh", {"write_only": False}),
    "daemon": ("daemon", {}),
}


# Who can do it plainly needs no tools, nor guesses.
_COVERS = {
    Ability.CHANGE: (Ability.CHANGE_WITH_TOOLS,),
    Ability.READ: (Ability.READ_WITH_TOOLS, Ability.GUESS, Ability.NAMES, Ability.LINES),
}

_WITH_TOOLS = {Ability.CHANGE: Ability.CHANGE_WITH_TOOLS, Ability.READ: Ability.READ_WITH_TOOLS}


@pytest.fixture(params=CHOICES)
def choice(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.long
@pytest.mark.timeout(1200)
async def test_a_thief_can_do_what_is_said_and_no_more(
    choice: str, office: Office, tmp_path: Path, secret_service: SecretService, add_row: AddRow
) -> None:
    documents = tmp_path / "Documents"
    (documents / "inner").mkdir(parents=True)
    (documents / "letter.txt").write_bytes(LETTER)
    (documents / "inner" / UNKNOWN_NAME).write_bytes(SECRETS["own"][1])
    kind, options = CHOICES[choice]
    office.daemon_port = 873
    delete = options.get("allow_delete", False)
    profile = placing.profile_for(office, kind, documents, scheme=options, delete=delete)
    access = placing.settle(office, profile)
    place = tmp_path / "thief"
    place.mkdir()
    gained: dict[str, dict[str, set[Ability]]] = {}
    refused = set()
    with Plundered(office, profile, access, place) as thief:
        for number, version in enumerate(VERSIONS):
            thief.use(version)
            if not number:
                await report.backup(thief.profile, access)
                office.run("cp", "-a", placing.OWN, f"{placing.ROOT}/other")
                office.put(
                    f"{placing.ROOT}/other/{thief.source}/letter.txt", SECRETS["other"][0].decode(), owner=ACCOUNT
                )
                for name, content in (("letter.txt", LETTER), ("pin.txt", by_hand.PIN)):
                    office.put(f"{placing.OWN}/{name}", content.decode(), owner=ACCOUNT)
                    office.run("touch", f"--date=@{by_hand.PIN_TIME}", f"{placing.OWN}/{name}")
                thief.keep()
            for attack in (*stock_writing.ATTACKS, *stock_reading.ATTACKS, *by_hand.ATTACKS):
                if attack in refused:
                    gained[attack.__name__][version] = set()
                    continue
                thief.begin()
                attack(thief)
                found = thief.gained()
                # What the key line has refused, no rsync was ever asked for.
                if not found and not thief.got_past_the_line:
                    refused.add(attack)
                if attack in by_hand.ATTACKS:
                    found = {_WITH_TOOLS.get(ability, ability) for ability in found}
                gained.setdefault(attack.__name__, {})[version] = found
    assert stock_writing.adding not in refused, "not even what a backup asks for was let in"
    for name, by_version in gained.items():
        for words, versions in _grouped(by_version).items():
            add_row(TITLE, choice, name.replace("_", " "), ", ".join(versions), words)
    said = schemes.of(profile).thief_can(profile)
    covered = {more for ability in said for more in _COVERS.get(ability, ())}
    untold = {
        (name, version): found - said - covered
        for name, by_version in gained.items()
        for version, found in by_version.items()
        if found - said - covered
    }
    assert not untold
    done = {ability for by_version in gained.values() for found in by_version.values() for ability in found}
    assert said <= done | covered


def _grouped(by_version: dict[str, set[Ability]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for version, abilities in by_version.items():
        found.setdefault(", ".join(sorted(abilities)) or "nothing", []).append(version)
    return found
