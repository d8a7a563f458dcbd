"""The fixed text of a key line that looks at each request before rsync does, and lets nothing but a backup through.

Every word of the request has to be one that our own rsync sends for a backup, so that the same line holds on every
version of rsync and rrsync. None of the client's text is run or expanded: it is split at spaces, and compared.

The text is for /bin/sh, inside the single quotes of any login shell: no quotes, no backslash (fish would take it) and
no exclamation mark (csh would). Without double quotes it also stands in the authorized_keys of Dropbear, which ends an
option at an escaped one.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.profile import Profile

REFUSED = "backup-wizard: this key"
"""How every refusal of the line begins; what it says then is one of those below."""

ALONE = "is for backups alone"
CANNOT_READ = "can not read"
NO_SUCH_OPTION = "takes no such option or path"
NO_FOLDER = "finds no folder to back up to"
NO_RRSYNC = "finds no rrsync to read with"

# What rsync 3.1 to 3.5 send for the options in `over_ssh.rsync_options`, recorded from the clients themselves. Of the
# letters, none reads, deletes, chooses other files or sets the size of blocks: y, B, I, d, K, k, L and b do.
_LETTERS = "lHogDtpRrnzc"
_WORDS = (".", "--log-format=%i", "--log-format=%i%I", "--stats", *(f"--timeout={'[0-9]' * n}" for n in (1, 2, 3)))
_DELETING = tuple(f"--delete{when}" for when in ("", "-during", "-before", "-delay", "-after"))


def command(profile: Profile, folder: str) -> str:
    """The command of a key line that takes backups to `folder`, which is relative to the account's home or absolute."""
    return shlex.join(["/bin/sh", "-c", "; ".join(_steps(profile)), folder])


def _steps(profile: Profile) -> list[str]:
    scheme = profile.scheme
    words = [*_WORDS, *([] if scheme.append_only else ["--partial"]), *(_DELETING if scheme.allow_delete else [])]
    # The folder is $0. With an empty IFS nothing is split any more, so that it may hold spaces.
    return [
        "set -f; set -- $SSH_ORIGINAL_COMMAND; IFS=",
        f"no() {{ echo {REFUSED} $@ >&2; exit 1; }}",
        f"case $1.$2.$3 in rsync.--server.--sender) {_reading(profile)};; rsync.--server.-*) ;; *) no {ALONE};; esac",
        f"f=$3; while case $f in -[{_LETTERS}]*) ;; *) false;; esac; do f=-${{f#??}}; done",
        "f=${f#-e}; while case $f in .[A-Za-z]*) ;; *) false;; esac; do f=.${f#??}; done",
        f"case $f in .) ;; *) no {NO_SUCH_OPTION};; esac",
        "f=$3; shift 3",
        f"for w do case $w in {'|'.join(words)}) ;; *) no {NO_SUCH_OPTION};; esac; done",
        # A thief may have set modes that lock out the honest computer, or let others in.
        f"chmod 700 $0 2>/dev/null; cd $0 2>/dev/null || no {NO_FOLDER}",
        f"r=$(command -v rrsync); if grep -qse {_newest_flag(profile)} $r /dev/null;"
        f" then exec $r {' '.join(_rrsync_flags(profile))} .; fi",
        f"exec rsync --server $f {' '.join(_rsync_options(profile))} $@",
    ]


def _reading(profile: Profile) -> str:
    """What becomes of a request to read: where it is allowed, rrsync alone can keep it inside the folder."""
    if profile.scheme.write_only:
        return f"no {CANNOT_READ}"
    return (
        f"r=$(command -v rrsync) || no {NO_RRSYNC};"
        " if grep -qse -munge $r; then exec $r -ro -no-del -munge $0; fi; exec $r -ro $0"
    )


def _newest_flag(profile: Profile) -> str:
    """The flag without which rrsync is too old for this profile: it has -munge since 3.2.4, -no-overwrite since 3.3."""
    return "-no-overwrite" if profile.scheme.append_only else "-munge"


def _rrsync_flags(profile: Profile) -> list[str]:
    scheme = profile.scheme
    return [
        # rrsync takes no folder that can be read for one that can only be written, so a backup is always the latter.
        "-wo",
        *([] if scheme.allow_delete else ["-no-del"]),
        *(["-no-overwrite"] if scheme.append_only else []),
        *(["-munge"] if scheme.munge else []),
    ]


def _rsync_options(profile: Profile) -> list[str]:
    scheme = profile.scheme
    return [
        *(["--munge-links"] if scheme.munge else []),
        *(["--ignore-existing"] if scheme.append_only else []),
    ]
