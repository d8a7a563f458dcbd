"""What an attack has changed on the server, and what that is in a thief's abilities."""

from __future__ import annotations

import hashlib
from stat import S_ISLNK, S_ISREG, filemode
from typing import TYPE_CHECKING

from tests.support.servers import placing
from tests.support.servers.office import ACCOUNT
from wizard.schemes.if_stolen import Ability

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.support.servers.office import Office

    Entry = tuple[str, tuple[str, ...]]  # the mode, and what is held and since when
    Tree = Mapping[str, Entry]

NEIGHBOUR = "bob"


def trees(office: Office) -> dict[str, Tree]:
    """All that lies in the homes: the backup's own folder, those of other backups, and the rest."""
    own, around = f"{placing.OWN}/", f"{placing.ROOT}/"
    everything: dict[str, Entry] = {}
    for account in (ACCOUNT, NEIGHBOUR):
        everything |= {f"{account}/{path}": entry for path, entry in _tree(office.path(f"/home/{account}")).items()}
    zones: dict[str, dict[str, Entry]] = {"own": {}, "other": {}, "outside": {}}
    for path, entry in everything.items():
        place = f"/home/{path}/"
        zone = "own" if place.startswith(own) else "other" if place.startswith(around) else "outside"
        zones[zone][path] = entry
    return dict(zones)


def modes(tree: Tree) -> dict[str, str]:
    """The mode of each path."""
    return {path: mode for path, (mode, _) in tree.items()}


def _tree(place: Path) -> dict[str, Entry]:
    """Every path under a place with its mode, and what it holds and when that was changed."""
    found = {}
    for path in place.rglob("*"):
        status = path.lstat()
        held: tuple[str, ...] = ()
        if S_ISREG(status.st_mode):
            held = (hashlib.md5(path.read_bytes()).hexdigest(), str(status.st_mtime_ns))
        elif S_ISLNK(status.st_mode):
            held = (str(path.readlink()),)
        found[str(path.relative_to(place))] = (filemode(status.st_mode), held)
    return found


def in_zone(zone: str, ability: Ability) -> Ability:
    return {"own": ability, "other": Ability.OTHER_BACKUPS}.get(zone, Ability.EVERYTHING)


def wrote(before: Mapping[str, Tree], now: Mapping[str, Tree]) -> set[Ability]:
    """What it takes to make the one of the other."""
    return {
        in_zone(zone, ability)
        for zone, tree in before.items()
        for path in tree.keys() | now[zone].keys()
        if (ability := _changed(tree.get(path), now[zone].get(path)))
    }


def _changed(before: Entry | None, now: Entry | None) -> Ability | None:
    if before == now:
        return None
    if before is None:
        return Ability.ADD
    if now is None:
        return Ability.DELETE
    # What the modes of folders are good for is tried. And a folder that is offered by the name of a file which rsync
    # leaves as it is gives that file its time, which spoils nothing.
    are_folders = before[0][0] == now[0][0] == "d"
    only_times_differ = before[0] == now[0] and before[1][:1] == now[1][:1]
    return None if are_folders or only_times_differ else Ability.CHANGE
