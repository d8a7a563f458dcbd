"""A closer look before a failure is shown: what the server, or one more sign-in, tells about it.

Each question is asked once and is bounded in time. After a refused key there is one more sign-in: a server that counts
refused ones (`sign_in.LEAST_PAUSE_SECONDS`) bears that, and no more.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from wizard import schemes
from wizard.client import access as accesses
from wizard.client.ssh import dial
from wizard.failure import Failure, Kind
from wizard.schemes.facts import RRSYNC_OF_DEBIAN_11
from wizard.server.reaching import probe
from wizard.text.language import _
from wizard.trouble import diagnose_key, diagnose_reaching, kind_of
from wizard.trouble.diagnosis import Diagnosis, Sure
from wizard.trouble.words import Who

if TYPE_CHECKING:
    from wizard.client.access import Access
    from wizard.profile import Profile

_MOST_SECONDS = 12.0

_AT_THE_DOOR = frozenset(
    {
        Kind.NAME_UNKNOWN,
        Kind.HOST_UNREACHABLE,
        Kind.PORT_CLOSED,
        Kind.DAEMON_CLOSED,
        Kind.TIMED_OUT,
        Kind.NOT_SSH,
        Kind.NOT_RSYNCD,
        Kind.HUNG_UP,
    }
)
_OF_THE_JUMP_HOST = frozenset({Kind.JUMP_NAME_UNKNOWN, Kind.JUMP_UNREACHABLE, Kind.JUMP_CANT_CONNECT})
_OF_THE_KEY = frozenset({Kind.KEY_REFUSED, Kind.TOO_MANY_KEYS, Kind.WAITING_FOR_ADMIN})
_OF_THE_SHELL = frozenset({Kind.SERVER_SILENT, Kind.SERVER_SHELL_TALKS})
_OF_THE_HOST_KEY = frozenset({Kind.HOST_KEY_CHANGED, Kind.HOST_KEY_TYPE})
_DEBIAN_11 = "deb11"
_DROPBEAR = "dropbear"


async def ask(failure: Failure, profile: Profile | None, access: Access | None = None) -> Diagnosis | None:
    """What can be found out about why it failed; `None` where there is nothing to ask, or no answer came in time.

    `access` is what was signed in with, if that is at hand.
    """
    if profile is None or not profile.server.host:
        return None
    try:
        async with asyncio.timeout(_MOST_SECONDS):
            kind = kind_of(failure, profile)
            return await _ask(kind, failure, profile, access)
    except (Failure, TimeoutError, OSError):
        return None


def is_worth_asking(failure: Failure, profile: Profile | None) -> bool:
    """Whether `ask` would go to the server."""
    kind = kind_of(failure, profile)
    return kind in (
        _AT_THE_DOOR | _OF_THE_JUMP_HOST | _OF_THE_KEY | _OF_THE_SHELL | _OF_THE_HOST_KEY | {Kind.NO_RRSYNC}
    )


async def _ask(kind: Kind, failure: Failure, profile: Profile, access: Access | None) -> Diagnosis | None:
    uses_ssh = schemes.of(profile).uses_ssh
    if kind in _OF_THE_JUMP_HOST:
        return await diagnose_reaching.by_way_of_jump_host(kind, profile)
    if kind in _OF_THE_KEY | _OF_THE_SHELL and uses_ssh and (found := await _line_for_dropbear(profile)):
        return found
    if kind in _AT_THE_DOOR:
        return await diagnose_reaching.look(kind, profile) or await _behind_the_door(kind, profile, access)
    if kind in _OF_THE_KEY and uses_ssh:
        return await diagnose_key.ask(failure, profile, access or accesses.prepare(profile))
    if kind in _OF_THE_SHELL and uses_ssh:
        return await diagnose_key.of_shell(profile, access or accesses.prepare(profile))
    if kind in _OF_THE_HOST_KEY and uses_ssh:
        return await _is_one_of_the_confirmed(profile)
    if kind is Kind.NO_RRSYNC:
        return await _usual_place(profile)
    if kind is Kind.DAEMON_MODULE_UNKNOWN:
        return await asyncio.to_thread(diagnose_key.by_address, profile)
    return _without_asking(kind)


async def _behind_the_door(kind: Kind, profile: Profile, access: Access | None) -> Diagnosis | None:
    if not schemes.of(profile).uses_ssh:
        return None
    if kind is Kind.HUNG_UP:
        return await diagnose_key.of_connection(profile, access or accesses.prepare(profile))
    if kind is Kind.TIMED_OUT:  # rsync and sftp wait for each other
        return await diagnose_key.of_sftp(profile, access or accesses.prepare(profile))
    return None


def _without_asking(kind: Kind) -> Diagnosis | None:
    if kind is Kind.SERVER_CANT_WRITE:
        return Diagnosis(
            text=_(
                "The disk may be full, or the folder may be closed. rsync on the server stopped before it could say."
            )
        )
    if kind is Kind.DAEMON_REFUSED:
        return Diagnosis(
            text=_("The username, the password or the secrets file may be wrong. The service doesn't say which.")
        )
    if kind is Kind.DAEMON_CHROOT:
        return Diagnosis(text=_("The folder may be missing or closed. The service doesn't say which."))
    return None


async def _line_for_dropbear(profile: Profile) -> Diagnosis | None:
    """Whether the key line is one that Dropbear can't read: with addresses, or with quotes within quotes."""
    if not (profile.scheme.from_ or schemes.of(profile).records_command):
        return None
    greeting = await probe.reach(dial.ssh(profile))
    if _DROPBEAR not in greeting:
        return None
    return Diagnosis(
        Sure.PROBABLY,
        _("The server's ssh is Dropbear. It can't read a key line with addresses, or one for one command only."),
        who=Who.YOU,
        to_do=_(
            "In the “Sign in” step, choose “A key for one folder only”, with no addresses under More choices. Then send"
            " your admin the new message."
        ),
    )


async def _is_one_of_the_confirmed(profile: Profile) -> Diagnosis:
    shown = await probe.host_keys(dial.ssh(profile))
    types = ", ".join(key.type_name for key in shown)
    if any(key.fingerprint in profile.server.host_keys for key in shown):
        return Diagnosis(
            Sure.SURELY,
            _("It is the same server: it also shows a fingerprint that you confirmed ({types}).").format(types=types),
            kind=Kind.HOST_KEY_TYPE,
        )
    return Diagnosis(
        text=_("None of its fingerprints is one you confirmed ({types}). It may have been set up again.").format(
            types=types
        )
    )


async def _usual_place(profile: Profile) -> Diagnosis | None:
    greeting = await probe.reach(dial.ssh(profile))
    if _DEBIAN_11 in greeting:
        place = RRSYNC_OF_DEBIAN_11
        return Diagnosis(
            Sure.PROBABLY,
            _("The server runs Debian 11. There, rrsync is at {path}, perhaps compressed (.gz).").format(path=place),
        )
    return Diagnosis(text=_("This computer can't see where rrsync is on the server."))
