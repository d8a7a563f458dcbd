"""A message on the person's desktop: by org.freedesktop.Notifications on the session bus, or by macOS itself."""

from __future__ import annotations

import html
import os
import subprocess
import sys

from wizard.client.keys import session_bus

_SECONDS = 5.0
_NAME, _PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
_APP = "backup-wizard"
_USUAL_DURATION = -1
# The texts are arguments of the script, so nothing in them is run.
_SCRIPT = ("on run argv", "display notification (item 2 of argv) with title (item 1 of argv)", "end run")


def show(title: str, text: str) -> bool:
    """Show a message; whether a desktop has taken it."""
    return _by_macos(title, text) if sys.platform == "darwin" else _on_session_bus(title, text)


def _by_macos(title: str, text: str) -> bool:
    lines = [part for line in _SCRIPT for part in ("-e", line)]
    try:
        ended = subprocess.run(
            ["osascript", *lines, title, text],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode == 0


def _on_session_bus(title: str, text: str) -> bool:
    session_bus.find()
    if not (bus := os.environ.get("DBUS_SESSION_BUS_ADDRESS")):
        return False
    from jeepney import DBusAddress, new_method_call  # type: ignore[import-untyped]
    from jeepney.auth import AuthenticationError  # type: ignore[import-untyped]
    from jeepney.io.blocking import open_dbus_connection  # type: ignore[import-untyped]
    from jeepney.wrappers import DBusErrorResponse, unwrap_msg  # type: ignore[import-untyped]

    desktop = DBusAddress(_PATH, bus_name=_NAME, interface=_NAME)
    try:
        with open_dbus_connection(bus=bus) as connection:

            def ask(*call: object) -> tuple[object, ...]:
                reply = connection.send_and_get_reply(new_method_call(desktop, *call), timeout=_SECONDS)
                found: tuple[object, ...] = unwrap_msg(reply)
                return found

            (capabilities,) = ask("GetCapabilities")
            has_markup = isinstance(capabilities, list) and "body-markup" in capabilities
            body = html.escape(text, quote=False) if has_markup else text
            ask("Notify", "susssasa{sv}i", (_APP, 0, "", title, body, [], {}, _USUAL_DURATION))
    except (OSError, ValueError, AuthenticationError, DBusErrorResponse):  # no bus, or no desktop that shows anything
        return False
    return True
