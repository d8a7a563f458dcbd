"""Which rsync this computer has, by what “rsync --version” prints."""

from __future__ import annotations

import re
import subprocess

import msgspec

from wizard.failure import Failure, Kind

_VERSION = re.compile(r"rsync\s+version\s+v?(?P<version>\d+(?:\.\d+)+)")
_OLDEST = (3, 1, 0)


class RsyncVersion(msgspec.Struct, frozen=True):
    """The version of the real rsync, as numbers and as printed."""

    numbers: tuple[int, ...]
    text: str


def require(program: str = "rsync") -> RsyncVersion:
    """The version of the rsync that will be run.

    Raises:
        Failure: `NO_RSYNC`, `OPENRSYNC` (macOS's own, which lacks what we need) or `OLD_RSYNC`.
    """
    printed = _printed(program)
    if _is_openrsync(printed):
        raise Failure(Kind.OPENRSYNC, program, printed.splitlines()[0])
    found = _VERSION.search(printed)
    if not found:
        raise Failure(Kind.NO_RSYNC, program, printed)
    numbers = tuple(map(int, found["version"].split(".")))
    if numbers < _OLDEST:
        raise Failure(Kind.OLD_RSYNC, found["version"])
    return RsyncVersion(numbers, found["version"])


def as_printed(program: str = "rsync") -> str:
    """The version in a word, or an empty text where it can't be told."""
    try:
        return require(program).text
    except Failure:
        return ""


def is_openrsync(program: str = "rsync") -> bool:
    """Whether it is Apple's openrsync; a missing rsync is not."""
    try:
        return _is_openrsync(_printed(program))
    except Failure:
        return False


def _is_openrsync(printed: str) -> bool:
    return "openrsync" in printed.lower()


def _printed(program: str) -> str:
    try:
        asked = subprocess.run(
            [program, "--version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failure(Kind.NO_RSYNC, program, str(error)) from None
    return (asked.stdout + asked.stderr).decode(errors="backslashreplace")
