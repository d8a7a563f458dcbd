"""The quick answer that nothing is due, for a program that is started 96 times a day, also on a battery.

A small file says until when nothing will be due, and what everything was like when that was worked out. Whatever has
changed since, or is odd in any way, leads back to working it out again. Only what Python has at hand is imported.
"""

from __future__ import annotations

import json
import os
import time

from wizard import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

_LONGEST_SECONDS = 86_400.0
_RECENT_SECONDS = 3.0  # a second change within a clock's tick would leave the same times
_MOST_BYTES = 1 << 20
_FILE = "next-due.json"
_VARIABLES = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")


def is_sure() -> bool:
    """Whether nothing is due, without a doubt."""
    if not all(os.environ.get(name, "/").startswith("/") for name in _VARIABLES):
        return False
    try:
        from wizard.storage import paths

        with (paths.state() / _FILE).open("rb") as file:
            kept = json.loads(file.read(_MOST_BYTES))
        now = time.time()
        looked = look(now)
        is_same = all(kept[what] == looked[what] for what in ("about", "seen"))
        return is_same and kept["noted"] <= now < kept["until"]
    except Exception:  # noqa: BLE001 - whatever it is, it is no reason to say that nothing is due
        return False


def look(now: float) -> dict[str, object]:
    """What the answer depends on: the clock's zone, the version, and each file and folder that says when what is due.

    Raises:
        OSError: something is in the way.
    """
    from wizard.storage import paths

    folder = paths.profiles()
    seen = {str(folder): _look(folder)}
    for path in folder.iterdir() if seen[str(folder)] else ():
        seen[str(path)] = _look(path)
        if path.suffix == ".toml":
            state = paths.walk_state(path.stem)
            seen[str(state)] = _look(state)  # a file in it is only ever replaced, which changes its folder
    about = [__version__, time.localtime(now).tm_gmtoff, os.environ.get("TZ", "")]
    return {"noted": now, "about": about, "seen": seen}


def keep(looked: dict[str, object], until: float) -> None:
    """Say from now on that nothing is due until then; `looked` is from before anything was read.

    Raises:
        Failure: our folder can't be written to.
    """
    from wizard.storage import files, paths

    noted, seen = looked["noted"], looked["seen"]
    assert isinstance(noted, float)
    assert isinstance(seen, dict)
    newest = max((max(look[2:]) for look in seen.values() if look), default=0)
    if newest / 1e9 > noted - _RECENT_SECONDS:
        return  # the next time will do
    kept = looked | {"until": min(until, noted + _LONGEST_SECONDS)}
    files.replace(files.private_folder(paths.state()) / _FILE, json.dumps(kept).encode(), lasting=False)


def _look(path: Path) -> list[int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return []
    return [found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns]
