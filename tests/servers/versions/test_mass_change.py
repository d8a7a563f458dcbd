"""Most of a backup changed or went at once: the admin is told, and nothing older is removed until they say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.quick import sampled
from tests.support.servers.office import ACCOUNT
from tests.support.versions.office import NAME, OWN, VersionedOffice

if TYPE_CHECKING:
    from pathlib import Path

_MADE = "mkdir folder; for n in $(seq 30); do echo $n >folder/$n; done"
# What malware and thieves do, and somebody who tidies up.
_CASES = {
    "removed": ("rm -r folder", True),
    "replaced by links": ("for n in $(seq 16); do ln -sf nowhere folder/$n; done", True),
    "replaced by one file under many names": (
        "printf %99s x >folder/1; for n in $(seq 2 16); do ln -f folder/1 folder/$n; done",
        True,
    ),
    "encrypted": ("for n in $(seq 16); do printf %99s $n >folder/$n; done", True),
    "encrypted under other names": (
        "cd folder; for n in $(seq 16); do rm $n; printf %99s $n >$n.locked; done; cd ..",
        True,
    ),
    "replaced by folders": ("for n in $(seq 16); do rm folder/$n; mkdir folder/$n; done", True),
    "less than half": ("for n in $(seq 14); do printf %99s $n >folder/$n; done", False),
    "less than half replaced": ("for n in $(seq 14); do ln -sf nowhere folder/$n; done", False),
    "new links and folders": ("for n in $(seq 100 200); do ln -s nowhere folder/$n; mkdir folder/d$n; done", False),
    "only new": ("for n in $(seq 100 200); do echo $n >folder/$n; done", False),
}


class _Few(VersionedOffice):
    keep = "2 1 1"


class _FewOnBtrfs(VersionedOffice):
    keep = "2 1 1"
    disk = "btrfs"


@pytest.mark.parametrize("kind", [_Few, _FewOnBtrfs])
def test_nothing_is_removed_until_the_admin_says_so(kind: type[VersionedOffice], tmp_path: Path) -> None:
    with kind(tmp_path / "office") as office:
        office.back_up(_MADE)
        office.make(1)
        office.back_up("echo >folder/more")
        office.make(2)
        before = set(office.versions())
        for day in (3, 4):
            office.back_up(
                "for n in $(seq 20); do printf %99s $n >folder/$n; done" if day == 3 else "echo >folder/other"
            )
            told = office.on_day(day)
            assert (told.returncode, told.stdout) == (1, "")
            assert f"--release {ACCOUNT} {NAME}" in told.stderr
            assert office.on_day(day, "--now", ACCOUNT, NAME).stderr == ""  # once a day
            assert set(office.versions()) == before | set(range(3, day + 1))
            assert office.day(office.state()["held"]) == 3
        assert (office.versions()[2] / "folder/7").read_text() == "7\n"

        assert "removed again" in office.on_day(5, "--release", ACCOUNT, NAME).stdout
        assert not office.path(f"{OWN}/held").exists()
        office.back_up("echo >folder/last")
        office.make(5)
        assert office.state()["held"] == ""
        if office.disk:
            assert {5, 4, 3} <= set(office.versions())
        else:
            assert (office.days("daily"), office.days("weekly")) == ([5, 4], [1])


def test_what_can_not_be_held_is_not_kept_either(tmp_path: Path) -> None:
    """Or else the oldest version would be removed for it: the disk of /etc may be full."""
    with _Few(tmp_path / "office") as office:
        office.back_up(_MADE)
        office.make(1)
        office.back_up("echo >folder/more")
        office.make(2)
        office.back_up("rm -r folder; echo >left")
        office.run("mount", "--bind", OWN, OWN)
        office.run("mount", "-o", "remount,bind,ro", OWN)
        told = office.on_day(3)
        assert (told.returncode, "could not be noted" in told.stderr) == (1, True), told.stderr
        assert office.days("daily") == [2, 1]
        office.run("umount", OWN)
        assert "--release" in office.on_day(3).stderr
        assert office.days("daily") == [3, 2, 1]


@pytest.mark.parametrize("case", sampled.first(3, _CASES))
def test_what_counts_as_most(case: str, office: VersionedOffice) -> None:
    script, is_held = _CASES[case]
    office.back_up(_MADE)
    office.make(1)
    office.back_up(script)
    assert office.on_day(2).returncode == (1 if is_held else 0)
    assert office.path(f"{OWN}/held").exists() == is_held
