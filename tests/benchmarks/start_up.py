"""How soon the program is there, or gone again where there is nothing to do."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.measuring import Row, ratio, seconds
from tests.support.data import scheduled
from tests.support.data.profiles import a_profile
from wizard.profile import Schedule
from wizard.running import record
from wizard.storage import profiles

if TYPE_CHECKING:
    from collections.abc import Iterator

_BACKUPS = 50
_SCHEDULED = 10
_UNTIL_TIMES_DIFFER_SECONDS = 4.0
_FIRST_FRAME = (sys.executable, "-m", "tests.benchmarks.first_frame")
_COMMANDS = Path(sys.executable).parent


def rows() -> Iterator[Row]:
    """The version, what a timer starts, and the first screen."""
    version = ratio(
        lambda: seconds([_COMMANDS / "backup-wizard", "--version"]), lambda: seconds([sys.executable, "-c", "pass"])
    )
    yield Row("--version against python -c pass", version, 2.0)
    yield from _nothing_due()
    yield Row("first full frame against a bare Textual app of as many widgets", _first_frame("first"), 1.2)
    subprocess.run([*_FIRST_FRAME, "keep", str(_BACKUPS)], check=True)
    yield Row(f"the same of the home screen with {_BACKUPS} backups", _first_frame("home"), 1.2)


def _nothing_due() -> Iterator[Row]:
    for number in range(_SCHEDULED):
        profile = scheduled.finished(a_profile(name=f"weekly-{number}", schedule=Schedule(every="weekly")))
        record.note(profile, "done", since=time.time())
    command = [str(_COMMANDS / "backup-wizard"), "run", "--if-due"]
    time.sleep(_UNTIL_TIMES_DIFFER_SECONDS)
    seconds(command)  # which works it out
    title = f"run --if-due with nothing due, of {_SCHEDULED} backups"
    quick = ratio(lambda: seconds(command), lambda: seconds([sys.executable, "-c", "pass"]))
    yield Row(f"{title}, against python -c pass", quick, 3.0)
    yield Row("memory of the same", _megabytes(), 25.0, "MB")
    for number in range(_SCHEDULED):
        profiles.remove(f"weekly-{number}")


def _megabytes() -> float:
    code = "from wizard import cli; cli.main(['run', '--if-due']); print(open('/proc/self/status').read())"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    return next(int(line.split()[1]) * 1024 / 1e6 for line in said.splitlines() if line.startswith("VmHWM"))


def _first_frame(name: str) -> float:
    ours = [*_FIRST_FRAME, name]
    widgets = subprocess.run(ours, capture_output=True, text=True, check=True).stdout.strip()
    return ratio(lambda: seconds(ours), lambda: seconds([*_FIRST_FRAME, widgets]))
