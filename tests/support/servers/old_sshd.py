"""A stand-in for an OpenSSH before 8.4, for which a Match in an included file has no effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support import programs

if TYPE_CHECKING:
    from tests.support.servers.office import Office

FOLDER = "/usr/local/lib/old-sshd"  # to be put first on a path
_SSHD = """\
#!/bin/sh
case $1 in -V) {{ echo 'unknown option -- V'; echo '{version}'; }} >&2; exit 1 ;; esac
asks=$1 config=/etc/ssh/sshd_config
shift
case ${{1-}} in -f) config=$2; shift 2 ;; esac
flat=$(mktemp)
while IFS= read -r line; do
    case $line in
    Include*) for included in ${{line#Include }}; do sed '/^Match/,$d' "$included" 2>/dev/null; done ;;
    *) printf '%s\\n' "$line" ;;
    esac
done <"$config" >"$flat"
{sshd} "$asks" -f "$flat" "$@"
code=$?
rm "$flat"
exit "$code"
"""


def put(office: Office, version: str = "OpenSSH_8.2p1 Ubuntu-4ubuntu0.13, OpenSSL 1.1.1f  31 Mar 2020") -> None:
    """Put it on the server, with what it says of its version."""
    text = _SSHD.format(version=version, sshd=programs.require("sshd"))
    office.put(f"{FOLDER}/sshd", text, mode=0o755)
