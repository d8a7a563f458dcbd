"""The quick answer that nothing is due, for a program that is started 96 times a day, also on a battery.

A small file says until when nothing will be due, and what everything was like when that was worked out. Whatever has
changed since, or is odd in any way, leads back to working it out again. What costs time to import is not used here:
that is why paths are texts.
"""

from __future__ import annotations

import os
import sys
import time

from wizard import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

clock = time.time

_LONGEST_SECONDS = 86_400.0
_RECENT_SECONDS = 3.0  # a second change within a clock's tick would leave the same times
_MOST_BYTES = 1 << 20
_FILE = "next-due"
_OURS = "backup-wizard"
_IS_LINUX = sys.platform == "linux"


class Look:
    """What the answer depends on: the clock and its zone, the version, and all that says when what is due."""

    def __init__(self) -> None:
        self.at = clock()
        self.newest = 0
        self.seen = "\n".join(self._seen())

    def _seen(self) -> Iterator[str]:
        profiles, state = folders()
        yield f"{__version__} {time.localtime(self.at).tm_gmtoff} {os.environ.get('TZ', '')!r}"
        yield self._times(profiles)
        for name in sorted(os.listdir(profiles)):  # noqa: PTH208
            yield self._times(f"{profiles}/{name}")
            if name.endswith(".toml"):
                # A file in it is only ever replaced by another one, which changes the folder.
                yield self._times(f"{state}/{name[:-5]}")

    def _times(self, path: str) -> str:
        try:
            found = os.stat(path)  # noqa: PTH116
        except FileNotFoundError:
            return f"{path!r} is not there"
        self.newest = max(self.newest, found.st_mtime_ns, found.st_ctime_ns)
        return f"{path!r} {found.st_ino} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"


def is_sure() -> bool:
    """Whether nothing is due, beyond doubt."""
    try:
        with open(f"{folders()[1]}/{_FILE}", "rb") as file:  # noqa: PTH123
            noted, until, seen = file.read(_MOST_BYTES).decode().split("\n", 2)
        look = Look()
        return seen == look.seen and float(noted) <= look.at < float(until) <= float(noted) + _LONGEST_SECONDS
    except (OSError, ValueError):
        return False


def keep(look: Look, until: float) -> None:
    """Say from now on that nothing is due until then; `look` is from before anything was read.

    Raises:
        Failure: our folder can't be written to.
    """
    from wizard.storage import files, paths

    if look.newest / 1e9 > look.at - _RECENT_SECONDS:
        return  # the next time will do
    lines = [repr(look.at), repr(min(until, look.at + _LONGEST_SECONDS)), look.seen]
    files.replace(files.private_folder(paths.state()) / _FILE, "\n".join(lines).encode(), lasting=False)


def folders() -> tuple[str, str]:
    """The folders of profiles and of state, the same as `paths` tells.

    Raises:
        ValueError: a variable that says where they are can't be used.
    """
    if _IS_LINUX:
        config, state = _base("XDG_CONFIG_HOME", "~/.config"), _base("XDG_STATE_HOME", "~/.local/state")
        return f"{config}/{_OURS}/profiles", f"{state}/{_OURS}"
    from wizard.storage import paths

    return str(paths.profiles()), str(paths.state())


def _base(variable: str, usual: str) -> str:
    path = os.environ.get(variable) or os.path.expanduser(usual)  # noqa: PTH111
    if not path.startswith("/"):
        raise ValueError(path)
    return path
