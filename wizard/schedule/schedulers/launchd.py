"""A launchd agent on macOS; launchd itself makes up for what was missed while the Mac slept."""

from __future__ import annotations

import os
import plistlib
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.failure import Failure, Kind
from wizard.schedule.schedulers import signed, starting_line
from wizard.schedule.schedulers.scheduler import LABEL, MINUTES, TRIAL_SECONDS, Plan, Planned, State, Tried, must, run
from wizard.schedule.schedulers.trial_files import trial_files
from wizard.storage import files

if TYPE_CHECKING:
    import threading

_TRIAL_LABEL = f"{LABEL}-trial"
_LOOK_AGAIN_SECONDS = 0.2


class Launchd:
    """launchd's agents of the person who is signed in."""

    name = "launchd"

    def is_there(self) -> bool:
        """Whether this is a Mac."""
        return sys.platform == "darwin" and shutil.which("launchctl") is not None

    def seems_to_run(self) -> bool:
        """It does: it is only there where it runs."""
        return True

    def plan(self) -> Plan:
        """The agent's file, and how it is made known."""
        return Plan(self.name, tuple(Planned(str(path), text) for path, text in _wanted().items()), (_load(_path()),))

    def state(self) -> State:
        """What is there of the agent."""
        return signed.state_of(_wanted())

    def changed(self) -> str:
        """The agent's file if it was changed by hand, or nothing."""
        return signed.changed([_path()])

    def clear(self) -> None:
        """Remove what a program that was killed has left half-written."""
        signed.clear([_path()])

    def install(self) -> None:
        """Write the agent's file and load it anew: launchd reads it only then."""
        signed.write(_wanted())
        run(_unload(LABEL))
        must(_load(_path()))

    def remove(self) -> None:
        """Unload the agent and remove its file."""
        if self.is_there():
            run(_unload(LABEL))
        files.remove(_path())

    def start_once(self, script: str, stop: threading.Event) -> Tried:
        """An agent of its own that is removed afterwards.

        Raises:
            Failure: `SCHEDULER_FAILED` if it does not start, does not end, or is stopped.
        """
        with trial_files() as told:
            path, argv = told.folder / "trial.plist", ["/bin/sh", "-c", told.reporting(script)]
            path.write_bytes(plistlib.dumps({"Label": _TRIAL_LABEL, "ProgramArguments": argv, "RunAtLoad": True}))
            run(_unload(_TRIAL_LABEL))
            must(_load(path))
            latest = time.monotonic() + TRIAL_SECONDS
            try:
                while time.monotonic() < latest:
                    if tried := told.tried():
                        return tried
                    if stop.wait(_LOOK_AGAIN_SECONDS):
                        break
                raise Failure(Kind.SCHEDULER_FAILED, "launchd")
            finally:
                run(_unload(_TRIAL_LABEL))


def _wanted() -> dict[Path, str]:
    agent = {
        "Label": LABEL,
        "ProgramArguments": ["/bin/sh", "-c", starting_line.script()],
        "StartInterval": MINUTES * 60,
        "RunAtLoad": True,
        "ProcessType": "Background",
        "LowPriorityIO": True,
        "Nice": 19,
    }
    return {_path(): signed.sign(plistlib.dumps(agent).decode(), "<!-- {} -->")}


def _path() -> Path:
    return Path.home() / f"Library/LaunchAgents/{LABEL}.plist"


def _load(path: Path) -> tuple[str, ...]:
    return ("launchctl", "bootstrap", f"gui/{os.getuid()}", str(path))


def _unload(label: str) -> tuple[str, ...]:
    return ("launchctl", "bootout", f"gui/{os.getuid()}/{label}")
