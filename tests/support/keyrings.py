"""Keyrings that are not to be trusted, for a test to hand to `keyring.set_keyring`."""

from __future__ import annotations

from keyring.backend import KeyringBackend


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


PlainText.__module__ = "keyrings.alt.file"
for backend in (PlainText, Forgetful):
    KeyringBackend._classes.discard(backend)  # or keyring would find and choose it in every test
