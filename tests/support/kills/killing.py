"""One fault at a chosen point of what the product does: it is killed there, or what it does there fails.

A point is one change (or, for kills, one opening) of something below the trial's home, or a moment before or after the
keyring is changed, in the order in which they happen. Python itself tells of them by its audit events, so none can be
forgotten. Of an undisturbed trial, what a kill at each point would have left can be kept: the disk and the keyring are
then as they are at that moment, whether the program lives on or not.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import importlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.data.trees import tree
from tests.support.keyrings import InHome
from tests.support.quick import warm
from wizard.schemes.parts.over_ssh import OWN_MARKER_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tests.support.data.trees import Entry

KILL = "kill"
NOTHING = ""
KEYRING = "backup-wizard-tests.keyring"
STEP = "backup-wizard-tests.step"
_OF_THE_TESTS = {KEYRING, STEP}

_CHANGES = frozenset(
    ("os.link os.rename os.remove os.rmdir os.mkdir os.chmod os.truncate os.symlink os.utime " + KEYRING).split()
)
# What is typed is not decided yet; how often it is kept while somebody types is left to chance.
_TYPED = "typed.json"
_OF_A_TEMPORARY = re.compile(r"\.\d+-[^.]+\.new$")
# What is in them differs from one trial to the next; that something is in them is what matters.
_DIFFERENT_EACH_TIME = ("/.ssh/", "/lock", "/computer-id", "/handed-over.json", "/last-trouble.txt", "/transcripts/")
_TIMES = re.compile(r"\d+-\d\d-\d\dT[0-9:.Z-]+")
_NAMED_ANEW = re.compile(rf"{_TIMES.pattern}|(?<=/{re.escape(OWN_MARKER_PREFIX)})[0-9a-f]+")
_FOR_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


@dataclass(frozen=True)
class Trial:
    """One call of `module:function` with text arguments, in a home of its own, with one fault or none.

    `fault` is `KILL` or an errno's name; `at` counts points from 1. The points passed are noted down in `points`, and
    of each state of the home one copy is made in `states`, by the number of its first point, if a folder is named.
    """

    function: str
    arguments: tuple[str, ...]
    points: str = os.devnull
    states: str = ""
    fault: str = NOTHING
    at: int = 0

    def run(self, environment: Mapping[str, str]) -> warm.Ended:
        """Run it to its end, or to its fault."""
        asked, module = json.dumps(asdict(self)), self.function.split(":")[0]
        return warm.process().call(f"{__name__}:attempt", asked, environment=environment, needs=module)


def attempt(trial: str) -> int | None:
    """Do it, in a process of its own."""
    asked = Trial(**json.loads(trial))
    module, name = asked.function.split(":")
    called: Callable[..., int | None] = getattr(importlib.import_module(module), name)
    _watch_keyring()
    sys.addaudithook(_Hook(asked))
    ended = called(*asked.arguments)
    sys.audit(STEP, "its end")  # what the last change has left is a state as well
    return ended


def state(home: Path, kept: Iterable[str], known: dict[tuple[str, int, int], Entry] | None = None) -> str:
    """A digest of all that is in the home and of which secrets the keyring keeps; `known` is as for `tree`."""
    entries = sorted(kept)
    for name, entry in sorted(tree(home, known).items()):
        if name == InHome.FILE or _TYPED in name:
            continue
        same = _NAMED_ANEW.sub("", _OF_A_TEMPORARY.sub(".", name))
        content = "" if any(part in f"/{name}" for part in _DIFFERENT_EACH_TIME) else entry.content
        if name.endswith("/last-run.json"):
            content = _TIMES.sub("", (home / name).read_text())
        names = (home / name).lstat().st_nlink if entry.kind == "-" else 1
        entries.append(f"{same} {entry.kind} {entry.mode:o} {names} {bool(entry.size)} {content}")
    return hashlib.sha256("\n".join(entries).encode(errors="surrogateescape")).hexdigest()[:12]


def comes_to(step: str) -> None:
    """Tell at which step a trial is, which is noted down with every state that follows."""
    _Hook.step = step
    sys.audit(STEP, step)


def copy(home: Path, source: Path) -> None:
    """Make a home that is like another one, links and modes included."""
    subprocess.run(["cp", "-a", f"{source}/.", str(home)], check=True)


def empty(home: Path) -> None:
    """Remove all that is in a home."""
    for entry in home.iterdir():
        shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


def _watch_keyring() -> None:
    from wizard.client.keys import secrets

    def watched(change: Callable[..., None]) -> Callable[..., None]:
        def changing(name: str, what: str, *secret: object) -> None:
            sys.audit(KEYRING, f"before {change.__name__} {what}")
            change(name, what, *secret)
            sys.audit(KEYRING, f"after {change.__name__} {what}")

        return changing

    secrets.store = watched(secrets.store)
    secrets.remove = watched(secrets.remove)


class _Hook:
    step = ""

    def __init__(self, trial: Trial) -> None:
        self._trial = trial
        self._home = os.environ["HOME"]
        self._points = os.open(trial.points, os.O_WRONLY | os.O_APPEND)
        self._passed = 0
        self._states: set[tuple[str, str]] = set()
        self._known: dict[tuple[str, int, int], Entry] = {}
        # What another thread would change has to wait until the state is kept.
        self._turn, self._is_looking = threading.RLock(), False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._is_point(event, arguments):
            with self._turn:
                if not self._is_looking:
                    self._pass(event, arguments)

    def _pass(self, event: str, arguments: tuple[Any, ...]) -> None:
        self._passed += 1
        point = f"{event} {self._short(arguments)}\n"
        os.write(self._points, point.encode(errors="backslashreplace"))
        if self._trial.states and self._may_follow_a_change(event, arguments):
            self._is_looking = True
            try:
                while not self._has_kept_state():
                    pass
            finally:
                self._is_looking = False
        if self._passed != self._trial.at:
            return
        if self._trial.fault == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        elif self._trial.fault:
            number = getattr(errno, self._trial.fault)
            raise OSError(number, os.strerror(number))

    def _may_follow_a_change(self, event: str, arguments: tuple[Any, ...]) -> bool:
        """Reading alone changes nothing, so that all is as it is before the next change."""
        return event != "open" or (isinstance(arguments[2], int) and bool(arguments[2] & _FOR_WRITING))

    def _has_kept_state(self) -> bool:
        """Keep it, unless another thread is changing it just then."""
        home = Path(self._home)
        with contextlib.suppress(FileNotFoundError, subprocess.CalledProcessError):
            now = state(home, InHome.kept_in(home), self._known)
            if (now, self.step) in self._states:
                return True
            place = Path(self._trial.states, f"{self._passed:04} {now} {self.step}".strip())
            place.mkdir(exist_ok=True)
            empty(place)
            copy(place, home)
            if state(place, InHome.kept_in(place)) == now:
                self._states.add((now, self.step))
                return True
            shutil.rmtree(place)
        return False

    def _is_point(self, event: str, arguments: tuple[Any, ...]) -> bool:
        if event in _OF_THE_TESTS:
            return self._trial.fault in {KILL, NOTHING}
        if event == "open":
            path, _, flags = arguments
            changes = isinstance(flags, int) and bool(flags & _FOR_WRITING)
            return self._is_below(path) and (changes or self._trial.fault in {KILL, NOTHING})
        if event in _CHANGES:
            return isinstance(arguments[0], int) or self._is_below(arguments[0])
        return False

    def _is_below(self, path: object) -> bool:
        if not isinstance(path, str | os.PathLike):
            return False
        name = str(path).removeprefix(self._home + "/")
        return name != str(path) and not name.endswith(InHome.FILE) and _TYPED not in name

    def _short(self, arguments: tuple[Any, ...]) -> str:
        return " ".join(str(one).removeprefix(self._home) for one in arguments[:2]).replace("\n", "?")
