"""The bus on which a desktop's keyring answers, also for programs that were not started from the desktop."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_VARIABLE = "DBUS_SESSION_BUS_ADDRESS"
_SERVICE = "dbus-1/services/org.freedesktop.secrets.service"


def find() -> None:
    """Use the bus of the person's sign-in where the environment names none, as under cron, ssh and su.

    It is at `$XDG_RUNTIME_DIR/bus`, which is `/run/user/UID/bus` (systemd's pam_systemd).
    """
    if not _is_missing():
        return
    path = Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}") / "bus"
    if path.is_socket() and path.stat().st_uid == os.getuid():
        os.environ[_VARIABLE] = f"unix:path={path}"


def hides_a_keyring() -> bool:
    """Whether a keyring is installed that can't be reached from here, because there is no bus."""
    return _is_missing() and any(Path(folder, _SERVICE).exists() for folder in _data_folders())


def _is_missing() -> bool:
    return sys.platform.startswith("linux") and not os.environ.get(_VARIABLE)


def _data_folders() -> list[str]:
    return (os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":")
