"""One fault at a chosen point of what the product does: it is killed there, or what it does there fails.

A point is one change (or, for kills, one opening) of something below the trial's home, or a moment before or after the
keyring is changed, in the order in which they happen. Python itself tells of them by its audit events, so none can be
forgotten. Of an undisturbed trial, what a kill at each point would have left can be kept: the disk and the keyring are
then as they are at that moment, whether the program lives on or not.
"""

from __future__ import annotations

import errno
import hashlib
import importlib
import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support import warm
from tests.support.keyrings import InHome
from tests.support.trees import tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

KILL = "kill"
NOTHING = ""
KEYRING = "backup-wizard-tests.keyring"

_CHANGES = frozenset(
    ("os.link os.rename os.remove os.rmdir os.mkdir os.chmod os.truncate os.symlink os.utime " + KEYRING).split()
)
_OF_A_TEMPORARY = re.compile(r"\.\d+-[^.]+\.new$")
# What is in them differs from one trial to the next; that something is in them is what matters.
_DIFFERENT_EACH_TIME = ("/.ssh/", "/lock", "/computer-id", "/last-trouble.txt")
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
        return warm.process().call(f"{__name__}:attempt", json.dumps(asdict(self)), environment=environment)


def attempt(trial: str) -> int | None:
    """Do it, in a process of its own."""
    asked = Trial(**json.loads(trial))
    module, name = asked.function.split(":")
    called: Callable[..., int | None] = getattr(importlib.import_module(module), name)
    _make_keys_quickly()
    _watch_keyring()
    sys.addaudithook(_Hook(asked))
    return called(*asked.arguments)


def state(home: Path, kept: Iterable[str]) -> str:
    """A digest of all that is in the home and of which secrets the keyring keeps."""
    entries = sorted(kept)
    for name, entry in sorted(tree(home).items()):
        if name == InHome.FILE:
            continue
        same = _OF_A_TEMPORARY.sub(".", name)
        content = "" if any(part in f"/{name}" for part in _DIFFERENT_EACH_TIME) else entry.content
        names = (home / name).lstat().st_nlink if entry.kind == "-" else 1
        entries.append(f"{same} {entry.kind} {entry.mode:o} {names} {bool(entry.size)} {content}")
    return hashlib.sha256("\n".join(entries).encode(errors="surrogateescape")).hexdigest()[:12]


def copy(home: Path, source: Path) -> None:
    """Make a home that is like another one, links and modes included."""
    subprocess.run(["cp", "-a", f"{source}/.", str(home)], check=True)


def _make_keys_quickly() -> None:
    """Protect them by a passphrase that is quick to try: each trial makes some and tries them, and none is a secret."""
    from cryptography.hazmat.primitives.serialization import ssh

    assert ssh._DEFAULT_ROUNDS > 1
    ssh._DEFAULT_ROUNDS = 1


def _watch_keyring() -> None:
    from wizard.client import secrets

    def watched(change: Callable[..., None]) -> Callable[..., None]:
        def changing(name: str, what: str, *secret: object) -> None:
            sys.audit(KEYRING, f"before {change.__name__} {what}")
            change(name, what, *secret)
            sys.audit(KEYRING, f"after {change.__name__} {what}")

        return changing

    secrets.store = watched(secrets.store)
    secrets.remove = watched(secrets.remove)


class _Hook:
    def __init__(self, trial: Trial) -> None:
        self._trial = trial
        self._home = os.environ["HOME"]
        self._points = os.open(trial.points, os.O_WRONLY | os.O_APPEND)
        self._passed = 0
        self._states: set[str] = set()
        self._is_looking = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._is_looking or not self._is_point(event, arguments):
            return
        self._passed += 1
        point = f"{event} {self._short(arguments)}\n"
        os.write(self._points, point.encode(errors="backslashreplace"))
        if self._trial.states:
            self._is_looking = True
            self._keep_state()
            self._is_looking = False
        if self._passed != self._trial.at:
            return
        if self._trial.fault == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        elif self._trial.fault:
            number = getattr(errno, self._trial.fault)
            raise OSError(number, os.strerror(number))

    def _keep_state(self) -> None:
        now = state(Path(self._home), InHome.kept_in(Path(self._home)))
        if now not in self._states:
            self._states.add(now)
            place = Path(self._trial.states, f"{self._passed:04} {now}")
            place.mkdir()
            copy(place, Path(self._home))

    def _is_point(self, event: str, arguments: tuple[Any, ...]) -> bool:
        if event == KEYRING:
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
        return str(path).startswith(self._home + "/") and not str(path).endswith(InHome.FILE)

    def _short(self, arguments: tuple[Any, ...]) -> str:
        return " ".join(str(one).removeprefix(self._home) for one in arguments[:2]).replace("\n", "?")
