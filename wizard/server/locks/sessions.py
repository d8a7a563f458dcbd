"""What ssh itself grants beside a command: terminals, tunnels, agents, and other ways to sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard import allowed_from
from wizard.server.locks.evidence import OFFERED, SSH, ProbeResult, is_open, shut, untestable, untested

if TYPE_CHECKING:
    from collections.abc import Callable

    from wizard.client.ssh.connection import Connection
    from wizard.server.locks.probe_session import Probe, ProbeSession

_BY_PERSON = ("password", "keyboard-interactive", "none")


def _granted(what: str, ask: Callable[[Connection], bool | None]) -> Probe:
    async def probe(session: ProbeSession) -> ProbeResult:
        match await session.ask(ask):
            case True:
                return is_open(f"Asked for {what}: the server granted it.")
            case False:
                return shut(SSH, f"Asked for {what}: sshd refused it.")
        return untested(f"Asked for {what}: the server gave no clear answer.")

    return probe


async def _windows(session: ProbeSession) -> ProbeResult:
    if await session.ask(lambda connection: connection.grants_windows()):
        return is_open("Asked for remote windows (X11): the server granted it.")
    return untestable("The server refused, as it also does where it has no windows to send: that proves nothing.")


async def _host_key(session: ProbeSession) -> ProbeResult:
    await session.ask(lambda connection: connection.methods)
    return shut(SSH, "The server showed the key whose fingerprint was confirmed; with another, nothing is sent.")


async def _password(session: ProbeSession) -> ProbeResult:
    offered = await session.ask(lambda connection: connection.methods)
    others = [method for method in offered if method in _BY_PERSON]
    if others:
        return is_open(f"Asked how to sign in without the key: the server offers {', '.join(others)}.")
    if not offered:
        return untested("Asked how to sign in without the key: the server listed nothing.")
    return shut(OFFERED, "Asked how to sign in without the key: the server offers no password.")


async def _places(session: ProbeSession) -> ProbeResult:
    places = allowed_from.text(session.profile.scheme.from_)
    return untestable(f"That it works from {places} alone could only be tried from elsewhere.")


PROBES: dict[str, Probe] = {
    "host-key": _host_key,
    "terminal": _granted("a terminal", lambda connection: connection.grants_terminal()),
    "tunnel-out": _granted(
        "connections onwards, to the usual ports", lambda connection: connection.grants_tunnel_out()
    ),
    "tunnel-in": _granted("a port that leads here", lambda connection: connection.grants_tunnel_in()),
    "tunnel-socket": _granted("a tunnel to a socket", lambda connection: connection.grants_socket_tunnel()),
    "agent": _granted("an agent's tunnel", lambda connection: connection.grants_agent()),
    "x11": _windows,
    "password": _password,
    "places": _places,
}
