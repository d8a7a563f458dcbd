"""What tests of faults share: a warm process, and homes for its trials."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

import pytest

from tests.support import killing
from tests.support.killing import Outcome, Trial, Trials

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# What a trial would import by and by, for each of them anew.
_WARM = (
    *(f"wizard.commands.{name}" for name in ("walk", "kept", "server", "backup")),
    *("wizard.cli", "wizard.unattended", "tests.faults.walks", "tests.faults.screen_walks"),
    *(f"screens.{name}" for name in ("welcome", "folders", "server", "scheme", "key", "hand_over")),
    *(f"keyring.backends.{name}" for name in ("SecretService", "libsecret", "kwallet", "macOS", "Windows", "chainer")),
    *("keyring.backends.fail", "keyring.backends.null", "secretstorage", "humanize", "bcrypt"),
    "cryptography.hazmat.primitives.asymmetric.ed25519",
)


class Home:
    """A home folder of its own for some trials, in the same session of the same person."""

    def __init__(self, folder: Path, usual: Path, trials: Trials) -> None:
        self.folder = folder
        self._usual = usual
        self._trials = trials

    def run(self, function: str, *arguments: str, fault: str = killing.NOTHING, at: int = 0) -> Outcome:
        """Do something here, by its name in `tests.faults.walks` or with another module's before it."""
        environment = {name: self._moved(name, value) for name, value in os.environ.items()}
        if "DBUS_SESSION_BUS_ADDRESS" in environment:  # as keyring finds by itself, which takes a while
            environment["PYTHON_KEYRING_BACKEND"] = "keyring.backends.SecretService.Keyring"
        return self._trials.run(
            Trial(function if ":" in function else f"tests.faults.walks:{function}", arguments, environment, fault, at)
        )

    def _moved(self, name: str, value: str) -> str:
        if name == "XDG_RUNTIME_DIR" or not name.startswith(("HOME", "XDG_")):
            return value  # the bus stays the session's
        return str(self.folder) + value.removeprefix(str(self._usual))

    def require(self, function: str, *arguments: str) -> None:
        """Do something that has to succeed."""
        outcome = self.run(function, *arguments)
        assert outcome.exit_code == 0, outcome.printed


class MakeHome(Protocol):
    """Makes a home, empty or like another one."""

    def __call__(self, like: Home | None = None) -> Home: ...


@pytest.fixture
def make_home(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeHome]:
    """Makes homes, one a trial."""
    with Trials(*_WARM) as trials:

        def make(like: Home | None = None) -> Home:
            folder = tmp_path_factory.mktemp("trial")
            if like:
                killing.copy(folder, like.folder)
            return Home(folder, home, trials)

        yield make
