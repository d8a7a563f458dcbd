"""The fixed text of a key line that looks at each request before rsync does, and lets nothing but a backup through.

Every word of the request has to be one that our own rsync sends for a backup, so that the same line holds on every
version of rsync. None of the client's text is run or expanded: it is split at spaces, and compared. No path is left to
the client, so rrsync has nothing to add for a backup; it keeps reading inside the folder, where that is allowed.

The text is for /bin/sh, inside the single quotes of any login shell: no quotes, no backslash (fish would take it) and
no exclamation mark (csh would). Without double quotes it also stands in the authorized_keys of Dropbear, which ends an
option at an escaped one.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from wizard.schemes.facts import FIND_RRSYNC
from wizard.schemes.parts import elsewhere

if TYPE_CHECKING:
    from wizard.profile import Profile

REFUSED = "backup-wizard: this key"
"""How every refusal of the line begins; what it says then is one of those below."""

IS_FOR = f"{REFUSED} is for"
"""How a line that holds one command goes on: with the `command_digest` of its scheme, so that an older one is known."""

ALONE = "is for backups alone"
ADDS_ALONE = "is for backups alone and from here adds files only"
CANNOT_READ = "can not read"
NO_SUCH_OPTION = "takes no such option or path"
NO_FOLDER = "finds no folder that it can write to"
NO_RRSYNC = "finds no rrsync to read with"

EXIT_CODE = 77
"""How a line of ours ends that refuses (EX_NOPERM of sysexits.h): sshd passes on no words to who asks for sftp."""

# What rsync 3.1 to 3.5 send for the options in `over_ssh.rsync_options`, recorded from the clients themselves. Of the
# letters, none reads, deletes, chooses other files or sets the size of blocks: y, B, I, d, K, k, L and b do. S leaves
# holes for zeros, and x only keeps deletions to one file system.
_LETTERS = "lWHogDtpRrnzcSx"
_WORDS = (".", "--log-format=%i", "--log-format=%i%I", "--stats", *(f"--timeout={'[0-9]' * n}" for n in (1, 2, 3)))
_DELETING = tuple(f"--delete{when}" for when in ("", "-during", "-before", "-delay", "-after"))

# A server that looks for differences sends the sums of blocks of its own file: whoever may not read must send whole
# files (W). And rsync takes a file of the same name with its suffix for one to build on, if the client says so: there
# is none whose name is too long for every file system.
_LONGEST_NAME = 255

# A server that agrees on no checksum ("none") keeps whatever it is told to build of the file that it has.
CHECKSUMS = "RSYNC_CHECKSUM_LIST=$(echo xxh128 xxh3 xxh64 md5); export RSYNC_CHECKSUM_LIST"

# Folders stay open to their owner and shut to all others, whatever modes a thief sets.
FOLDER_MODES = "Du+rwx,Dgo="


def command(profile: Profile, folder: str) -> str:
    """The command of a key line that takes backups to `folder`, which is relative to the account's home or absolute."""
    return shlex.join(["/bin/sh", "-c", "; ".join(_steps(profile)), folder])


def rsync_options(profile: Profile, *, reads: bool) -> list[str]:
    """What the server's rsync is told beside the client's own words; `reads` is whether the client may read."""
    return [
        f"--chmod={FOLDER_MODES}",
        *(["--munge-links"] if profile.scheme.munge else []),
        *([] if reads else [f"--suffix={'0' * _LONGEST_NAME}"]),
        *(["--ignore-existing"] if profile.scheme.append_only else []),
    ]


def said_to_others(folder: str, *, is_away: bool = False) -> tuple[str, ...]:
    """What a line for that folder says to a request that is none of rsync's: now, and before it named the folder.

    One that only adds files from elsewhere says so.
    """
    if is_away:
        return (f"{REFUSED} {ADDS_ALONE}, in {' '.join(folder.split(' '))}",)
    return f"{REFUSED} {ALONE}, in {' '.join(folder.split(' '))}", f"{REFUSED} {ALONE}"


