"""Days pass on a server with a real rsnapshot, or a real btrbk: which versions are there then, and what is in them.

`make test` plays a few days with few versions; `make test-attacks` plays sixty (`--every-case`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.servers.office import ACCOUNT
from tests.support.versions.office import LINK, NAME, OWN, PROGRAM, STATE, VersionedOffice

if TYPE_CHECKING:
    from pathlib import Path

GONE_ON = 20


class _Few(VersionedOffice):
    keep = "2 1 2"


class _OnBtrfs(VersionedOffice):
    disk = "btrfs"


def play(office: VersionedOffice, last: int) -> None:
    """A run of the client's each day, which changes a file and once removes one; and the program each hour or so."""
    office.back_up("mkdir folder; echo stays >folder/stays")
    for day in range(1, last + 1):
        office.back_up(f"printf %{day}d 0 >folder/letter" + ("; rm folder/stays" if day == GONE_ON else ""))
        office.make(day)
    office.make(last)  # there is one of that day


def require_content(office: VersionedOffice) -> None:
    """Each version is of its day."""
    versions = office.versions()
    for day, path in versions.items():
        assert len((path / "folder/letter").read_text()) == day
        assert (path / "folder/stays").exists() == (day < GONE_ON), day
    state = office.state()
    assert office.day(state.pop("last")) == max(versions)
    assert state == {"count": str(len(versions)), "held": "", "trouble": ""}


@pytest.mark.every_case
@pytest.mark.long
@pytest.mark.timeout(600)
def test_sixty_days_with_rsnapshot(office: VersionedOffice) -> None:
    play(office, 60)
    assert office.days("daily") == [60, 59, 58, 57, 56, 55, 54]
    assert office.days("weekly") == [50, 43, 36, 29]  # 53 is no week after 50
    assert office.days("monthly") == [1]  # the first week's version of January; February's is among the weeks still
    require_content(office)


def test_days_become_weeks_and_weeks_become_months(tmp_path: Path) -> None:
    with _Few(tmp_path / "office") as office:
        office.back_up("mkdir folder; echo stays >folder/stays")
        for day in (1, 2, 3, 40, 50, 60, 61):
            office.back_up(f"printf %{day}d 0 >folder/letter" + ("; rm -f folder/stays" if day >= GONE_ON else ""))
            office.make(day)
        assert office.days("daily") == [61, 60]
        assert office.days("weekly") == [50]
        assert office.days("monthly") == [40, 1]  # February and January
        require_content(office)


@pytest.mark.every_case
def test_a_clock_that_was_wrong_once_costs_no_later_versions(tmp_path: Path) -> None:
    with _Few(tmp_path / "office") as office:
        for day in (400, 401, 402, 1, 2, 3, 4):
            office.back_up(f"printf %{day}d 0 >letter")
            office.make(day)
        assert office.days("daily") == [4, 3]
        assert office.days("weekly") == [1]
        assert office.days("monthly") == [400]


def test_a_version_that_goes_loses_its_name_at_once(tmp_path: Path) -> None:
    """What is left of it meanwhile, which can be long, would be restored as if it were whole."""
    with _Few(tmp_path / "office") as office:
        watching = (
            """for one; do case $one in *ly.[0-9]*) echo "$one" >>/srv/removed;; esac; done; exec /bin/rm "$@"\n"""
        )
        office.put("/usr/local/watched/rm", f"#!/bin/sh\n{watching}", mode=0o755)
        office.put("/usr/local/bin/rm", f"#!/bin/sh\n{watching}", mode=0o755)  # which rsnapshot is told to take
        office.path_before = "/usr/local/watched"
        office.settle()
        for day in (1, 2, 40, 60, 90, 120, 150):
            office.back_up(f"printf %{day}d 0 >letter")
            office.make(day)
        assert (office.days("daily"), office.days("weekly"), office.days("monthly")) == ([150, 120], [90], [60, 40])
        assert not office.path("/srv/removed").exists()
        assert [path.name for path in office.path(office.place).iterdir() if path.name[0] in "._"] == []


def test_no_other_backup_s_name_is_one_of_a_temporary_file(tmp_path: Path) -> None:
    with _Few(tmp_path / "office") as office:
        other = f"{NAME}.new"
        settings = office.path(f"{OWN}/settings").read_text().replace(f"name={NAME}", f"name={other}")
        office.put(f"{OWN}.new/settings", settings, mode=0o644)
        office.run(office.shell, PROGRAM, "--set-up", ACCOUNT, other)
        office.settle()
        office.back_up("echo x >letter")
        office.make(1)
        office.run(office.shell, PROGRAM, "--take-down", ACCOUNT, NAME)
        assert office.path(f"{LINK}.new").is_symlink()
        assert office.path(f"{STATE}.new").exists()


@pytest.mark.every_case
@pytest.mark.long
@pytest.mark.timeout(600)
def test_sixty_days_with_btrbk(tmp_path: Path) -> None:
    with _OnBtrfs(tmp_path / "office") as office:
        play(office, 60)
        require_content(office)
        days, weeks, months = range(53, 61), (28, 35, 42, 49), (1,)  # by its policy, which counts today as none
        assert sorted(office.versions()) == sorted({*days, *weeks, *months})
        require_read_only(office)


def test_a_few_days_with_btrbk(tmp_path: Path) -> None:
    with _OnBtrfs(tmp_path / "office") as office:
        play(office, 3)
        assert sorted(office.versions()) == [1, 2, 3]
        require_content(office)
        require_read_only(office)


def require_read_only(office: VersionedOffice) -> None:
    """Not even root writes into a version."""
    for path in office.versions().values():
        with pytest.raises(OSError, match="Read-only"):
            (path / "folder/letter").write_text("other")
