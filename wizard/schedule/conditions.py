"""Why a backup that is due can't be made now, though nobody has done anything wrong. Nobody is asked anything."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from wizard import schemes
from wizard.client.keys import secrets
from wizard.client.process.background import in_background
from wizard.client.ssh import dial
from wizard.failure import Failure, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.client.keys.secrets import What
    from wizard.profile import Profile
    from wizard.schedule.waiting import Reason

POWER_SUPPLIES = Path("/sys/class/power_supply")
PAUSES: Sequence[float] = (2.0, 5.0, 10.0, 20.0)
"""Seconds between the times that a server is asked: after waking up, a computer takes a while to be on its network."""

_SECONDS_TO_CONNECT = 10.0
_KEYRING_SECONDS = 15.0
_NETWORK_MANAGER_SECONDS = 2.0
_METERED = {1, 3}  # yes, and guessed yes (NetworkManager's NMMetered)
_AWAY = {
    *(Kind.NAME_UNKNOWN, Kind.HOST_UNREACHABLE, Kind.PORT_CLOSED, Kind.TIMED_OUT, Kind.HUNG_UP),
    *(Kind.JUMP_NAME_UNKNOWN, Kind.JUMP_UNREACHABLE, Kind.JUMP_CANT_CONNECT),
}


async def why_not(profile: Profile) -> Reason | None:
    """The first reason to wait; what costs least is looked at first.

    Raises:
        Failure: it is no matter of waiting: there is no keyring at all, or a jump host refuses to help.
    """
    if not profile.schedule.on_battery and await in_background(is_on_battery):
        return "battery"
    if not profile.schedule.on_metered and await in_background(is_metered):
        return "metered"
    if await is_keyring_locked(profile):
        return "keyring"
    return "server" if await is_away(profile) else None


def is_on_battery() -> bool:
    """Whether this computer runs on its battery; one that tells nothing of its power is taken to be plugged in."""
    return _is_mac_on_battery() if sys.platform == "darwin" else _is_on_battery(POWER_SUPPLIES)


def is_metered() -> bool:
    """Whether NetworkManager takes the connection for one that is paid for by what is sent, as a phone's."""
    if not sys.platform.startswith("linux"):
        return False
    from jeepney import DBusAddress, MessageFlag, Properties  # type: ignore[import-untyped]
    from jeepney.io.blocking import open_dbus_connection  # type: ignore[import-untyped]
    from jeepney.wrappers import unwrap_msg  # type: ignore[import-untyped]

    name = "org.freedesktop.NetworkManager"
    question = Properties(DBusAddress("/org/freedesktop/NetworkManager", name, name)).get("Metered")
    question.header.flags |= MessageFlag.no_auto_start
    try:
        with contextlib.closing(open_dbus_connection("SYSTEM")) as bus:
            ((_type, value),) = unwrap_msg(bus.send_and_get_reply(question, timeout=_NETWORK_MANAGER_SECONDS))
    except Exception:  # noqa: BLE001 - no bus, no NetworkManager, or one that doesn't say: nothing is known
        return False
    return value in _METERED


async def is_keyring_locked(profile: Profile) -> bool:
    """Whether the profile needs a secret that its keyring doesn't give as long as its owner hasn't unlocked it.

    Before anybody has signed in to the desktop, there is no bus to reach the keyring by: it will be there.

    Raises:
        Failure: `KEYRING_MISSING`.
    """
    if (what := _kept_in_keyring(profile)) is None:
        return False
    try:
        asking = in_background(partial(secrets.is_locked, profile.name, what))
        return await asyncio.wait_for(asking, _KEYRING_SECONDS)
    except TimeoutError:
        return True
    except Failure as failure:
        if failure.kind is Kind.KEYRING_UNREACHABLE:
            return True
        raise


async def is_away(profile: Profile, pauses: Sequence[float] | None = None) -> bool:
    """Whether the server can't be reached, also after a while; it is asked itself, through a jump host if there is one.

    Raises:
        Failure: it is no matter of waiting (`JUMP_REFUSES_KEY` and the like).
    """
    connect = partial(dial.connect, dial.service(profile), _SECONDS_TO_CONNECT)
    for pause in (*(PAUSES if pauses is None else pauses), None):
        try:
            connected = await in_background(connect)
        except Failure as failure:
            if failure.kind not in _AWAY:
                raise
        else:
            connected.close()
            return False
        if pause is not None:
            await asyncio.sleep(pause)
    return True


def _kept_in_keyring(profile: Profile) -> What | None:
    if schemes.has_password(profile):
        return "daemon-password"
    if schemes.of(profile).uses_ssh and profile.key.protection == "keyring" and not profile.key_is_agents:
        return "passphrase"
    return None


def _is_on_battery(supplies: Path) -> bool:
    """As systemd judges: no power comes in, and a battery that isn't a mouse's gets emptier."""
    is_discharging = False
    with contextlib.suppress(OSError):
        for supply in supplies.iterdir():
            kind = _said(supply / "type")
            if kind in {"Mains", "USB"} and _said(supply / "online") not in {"", "0"}:
                return False
            if kind in {"Battery", "UPS"} and _said(supply / "scope") != "Device":
                is_discharging = is_discharging or _said(supply / "status") == "Discharging"
    return is_discharging


def _said(file: Path) -> str:
    try:
        return file.read_text("ascii", "replace").strip()
    except OSError:
        return ""


def _is_mac_on_battery() -> bool:
    import subprocess

    try:
        told = subprocess.run(
            ["pmset", "-g", "batt"], stdin=subprocess.DEVNULL, capture_output=True, timeout=5, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return b"Battery Power" in told.stdout.split(b"\n", 1)[0]
