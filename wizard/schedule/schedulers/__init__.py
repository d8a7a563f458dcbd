"""The system's own scheduler, which starts what is due: one entry for all backups, and no daemon of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.failure import Failure, Kind
from wizard.schedule.schedulers import starting_line
from wizard.schedule.schedulers.cron import Cron
from wizard.schedule.schedulers.launchd import Launchd
from wizard.schedule.schedulers.scheduler import Plan, Planned, Scheduler, State, Tried
from wizard.schedule.schedulers.systemd import Systemd

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable

    from wizard.profile import Profile

__all__ = ["Plan", "Planned", "Scheduler", "State", "Tried"]

_ALL: tuple[Scheduler, ...] = (Systemd(), Launchd(), Cron())


def chosen() -> Scheduler:
    """The first that this computer has.

    Raises:
        Failure: `NO_SCHEDULER` if it has none.
    """
    for scheduler in _ALL:
        if scheduler.is_there():
            return scheduler
    raise Failure(Kind.NO_SCHEDULER)


def seems_to_run() -> bool:
    """Whether something is there that starts what is due, as far as can be seen.

    Raises:
        Failure: `NO_SCHEDULER`.
    """
    return chosen().seems_to_run()


def plan() -> Plan:
    """What installing would write and run.

    Raises:
        Failure: `NO_SCHEDULER`.
    """
    return chosen().plan()


def state() -> State:
    """Whether something is installed, in whichever scheduler, and whether it is as it should be."""
    return next((found for one in _ALL if (found := one.state()) is not State.ABSENT), State.ABSENT)


def installed() -> Plan | None:
    """What is installed, in whichever scheduler there is something."""
    return next((one.plan() for one in _ALL if one.state() is not State.ABSENT), None)


def require_unchanged() -> None:
    """See that what is installed is as backup-wizard wrote it.

    Raises:
        Failure: `TIMER_CHANGED`, with what a person changed.
    """
    for scheduler in _ALL:
        if place := scheduler.changed():
            raise Failure(Kind.TIMER_CHANGED, place)


def install() -> Plan:
    """Have what is due started from now on, by one scheduler alone; return what is installed.

    Raises:
        Failure: `NO_SCHEDULER`, `TIMER_CHANGED`, `SCHEDULER_FAILED`, or a file can't be written.
    """
    require_unchanged()
    scheduler = chosen()
    scheduler.install()
    for other in _ALL:
        if other is not scheduler and other.state() is not State.ABSENT:
            other.remove()
    return scheduler.plan()


def remove() -> None:
    """Leave nothing installed.

    Raises:
        Failure: `TIMER_CHANGED`, `SCHEDULER_FAILED`, or a file can't be removed.
    """
    require_unchanged()
    for scheduler in _ALL:
        if scheduler.state() is not State.ABSENT:
            scheduler.remove()
        scheduler.clear()


def ensure(profiles: Iterable[Profile]) -> None:
    """Install, or leave nothing installed, by whether any of all the profiles has a schedule.

    Raises:
        Failure: as for `install` and `remove`.
    """
    if any(profile.schedule.every != "off" for profile in profiles):
        install()
    else:
        remove()


def try_now(name: str, stop: threading.Event) -> Tried:
    """Have the scheduler itself start a trial of one backup, which signs in to the server and changes nothing.

    Raises:
        Failure: `NO_SCHEDULER`, or `SCHEDULER_FAILED`, also once `stop` is set.
    """
    return chosen().start_once(starting_line.script(f"schedule {name} --try"), stop)
