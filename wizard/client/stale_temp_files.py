"""What a program that was killed has left half-written; the next one that works on the backup removes it."""

from __future__ import annotations

from wizard.client.keys import key_files
from wizard.storage import files, paths


def clear(name: str) -> None:
    """Remove what was left among the files of all backups, of this one, and of its keys."""
    state = paths.walk_state(name)
    for folder in (paths.config(), paths.profiles(), paths.agent_keys(), state, state / "marker"):
        files.clear(folder)
    files.clear(key_files.usual_folder(), key_files.file_name_for(name))
