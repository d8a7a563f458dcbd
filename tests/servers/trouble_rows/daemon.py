"""rsync's own service on the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.servers.trouble_rows.row import ADMIN, CANT_TELL, NOBODY, PROBABLY, SURELY, YOU, Row
from tests.servers.trouble_rows.sign_in import let_in_before
from tests.support.attacks import faults, mishaps, sign_in_faults
from tests.support.attacks.case import CONFIG, PRIVATE_CONFIG, SECRETS, SIZE, both
from tests.support.network import proxy
from tests.support.network.proxy import Fate
from tests.support.servers import placing
from wizard.failure import Kind

if TYPE_CHECKING:
    from tests.support.attacks.case import Fault

MODULE = "path = "


def in_module(text: str) -> Fault:
    """With more in the daemon's module."""
    return faults.rewritten(CONFIG, MODULE, f"{text}\n    {MODULE}")


ROWS = [
    Row(
        "no settings",
        faults.missing(PRIVATE_CONFIG),
        Kind.SERVER_NO_CONFIG,
        ADMIN,
        "the rsyncd.conf part",
        scheme="daemon-over-ssh",
    ),
    Row(
        "a module that was taken out later",
        let_in_before(faults.rewritten(PRIVATE_CONFIG, "[amanda]", "[amandas]")),
        Kind.DAEMON_NO_LONGER_ACCEPTS,
        ADMIN,
        "still there",
        scheme="daemon-over-ssh",
    ),
    Row(
        "an unknown module",
        faults.rewritten(PRIVATE_CONFIG, "[amanda]", "[amandas]"),
        Kind.DAEMON_MODULE_UNKNOWN,
        ADMIN,
        scheme="daemon-over-ssh",
    ),
    Row(
        "an unknown module",
        faults.rewritten(CONFIG, "[amanda]", "[amandas]"),
        Kind.DAEMON_MODULE_UNKNOWN,
        ADMIN,
        "rsyncd.conf",
        scheme="daemon",
    ),
    Row(
        "a wrong password",
        faults.rewritten(SECRETS, "amanda:", "amanda:x"),
        Kind.DAEMON_REFUSED,
        ADMIN,
        "has the line I sent",
        CANT_TELL,
        scheme="daemon",
    ),
    Row(
        "a secrets file that others can read",
        faults.with_mode(SECRETS, "644"),
        Kind.DAEMON_REFUSED,
        ADMIN,
        "only root can read it",
        CANT_TELL,
        scheme="daemon",
    ),
    Row(
        "no secrets file",
        faults.missing(SECRETS),
        Kind.DAEMON_REFUSED,
        ADMIN,
        "secrets file",
        scheme="daemon",
    ),
    Row(
        "no folder",
        faults.missing(placing.ROOT),
        Kind.DAEMON_CHROOT,
        ADMIN,
        "Does the folder exist",
        CANT_TELL,
        scheme="daemon",
    ),
    Row(
        "hosts denied, by a module that is in the list",
        both(in_module("hosts allow = 192.0.2.1"), faults.rewritten(CONFIG, "list = false", "list = true")),
        Kind.DAEMON_HOST_DENIED,
        ADMIN,
        "access denied",
        scheme="daemon",
    ),
    Row(
        "hosts denied, by our module",
        sign_in_faults.let_in_from_elsewhere,
        Kind.DAEMON_MODULE_UNKNOWN,
        ADMIN,
        "this computer's address is 127.0.0.1",
        PROBABLY,
        scheme="daemon",
    ),
    Row(
        "too many connections",
        both(
            in_module("max connections = 1\n    lock file = /etc/rsyncd.lock"),
            sign_in_faults.held_connections(b"@RSYNCD: 31.0 md5\namanda\n"),
        ),
        Kind.DAEMON_BUSY,
        NOBODY,
        scheme="daemon",
    ),
    Row(
        "a read-only module",
        faults.rewritten(CONFIG, "read only = false", "read only = true"),
        Kind.DAEMON_READ_ONLY,
        ADMIN,
        "read only = false",
        scheme="daemon",
    ),
    Row(
        "an account that is not there",
        faults.rewritten(CONFIG, "uid = amanda", "uid = ananda"),
        Kind.DAEMON_SAYS_NO,
        ADMIN,
        "invalid uid",
        scheme="daemon",
    ),
    Row(
        "an option refused (daemon)",
        both(mishaps.deleting, in_module("refuse options = delete")),
        Kind.SERVER_REFUSED_OPTION,
        ADMIN,
        "refuse --delete",
        scheme="daemon",
    ),
    Row(
        "a closed port",
        sign_in_faults.told(port=1),
        Kind.DAEMON_CLOSED,
        ADMIN,
        "No backup service (rsync) answers",
        CANT_TELL,
        scheme="daemon",
    ),
    Row(
        "the port of ssh",
        mishaps.at_ssh,
        Kind.NOT_RSYNCD,
        YOU,
        "ssh answers on port",
        SURELY,
        scheme="daemon",
    ),
    Row(
        "silence halfway",
        both(mishaps.impatience_with_daemons, sign_in_faults.by_way_of(proxy.after(SIZE // 2, Fate.SILENT))),
        Kind.CONNECTION_CUT,
        NOBODY,
        "was lost",
        scheme="daemon",
        writes=True,
    ),
]
