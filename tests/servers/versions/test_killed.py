"""The program, killed at each of its commands and between the renames of rsnapshot's: no version is lost or half one.

It is run again from a part of the states; `make test-attacks` does so from every one (`--every-case`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.kills.stopping import Gates
from tests.support.versions.office import PROGRAM, WORK, VersionedOffice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.table import AddCount

_TOUCHED = "home/backup-wizard-versions etc/backup-wizard var/lib/backup-wizard"
_KEEP = f"cd / && tar -cf {{}} {_TOUCHED}"
_RESTORE = f"cd / && rm -rf {_TOUCHED} && tar -xpf {{}}"


_WHOLE = {("daily", 50), ("daily", 43), ("weekly", 36), ("monthly", 29)}


class _Few(VersionedOffice):
    keep = "2 1 1"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[VersionedOffice]:
    """A day on which the oldest week's version becomes the month's, and the oldest day's a week's."""
    with _Few(tmp_path / "office") as running:
        running.back_up("mkdir folder; echo stays >folder/stays")
        for day in (1, 29, 36, 43):
            running.back_up(f"printf %{day}d 0 >folder/letter")
            running.make(day)
        running.back_up("printf %50d 0 >folder/letter")
        yield running


def state(office: VersionedOffice) -> dict[tuple[str, int], str]:
    """What is in each version that can be seen."""
    return {
        (level, day): " ".join(
            f"{path.name} {path.stat().st_size}" for path in sorted(content.rglob("*")) if path.is_file()
        )
        for level in ("daily", "weekly", "monthly")
        for day, content in office.versions(level).items()
    }


@pytest.mark.long
@pytest.mark.timeout(400)
def test_a_kill_at_any_command_loses_no_version(office: VersionedOffice, every: int, add_count: AddCount) -> None:
    before = state(office)
    office.run("sh", "-c", _KEEP.format("/srv/before.tar"))
    office.make(50)
    whole = state(office)
    assert set(whole) == _WHOLE
    office.run("sh", "-c", _RESTORE.format("/srv/before.tar"))
    assert state(office) == before

    known = {content for (_, day), content in (before | whole).items()}
    kept_at = {repr(office.tree()): "/srv/before.tar"}
    gates = Gates(office.path("/srv/gates"), "/srv/gates")
    office.path_before = "/srv/gates"
    for number, _ in enumerate(gates.stops(office.on_clock(50, "sh", PROGRAM))):
        assert set(state(office).values()) <= known, f"half a version at {number}"
        if (seen := repr(office.tree())) not in kept_at:
            kept_at[seen] = f"/srv/{number}.tar"
            office.run("sh", "-c", _KEEP.format(kept_at[seen]))
    assert state(office) == whole
    office.path_before = ""
    for kept in list(kept_at.values())[:: min(every, 4)]:
        office.run("sh", "-c", _RESTORE.format(kept))
        office.make(50)
        assert state(office) == whole, kept
    assert len(kept_at) > 5
    add_count("states that a kill -9 of the versions' program leaves", len(kept_at))


def test_a_kill_between_two_renames_loses_no_version(office: VersionedOffice) -> None:
    """rsnapshot makes room for each new folder first, level by level."""
    office.make(50)
    whole = state(office)
    # Backwards, as it was before each last rename of a level.
    undone = ("daily.0 .sync", "daily.1 daily.0", "weekly.0 daily.1", "monthly.0 weekly.0")
    for count in (1, 3, 4):
        moves = " && ".join(f"mv {move}" for move in undone[:count])
        office.run("sh", "-c", f"cd {office.place} && {moves} && rm {WORK}/kept")
        office.make(50)
        assert state(office) == whole, moves
