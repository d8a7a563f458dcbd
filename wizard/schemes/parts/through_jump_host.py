"""How a server is reached through a jump host: the person's own ssh signs in there, and passes on what is said.

Nothing of ours goes there: no key, no known hosts, no password. It is the person's own keys, agent and known hosts by
which ssh signs in, and it asks nothing (`BatchMode`). A backup's key that a person has put among those is one of them.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.schemes.parts.quoting import literal

if TYPE_CHECKING:
    from wizard.server_address import JumpHost

SHELL = {"SHELL": "/bin/sh"}
"""For the environment of an ssh with a `ProxyCommand`: it has the person's shell run that, start-up files and all."""

_OWN_KEYS = ("id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk")  # as ssh looks for them by itself


def command(jump: JumpHost, host: str, port: int, seconds: int, *log: str) -> list[str]:
    """The ssh whose input and output are a connection to that port, as the jump host makes it.

    `log` are options of what it says on its standard error.
    """
    own = Path("~/.ssh").expanduser()
    options = [
        "BatchMode=yes",
        "StrictHostKeyChecking=yes",
        f"UserKnownHostsFile={literal(own / 'known_hosts')}",
        "UpdateHostKeys=no",
        *(f"IdentityFile={literal(own / name)}" for name in _OWN_KEYS),
        "ControlPath=none",
        f"ConnectTimeout={seconds}",
        f"ServerAliveInterval={seconds}",
        "ServerAliveCountMax=3",
    ]
    return [
        *("ssh", "-F", "none", "-T", "-a", "-x", *log),
        *(part for option in options for part in ("-o", option)),
        *("-W", f"[{host}]:{port}", "-p", str(jump.port), "-l", jump.user, "--", jump.host),
    ]


def proxy_command(argv: list[str]) -> str:
    """The same as ssh takes it: for a shell, and with nothing in it that ssh would put something else for."""
    return shlex.join(argv).replace("%", "%%")
