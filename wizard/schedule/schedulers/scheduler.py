"""What each of the system's schedulers is asked for, and what it answers."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from enum import StrEnum, auto
from typing import TYPE_CHECKING, Protocol

import msgspec

from wizard.failure import Failure, Kind

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping, Sequence

MINUTES = 15
LABEL = "backup-wizard"
TRIAL_SECONDS = 180.0

_LOOK_AGAIN_SECONDS = 0.1
_SECONDS_TO_END = 5.0


class State(StrEnum):
    """What is installed: nothing, what we would write now, something else of ours, or what a person changed.

    Something else is what another installation wrote, or a part of it, where the program was ended at work.
    """

    ABSENT = auto()
    OURS = auto()
    OTHERWISE = auto()
    CHANGED = auto()


class Planned(msgspec.Struct, frozen=True):
    """A text and where it is written: a file, or the person's list of cron's."""

    place: str
    text: str


class Plan(msgspec.Struct, frozen=True):
    """All that installing does."""

    scheduler: str
    texts: tuple[Planned, ...]
    commands: tuple[tuple[str, ...], ...] = ()


class Tried(msgspec.Struct, frozen=True):
    """How a program ended that the scheduler started, and what it printed."""

    exit_code: int
    stdout: str
    stderr: str


class Scheduler(Protocol):
    """One of the system's schedulers; each of these is done again without harm after it was cut off."""

    name: str

    def is_there(self) -> bool:
        """Whether it runs for this person."""

    def seems_to_run(self) -> bool:
        """Whether something is there that starts what it is given, as far as can be seen."""

    def plan(self) -> Plan:
        """What installing would write and run."""

    def state(self) -> State:
        """What is installed."""

    def changed(self) -> str:
        """The place of what was changed by hand, or nothing."""

    def clear(self) -> None:
        """Remove what a program that was killed has left half-written."""

    def install(self) -> None:
        """Have it start what is due every 15 minutes."""

    def remove(self) -> None:
        """Leave nothing of that."""

    def start_once(self, script: str, stop: threading.Event) -> Tried:
        """Have it start a shell script once, as it starts the backups, and wait for its end, or end it on `stop`."""


def run(argv: Sequence[str], stdin: bytes = b"", seconds: float = 60.0) -> Tried:
    """Run one of the scheduler's programs to its end.

    Raises:
        Failure: `SCHEDULER_FAILED` if it can't be started, or takes longer than that.
    """
    try:
        ended = subprocess.run(
            argv,
            input=stdin,
            capture_output=True,
            timeout=seconds,
            check=False,
            start_new_session=True,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failure(Kind.SCHEDULER_FAILED, argv[0], str(error)) from None
    return Tried(ended.returncode, _text(ended.stdout), _text(ended.stderr))


def run_until(stop: threading.Event, argv: Sequence[str], environment: Mapping[str, str] | None = None) -> Tried:
    """Run a program that takes a while, in that environment or in our own; on `stop`, it ends with all it started.

    Raises:
        Failure: `SCHEDULER_FAILED` if it can't be started, takes longer than a trial may, or is stopped.
    """
    latest = time.monotonic() + TRIAL_SECONDS
    try:
        program = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
    except OSError as error:
        raise Failure(Kind.SCHEDULER_FAILED, argv[0], str(error)) from None
    with program:
        while time.monotonic() < latest and not stop.is_set():
            with contextlib.suppress(subprocess.TimeoutExpired):
                printed = program.communicate(timeout=_LOOK_AGAIN_SECONDS)
                return Tried(program.returncode, *map(_text, printed))
        # Ours ends its ssh first when it is interrupted.
        for number in (signal.SIGINT, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                program.communicate(timeout=_SECONDS_TO_END)
                break
    raise Failure(Kind.SCHEDULER_FAILED, argv[0])


def must(argv: Sequence[str], stdin: bytes = b"") -> None:
    """The same, for a program that has to succeed.

    Raises:
        Failure: `SCHEDULER_FAILED` if it does not.
    """
    ended = run(argv, stdin)
    if ended.exit_code:
        raise Failure(Kind.SCHEDULER_FAILED, argv[0], ended.stdout + ended.stderr, ended.exit_code)


def _text(printed: bytes) -> str:
    return printed.decode(errors="backslashreplace")
