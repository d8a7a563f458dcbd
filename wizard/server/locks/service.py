"""What the server's own rsync daemon gives to whoever calls it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from wizard.client.keys.secrets import generate
from wizard.display import printable
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

if TYPE_CHECKING:
    from wizard.server.locks.probe_session import Probe, ProbeSession
    from wizard.server.locks.rsync_runner import Called

_MOST_MODULES = 5
_NO_LIST = untested("Asked for the service's list: it gave none.")


async def _without_password(session: ProbeSession) -> ProbeResult:
    called = await _as_nobody(session)
    if _is_let_in(called):
        return is_open("Called without a password: the service let us in.")
    return refused("Called without a password", called.printed, AUTH_FAILED)


async def _with_wrong_password(session: ProbeSession) -> ProbeResult:
    if _is_let_in(await _as_nobody(session)):
        return untested("No password is asked for, so a wrong one could not be tried.")
    access = msgspec.structs.replace(session.runner.access, password=generate())
    another = replace(session.runner, access=access)
    name, user = f"{daemon_modules.name(session.profile)}/", session.profile.server.user
    for what, call in (
        ("a wrong", lambda: another.module("--list-only")),
        ("an empty", lambda: session.runner.stranger(name, user)),
    ):
        called = await session.in_time(call)
        if _is_let_in(called):
            return is_open(f"Called with {what} password: the service let us in.")
        answer = refused(f"Called with {what} password", called.printed, AUTH_FAILED)
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
        return _NO_LIST
    if own in modules:
        return is_open(f"Asked for the service's list: “{own}” is in it.")
    return shut(OFFERED, f"Asked for the service's list: “{own}” is not in it.")


async def _other_modules(session: ProbeSession) -> ProbeResult:
    own = daemon_modules.name(session.profile)
    modules = await _modules(session)
    if modules is None:
        return _NO_LIST
    others = [name for name in modules if name != own][:_MOST_MODULES]
    for name in others:
        called = await session.stranger(f"{name}/")
        asked = f"Called “{printable(name)}” without a password"
        if _is_let_in(called):
            return is_open(f"{asked}: the service let us in.")
        answer = refused(asked, called.printed, AUTH_FAILED, HOST_DENIED)
        if not answer.held:
            return answer
    if others:
        return shut(AUTH_FAILED, f"Called without a password: {printable(', '.join(others))} did not let us in.")
    return shut(OFFERED, "Asked for the service's list: no other part is shown.")


async def _modules(session: ProbeSession) -> list[str] | None:
    """The modules that the service lists, or `None` where it gives no list."""
    called = await session.once("modules", lambda: session.stranger(""))
    if called.exit_code:
        return None
    # Without the message of the day, rsync leaves out the list as well; a line of the list has a tab.
    return [line.split("\t")[0].strip() for line in called.listed.splitlines() if "\t" in line]


async def _clear_text(session: ProbeSession) -> ProbeResult:
    return untestable("No setting shuts this: whoever is on the way between can read the files.")


PROBES: dict[str, Probe] = {
    "no-password": _without_password,
    "wrong-password": _with_wrong_password,
    "list": _list,
    "modules": _other_modules,
    "clear-text": _clear_text,
}
