"""Requests that only rsync's own may pass for: shells, commands, other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.schemes.forced_command import TOLD_TO_OTHERS
from wizard.server.locks.visit import Behind
from wizard.server.locks.wording import quoted

if TYPE_CHECKING:
    from wizard.client.connection import Reply
    from wizard.server.locks.visit import Answer, Probe, Visit

# Words that every login shell (csh and fish too) and none but a shell turns into the sum.
_SUM_REQUEST, SUM = "expr 271828 + 314159", "585987"
# What it prints can't be a refusal that repeats the request.
_JOIN_REQUEST, _JOINED = "printf x%s%s 585 987", "x585987"
_SFTP_GREETING, _SFTP_ANSWER = b"\0\0\0\5\1\0\0\0\3", b"\2"


async def behind(visit: Visit) -> Behind:
    """What stands behind the key."""
    return await visit.once("behind", lambda: _look_behind(visit))


async def says_whose_it_is(visit: Visit) -> bool:
    """Whether it is a line of ours with one command, or two, which says so to whoever asks for another."""
    return f"{TOLD_TO_OTHERS} {visit.profile.name}-" in (await _sum(visit)).printed


def starts_rsync(reply: Reply) -> bool:
    """Whether an rsync was started: it begins with its protocol's number, four bytes with the lowest first."""
    return len(reply.stdout) >= 4 and 20 <= reply.stdout[0] < 128 and reply.stdout[1:4] == b"\0\0\0"


async def _look_behind(visit: Visit) -> Behind:
    reply = await _sum(visit)
    if SUM in reply.printed:
        return Behind.SHELL
    if starts_rsync(reply):
        return Behind.RSYNC
    return Behind.DAEMON if reply.stdout.startswith(b"@RSYNCD:") else Behind.GUARD


async def _sum(visit: Visit) -> Reply:
    return await visit.once("sum", lambda: visit.ask(lambda connection: connection.run(_SUM_REQUEST)))


async def _shell(visit: Visit) -> Answer:
    reply = await visit.ask(lambda connection: connection.shell(f"{_SUM_REQUEST}\n".encode()))
    return _judged("a shell", reply, SUM, "it started one")


async def _command(visit: Visit) -> Answer:
    reply = await _sum(visit)
    return _judged("a sum", reply, SUM, "the server worked it out")


async def _program(visit: Visit) -> Answer:
    request = f"{_JOIN_REQUEST} --server -n . ."
    reply = await visit.ask(lambda connection: connection.run(request))
    return _judged("another program with rsync's words", reply, _JOINED, "the server ran it")


async def _options(visit: Visit) -> Answer:
    reply = await visit.ask(lambda connection: connection.run("rsync --server --version"))
    return _judged("rsync with another option", reply, "rsync  version", "rsync obeyed it")


async def _words(visit: Visit) -> Answer:
    hidden = f"rsync --server -n . .`{_JOIN_REQUEST}`; {_JOIN_REQUEST}\n{_JOIN_REQUEST}\n"
    reply = await visit.ask(lambda connection: connection.run(hidden))
    return _judged("rsync with a command hidden behind it", reply, _JOINED, "the server ran the command")


async def _sftp(visit: Visit) -> Answer:
    reply = await visit.ask(lambda connection: connection.sftp(_SFTP_GREETING))
    if reply.stdout[4:5] == _SFTP_ANSWER:
        return False, "Asked for sftp: the server started it."
    return True, f"Asked for sftp: {quoted(reply.complaint) if reply.granted else 'refused'}."


async def _scp(visit: Visit) -> Answer:
    reply = await visit.ask(lambda connection: connection.run_with("scp -f /", b"\0"))
    return _judged("scp", reply, "\x01scp: ", "the server started it")


def _judged(what: str, reply: Reply, sign: str, if_open: str) -> Answer:
    if sign in reply.printed:
        return False, f"Asked for {what}: {if_open}."
    return True, f"Asked for {what}: {quoted(reply.complaint) if reply.granted else 'refused'}."


PROBES: dict[str, Probe] = {
    "shell": _shell,
    "command": _command,
    "program": _program,
    "options": _options,
    "words": _words,
    "sftp": _sftp,
    "scp": _scp,
}
