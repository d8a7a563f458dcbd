"""What a drill chooses, and what is said of it: on lines, in `status` and for scripts."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.support.commands import backup_wizard
from tests.support.data import scheduled
from tests.support.data.profiles import a_profile
from wizard import backup_states
from wizard.profile import Profile
from wizard.restore.drills import drill, drilling, sample
from wizard.restore.drills.drill import Drill
from wizard.running import record
from wizard.schedule import weekly
from wizard.server.locks import checked
from wizard.storage import paths, state_files

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = 86_400
_TELLING = (("status",), ("show", "amamac"), ("list",))


def _files(folder: Path, names: range, size: int = 1, age: float = 0) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        with (folder / str(name)).open("wb") as file:
            file.truncate(size)


def test_old_and_new_files_are_chosen_at_random_and_few_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = Profile(name="amamac", folders=(str(tmp_path / "a"),), exclude=("cache/",))
    _files(tmp_path / "a/old", range(100))
    _files(tmp_path / "a/new", range(20))
    _files(tmp_path / "a/cache", range(20))
    now = (tmp_path / "a").stat().st_ctime + 10
    monkeypatch.setattr("wizard.running.comparing.unchanged._changed", lambda status: status.st_mtime)
    for path in (tmp_path / "a/old").iterdir():
        os.utime(path, (now - 40 * DAY, now - 40 * DAY))
    choices = [sample.choose(profile, now) for _ in range(30)]
    assert {len(choice) for choice in choices} == {sample.MOST_FILES}
    assert {sum(path.startswith("a/new/") for path in choice) for choice in choices} == {20}
    assert len({path for choice in choices for path in choice}) == 120  # 30 draws of 80 of 100 miss none
    assert sample.choose(profile, now - 50 * DAY) == {}


def test_large_files_are_few_and_none_is_too_large(tmp_path: Path) -> None:
    profile = Profile(name="amamac", folders=(str(tmp_path / "a"),))
    _files(tmp_path / "a", range(10), size=60_000_000)
    now = (tmp_path / "a").stat().st_ctime + 10
    assert list(sample.choose(profile, now).values()) == [60_000_000] * sample.LEAST_FILES
    _files(tmp_path / "a", range(10, 12), size=30_000_000)
    assert sum(sample.choose(profile, now).values()) <= 60_000_000 * 2 + 30_000_000
    _files(tmp_path / "a", range(12), size=1 << 30)
    assert sample.choose(profile, now) == {}


def test_it_is_told_in_words_that_say_how() -> None:
    names = tuple(f"Documents/{number}" for number in range(7))
    for one, words in (
        (Drill(how="restored", equal=1), "1 file, chosen at random, is the same on the server. They were taken back"),
        (Drill(how="checksums", equal=40), "40 files, chosen at random, are the same on the server. The server compa"),
        (Drill(how="sizes-and-times", not_tested=40), "40 files, chosen at random, are on the server. Only sizes and"),
        (Drill(how="restored", equal=3, not_tested=2), "by content. 2 files weren't compared, because they changed h"),
        (Drill(how="restored", equal=3, differing=names[:1]), "1 of 4 files differs on the server, or is missing: Do"),
        (Drill(how="checksums", differing=names), "7 of 7 files differ on the server, or are missing: Documents/0, "),
        (Drill(how="checksums", differing=names), "Documents/4 and 2 more. The server compared them by checksums"),
        (
            Drill(why="no-files"),
            "Nothing could be compared: no file here is as it was when the last good backup began.",
        ),
    ):
        assert words in one.sentence
    ended = [Drill(), Drill(how="restored", equal=1), Drill(how="restored", differing=names)]
    assert [one.exit_code for one in ended] == [1, 0, 1]
    assert Drill(how="restored").told == Drill(when=NOW, how="restored", equal=1).warning == ""
    bad = Drill(when=NOW, how="restored", equal=3, differing=names[:1])
    assert drilling.alarm(a_profile(), Drill(how="restored", equal=1)) is None
    found = drilling.alarm(a_profile(), bad)
    assert found
    assert "Documents/0" in found.what
    assert "Documents/0" in found.forward


def test_the_last_one_is_told_with_the_backup() -> None:
    profile = scheduled.finished(a_profile())
    good = Drill(when=NOW - timedelta(days=3), how="restored", equal=40)
    drill.note(profile.name, good)
    words = "3 days ago: 40 files, chosen at random, are the same on the server."
    for command in ("status", "show amamac"):
        assert words in " ".join(backup_wizard(*command.split()).stdout.replace("#", "").split())
    assert words not in " ".join(backup_wizard("list").stdout.split())
    assert backup_wizard("status", "--json").json["backups"][0]["last_drill"] == f"{good.when:%Y-%m-%dT%H:%M:%SZ}"
    bad = Drill(when=good.when, how="checksums", equal=1, differing=("Documents/\\x1b",))
    drill.note(profile.name, bad)
    for command in ("status", "show amamac", "list"):
        told = " ".join(backup_wizard(*command.split()).stdout.replace("#", "").split())
        assert "3 days ago: 1 of 2 files differs on the server, or is missing: Documents/\\x1b." in told
    drill.note(profile.name, Drill(when=NOW, why="refused"))
    assert backup_wizard("status", "--json").json["backups"][0]["last_drill"] is None
    (paths.walk_state(profile.name) / "last-drill.json").write_text('{"when": 1}')
    assert backup_states.of(profile.name).tested.drill == Drill()


def test_weeks_of_backups_without_one_are_told() -> None:
    """A test that can't be made is tried again at the next backup, and nobody would hear of it."""
    profile = scheduled.finished(scheduled.with_schedule(a_profile()))
    set_up, missed = NOW - timedelta(weeks=4), "The weekly test hasn't worked for three weeks."
    os.utime(paths.walk_state(profile.name) / "step", (set_up.timestamp(),) * 2)

    def told(last_good: datetime) -> bool:
        place = f"{profile.server.account}:{profile.destination}"
        state_files.save(profile.name, "last-run.json", record.Record(last=last_good, last_good=last_good, place=place))
        texts = {" ".join(backup_wizard(*words).stdout.replace("#", "").split()) for words in _TELLING}
        return {missed in text for text in texts} == {True}

    assert told(NOW)
    assert not told(set_up + timedelta(weeks=2))  # the computer was off since, so that nothing was missed
    drill.note(profile.name, Drill(when=NOW - timedelta(weeks=2), how="restored", equal=1))
    assert not told(NOW)
    drill.note(profile.name, Drill(when=NOW - timedelta(weeks=4), how="restored", equal=1))
    assert told(NOW)
    checked.note(profile.name, "locked")
    assert backup_states.of(profile.name).tested.about_check == ""
    os.utime(paths.walk_state(profile.name) / "last-check.json", (set_up.timestamp(),) * 2)
    assert "The weekly check hasn't worked for three weeks." in backup_wizard("status").stdout


def test_it_is_due_a_week_after_the_last_one_or_after_the_backup_was_set_up() -> None:
    profile, week = scheduled.finished(a_profile()), timedelta(days=7)
    now = datetime.now(UTC)
    assert not weekly.drill_is_due(profile, now + timedelta(days=6))
    assert weekly.drill_is_due(profile, now + week)
    drill.note(profile.name, Drill(when=NOW - week, why="no-files"))
    assert weekly.drill_is_due(profile, now)
    drill.note(profile.name, Drill(when=NOW, how="restored", equal=1))
    assert not weekly.drill_is_due(profile, now + timedelta(days=6))
    assert weekly.drill_is_due(profile, NOW - timedelta(days=1))  # the clock was wrong then, or is now
