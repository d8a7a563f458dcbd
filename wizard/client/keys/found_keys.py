"""The keys that a person has already, in the ssh folder and in the agent, one of which a backup could use."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import msgspec

from wizard.client.keys import key_files
from wizard.client.keys.public_keys import is_public_line, same_key
from wizard.failure import Failure
from wizard.storage import paths

if TYPE_CHECKING:
    from pathlib import Path


class FoundKey(msgspec.Struct, frozen=True):
    """A key that could be reused: its public line, and its file unless only the person's agent holds it."""

    line: str
    file: str = ""

    @property
    def comment(self) -> str:
        """What the key says of itself."""
        return self.line.split(" ", 2)[2] if self.line.count(" ") >= 2 else self.line.split(" ")[0]


def found(folder: Path | None = None) -> list[FoundKey]:
    """The keys in the person's ssh folder and agent that could be reused, those of other backups left out."""
    folder = folder or key_files.usual_folder()
    in_files = [
        FoundKey(line, paths.shown(public.with_suffix("")))
        for public in sorted(folder.glob("*.pub"))
        if public.with_suffix("").is_file()
        and not public.name.startswith(("backup-wizard-", key_files.FOR_READING))
        and (line := _line(public))
    ]
    others = [key.line for key in in_files] + [_line(public) for public in folder.glob("backup-wizard-*.pub")]
    agents = [line for line in agent_lines() if not any(same_key(line, other) for other in others)]
    return in_files + [FoundKey(line) for line in agents]


def agent_lines() -> list[str]:
    """The public lines of the keys that the person's ssh agent holds; none if there is no agent."""
    try:
        listed = subprocess.run(
            ["ssh-add", "-L"], stdin=subprocess.DEVNULL, capture_output=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    lines = listed.stdout.decode(errors="replace").splitlines() if listed.returncode == 0 else []
    return [line for line in lines if is_public_line(line)]


def _line(public: Path) -> str:
    try:
        return key_files.public_line(public)
    except Failure:
        return ""
