"""What ssh itself grants beside a command: terminals, tunnels, agents, and other ways to sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from wizard.client.connection import Connection
    from wizard.server.locks.visit import Answer, Probe, Visit

_BY_PERSON = ("password", "keyboard-interactive", "none")


def _granted(what: str, ask: Callable[[Connection], bool | None]) -> Probe:
    async def probe(visit: Visit) -> Answer:
        granted = await visit.ask(ask)
        if granted is None:
            return None, f"Asked for {what}: the server gave no clear answer."
        return not granted, f"Asked for {what}: the server {'granted it' if granted else 'refused'}."

    return probe


async def _windows(visit: Visit) -> Answer:
    if await visit.ask(lambda connection: connection.grants_windows()):
        return False, "Asked for windows (X11): the server granted it."
    return None, "The server refused, as it also does where it has no windows to send: that proves nothing."


async def _host_key(visit: Visit) -> Answer:
    await visit.ask(lambda connection: connection.methods)
    return True, "The server showed the key whose fingerprint was confirmed; with another, nothing is tried."


async def _password(visit: Visit) -> Answer:
    offered = await visit.ask(lambda connection: connection.methods)
    others = [method for method in offered if method in _BY_PERSON]
    if others:
        return False, f"Asked how to sign in without the key: the server offers {', '.join(others)}."
    return True, "Asked how to sign in without the key: the server offers no password."


async def _places(visit: Visit) -> Answer:
    places = ", ".join(visit.profile.scheme.from_)
    return None, f"That it works from {places} alone could only be tried from elsewhere."


PROBES: dict[str, Probe] = {
    "host-key": _host_key,
    "terminal": _granted("a terminal", lambda connection: connection.grants_terminal()),
    "tunnel-out": _granted("a connection onwards", lambda connection: connection.grants_tunnel_out()),
    "tunnel-in": _granted("a port that leads here", lambda connection: connection.grants_tunnel_in()),
    "tunnel-socket": _granted("a tunnel to a socket", lambda connection: connection.grants_socket_tunnel()),
    "agent": _granted("an agent's tunnel", lambda connection: connection.grants_agent()),
    "x11": _windows,
    "password": _password,
    "places": _places,
}
