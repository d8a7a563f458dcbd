"""The two ways to tell somebody elsewhere how a backup goes, each to an address that is a secret.

The addresses are in the person's keyring and nowhere else. The profile only says that there is one, so that no keyring
is asked in vain. What takes too long is left to itself: no backup waits for it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from wizard.client.keys import secrets
from wizard.client.process.background import in_background
from wizard.failure import Failure, Kind
from wizard.running import record
from wizard.schedule.alarms import messages, pings
from wizard.storage import profiles
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from wizard.client.keys.secrets import Secret
    from wizard.profile import Profile

Channel = Literal["alarm", "ping"]

_KEPT_AS: dict[Channel, secrets.What] = {"alarm": "alarm-address", "ping": "ping-address"}
_TOO_SLOW: dict[Channel, Kind] = {"alarm": Kind.ALARM_NOT_SENT, "ping": Kind.PING_NOT_TAKEN}
SECONDS: dict[Channel, float] = {"alarm": 45.0, "ping": 20.0}


def put(profile: Profile, channel: Channel, address: Secret) -> Profile:
    """Send something to the address as a test, and keep it if that was taken.

    Raises:
        Failure: as for `try_out` and `keep`; then all is as before.
    """
    try_out(profile, channel, address)
    return keep(profile, channel, address)


def try_out(profile: Profile, channel: Channel, address: Secret) -> None:
    """Send something to the address as a test.

    Raises:
        Failure: as for `messages.send` and `pings.report`.
    """
    title = _("Alerts about backup “{name}”").format(name=profile.name)
    text = _("This is a test. Alerts about this backup will come here.")
    if channel == "alarm":
        _in_time(channel, lambda: messages.send(address, title, text, to_all=True))
    else:
        _in_time(channel, lambda: pings.report(address, is_good=True))


def keep(profile: Profile, channel: Channel, address: Secret) -> Profile:
    """Have the address used from now on.

    Raises:
        Failure: as for `secrets.store`.
    """
    secrets.store(profile.name, _KEPT_AS[channel], address)
    return _noted(profile, channel, is_set=True)


def remove(profile: Profile, channel: Channel) -> Profile:
    """Keep the address no longer.

    Raises:
        Failure: the keyring can't be reached or opened, and may have it.
    """
    try:
        secrets.remove(profile.name, _KEPT_AS[channel])
    except Failure as failure:
        if failure.kind is not Kind.KEYRING_MISSING:
            raise
    return _noted(profile, channel, is_set=False)


def send(profile: Profile, title: str, text: str) -> None:
    """Send a message to the address that is kept.

    Raises:
        Failure: as for `messages.send`, or the keyring doesn't give the address without asking somebody.
    """
    _in_time("alarm", lambda: messages.send(_fetch(profile, "alarm"), title, text))


def report(profile: Profile, *, has_failed: bool = False) -> None:
    """Report to the service whose address is kept how a run ended: one that skipped only a few files was good.

    How one that came to its end went is in the record; one that `has_failed` need not be.

    Raises:
        Failure: as for `pings.report`, or the keyring doesn't give the address without asking somebody.
    """
    is_good = not has_failed and record.read(profile.name).result == "done"
    _in_time("ping", lambda: pings.report(_fetch(profile, "ping"), is_good=is_good))


def _in_time(channel: Channel, work: Callable[[], None]) -> None:
    try:
        asyncio.run(asyncio.wait_for(in_background(work), SECONDS[channel]))
    except TimeoutError:
        raise Failure(_TOO_SLOW[channel], _("no answer")) from None


def _fetch(profile: Profile, channel: Channel) -> Secret:
    what = _KEPT_AS[channel]
    if secrets.is_locked(profile.name, what):
        raise Failure(Kind.KEYRING_LOCKED, secrets.keyring_name())
    try:
        return secrets.fetch(profile.name, what)
    except Failure as failure:
        if failure.kind is Kind.SECRET_MISSING:
            raise Failure(Kind.ADDRESS_MISSING, f"--{channel}") from None
        raise


def _noted(profile: Profile, channel: Channel, *, is_set: bool) -> Profile:
    changed = replace(profile, schedule=replace(profile.schedule, **{channel: is_set}))
    profiles.save(changed)
    return changed
