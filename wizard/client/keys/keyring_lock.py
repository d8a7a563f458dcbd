"""Whether a keyring would ask its owner to unlock it: seen without asking for a secret, which would open its prompt."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from ctypes import CDLL

    from keyring.backend import KeyringBackend

SECONDS = 5.0
"""A keyring that doesn't answer for so long is taken for a locked one."""

_SECRET_SERVICE = ("keyring.backends.SecretService", "keyring.backends.libsecret")
_KWALLET, _KEYCHAIN = "keyring.backends.kwallet", "keyring.backends.macOS"
_NAME = "org.freedesktop.secrets"
_SERVICE = "org.freedesktop.Secret.Service"
_COLLECTION = "org.freedesktop.Secret.Collection"
_NOTHING = "/"
_IS_UNLOCKED = 1  # kSecUnlockStateStatus


def has_to_ask(backend: KeyringBackend, service: str, user: str) -> bool:
    """Whether fetching that secret would open a prompt; a keyring of another kind can't be asked that, and says no."""
    module = type(backend).__module__
    if module.startswith(_SECRET_SERVICE):
        return _secret_service_asks(backend, service, user)
    if module.startswith(_KWALLET):
        return _kwallet_asks(backend)
    return module.startswith(_KEYCHAIN) and _keychain_asks(_security())


def _secret_service_asks(backend: KeyringBackend, service: str, user: str) -> bool:
    """The whole keyring counts as well as the secret, since the backend unlocks it first.

    One without a default keyring has no secret of ours and would ask for a password for a new keyring.
    """
    from jeepney import DBusAddress, Properties, new_method_call  # type: ignore[import-untyped]

    main = DBusAddress("/org/freedesktop/secrets", _NAME, _SERVICE)
    try:
        with _session_bus() as ask:
            path = getattr(backend, "preferred_collection", "")
            if not path:
                (path,) = ask(new_method_call(main, "ReadAlias", "s", ("default",)))
            if path == _NOTHING:
                return True
            ((_type, is_locked),) = ask(Properties(DBusAddress(path, _NAME, _COLLECTION)).get("Locked"))
            wanted = {"service": service, "username": user}
            _unlocked, locked = ask(new_method_call(main, "SearchItems", "a{ss}", (wanted,)))
            return bool(is_locked or locked)
    except TimeoutError:
        return True


def _kwallet_asks(backend: Any) -> bool:
    """The wallet that the backend would open; one that isn't there, or whose service doesn't run, is closed as well."""
    from jeepney import DBusAddress, MessageFlag, new_method_call
    from jeepney.wrappers import DBusErrorResponse  # type: ignore[import-untyped]

    wallets = DBusAddress(backend.object_path, backend.bus_name, "org.kde.KWallet")
    try:
        with _session_bus() as ask:
            asked = new_method_call(wallets, "networkWallet")
            asked.header.flags |= MessageFlag.no_auto_start
            (wallet,) = ask(asked)
            (is_open,) = ask(new_method_call(wallets, "isOpen", "s", (wallet,)))
            return not is_open
    except (TimeoutError, DBusErrorResponse):
        return True


def _keychain_asks(security: CDLL) -> bool:
    """By the default keychain's status, which tells of the lock without opening it (Security.framework)."""
    from ctypes import byref, c_uint32

    status = c_uint32(0)
    failed = security.SecKeychainGetStatus(None, byref(status))
    return bool(failed) or not status.value & _IS_UNLOCKED


def _security() -> CDLL:
    from ctypes import CDLL, util

    return CDLL(util.find_library("Security"))


@contextlib.contextmanager
def _session_bus() -> Iterator[Callable[[object], Any]]:
    """What asks somebody on it, and waits for the answer for a while.

    Raises:
        TimeoutError: there is none.
    """
    from jeepney.io.blocking import open_dbus_connection  # type: ignore[import-untyped]
    from jeepney.wrappers import unwrap_msg

    with contextlib.closing(open_dbus_connection("SESSION")) as bus:
        yield lambda message: unwrap_msg(bus.send_and_get_reply(message, timeout=SECONDS))
