"""What the server's own rsync daemon gives to whoever calls it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from wizard.client.keys.secrets import generate
from wizard.schemes.parts import daemon_modules
from wizard.server.locks.evidence import (
    AUTH_FAILED,
    HOST_DENIED,
    OFFERED,
    ProbeResult,
    is_open,
    refused,
    shut,
    untestable,
    untested,
)
from wizard.text.display import printable
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from wizard.server.locks.probe_session import Probe, ProbeSession
    from wizard.server.locks.rsync_runner import Called

_MOST_MODULES = 5
_ASKED_FOR_LIST = N_("Asked the service for its list of backups.")
_LET_IN = N_("The service accepted the connection.")
_NO_PASSWORD = N_("Connected without a password.")


async def _without_password(session: ProbeSession) -> ProbeResult:
    called = await _as_nobody(session)
    if _is_let_in(called):
        return is_open(_(_NO_PASSWORD), _(_LET_IN))
    return refused(_(_NO_PASSWORD), called.printed, AUTH_FAILED)


async def _with_wrong_password(session: ProbeSession) -> ProbeResult:
    if _is_let_in(await _as_nobody(session)):
        return untested(_("The service asks for no password, so a wrong one couldn't be tried."))
    access = msgspec.structs.replace(session.runner.access, password=generate())
    another = replace(session.runner, access=access)
    name, user = f"{daemon_modules.name(session.profile)}/", session.profile.server.user
    for asked, call in (
        (_("Connected with a wrong password."), lambda: another.module("--list-only")),
        (_("Connected with an empty password."), lambda: session.runner.stranger(name, user)),
    ):
        called = await session.in_time(call)
        if _is_let_in(called):
            return is_open(asked, _(_LET_IN))
        answer = refused(asked, called.printed, AUTH_FAILED)
        if not answer.held:
            return answer
    return answer


async def _as_nobody(session: ProbeSession) -> Called:
    target = f"{daemon_modules.name(session.profile)}/"
    return await session.once("as nobody", lambda: session.stranger(target))


def _is_let_in(called: Called) -> bool:
    # A module that is write only says so once it has let somebody in.
    return called.exit_code == 0 or "write only" in called.printed


async def _list(session: ProbeSession) -> ProbeResult:
    own = daemon_modules.name(session.profile)
    modules = await _modules(session)
    if modules is None:
        return untested(_(_ASKED_FOR_LIST), _("It gave none."))
    if own in modules:
        return is_open(_(_ASKED_FOR_LIST), _("“{name}” is in it.").format(name=own))
    return shut(OFFERED, _(_ASKED_FOR_LIST), _("“{name}” is not in it.").format(name=own))


async def _other_modules(session: ProbeSession) -> ProbeResult:
    own = daemon_modules.name(session.profile)
    modules = await _modules(session)
    if modules is None:
        return untested(_(_ASKED_FOR_LIST), _("It gave none."))
    others = [name for name in modules if name != own][:_MOST_MODULES]
    for name in others:
        called = await session.stranger(f"{name}/")
        asked = _("Connected to “{name}” without a password.").format(name=printable(name))
        if _is_let_in(called):
            return is_open(asked, _(_LET_IN))
        answer = refused(asked, called.printed, AUTH_FAILED, HOST_DENIED)
        if not answer.held:
            return answer
    if others:
        return shut(
            AUTH_FAILED,
            _(_NO_PASSWORD),
            _("These refused the connection: {names}.").format(names=printable(", ".join(others))),
        )
    return shut(OFFERED, _(_ASKED_FOR_LIST), _("It shows no others."))


async def _modules(session: ProbeSession) -> list[str] | None:
    """The modules that the service lists, or `None` where it gives no list."""
    called = await session.once("modules", lambda: session.stranger(""))
    if called.exit_code:
        return None
    # Without the message of the day, rsync leaves out the list as well; a line of the list has a tab.
    return [line.split("\t")[0].strip() for line in called.listed.splitlines() if "\t" in line]


async def _clear_text(session: ProbeSession) -> ProbeResult:
    return untestable(_("No setting prevents this: anyone on the network in between can read your files."))


PROBES: dict[str, Probe] = {
    "no-password": _without_password,
    "wrong-password": _with_wrong_password,
    "list": _list,
    "modules": _other_modules,
    "clear-text": _clear_text,
}
