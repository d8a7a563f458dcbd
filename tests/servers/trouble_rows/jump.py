"""The jump host before the server."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.servers.trouble_rows.row import ADMIN, NOBODY, SURELY, YOU, Row, without
from tests.support import deprived
from tests.support.attacks import faults, sign_in_faults
from tests.support.attacks.case import KEYS, both
from tests.support.attacks.jump_faults import hangs_up, jump_host, set_up_again, silent
from tests.support.network import proxy
from tests.support.network.proxy import Fate
from wizard.client.ssh import dial
from wizard.failure import Kind
from wizard.server.reaching import probe

if TYPE_CHECKING:
    from tests.support.attacks.case import Case


async def reaching(case: Case) -> None:
    """A look of our own, without the ssh that backs up."""
    await probe.reach(dial.ssh(case.profile))


_ROWS = [
    Row("a jump host that does not resolve", jump_host(host="no.such.host.invalid"), Kind.JUMP_NAME_UNKNOWN, YOU),
    Row("a jump host that is off", jump_host(is_on=False), Kind.JUMP_UNREACHABLE, YOU, "whoever runs the jump host"),
    Row("a jump host that is silent", silent, Kind.JUMP_UNREACHABLE, YOU, "Can't connect to the jump host amanda@"),
    Row("a jump host that nobody has met", jump_host(is_known=False), Kind.JUMP_KEY_UNKNOWN, YOU, "ssh -F none -p "),
    Row("a jump host that was set up again", set_up_again, Kind.JUMP_KEY_CHANGED, YOU, "Nothing was sent"),
    Row("a jump host that refuses", jump_host(admits=False), Kind.JUMP_REFUSES_KEY, YOU, "ssh-add"),
    Row(
        "a jump host with nothing in common",
        jump_host("KexAlgorithms diffie-hellman-group14-sha1"),
        Kind.JUMP_UNREACHABLE,
        YOU,
    ),
    Row("a jump host that hangs up", hangs_up, Kind.JUMP_UNREACHABLE, YOU),
]
_FORBIDS = [
    Row(
        "a jump host that forwards nothing",
        jump_host("AllowTcpForwarding no"),
        Kind.JUMP_FORBIDS,
        ADMIN,
        "AllowTcpForwarding",
    ),
    Row("a jump host whose key lines forward nothing", jump_host(options="restrict"), Kind.JUMP_FORBIDS, ADMIN),
]
_BEHIND = [
    Row(
        "a server that refuses the jump host",
        both(jump_host(), sign_in_faults.told(port=1)),
        Kind.JUMP_CANT_CONNECT,
        ADMIN,
        "refused the connection from the jump host",
        SURELY,
    ),
    Row(
        "a name that the jump host does not know",
        both(jump_host(), sign_in_faults.told(host="no.such.host.invalid")),
        Kind.JUMP_CANT_CONNECT,
        ADMIN,
        "doesn't know the name",
        SURELY,
    ),
]

ROWS = [
    *_ROWS,
    *_FORBIDS,
    *_BEHIND,
    *(replace(row, broken=f"{row.broken}, at a look", act=reaching) for row in (*_ROWS, *_FORBIDS, *_BEHIND)),
    Row(
        "no network to the jump host",
        both(jump_host(is_on=False), sign_in_faults.told(host="192.0.2.1")),
        Kind.JUMP_UNREACHABLE,
        YOU,
        "is offline",
        SURELY,
        act=without(deprived.no_network),
        asks_without=deprived.no_network,
    ),
    Row(
        "a line that is not there, through a jump host",
        both(jump_host(), faults.rewritten(KEYS, "ssh-ed25519", "#")),
        Kind.KEY_REFUSED,
        ADMIN,
    ),
    Row(
        "a server that hangs up on the jump host",
        both(jump_host(), sign_in_faults.by_way_of(proxy.from_the_start(Fate.CUT))),
        Kind.HUNG_UP,
        NOBODY,
    ),
]
