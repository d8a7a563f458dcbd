"""What is set of a schedule and kept of its runs, for trials that are killed; each in a process of its own."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.support.kills.walks import NAME, nothing_left
from tests.support.schedule import CRONTAB
from wizard import trouble
from wizard.client import forgetting, stale_temp_files
from wizard.client.keys.secrets import Secret
from wizard.failure import Failure, Kind
from wizard.profile import Schedule
from wizard.running import history, record
from wizard.schedule import desktop, nothing_due, notices, schedulers, setting, waiting
from wizard.schedule.alarms import channels, messages
from wizard.schedule.schedulers import State
from wizard.schedule.schedulers.systemd import Systemd
from wizard.storage import profiles, state_files

FOREIGN = "0 3 * * * date\n"
_SYSTEMCTL = Path(__file__).parents[1] / "schedule/bin_systemd"
_EARLIER = datetime(2026, 11, 1, tzinfo=UTC)


def on(scheduler: str) -> None:
    """Back up every day from now on."""
    _be(scheduler)
    setting.put(profiles.load(NAME), Schedule(every="daily", at="12:30"))


def off(scheduler: str) -> None:
    """Back up no more without being asked."""
    _be(scheduler)
    setting.put(profiles.load(NAME), Schedule())


def forget(scheduler: str) -> None:
    """Forget the backup, unless that is done."""
    _be(scheduler)
    if profiles.exists(NAME):
        forgetting.forget(NAME, remove_key=True)
    stale_temp_files.clear(NAME)  # as any walk does
    nothing_left_of_timers()


def alarm(scheduler: str) -> None:
    """Have messages sent from now on."""
    _be(scheduler)
    messages.send = lambda *_, **__: None
    channels.put(profiles.load(NAME), "alarm", Secret("ntfy://secret"))


def look_and_go_on(scheduler: str, what: str) -> None:
    """See that what a kill left is whole, and do again what was cut off."""
    _be(scheduler)
    assert schedulers.state() is not State.CHANGED, "taken for changed by hand"
    kept = [profiles.load(name) for name in profiles.names()]
    if what != "forget" and any(profile.schedule.every != "off" for profile in kept):
        assert schedulers.state() is State.OURS, "nothing starts it"
    globals()[what](scheduler)
    expected = {"on": State.OURS, "off": State.ABSENT, "forget": State.ABSENT, "alarm": State.ABSENT}[what]
    assert schedulers.state() is expected
    assert not list(Path.home().rglob("*.new")), "a stray temporary file"
    if what == "alarm":
        assert profiles.load(NAME).schedule.alarm
        assert channels._fetch(profiles.load(NAME), "alarm")


def nothing_left_of_timers() -> None:
    """See that a forgotten backup has left no timer, and nothing else of its own."""
    home = Path.home()
    table = home / CRONTAB
    assert not table.exists() or table.read_text() == FOREIGN
    table.unlink(missing_ok=True)
    (home / ".launchctl-of-the-tests").unlink(missing_ok=True)
    nothing_left(NAME)
    assert not list(home.rglob("backup-wizard.*")), "a unit"


def note_first() -> None:
    """What there is before: a good run, a wait since then, and a warning that it was too old."""
    profile = profiles.load(NAME)
    record.note(profile, "done", since=_EARLIER.timestamp())
    history.note(NAME, _EARLIER, "schedule", "done")
    waiting.note(NAME, "battery")
    state_files.save(NAME, notices._ON_DESKTOP, notices.Told(stale=_EARLIER))


def note_more() -> None:
    """All that a scheduled run keeps, and one that is put off, and one that finds nothing due."""
    profile = profiles.load(NAME)
    desktop.show = lambda *_: True
    record.note(profile, "failed", why="it failed")
    history.note(NAME, datetime.now(UTC), "schedule", "failed", why="it failed")
    waiting.note(NAME, "server")
    notices.after_run(profile, trouble.explain(Failure(Kind.NO_RSYNC), profile))
    nothing_due.clock = lambda: time.time() + 60
    nothing_due.keep(nothing_due.Look(), time.time() + 3600)


def look_at_notes() -> None:
    """See that each is as before or as after, and none lost; then keep it all again."""
    kept = record.read(NAME)
    assert kept.result in {"done", "failed"}
    assert kept.last_good
    assert kept.last_good >= _EARLIER
    runs = history.read(NAME)
    assert [run.result for run in runs] in (["done"], ["failed", "done"])
    waits = state_files.load(NAME, waiting._FILE, waiting.Waiting, None)
    assert waits
    assert waits.reason in {"battery", "server"}
    told = state_files.load(NAME, notices._ON_DESKTOP, notices.Told, None)
    assert told
    assert told.stale
    assert nothing_due.is_sure() in {True, False}
    note_more()
    assert record.read(NAME).result == "failed"
    assert history.read(NAME)[-1].result == "done"
    assert not list(Path.home().rglob("*.new")), "a stray temporary file"


def _be(scheduler: str) -> None:
    if scheduler == "launchd":
        sys.platform = "darwin"
    if scheduler == "systemd":
        Systemd.is_there = lambda self: True  # type: ignore[method-assign]
        os.environ["PATH"] = f"{_SYSTEMCTL}{os.pathsep}{os.environ['PATH']}"
