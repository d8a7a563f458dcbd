"""Keyrings that are none, for a test to hand to `keyring.set_keyring` or to name in a trial's environment."""

from __future__ import annotations

import json
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError


class PlainText(KeyringBackend):
    """What `keyrings.alt` would be: it keeps every password for all to read."""

    name = "Plain text Keyring"
    priority = 99

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


class Forgetful(KeyringBackend):
    """A keyring that takes a secret and keeps nothing, or fails with an error of the test's choice."""

    name = "Forgetful Keyring"
    priority = 1

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.error = error

    def get_password(self, service: str, username: str) -> str | None:
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.error:
            raise self.error


class InHome(KeyringBackend):
    """One that keeps its secrets in the home, so that a copy of that is one of them too."""

    name = "Keyring of the tests"
    priority = 1
    FILE = ".keyring-of-the-tests"

    def get_password(self, service: str, username: str) -> str | None:
        return _read(Path.home()).get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._write(_read(Path.home()) | {username: password})

    def delete_password(self, service: str, username: str) -> None:
        kept = _read(Path.home())
        if username not in kept:
            raise PasswordDeleteError(username)
        self._write({name: kept[name] for name in kept if name != username})

    def _write(self, kept: dict[str, str]) -> None:
        Path.home().joinpath(self.FILE).write_text(json.dumps(kept))

    @classmethod
    def kept_in(cls, home: Path) -> list[str]:
        """Whose secrets there are, without them."""
        return list(_read(home))


def _read(home: Path) -> dict[str, str]:
    file = home / InHome.FILE
    return dict(json.loads(file.read_text())) if file.exists() else {}


PlainText.__module__ = "keyrings.alt.file"
for backend in (PlainText, Forgetful, InHome):
    KeyringBackend._classes.discard(backend)  # or keyring would find and choose it in every test
