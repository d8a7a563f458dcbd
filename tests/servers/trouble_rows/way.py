"""The way to the server, and whether it is that server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.servers.trouble_rows.row import ADMIN, CANT_TELL, NOBODY, PROBABLY, SURELY, YOU, Row, without
from tests.support import deprived
from tests.support.attacks import mishaps, sign_in_faults
from tests.support.attacks.case import SIZE, both
from tests.support.network import proxy
from tests.support.network.proxy import Fate
from wizard.failure import Kind
from wizard.server.reaching import host_trust

if TYPE_CHECKING:
    from tests.support.attacks.case import Case


async def meeting(case: Case) -> None:
    await host_trust.establish(case.profile)


ROWS = [
    Row(
        "a name that does not resolve",
        sign_in_faults.told(host="no.such.host.invalid"),
        Kind.NAME_UNKNOWN,
        YOU,
        "Check the spelling",
    ),
    Row(
        "no network here",
        sign_in_faults.told(host="192.0.2.1"),
        Kind.HOST_UNREACHABLE,
        YOU,
        "is offline",
        SURELY,
        act=without(deprived.no_network),
        asks_without=deprived.no_network,
    ),
    Row(
        "no way to the host",
        sign_in_faults.told(host="198.51.100.1"),
        Kind.HOST_UNREACHABLE,
        YOU,
        "can't reach 198.51.100.1",
        CANT_TELL,
        act=without(deprived.no_way),
        asks_without=deprived.no_way,
    ),
    Row("a closed port", sign_in_faults.told(port=1), Kind.PORT_CLOSED, ADMIN, "127.0.0.1:1 is on", CANT_TELL),
    Row(
        "a wrong port",
        both(mishaps.ssh_at_the_usual_port, sign_in_faults.told(port=1)),
        Kind.PORT_CLOSED,
        YOU,
        "does answer on port",
        SURELY,
    ),
    Row("the port of something else", mishaps.at_daemon, Kind.NOT_SSH, YOU, "rsync's own", SURELY),
    Row(
        "no answer",
        sign_in_faults.by_way_of(proxy.from_the_start(Fate.SILENT)),
        Kind.TIMED_OUT,
        ADMIN,
        "Does a firewall block it",
        PROBABLY,
    ),
    Row(
        "silence halfway",
        sign_in_faults.by_way_of(proxy.after(SIZE // 2, Fate.SILENT)),
        Kind.CONNECTION_CUT,
        NOBODY,
        "was lost",
        writes=True,
    ),
    Row(
        "a connection that is cut halfway",
        sign_in_faults.by_way_of(proxy.after(SIZE // 2, Fate.CUT)),
        Kind.CONNECTION_CUT,
        NOBODY,
        "won't be sent again",
        writes=True,
    ),
    Row(
        "a backup that is interrupted",
        mishaps.terminated,
        Kind.INTERRUPTED,
        NOBODY,
        "picks up where it left off",
        writes=True,
    ),
    Row(
        "a host key that nobody confirmed",
        mishaps.unconfirmed,
        Kind.HOST_KEY_UNKNOWN,
        YOU,
        "SHA256:",
        act=meeting,
    ),
    Row(
        "a changed host key",
        sign_in_faults.confirmed_another("ed25519"),
        Kind.HOST_KEY_CHANGED,
        ADMIN,
        "Was the server set up again?",
        CANT_TELL,
    ),
    Row(
        "a host key of another type",
        sign_in_faults.confirmed_another("rsa"),
        Kind.HOST_KEY_TYPE,
        ADMIN,
        "another type",
        CANT_TELL,
    ),
]
