"""What tests of faults share: homes for their trials."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pytest

from tests.support.keyrings import InHome
from tests.support.kills import killing
from tests.support.kills.killing import Trial

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.support.quick.warm import Ended

_REAL_KEYRING = "keyring.backends.SecretService.Keyring"  # as keyring finds by itself, which takes a while
_KEYRING_OF_THE_TESTS = f"{InHome.__module__}.{InHome.__name__}"


@dataclass(frozen=True)
class Walked:
    """How a trial ended, the points that it passed, and the homes that a kill would have left at any of them."""

    ended: Ended
    points: tuple[str, ...]
    states: tuple[Home, ...]


class Home:
    """A home folder of its own for some trials, of the same person."""

    def __init__(self, folder: Path, usual: Path, name: str = "") -> None:
        self.folder = folder
        self.name = name
        self._usual = usual

    @property
    def at_step(self) -> str:
        """The step at which a trial was when this was kept of it, if it told."""
        return self.name.partition(" ")[2].partition(" ")[2]

    def run(self, function: str, *arguments: str, **more: str | int) -> Ended:
        """Do something here, by its name in `tests.support.kills.walks` or with another module's before it."""
        environment = {name: self._moved(name, value) for name, value in os.environ.items()}
        has_real_keyring = "DBUS_SESSION_BUS_ADDRESS" in environment
        environment["PYTHON_KEYRING_BACKEND"] = _REAL_KEYRING if has_real_keyring else _KEYRING_OF_THE_TESTS
        named = function if ":" in function else f"tests.support.kills.walks:{function}"
        return Trial(named, arguments, **more).run(environment)  # type: ignore[arg-type]

    def require(self, function: str, *arguments: str) -> str:
        """Do something that has to succeed; what it printed."""
        ended = self.run(function, *arguments)
        assert ended.exit_code == 0, f"{self.name}: {ended.printed}"
        return ended.printed

    def walked(self, function: str, *arguments: str, fault: str = killing.NOTHING) -> Walked:
        """Do something undisturbed, passing the points of that fault, and keep what a kill at each would have left."""
        points, states = self.folder.with_suffix(".points"), self.folder.with_suffix(".states")
        points.touch()
        states.mkdir()
        keeping = str(states) if fault == killing.NOTHING else ""
        ended = self.run(function, *arguments, points=str(points), states=keeping, fault=fault)
        kept = tuple(Home(place, self._usual, place.name) for place in sorted(states.iterdir()))
        return Walked(ended, tuple(points.read_text().splitlines()), kept)

    @property
    def entries(self) -> int:
        """How many files and folders there are."""
        return sum(1 for _ in self.folder.rglob("*"))

    def become(self, state: Home) -> None:
        """Be as another one is or was, at the same place."""
        killing.empty(self.folder)
        killing.copy(self.folder, state.folder)
        self.name = state.name

    def different(self, states: Sequence[Home]) -> dict[str, list[Home]]:
        """These states by what there is once a walk holds the backup: what a kill has left half-written is gone then.

        A restart that goes on from one of them goes on from all that are the same.
        """
        groups: dict[str, list[Home]] = {}
        printed = self.require("taken_up", *(str(state.folder) for state in states)).split()
        for state, digest in zip(states, printed, strict=True):
            groups.setdefault(digest, []).append(state)
        return groups

    def _moved(self, name: str, value: str) -> str:
        if name == "XDG_RUNTIME_DIR" or not name.startswith(("HOME", "XDG_")):
            return value  # the bus stays the session's
        return str(self.folder) + value.removeprefix(str(self._usual))


class MakeHome(Protocol):
    """Makes a home, empty or like another one."""

    def __call__(self, like: Home | None = None) -> Home: ...


@pytest.fixture
def make_home(home: Path, tmp_path_factory: pytest.TempPathFactory) -> MakeHome:
    """Makes homes, one a trial."""

    def make(like: Home | None = None) -> Home:
        folder = tmp_path_factory.mktemp("trial")
        if like:
            killing.copy(folder, like.folder)
        return Home(folder, home, like.name if like else "")

    return make
