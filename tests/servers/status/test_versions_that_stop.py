"""The status script where versions stop coming, by a thief or an accident: how old the newest is, and why."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.servers.status.test_status import DAY, of_all, put_status, status_of
from tests.support.servers import setting_up
from tests.support.versions.office import FIRST_DAY, LINK, STATE, VersionedOffice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MADE = "/var/lib/backup-wizard/made"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[VersionedOffice]:
    with VersionedOffice(setting_up.place(tmp_path)) as running:
        running.put(_MADE, f"amanda amamac backup yes\namanda amamac root {running.live}\n")
        put_status(running)
        yield running


def days_ago(count: int) -> int:
    """The day of the office's clock that was so many days before now."""
    return (datetime.now(UTC) - FIRST_DAY).days + 1 - count


def test_a_folder_that_changes_after_each_run_is_told_with_the_age_of_the_newest_version(
    office: VersionedOffice,
) -> None:
    office.back_up("echo 1 >file")
    office.make(days_ago(9))
    assert "versions: 1, the last 9 days ago (20" in status_of(office, "--max-age", "20").stdout
    office.back_up("echo 2 >file")
    office.begin_another("file")
    for ago in (1, 0):
        assert office.on_day(days_ago(ago)).returncode == 0
    assert office.state()["count"] == "1"
    why = "its folder has changed since the last complete backup, so no version was made"
    said = status_of(office, code=1).stdout
    assert f"! no new version for 9 days: {why}\n" in said
    assert said.count(why) == 1
    assert "amamac (account amanda): complete 0 minutes ago" in said
    told = of_all(office, code=1)["amamac"]
    assert told["stale"] is True
    assert told["problems"] == [f"no new version for 9 days: {why}"]
    assert told["versions"]["stale"] is True
    assert told["versions"]["trouble"] == why
    assert 8 * DAY < told["versions"]["age_seconds"] < 11 * DAY
    assert office.path(STATE).exists()
    # It is said before they are too old, too.
    told = of_all(office, "--max-age", "20", code=1)["amamac"]
    assert (told["stale"], told["problems"]) == (False, [f"versions: {why}"])

    office.back_up("echo 3 >file")
    office.make(days_ago(0))
    told = of_all(office)["amamac"]
    assert (told["stale"], told["problems"], told["versions"]["trouble"]) == (False, [], None)


def test_none_since_it_was_set_up_or_none_without_a_reason(office: VersionedOffice) -> None:
    office.back_up("echo 1 >file")
    assert "versions: 0\n" in status_of(office).stdout
    office.path(STATE).unlink()
    assert "versions: none noted yet" in status_of(office).stdout
    assert of_all(office)["amamac"]["versions"] == {
        "count": None,
        "last": None,
        "age_seconds": None,
        "stale": False,
        "held": None,
        "trouble": None,
    }
    office.run("touch", "-h", "-d", "9 days ago", LINK)
    told = of_all(office, code=1)["amamac"]
    assert told["problems"] == ["no version is noted since they were set up 9 days ago, and no reason is noted"]
    # Whoever is locked out makes no more, and isn't asked for any.
    office.put(_MADE, f"{office.path(_MADE).read_text()}amanda amamac revoked 1700000000 AAAA\n")
    assert of_all(office)["amamac"]["stale"] is False


@pytest.mark.parametrize("shell", ["dash", "busybox"])
def test_a_full_disk_is_told(office: VersionedOffice, shell: str) -> None:
    office.back_up("echo 1 >file")
    office.make(days_ago(9))
    office.settle(reserve=str(2**40))
    office.back_up("echo 2 >file")
    assert office.on_day(days_ago(0)).returncode == 1
    (problem,) = of_all(office, code=1, shell=shell)["amamac"]["problems"]
    assert problem.startswith("no new version for 9 days: only ")
    assert "MiB are free where its versions are" in problem
