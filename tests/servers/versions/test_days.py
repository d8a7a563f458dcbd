"""Days pass on a server with a real rsnapshot: which versions are there then, and what is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.servers.versioned import VersionedOffice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class _FewKept(VersionedOffice):
    keep = "3 2 2"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[VersionedOffice]:
    """A server that keeps 7 days, 4 weeks and 12 months."""
    with VersionedOffice(tmp_path / "office") as running:
        yield running


@pytest.mark.every_case
@pytest.mark.long
def test_sixty_days(office: VersionedOffice) -> None:
    office.back_up("mkdir folder; echo 0 >folder/letter; echo stays >folder/stays")
    for day in range(1, 61):
        office.back_up(f"echo {day} >folder/letter" + ("; rm folder/stays" if day == 20 else ""))
        office.make(day)

    assert office.days("daily") == [60, 59, 58, 57, 56, 55, 54]
    print(office.days("weekly"), office.days("monthly"))
    versions = office.versions()
    assert {day: (path / "folder/letter").read_text() for day, path in versions.items()} == {
        day: f"{day}\n" for day in versions
    }
    assert {day for day, path in versions.items() if (path / "folder/stays").exists()} == {
        day for day in versions if day < 20
    }
    assert office.state()["count"] == str(len(versions))
