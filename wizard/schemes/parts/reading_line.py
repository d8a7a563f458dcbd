"""The fixed text of a key line that lets one backup be read, and nothing else be done.

As in `request_filter`, every word of the request has to be one that our own rsync sends, here for reading, and none is
run or expanded. No path is left to the client, who chooses files by patterns over rsync's protocol, so that it takes no
rrsync to keep it inside the folder: a server that has none can open a backup for reading, too.
"""

from __future__ import annotations

import shlex

from wizard.schemes.parts import request_filter
from wizard.schemes.parts.request_filter import EXIT_CODE, NO_SUCH_OPTION, REFUSED

ALONE = "is for restoring alone"
CANNOT_WRITE = "can not write"
NO_FOLDER = "finds no folder that it can read"

# What rsync 3.1 to 3.5 send for the options in `from_server`, recorded from the clients themselves. Of the letters,
# none follows links or writes: L, k and K do. And m would have a server print lines of files that are no rules.
_LETTERS = "nulHtprScz"
_WORDS = (".", "--specials", "--stats", *(f"--timeout={'[0-9]' * n}" for n in (1, 2, 3)))


def command(folder: str) -> str:
    """The command of a key line that lets `folder` be read, which is relative to the account's home or absolute."""
    return shlex.join(["/bin/sh", "-c", "; ".join(_STEPS), folder])


def says(folder: str) -> str:
    """What the line for that folder says to a request that is none of rsync's."""
    return f"{REFUSED} {ALONE}, in {' '.join(folder.split(' '))}"


_OTHERS = f"test -r $0 || no {NO_FOLDER}; no {ALONE}, in $0"

# The folder is $0. With an empty IFS nothing is split any more, so that it may hold spaces.
_STEPS = (
    "set -f; set -- $SSH_ORIGINAL_COMMAND; IFS=",
    f"no() {{ unset IFS; echo {REFUSED} $@ >&2; exit {EXIT_CODE}; }}",
    f"case $1.$2.$3.$4 in rsync.--server.--sender.-*) ;; rsync.--server.-*) no {CANNOT_WRITE};; *) {_OTHERS};; esac",
    f"f=$4; while case $f in -[{_LETTERS}]*) ;; *) false;; esac; do f=-${{f#??}}; done",
    "f=${f#-e}; while case $f in .[A-Za-z]*) ;; *) false;; esac; do f=.${f#??}; done",
    f"case $f in .) ;; *) no {NO_SUCH_OPTION};; esac",
    "f=$4; shift 4",
    f"for w do case $w in {'|'.join(_WORDS)}) ;; *) no {NO_SUCH_OPTION};; esac; done",
    f"cd $0 2>/dev/null && test -r . || no {NO_FOLDER}",
    request_filter.CONFINING,
    # While IFS is empty, the dash of Ubuntu 16.04 and 18.04 makes one word of $@; their rsync is too old for a $c.
    "case $c in ?*) ;; *) unset IFS;; esac",
    # What a backup has made inactive arrives as it was: it leads nowhere on the way, and here it is made inactive anew.
    "exec rsync --server --sender $f --munge-links $c $@",
)
