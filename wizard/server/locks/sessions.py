"""What ssh itself grants beside a command: terminals, tunnels, agents, and other ways to sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard import allowed_from
from wizard.server.locks.evidence import OFFERED, SSH, ProbeResult, is_open, shut, untestable, untested
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable

    from wizard.client.ssh.connection import Connection
    from wizard.server.locks.probe_session import Probe, ProbeSession

_ASKED_METHODS = N_("Asked how to sign in without the key.")
_BY_PERSON = ("password", "keyboard-interactive", "none")


def _granted(asked: str, ask: Callable[[Connection], bool | None]) -> Probe:
    async def probe(session: ProbeSession) -> ProbeResult:
        match await session.ask(ask):
            case True:
                return is_open(_(asked), _("The server allowed it."))
            case False:
                return shut(SSH, _(asked), _("sshd refused it."))
        return untested(_(asked), _("The server gave no clear answer."))

    return probe


async def _windows(session: ProbeSession) -> ProbeResult:
    if await session.ask(lambda connection: connection.grants_windows()):
        return is_open(_("Asked for remote windows (X11)."), _("The server allowed it."))
    return untestable(_("The server refused. It also refuses when it has no windows to show, so that proves nothing."))


async def _host_key(session: ProbeSession) -> ProbeResult:
    await session.ask(lambda connection: connection.methods)
    return shut(SSH, _("The server has the fingerprint you confirmed. If it ever changes, nothing is sent."))


async def _password(session: ProbeSession) -> ProbeResult:
    offered = await session.ask(lambda connection: connection.methods)
    others = [method for method in offered if method in _BY_PERSON]
    if others:
        return is_open(_(_ASKED_METHODS), _("The server offers: {methods}.").format(methods=", ".join(others)))
    if not offered:
        return untested(_(_ASKED_METHODS), _("The server listed nothing."))
    return shut(OFFERED, _(_ASKED_METHODS), _("The server doesn't offer passwords."))


async def _places(session: ProbeSession) -> ProbeResult:
    places = allowed_from.text(session.profile.scheme.from_)
    return untestable(
        _("Only another computer could test that it works only from {addresses}.").format(addresses=places)
    )


PROBES: dict[str, Probe] = {
    "host-key": _host_key,
    "terminal": _granted(N_("Asked for a terminal."), lambda connection: connection.grants_terminal()),
    "tunnel-out": _granted(
        N_("Asked for connections to other servers, on the usual ports."),
        lambda connection: connection.grants_tunnel_out(),
    ),
    "tunnel-in": _granted(
        N_("Asked to open a port that leads back here."), lambda connection: connection.grants_tunnel_in()
    ),
    "tunnel-socket": _granted(
        N_("Asked for a tunnel to a program's socket."), lambda connection: connection.grants_socket_tunnel()
    ),
    "agent": _granted(N_("Asked to use the ssh agent."), lambda connection: connection.grants_agent()),
    "x11": _windows,
    "password": _password,
    "places": _places,
}
