"""Requests that only rsync's own may pass for: shells, commands, other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.schemes.parts import request_filter
from wizard.server.locks.evidence import (
    EXACT_LINE,
    FIXED_DAEMON,
    FIXED_RSYNC,
    KEY_LINE,
    RRSYNC,
    SSH,
    ProbeResult,
    is_open,
    recognised,
    refused,
    shut,
    starts_daemon,
    starts_rsync,
)
from wizard.server.locks.probe_session import ForcedTarget
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from wizard.client.ssh.connection import Reply
    from wizard.server.locks.probe_session import Probe, ProbeSession

# Words that every login shell (csh and fish too) and none but a shell turns into the sum.
_SUM_REQUEST, SUM = "expr 271828 + 314159", "585987"
# What it prints can't be a refusal that repeats the request.
_JOIN_REQUEST, _JOINED = "printf x%s%s 585 987", "x585987"
_ASKED_SFTP = N_("Asked for file access with sftp.")
_STARTED = N_("The server started it.")
_SFTP_GREETING, _SFTP_ANSWER = b"\0\0\0\5\1\0\0\0\3", b"\2"
LINES = (KEY_LINE, EXACT_LINE, RRSYNC)


async def forced_target(session: ProbeSession) -> ForcedTarget:
    """What stands behind the key."""
    return await session.once("forced_target", lambda: _find_forced_target(session))


async def says_whose_it_is(session: ProbeSession) -> bool:
    """Whether the line with one command, or two, is ours: it says so to whoever asks for another."""
    told = (await _sum(session)).printed
    return recognised(told, EXACT_LINE) != "" and f" {session.profile.name}-" in told


async def says_first(session: ProbeSession) -> str:
    """What is printed where rsync is awaited: a start-up file's greeting, say, and never a line's refusal."""
    reply = await _sum(session)
    if starts_rsync(reply) or starts_daemon(reply):
        return ""
    return reply.stdout.decode(errors="replace").replace(SUM, "").strip()


async def _find_forced_target(session: ProbeSession) -> ForcedTarget:
    reply = await _sum(session)
    if SUM in reply.printed:
        return ForcedTarget.SHELL
    if starts_rsync(reply):
        return ForcedTarget.RSYNC
    if starts_daemon(reply):
        return ForcedTarget.DAEMON
    return ForcedTarget.GUARD if recognised(reply.printed, *LINES) else ForcedTarget.UNKNOWN


async def _sum(session: ProbeSession) -> Reply:
    return await session.once("sum", lambda: session.ask(lambda connection: connection.run(_SUM_REQUEST)))


async def _shell(session: ProbeSession) -> ProbeResult:
    reply = await session.ask(lambda connection: connection.shell(f"{_SUM_REQUEST}\n".encode()))
    return judged(_("Asked for a shell."), reply, SUM, _("The server started one."))


async def _command(session: ProbeSession) -> ProbeResult:
    return judged(
        _("Asked the server to run another command (a sum)."), await _sum(session), SUM, _("It ran the command.")
    )


async def _program(session: ProbeSession) -> ProbeResult:
    request = f"{_JOIN_REQUEST} --server -n . ."
    reply = await session.ask(lambda connection: connection.run(request))
    return judged(_("Asked for another program with rsync's options."), reply, _JOINED, _("The server ran it."))


async def _options(session: ProbeSession) -> ProbeResult:
    reply = await session.ask(lambda connection: connection.run("rsync --server --version"))
    return judged(_("Asked for rsync with another option."), reply, "rsync  version", _("rsync accepted it."))


async def _words(session: ProbeSession) -> ProbeResult:
    hidden = f"rsync --server -n . .`{_JOIN_REQUEST}`; {_JOIN_REQUEST}\n{_JOIN_REQUEST}\n"
    reply = await session.ask(lambda connection: connection.run(hidden))
    return judged(_("Asked for rsync with a hidden command."), reply, _JOINED, _("The server ran the command."))


async def _sftp(session: ProbeSession) -> ProbeResult:
    reply = await session.ask(lambda connection: connection.sftp(_SFTP_GREETING))
    if reply.stdout[4:5] == _SFTP_ANSWER:
        return is_open(_(_ASKED_SFTP), _(_STARTED))
    return judged(_(_ASKED_SFTP), reply)


async def _scp(session: ProbeSession) -> ProbeResult:
    reply = await session.ask(lambda connection: connection.run_with("scp -f /", b"\0"))
    return judged(_("Asked for file access with scp."), reply, "\x01scp: ", _(_STARTED))


def judged(asked: str, reply: Reply, sign: str = "", if_open: str = "") -> ProbeResult:
    """What a request for something else came to; `sign` is what only the thing itself would print.

    `asked` and `if_open` are whole sentences.
    """
    if sign and sign in reply.printed:
        return is_open(asked, if_open)
    if not reply.granted:
        return shut(SSH, asked, _("sshd refused it."))
    if starts_rsync(reply):
        return shut(FIXED_RSYNC, asked, _("The key line's own rsync command answered instead."))
    if starts_daemon(reply):
        return shut(FIXED_DAEMON, asked, _("The key line's own rsync daemon answered instead."))
    if reply.exit_code == request_filter.EXIT_CODE and not reply.printed:
        return shut(KEY_LINE, asked, _("The key line refused it (code {number}).").format(number=reply.exit_code))
    return refused(asked, reply.complaint, *LINES)


PROBES: dict[str, Probe] = {
    "shell": _shell,
    "command": _command,
    "program": _program,
    "options": _options,
    "words": _words,
    "sftp": _sftp,
    "scp": _scp,
}
