"""Every attack on every choice with every rsync gains what that choice says in all, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.attacks import by_hand, stock_on_versions, stock_reading, stock_writing
from tests.attacks.plundered import Plundered
from tests.servers.restore.restores import back_up
from tests.servers.schemes.test_restrictions import OTHER_ADDRESS
from tests.support.attacks.targets import GONE, LETTER, SECRETS, UNKNOWN_NAME, VERSION
from tests.support.servers import old_rsync, placing
from tests.support.servers.office import ACCOUNT, HOST
from tests.support.versions import office as versioned_office
from wizard import schemes
from wizard.profile import VersionsSettings
from wizard.schemes.if_stolen import Ability
from wizard.schemes.parts import elsewhere

if TYPE_CHECKING:
    from tests.support.secret_service import SecretService
    from tests.support.table import AddRow
    from tests.support.versions.office import VersionedOffice
    from wizard.client.access import Access
    from wizard.profile import Profile

ATTACKS = (*stock_writing.ATTACKS, *stock_reading.ATTACKS, *stock_on_versions.ATTACKS, *by_hand.ATTACKS)
TITLE = "What a stolen key gained: choice, attack, on which rsync"
VERSIONS = (old_rsync.MACHINE, *old_rsync.SUITES)
CHOICES: dict[str, tuple[str, dict[str, Any]]] = {
    "rrsync": ("rrsync", {}),
    "rrsync, append only": ("rrsync", {"append_only": True}),
    "rrsync, deletes": ("rrsync", {"allow_delete": True}),
    "rrsync, reads": ("rrsync", {"write_only": False}),
    "rrsync, from elsewhere": ("rrsync", {"from": [HOST], "elsewhere": "add", "allow_delete": True}),
    "forced-command": ("forced-command", {}),
    "forced-command, deletes": ("forced-command", {"allow_delete": True}),
    "daemon-over-ssh": ("daemon-over-ssh", {}),
    "daemon-over-ssh, deletes": ("daemon-over-ssh", {"allow_delete": True}),
    "daemon-over-ssh, reads": ("daemon-over-ssh", {"write_only": False}),
    "daemon": ("daemon", {}),
    "login": ("login", {}),
}


# Who can do it plainly needs no tools, nor guesses.
_COVERS = {
    Ability.CHANGE: (Ability.CHANGE_WITH_TOOLS,),
    Ability.READ: (Ability.READ_WITH_TOOLS, Ability.GUESS, Ability.NAMES, Ability.LINES),
    Ability.EVERYTHING: tuple(Ability),
}

_WITH_TOOLS = {Ability.CHANGE: Ability.CHANGE_WITH_TOOLS, Ability.READ: Ability.READ_WITH_TOOLS}


@pytest.fixture(params=CHOICES)
def choice(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.long
@pytest.mark.timeout(1200)
async def test_a_thief_can_do_what_is_said_and_no_more(
    choice: str, versioned: VersionedOffice, tmp_path: Path, secret_service: SecretService, add_row: AddRow
) -> None:
    office, documents = versioned, tmp_path / "Documents"
    (documents / "inner").mkdir(parents=True)
    (documents / "letter.txt").write_bytes(LETTER)
    (documents / "inner" / UNKNOWN_NAME).write_bytes(SECRETS["own"][1])
    kind, options = CHOICES[choice]
    office.daemon_port = 873
    delete = options.get("allow_delete", False)
    profile = placing.profile_for(
        office, kind, documents, scheme=options, delete=delete, versions=VersionsSettings(keep="server")
    )
    access = placing.settle(office, profile)
    place = tmp_path / "thief"
    place.mkdir()
    gained: dict[str, dict[str, set[Ability]]] = {}
    refused = set()
    away = elsewhere.away(profile) if elsewhere.is_wanted(profile) else None
    address, honest = (OTHER_ADDRESS, elsewhere.at_its_places(profile)) if away else ("", None)
    with Plundered(office, away or profile, access, place, address, honest) as thief:
        for number, version in enumerate(VERSIONS):
            thief.use(version)
            if not number:
                await _keep_versions(office, profile if away else thief.profile, access)
                kept = versioned_office.look(office)
                office.run("cp", "-a", placing.OWN, f"{placing.ROOT}/other")
                office.put(
                    f"{placing.ROOT}/other/{thief.source}/letter.txt", SECRETS["other"][0].decode(), owner=ACCOUNT
                )
                for name, content in (("letter.txt", LETTER), ("pin.txt", by_hand.PIN)):
                    office.put(f"{placing.OWN}/{name}", content.decode(), owner=ACCOUNT)
                    office.run("touch", f"--date=@{by_hand.PIN_TIME}", f"{placing.OWN}/{name}")
                thief.keep()
            for attack in ATTACKS:
                if attack in refused:
                    gained[attack.__name__][version] = set()
                    continue
                thief.begin()
                attack(thief)
                found = thief.gained()
                assert versioned_office.look(office) == kept, (attack.__name__, version)
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
    said = schemes.of(profile).thief_can(away or profile)
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


async def _keep_versions(office: VersionedOffice, profile: Profile, access: Access) -> None:
    """Have two versions of the backup, of which one alone has a file that is in the backup no more."""
    gone = Path(profile.folders[0]).parent / GONE
    gone.write_bytes(SECRETS["versions"][0])
    await back_up(profile, access)
    office.make(1)
    gone.unlink()
    office.run("rm", f"{placing.OWN}/{GONE}")
    versioned_office.remove_mark(office, placing.OWN)
    await back_up(profile, access)
    office.make(2)
    shared = office.path(f"{VERSION}/{profile.folders[0].rpartition('/')[2]}/letter.txt")
    assert office.path(f"{VERSION}/{GONE}").exists()
    by_links = shared.lstat().st_dev == office.path("/srv").lstat().st_dev
    assert shared.lstat().st_nlink == (2 if by_links else 1)
    assert not office.path(f"{VERSION.replace('.1', '.0')}/{GONE}").exists()


def _grouped(by_version: dict[str, set[Ability]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for version, abilities in by_version.items():
        found.setdefault(", ".join(sorted(abilities)) or "nothing", []).append(version)
    return found
