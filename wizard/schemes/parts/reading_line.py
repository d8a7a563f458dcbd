"""The fixed text of a key line that lets one backup be read, and nothing else be done.

It starts an rsync daemon for that one connection, with a module that reads the folder, and another one for its older
versions where the server keeps any: only a daemon keeps all that a client sends inside the folder, its filter rules
included, on every version of rsync. Its configuration comes through a
pipe, so that there is no file of it that somebody could change. No path is left to the client, who chooses files by
patterns over rsync's protocol.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from wizard.schemes.parts import daemon_modules
from wizard.schemes.parts.request_filter import EXIT_CODE, REFUSED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wizard.schemes.setup import Setting

ALONE = "is for restoring alone"
NO_FOLDER = "finds no folder that it can read"

MODULE = "restore"
"""What the daemon's module for the backup is called."""

VERSIONS = "versions"
"""What its module for the older versions is called, each of which is a folder in it."""


def command(folder: str, versions: str = "") -> str:
    """The command of a key line that lets `folder` be read, which is relative to the account's home or absolute.

    `versions` is the folder of its older versions, an absolute path of which nothing means anything to a shell; it need
    not be there yet.
    """
    return shlex.join(["/bin/sh", "-c", "; ".join(_steps(versions)), folder])


def says(folder: str) -> str:
    """What the line for that folder says to a request that is none of a restore's."""
    return f"{REFUSED} {ALONE}, in {' '.join(folder.split(' '))}"


def _printing(module: str, settings: Iterable[Setting]) -> str:
    """The module, with the folder that the shell is in and the account that it runs as."""
    listed = "; ".join(f"echo {setting.name} = {setting.value}" for setting in settings)
    return f"echo [{module}]; printf path=; pwd -P; echo uid = $(id -u); echo use chroot = false; {listed}"


def _steps(versions: str) -> tuple[str, ...]:
    """The folder is $0. With an empty IFS nothing is split any more, so that it may hold spaces."""
    modules = _printing(MODULE, daemon_modules.READING)
    if versions:  # left out while they can't be read, so that the backup itself still can
        modules += f"; if cd {versions} 2>/dev/null; then {_printing(VERSIONS, daemon_modules.READING)}; fi"
    return (
        "set -f; set -- $SSH_ORIGINAL_COMMAND; IFS=",
        f"no() {{ unset IFS; echo {REFUSED} $@ >&2; exit {EXIT_CODE}; }}",
        f"cd $0 2>/dev/null && test -r . || no {NO_FOLDER}",
        f"case $#.$1.$2.$3.$4 in 4.rsync.--server.--daemon..) ;; *) no {ALONE}, in $0;; esac",
        f"exec 4<&0; {{ {modules}; }} | exec rsync --server --daemon --config=/dev/fd/3 . 3<&0 0<&4 4<&-",
    )
