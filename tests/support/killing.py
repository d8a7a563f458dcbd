"""A warm process that forks for each trial, and in the fork kills it, or fails what it does, at a chosen point.

A point is one change (or, for kills, one opening) of something below the trial's home, or a moment before or after the
keyring is changed, in the order in which they happen. Python itself tells of them by its audit events, so none can be
forgotten.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import importlib
import json
import os
import re
import signal
import subprocess
import sys
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tests.support.trees import tree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

KILL = "kill"
NOTHING = ""
KEYRING = "backup-wizard-tests.keyring"

_CHANGES = frozenset(
    ("os.link os.rename os.remove os.rmdir os.mkdir os.chmod os.truncate os.symlink os.utime " + KEYRING).split()
)
_OF_A_TEMPORARY = re.compile(r"\.\d+-[^.]+\.new$")
_FOR_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


@dataclass(frozen=True)
class Trial:
    """One call of `module:function` with text arguments, in a home of its own, with one fault or none.

    `fault` is `KILL` or an errno's name; `at` counts points from 1.
    """

    function: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    fault: str = NOTHING
    at: int = 0


@dataclass(frozen=True)
class Outcome:
    """The exit code, or the negative number of the signal; the points that were passed; and what was printed.

    Of a trial without a fault, each point begins with a digest of all that was on the disk and in the keyring by then.
    """

    exit_code: int
    points: tuple[str, ...]
    printed: str

    def distinct(self) -> list[int]:
        """The points at which a kill leaves something else than at any point before."""
        first: dict[str, int] = {}
        for number, point in enumerate(self.points, 1):
            first.setdefault(point.split()[0], number)
        return list(first.values())

    @property
    def was_killed(self) -> bool:
        """Whether it came to the point at which it was to be killed."""
        return self.exit_code == -signal.SIGKILL


class Trials:
    """The warm process, which has imported what the trials need."""

    def __init__(self, *modules: str) -> None:
        argv = [sys.executable, "-m", "tests.support.killing", *modules]
        self._process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()

    def run(self, trial: Trial) -> Outcome:
        """Run one trial to its end, or to its fault."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asdict(trial)) + "\n")
        self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline())
        return Outcome(told["exit_code"], tuple(told["points"]), told["printed"])


def _serve() -> None:
    for module in sys.argv[1:]:
        importlib.import_module(module)
    for line in sys.stdin:
        asked = json.loads(line)
        asked["arguments"] = tuple(asked["arguments"])
        outcome = _in_a_fork(Trial(**asked))
        sys.stdout.write(json.dumps(asdict(outcome)) + "\n")
        sys.stdout.flush()


def _in_a_fork(trial: Trial) -> Outcome:
    printed, points = os.memfd_create("printed"), os.memfd_create("points")
    child = os.fork()
    if child == 0:
        os._exit(_do(trial, printed, points))
    _, status = os.waitpid(child, 0)
    return Outcome(os.waitstatus_to_exitcode(status), tuple(_text(points).splitlines()), _text(printed))


def _text(descriptor: int) -> str:
    with os.fdopen(descriptor, "rb") as file:
        file.seek(0)
        return file.read().decode(errors="replace")


def _do(trial: Trial, printed: int, points: int) -> int:
    nowhere = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, nowhere), (1, printed), (2, printed)):
        os.dup2(source, target)
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")
    try:
        os.environ.clear()
        os.environ.update(trial.environment)
        module, name = trial.function.split(":")
        function: Callable[..., int | None] = getattr(importlib.import_module(module), name)
        _watch_keyring()
        sys.addaudithook(_Hook(trial, points))
        return function(*trial.arguments) or 0
    except SystemExit as ended:
        return int(ended.code or 0)
    except BaseException:  # noqa: BLE001 - whatever it is, it is told to the test
        traceback.print_exc()
        return 99
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()


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
    def __init__(self, trial: Trial, points: int) -> None:
        self._trial = trial
        self._home = trial.environment["HOME"]
        self._points = points
        self._passed = 0
        self._in_keyring = ""
        self._is_looking = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._is_looking or not self._is_point(event, arguments):
            return
        self._passed += 1
        point = f"{event} {self._short(arguments)}"
        if event == KEYRING and arguments[0].startswith("after"):
            self._in_keyring += point
        if self._trial.fault == NOTHING:
            point = f"{self._digest()} {point}"
        os.write(self._points, f"{point}\n".encode(errors="backslashreplace"))
        if self._passed != self._trial.at:
            return
        if self._trial.fault == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        elif self._trial.fault:
            number = getattr(errno, self._trial.fault)
            raise OSError(number, os.strerror(number))

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

    def _digest(self) -> str:
        self._is_looking = True
        entries = [self._in_keyring]
        for name, entry in sorted(tree(Path(self._home)).items()):
            same = _OF_A_TEMPORARY.sub(".", name)
            # Keys differ from one trial to the next; that one is there is what matters.
            content = "" if "/.ssh/" in f"/{name}" and entry.size else entry.content
            entries.append(f"{same} {entry.kind} {entry.mode:o} {bool(entry.size)} {content}")
        self._is_looking = False
        return hashlib.sha256("\n".join(entries).encode(errors="surrogateescape")).hexdigest()[:12]

    def _is_below(self, path: object) -> bool:
        return isinstance(path, str | os.PathLike) and str(path).startswith(self._home + "/")

    def _short(self, arguments: tuple[Any, ...]) -> str:
        return " ".join(str(one).removeprefix(self._home) for one in arguments[:2]).replace("\n", "?")


def copy(home: Path, source: Path) -> None:
    """Make a home that is like another one, links and modes included."""
    subprocess.run(["cp", "-a", f"{source}/.", str(home)], check=True)


if __name__ == "__main__":
    _serve()
