"""A timer of systemd's manager for the person; it goes on for as long as the person is signed in."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.failure import Failure, Kind
from wizard.schedule.schedulers import signed, starting_line
from wizard.schedule.schedulers.scheduler import LABEL, MINUTES, Plan, Planned, State, Tried, must, run, run_until
from wizard.schedule.schedulers.trial_files import trial_files
from wizard.storage import files

if TYPE_CHECKING:
    import threading

_SERVICE = """\
[Unit]
Description=Back up what is due (backup-wizard)

[Service]
Type=oneshot
ExecStart=/bin/sh -c {script}
SuccessExitStatus=75
Nice=19
IOSchedulingClass=idle
"""
_TIMER = f"""\
[Unit]
Description=Look for backups that are due (backup-wizard)

[Timer]
OnCalendar=*:0/{MINUTES}
RandomizedDelaySec=5min
Persistent=true

[Install]
WantedBy=timers.target
"""
_RELOAD = ("systemctl", "--user", "daemon-reload")
_ENABLE = ("systemctl", "--user", "enable", "--now", f"{LABEL}.timer")
_DISABLE = ("systemctl", "--user", "disable", "--now", f"{LABEL}.timer")
_TRIAL = f"{LABEL}-trial.service"
_ESCAPED = re.compile(r'["\\]')


class Systemd:
    """The person's own manager, `systemd --user`."""

    name = "systemd"

    def is_there(self) -> bool:
        """Whether it runs for this person; the socket is the manager's own."""
        _find_runtime_folder()
        runtime = os.environ.get("XDG_RUNTIME_DIR")
        return bool(runtime and shutil.which("systemctl")) and Path(str(runtime), "systemd/private").is_socket()

    def seems_to_run(self) -> bool:
        """It does: it is only there where it runs."""
        return True

    def plan(self) -> Plan:
        """The two units, and how they are made known."""
        planned = tuple(Planned(str(path), text) for path, text in _wanted().items())
        return Plan(self.name, planned, (_RELOAD, _ENABLE))

    def state(self) -> State:
        """What is there of the two units, and whether the timer starts with the sign-in."""
        found = signed.state_of(_wanted())
        is_half_made = found is State.OURS and not _wants().is_symlink()
        return State.OTHERWISE if is_half_made else found

    def changed(self) -> str:
        """The unit that was changed by hand, or nothing."""
        return signed.changed(list(_wanted()))

    def clear(self) -> None:
        """Remove what a program that was killed has left half-written."""
        signed.clear(list(_wanted()))

    def install(self) -> None:
        """Write the units and start the timer; the service goes first, as the timer without it would start nothing."""
        signed.write(_wanted())
        must(_RELOAD)
        must(_ENABLE)

    def remove(self) -> None:
        """Stop the timer and remove the units, also where the manager is out of reach, as in a session over ssh."""
        is_there = self.is_there()
        if is_there:
            run(_DISABLE)
        for path in (_wants(), _stamp(), *reversed(_wanted())):
            files.remove(path)
        if is_there:
            run(_RELOAD)

    def start_once(self, script: str, stop: threading.Event) -> Tried:
        """A service like the real one, which is kept where nothing outlasts the sign-in, and removed at once.

        Raises:
            Failure: `SCHEDULER_FAILED` if it does not start, does not end, or is stopped.
        """
        unit = Path(os.environ["XDG_RUNTIME_DIR"], "systemd/user", _TRIAL)
        with trial_files() as told:
            try:
                unit.parent.mkdir(parents=True, exist_ok=True)
                files.replace(unit, signed.encoded(_SERVICE.format(script=quoted(told.reporting(script)))))
                must(_RELOAD)
                started = run_until(stop, ("systemctl", "--user", "start", _TRIAL))
                if tried := told.tried():
                    return tried
                raise Failure(Kind.SCHEDULER_FAILED, "systemd", started.stderr, started.exit_code)
            finally:
                run(("systemctl", "--user", "stop", _TRIAL))
                files.remove(unit)
                run(_RELOAD)


def quoted(argument: str) -> str:
    """One argument of a command line in a unit (systemd.service, COMMAND LINES): `$` and `%` mean something there."""
    return '"' + _ESCAPED.sub(r"\\\g<0>", argument).replace("%", "%%").replace("$", "$$").replace("\n", r"\n") + '"'


def _wanted() -> dict[Path, str]:
    folder, script = _folder(), quoted(starting_line.script())
    texts = {"service": _SERVICE.format(script=script), "timer": _TIMER}
    return {folder / f"{LABEL}.{ending}": signed.sign(text) for ending, text in texts.items()}


def _wants() -> Path:
    return _folder() / "timers.target.wants" / f"{LABEL}.timer"


def _stamp() -> Path:
    """Where systemd keeps when the timer last ran, for `Persistent=`."""
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")
    return data / f"systemd/timers/stamp-{LABEL}.timer"


def _folder() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd/user"


def _find_runtime_folder() -> None:
    """The manager's place, also for a program that was started without the variable, as by su."""
    usual = Path(f"/run/user/{os.getuid()}")
    if not os.environ.get("XDG_RUNTIME_DIR") and usual.is_dir():
        os.environ["XDG_RUNTIME_DIR"] = str(usual)
