"""The places in a backup that folders were backed up to: each stays its folder's, so none lands on another's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from wizard import backup_layout
from wizard.storage import state_files

if TYPE_CHECKING:
    from collections.abc import Mapping

_FILE = "places.json"
_LAST_RUN = "last-run.json"


class _LastRun(msgspec.Struct):
    """What `running/record.py` keeps there: the folders of the last run."""

    sources: dict[str, object] = {}


def of(name: str, old_home: str = "") -> dict[str, str]:
    """The place of each folder that was ever backed up in that backup, also of those no longer in its list.

    A backup from before places were kept has those that the folders of its last run had.
    """
    kept = state_files.load(name, _FILE, dict[str, str], None)
    if kept is None:
        before = state_files.load(name, _LAST_RUN, _LastRun, _LastRun())
        kept = backup_layout.labels(tuple(before.sources), old_home)
    return kept


def keep(name: str, places: Mapping[str, str], old_home: str = "") -> None:
    """Keep where the folders of a run go, before it sends anything.

    Raises:
        Failure: our folder can't be written to.
    """
    kept = of(name, old_home) | backup_layout.without_last_slash(places)
    if kept != state_files.load(name, _FILE, dict[str, str], None):
        state_files.save(name, _FILE, kept)
