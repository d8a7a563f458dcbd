"""What a backup's runs and waits come to, also where their files were lost or damaged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.support.data import scheduled
from tests.support.data.profiles import a_profile
from wizard.client.rsync import Totals
from wizard.failure import Failure, Kind
from wizard.profile import Schedule
from wizard.running import history, record
from wizard.schedule import due, runs, waiting
from wizard.storage import paths, state_files

if TYPE_CHECKING:
    from wizard.profile import Profile

BEGAN = datetime(2026, 11, 29, 8, tzinfo=UTC)


@pytest.fixture
def profile() -> Profile:
    return scheduled.finished(a_profile(schedule=Schedule(every="daily")))


def counted(profile: Profile) -> due.Runs:
    return runs.of(profile, record.read(profile.name))


def fail(profile: Profile, times: int = 1) -> None:
    for _ in range(times):
        history.note_failed(profile, Failure(Kind.NO_RSYNC, "rsync"), datetime.now(UTC), "schedule")


def test_only_with_a_schedule_and_set_up_to_its_end(profile: Profile) -> None:
    assert runs.is_scheduled(profile)
    assert not runs.is_scheduled(scheduled.with_schedule(profile, Schedule()))
    (paths.walk_state("amamac") / "step").write_text("dry-run\n")
    assert not runs.is_scheduled(profile)


def test_none_yet(profile: Profile) -> None:
    assert counted(profile) == due.Runs()
    now = datetime.now(UTC)
    assert runs.next_due(profile, now) == now


def test_the_good_one_is_counted_from_its_beginning(profile: Profile) -> None:
    record.note(profile, "done", since=BEGAN.timestamp())
    history.note("amamac", BEGAN, "person", "done", Totals(files=9, new=2, changed=3, deleted=1, bytes_to_send=7))
    assert counted(profile) == due.Runs(last_good=BEGAN)
    [run] = history.read("amamac")
    assert (run.files, run.new, run.changed, run.deleted, run.bytes) == (9, 2, 3, 1, 7)


def test_failures_since_then_are_counted(profile: Profile) -> None:
    record.note(profile, "done", since=BEGAN.timestamp())
    fail(profile)
    history.note("amamac", BEGAN, "schedule", "done")
    fail(profile, 2)
    history.note("amamac", BEGAN, "person", "unfinished")
    found = counted(profile)
    assert found.failed == 2
    assert found.last_good == BEGAN
    assert found.last_failed == history.read("amamac")[1].ended
    assert "rsync" in history.read("amamac")[1].why


def test_a_lost_history_leaves_the_last_failure(profile: Profile) -> None:
    fail(profile, 3)
    (paths.walk_state("amamac") / "runs.json").write_bytes(b"[{")
    assert counted(profile).failed == 1


def test_another_place_has_no_good_run_yet(profile: Profile) -> None:
    record.note(profile, "done", since=BEGAN.timestamp())
    assert counted(profile).last_good
    moved = msgspec.structs.replace(profile, server=msgspec.structs.replace(profile.server, host="other.example.lan"))
    assert counted(moved).last_good is None
    now = datetime.now(UTC)
    assert runs.next_due(moved, now) == now


def test_a_folder_that_was_never_sent_is_due_now_unless_runs_fail(profile: Profile) -> None:
    now = datetime.now(UTC)
    sources = {folder: record.Source("/", False) for folder in profile.folders}
    record.note(profile, "done", since=now.timestamp(), sources=sources)
    more = msgspec.structs.replace(profile, folders=(*profile.folders, "/home/amanda/Photos"))
    assert (counted(profile).last_good, counted(more).last_good) == (now, None)
    assert runs.next_due(more, now) == now
    fail(more)
    later = runs.next_due(more, datetime.now(UTC))
    assert later
    assert later > now
    written_otherwise = msgspec.structs.replace(profile, folders=tuple(f"{folder}/" for folder in profile.folders))
    assert counted(written_otherwise).last_good == now


def test_a_record_that_names_no_folders_makes_none_due(profile: Profile) -> None:
    record.note(profile, "done", since=BEGAN.timestamp())
    assert counted(profile).last_good == BEGAN


@pytest.mark.parametrize("since", [1e300, -1e300, float("inf")])
def test_a_damaged_record_is_none(profile: Profile, since: float) -> None:
    record.note(profile, "done", since=BEGAN.timestamp())
    path = paths.walk_state("amamac") / "last-run.json"
    path.write_text(path.read_text().replace(f"{BEGAN.timestamp():.1f}", repr(since)))
    assert counted(profile).last_good is None


def test_the_history_has_fifty_runs_at_most(profile: Profile) -> None:
    for number in range(history.MOST + 3):
        history.note("amamac", BEGAN + timedelta(seconds=number), "schedule", "failed", why="why " * 1000)
    found = history.read("amamac")
    assert len(found) == history.MOST
    assert found[0].began == BEGAN + timedelta(seconds=history.MOST + 2)
    assert (paths.walk_state("amamac") / "runs.json").stat().st_size < 100_000


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[1]",
        b'[{"began": "2026-11-29T08:00:00"}]',  # of no zone
        b'[{"began": "9999-11-29T08:00:00Z", "seconds": 1e7}]',
        b'[{"began": "2026-11-29T08:00:00Z", "seconds": 1e300}]',
        b'[{"began": "2026-11-29T08:00:00Z", "by": "nobody"}]',
    ],
)
def test_a_damaged_history_is_none(profile: Profile, content: bytes) -> None:
    (paths.walk_state("amamac") / "runs.json").write_bytes(content)
    assert history.read("amamac") == []
    fail(profile)
    assert len(history.read("amamac")) == 1


def test_a_wait_lasts_until_a_run_ends_it(profile: Profile) -> None:
    assert waiting.read("amamac") is None
    waiting.note("amamac", "server")
    first = waiting.read("amamac")
    assert first
    waiting.note("amamac", "server")
    assert waiting.read("amamac") == first
    waiting.note("amamac", "battery")
    second = waiting.read("amamac")
    assert second
    assert (second.reason, second.since > first.since) == ("battery", True)
    history.note("amamac", datetime.now(UTC), "person", "failed")
    assert waiting.read("amamac") is None
    waiting.note("amamac", "battery")
    third = waiting.read("amamac")
    assert third
    assert third.since > second.since
    waiting.note("amamac", None)
    assert waiting.read("amamac") is None


def test_a_damaged_wait_is_none(profile: Profile) -> None:
    state_files.save("amamac", "waiting.json", {"reason": "fate", "since": "2026-11-29T08:00:00Z"})
    assert waiting.read("amamac") is None
