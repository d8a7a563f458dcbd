"""What the server's own rsync daemon gives to whoever calls it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from wizard.client.secrets import generate
from wizard.display import printable
from wizard.schemes import daemon_modules
from wizard.server.locks.wording import quoted

if TYPE_CHECKING:
    from wizard.server.locks.caller import Called
    from wizard.server.locks.visit import Answer, Probe, Visit

_MOST_MODULES = 5


async def _without_password(visit: Visit) -> Answer:
    called = await _as_nobody(visit)
    if _is_let_in(called):
        return False, "Called without a password: the service let us in."
    return _unless_unclear(called, "Called without a password")


async def _with_wrong_password(visit: Visit) -> Answer:
    if _is_let_in(await _as_nobody(visit)):
        return None, "No password is asked for, so a wrong one could not be tried."
    access = msgspec.structs.replace(visit.caller.access, password=generate())
    another = replace(visit.caller, access=access)
    name, user = f"{daemon_modules.name(visit.profile)}/", visit.profile.server.user
    for what, call in (
        ("a wrong", lambda: another.module("--list-only")),
        ("an empty", lambda: visit.caller.stranger(name, user)),
    ):
        called = await visit.in_time(call)
        if _is_let_in(called):
            return False, f"Called with {what} password: the service let us in."
    return _unless_unclear(called, "Called with a wrong password")


async def _as_nobody(visit: Visit) -> Called:
    target = f"{daemon_modules.name(visit.profile)}/"
    return await visit.once("as nobody", lambda: visit.stranger(target))


def _is_let_in(called: Called) -> bool:
    # A module that is write only says so once it has let somebody in.
    return called.exit_code == 0 or "write only" in called.printed


def _unless_unclear(called: Called, asked: str) -> Answer:
    return (True if "auth failed" in called.printed else None), f"{asked}: {quoted(called.printed)}."


async def _list(visit: Visit) -> Answer:
    own = daemon_modules.name(visit.profile)
    if own in await _modules(visit):
        return False, f"Asked for the service's list: “{own}” is in it."
    return True, f"Asked for the service's list: “{own}” is not in it."


async def _other_modules(visit: Visit) -> Answer:
    own = daemon_modules.name(visit.profile)
    others = [name for name in await _modules(visit) if name != own][:_MOST_MODULES]
    for name in others:
        if _is_let_in(await visit.stranger(f"{name}/")):
            return False, f"Called “{printable(name)}” without a password: the service let us in."
    if others:
        return True, f"Called without a password: {printable(', '.join(others))} did not let us in."
    return True, "Asked for the service's list: no other part is shown."


async def _modules(visit: Visit) -> list[str]:
    called = await visit.once("modules", lambda: visit.stranger(""))
    # Without the message of the day, rsync leaves out the list as well; a line of the list has a tab.
    return [line.split("\t")[0].strip() for line in called.listed.splitlines() if "\t" in line]


async def _clear_text(visit: Visit) -> Answer:
    return None, "No setting shuts this: whoever is on the way between can read the files."


PROBES: dict[str, Probe] = {
    "no-password": _without_password,
    "wrong-password": _with_wrong_password,
    "list": _list,
    "modules": _other_modules,
    "clear-text": _clear_text,
}
