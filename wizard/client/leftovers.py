"""What a program that was killed has left half-written; the next one that works on the backup removes it."""

from __future__ import annotations

from wizard import files, places
from wizard.client import keys


def clear(name: str) -> None:
    """Remove what was left among the files of all backups, of this one, and of its keys."""
    state = places.walk_state(name)
    for folder in (places.config(), places.profiles(), places.agent_keys(), state, state / "marker"):
        files.clear(folder)
    files.clear(keys.usual_folder(), keys.file_name_for(name))
