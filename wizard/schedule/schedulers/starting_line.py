"""The shell script that every scheduler starts: it finds backup-wizard also after an update or a move."""

from __future__ import annotations

import os
import pwd
import shlex
import shutil
import sys
from pathlib import Path

_USUAL_PLACES = ('"$HOME"/.local/bin', "/usr/local/bin", "/usr/bin")
_USUAL_PATH = ("/usr/local/bin", "/usr/bin", "/bin")
_CARRIED = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")
_UNAVAILABLE = 69
_MISSING = "backup-wizard is no longer installed where it was. Install it again, or turn off its schedule."


def script(arguments: str = "run --if-due") -> str:
    """One line for `sh -c`: this installation's program, or else one at a usual place.

    A program that is gone, or whose Python is gone, ends with 126 or 127, which ours never do: then the next is tried.
    """
    places = " ".join([shlex.quote(str(program())), *(f"{place}/backup-wizard" for place in _USUAL_PLACES)])
    return (
        f"export {_environment()}; "
        f'for program in {places}; do [ -x "$program" ] || continue; "$program" {arguments}; code=$?; '
        f"case $code in 126|127) ;; *) exit $code;; esac; done; "
        f"echo {shlex.quote(_MISSING)} >&2; exit {_UNAVAILABLE}"
    )


def program() -> Path:
    """This installation's program."""
    beside = Path(sys.executable).parent / "backup-wizard"
    return beside if beside.exists() else Path(shutil.which("backup-wizard") or beside)


def _environment() -> str:
    """What a program finds in a terminal and not under a scheduler: our folders, and where rsync and ssh are.

    The rest of PATH is left as it usually is, so that the line is the same from whichever terminal it is written.
    """
    carried = {name: value for name in _CARRIED if (value := os.environ.get(name))}
    home = os.environ.get("HOME")
    if home and home != pwd.getpwuid(os.getuid()).pw_dir:
        carried["HOME"] = home
    found = [str(Path(path).parent) for name in ("rsync", "ssh") if (path := shutil.which(name))]
    carried["PATH"] = ":".join(dict.fromkeys([*(one for one in found if one not in _USUAL_PATH), *_USUAL_PATH]))
    return " ".join(f"{name}={shlex.quote(value)}" for name, value in carried.items())
