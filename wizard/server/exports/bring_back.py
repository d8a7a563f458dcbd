"""The line by which an admin brings a backup's files back without the computer, pasted into a root shell.

Whoever has the key can have put anything in the backup, and the account can move whatever is in its home. So root makes
an empty folder where nobody but root can write, gives it to the account, and all else is the account's doing: what it
can't read is not brought back, and no link leads root anywhere. Links are copied as they are stored, which is in an
inactive form where the backup has made them so. Modes are left behind: everything is the account's, and closed to
others. What rsync says may have names in it that somebody chose, so root shows only its plain characters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.schemes.parts.over_ssh import PARTIAL_FOLDER
from wizard.server.exports.shell_lines import command, quoted

if TYPE_CHECKING:
    from wizard.server.exports.context import ExportContext

# $1 is the backup, and $2 the new folder.
_BY_ACCOUNT = quoted(f'cd; cd "$1" && umask 077 && exec rsync -rltHS --chmod=u+rwX --exclude={PARTIAL_FOLDER}/ . "$2"')
_ROOTS_ALONE = (
    'p=$to; while case $p in ?*/*) p=${p%/*};; *) false;; esac; do case $(stat -c %u%A "$p") in 0d????-??-?*) ;;'
    ' *) echo "Choose another folder: not only root can write to $p" >&2; exit 1;; esac; done;'
)
_END = (
    '"$to" </dev/null && echo "Done: $to" || echo "Not everything is there: $to"; }'
    " 2>&1 | tail -n 20 | tr -c '\\n -~' '?')"
)


def to(context: ExportContext) -> str:
    """The new folder that they come into: no backup's name has a plus in it."""
    return f"/srv/{context.profile.name}+restored"


def line(context: ExportContext) -> str:
    """The line, at whose beginning the new folder is named, which the admin may change."""
    account = quoted(context.setup.account)
    begin = f'(cd /; set -eu; to={to(context)}; {_ROOTS_ALONE} mkdir -m 700 "$to"; chown {account}: "$to";'
    folder = quoted(context.profile.destination.rstrip("/"))
    return command(begin, f"{{ setsid su -s /bin/sh {account} -c {_BY_ACCOUNT} sh", folder, _END)
