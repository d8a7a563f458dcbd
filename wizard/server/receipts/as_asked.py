"""What was asked of the server before its admin's answer changed it, so that the file that asked is known again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from wizard.profile import Server
from wizard.storage import state_files

if TYPE_CHECKING:
    from wizard.profile import Profile

_FILE = "as-asked.json"


def keep(profile: Profile) -> None:
    """Remember what the profile asks for now, beside what it asked for before earlier answers.

    Raises:
        Failure: our folder can't be written to.
    """
    state_files.save(profile.name, _FILE, list(dict.fromkeys([*_asked(profile.name), profile.server])))


def is_of(asked: Profile, kept: Profile) -> bool:
    """Whether the kept profile is the asked one as the admin's answers have changed it, and nothing else has."""
    named = asked.server.host_keys
    servers = (server if named else replace(server, host_keys=()) for server in _asked(kept.name))
    return any(replace(kept, server=server) == asked for server in servers)


def _asked(name: str) -> list[Server]:
    return state_files.load(name, _FILE, list[Server], [])
