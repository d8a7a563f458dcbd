"""Whether a keyring would ask its owner to unlock it: seen without asking for a secret, which would open its prompt."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SECONDS = 5.0
"""A keyring that doesn't answer for so long is taken for a locked one."""

_BACKENDS = ("keyring.backends.SecretService", "keyring.backends.libsecret")
_NAME = "org.freedesktop.secrets"
_SERVICE = "org.freedesktop.Secret.Service"
_COLLECTION = "org.freedesktop.Secret.Collection"
_NOTHING = "/"


def has_to_ask(backend: KeyringBackend, service: str, user: str) -> bool:
    """Whether fetching that secret would open a prompt; only a Secret Service can be asked that, others say no.

    The whole keyring counts as well as the secret, since the backend unlocks it first. One without a default keyring
    has no secret of ours and would ask for a password for a new keyring.
    """
    if not type(backend).__module__.startswith(_BACKENDS):
        return False
    from jeepney import DBusAddress, Properties, new_method_call  # type: ignore[import-untyped]
    from jeepney.io.blocking import open_dbus_connection  # type: ignore[import-untyped]
    from jeepney.wrappers import unwrap_msg  # type: ignore[import-untyped]

    main = DBusAddress("/org/freedesktop/secrets", _NAME, _SERVICE)
    try:
        with contextlib.closing(open_dbus_connection("SESSION")) as bus:

            def ask(message: object) -> Any:
                return unwrap_msg(bus.send_and_get_reply(message, timeout=SECONDS))

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