def _steps(profile: Profile) -> list[str]:
    scheme = profile.scheme
    keeps_parts = not (scheme.append_only or scheme.write_only)
    words = [*_WORDS, *(["--partial"] if keeps_parts else []), *(_DELETING if scheme.allow_delete else [])]
    # With a second name, a file would outlive each guess at its content.
    letters = _LETTERS.replace("H", "") if scheme.write_only else _LETTERS
    first = "-*W*" if scheme.write_only else "-*"  # also where dots in words make others of the first three
    options = [
        # Shorter to read than so many zeros.
        option.replace("0" * _LONGEST_NAME, f"$(printf %0{_LONGEST_NAME}d 0)").replace("--ignore-existing", "$o")
        for option in rsync_options(profile, reads=not scheme.write_only)
    ]
    # The folder is $0. With an empty IFS nothing is split any more, so that it may hold spaces.
    return [
        "set -f; set -- $SSH_ORIGINAL_COMMAND; IFS=",
        CHECKSUMS,
        f"no() {{ unset IFS; echo {REFUSED} $@ >&2; exit {EXIT_CODE}; }}",
        f"case $1.$2.$3 in rsync.--server.--sender) {_reading(profile)};; rsync.--server.-*) ;;"
        f" *) {_to_others(profile)};; esac",
        f"case ${{3%%e*}} in {first}) ;; *) no {NO_SUCH_OPTION};; esac",
        f"f=$3; while case $f in -[{letters}]*) ;; *) false;; esac; do f=-${{f#??}}; done",
        "f=${f#-e}; while case $f in .[A-Za-z]*) ;; *) false;; esac; do f=.${f#??}; done",
        f"case $f in .) ;; *) no {NO_SUCH_OPTION};; esac",
        f"f=$3; shift 3{_overwriting(profile)}",
        f"for w do case $w in {'|'.join(words)}) ;; *) no {NO_SUCH_OPTION};; esac; done",
        f"cd $0 2>/dev/null && test -w . || no {NO_FOLDER}",
        *([CONFINING] if scheme.allow_delete else []),
        # While IFS is empty, the dash of Ubuntu 16.04 and 18.04 makes one word of $@; their rsync is too old for a $c.
        "case $c in ?*) ;; *) unset IFS;; esac" if scheme.allow_delete else "unset IFS",
        f"exec rsync --server $f {' '.join(options)}{' $c' if scheme.allow_delete else ''} $@",
    ]


# Where files are deleted, the client's filter rules may name files to be read as more rules; rsync 3.5 can keep that
# inside the folder. An unset $c is no word at all.
CONFINING = "unset c; if rsync --help 2>&1 | grep -qe --confine-root; then c=--confine-root=$(pwd -P); fi"


def _to_others(profile: Profile) -> str:
    """Whoever only signs in, to see whether the line is there, learns what the backup itself would meet."""
    return f"test -w $0 || no {NO_FOLDER}; no {ADDS_ALONE if elsewhere.is_away(profile) else ALONE}, in $0"


def _overwriting(profile: Profile) -> str:
    """For append only: what is there is passed over.

    A dry run that is to list what is unchanged, too (%I), may compare it, since it writes nothing: so a backup can tell
    what stays old there. Any other dry run is held to what a backup is, which shows that this holds.
    """
    return "; case $f$* in -n*%I*) o=;; *) o=--ignore-existing;; esac" if profile.scheme.append_only else ""


def _reading(profile: Profile) -> str:
    """What becomes of a request to read: where it is allowed, rrsync alone can keep it inside the folder."""
    if profile.scheme.write_only:
        return f"no {CANNOT_READ}"
    return (
        f"r=$({FIND_RRSYNC}) || no {NO_RRSYNC};"
        " if grep -qse -munge $r; then exec $r -ro -no-del -munge $0; fi; exec $r -ro $0"
    )
