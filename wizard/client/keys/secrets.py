"""Secrets, kept in the person's keyring and nowhere else."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Literal, NoReturn

from wizard.client.keys import keyring_lock, session_bus
from wizard.client.keys.keyring_turn import one_at_a_time
from wizard.failure import Failure, Kind
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "backup-wizard"
UNATTENDED = "BACKUP_WIZARD_UNATTENDED"
"""The environment variable by which a program, and the askpass that ssh starts for it, has no keyring ask anybody."""

What = Literal["passphrase", "daemon-password", "alarm-address", "ping-address", "restore-passphrase"]

_NAMES = {
    "keyring.backends.SecretService": N_("your desktop's keyring"),
    "keyring.backends.libsecret": N_("your desktop's keyring"),
    "keyring.backends.kwallet": "KWallet",
    "keyring.backends.macOS": N_("your Mac's keychain"),
}
_UNSAFE_BACKENDS = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")


class Secret:
    """A text that no log, traceback or crash screen can show by accident."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "Secret()"

    def __bool__(self) -> bool:
        return bool(self._text)

    def reveal(self) -> str:
        """The text itself, for the one place that needs it."""
        return self._text


def generate() -> Secret:
    """A passphrase that nobody has to remember, of 256 random bits."""
    return Secret(secrets.token_urlsafe(32))


def keyring_name() -> str:
    """The keyring that will be used, as people know it.

    Raises:
        Failure: `KEYRING_MISSING`.
    """
    backend = _backend()
    known = _NAMES.get(type(backend).__module__)
    return _(known) if known else str(backend.name).removesuffix(" Keyring")


def store(profile_name: str, what: What, secret: Secret) -> None:
    """Keep the secret, and make sure that it can be read again.

    Raises:
        Failure: `KEYRING_MISSING`, `KEYRING_LOCKED` or `KEYRING_REFUSED`; nothing is kept elsewhere instead.
    """
    backend, user = _backend(), f"{profile_name}/{what}"
    try:
        with one_at_a_time():
            backend.set_password(SERVICE, user, secret.reveal())
            kept = backend.get_password(SERVICE, user)
    except Exception as error:  # noqa: BLE001 - backends raise what their platform raises
        _explain(error)
    if kept != secret.reveal():
        raise Failure(Kind.KEYRING_REFUSED, keyring_name(), "The keyring didn't give the secret back.")


def fetch(profile_name: str, what: What) -> Secret:
    """The secret that was kept.

    Raises:
        Failure: `SECRET_MISSING`, `KEYRING_MISSING`, `KEYRING_LOCKED` or `KEYRING_REFUSED`.
    """
    try:
        if os.environ.get(UNATTENDED) and is_locked(profile_name, what):
            raise Failure(Kind.KEYRING_LOCKED, keyring_name())
        with one_at_a_time():
            kept = _backend().get_password(SERVICE, f"{profile_name}/{what}")
    except Failure:
        raise
    except Exception as error:  # noqa: BLE001 - backends raise what their platform raises
        _explain(error)
    if kept is None:
        raise Failure(Kind.SECRET_MISSING, profile_name)
    return Secret(kept)


def is_locked(profile_name: str, what: What) -> bool:
    """Whether the keyring would have to be unlocked by its owner before it gives the secret; nothing is asked of them.

    Raises:
        Failure: `KEYRING_MISSING` or `KEYRING_UNREACHABLE`.
    """
    with one_at_a_time():
        return keyring_lock.has_to_ask(_backend(), SERVICE, f"{profile_name}/{what}")


def remove(profile_name: str, what: What) -> None:
    """Remove the secret; one that is not there is no failure.

    Raises:
        Failure: `KEYRING_MISSING`, `KEYRING_LOCKED` or `KEYRING_REFUSED`.
    """
    from keyring.errors import PasswordDeleteError

    try:
        with one_at_a_time():
            _backend().delete_password(SERVICE, f"{profile_name}/{what}")
    except Failure:
        raise
    except PasswordDeleteError:
        return
    except Exception as error:  # noqa: BLE001 - backends raise what their platform raises
        _explain(error)


def _backend() -> KeyringBackend:
    try:
        return _safe_backend()
    except Failure:
        raise
    except Exception as error:  # noqa: BLE001 - a backend that was asked for and can't start raises what it likes
        raise Failure(Kind.KEYRING_MISSING, type(error).__name__, str(error)) from None


def _safe_backend() -> KeyringBackend:
    session_bus.find()  # the backends look for it once, when they are imported
    import keyring
    from keyring.backend import get_all_keyring
    from keyring.backends.chainer import ChainerBackend

    chosen = keyring.get_keyring()
    # A chain falls back on the next backend by itself, which may be a plain-text file: pick one, safe, by name.
    candidates = get_all_keyring() if isinstance(chosen, ChainerBackend) else [chosen]
    safe = [backend for backend in candidates if _is_safe(backend)]
    if not safe:
        kind = Kind.KEYRING_UNREACHABLE if session_bus.hides_a_keyring() else Kind.KEYRING_MISSING
        raise Failure(kind, type(chosen).__module__)
    return max(safe, key=lambda backend: backend.priority)


def _is_safe(backend: KeyringBackend) -> bool:
    from keyring.backends.chainer import ChainerBackend

    module = type(backend).__module__
    return not module.startswith(_UNSAFE_BACKENDS) and not isinstance(backend, ChainerBackend)


def _explain(error: Exception) -> NoReturn:
    from keyring.errors import NoKeyringError

    # The backend's own error is not chained: its frames hold the secret.
    name = type(error).__name__
    if isinstance(error, NoKeyringError):
        raise Failure(Kind.KEYRING_MISSING, name, str(error)) from None
    is_locked = "Locked" in name  # secretstorage and keyring have an error each for it
    raise Failure(Kind.KEYRING_LOCKED if is_locked else Kind.KEYRING_REFUSED, name, str(error)) from None
