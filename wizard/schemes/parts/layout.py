"""What the backup's own folder on the server is, and how it is told from others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.schemes.setup import Directory, in_paths

if TYPE_CHECKING:
    from wizard.profile import Profile


def locked_folder(profile: Profile) -> str:
    """The one computer's own folder on the server, which a key is locked to: absolute, or under the account's home."""
    return profile.destination.rstrip("/")


def own_directory(profile: Profile, reason: str) -> Directory:
    """That folder, closed to all but the account."""
    return Directory(locked_folder(profile), 0o700, reason, place_marker(profile))


def versions_folder(profile: Profile) -> str:
    """Where the server keeps older versions of the backup: a place of root's that leads to wherever they are."""
    return f"/var/lib/backup-wizard/versions/{in_paths(profile.server.user)}/{profile.name}"


def place_marker(profile: Profile) -> str:
    """The name of a file that the server's setup makes in the backup's folder, so that the place is known by it."""
    return f".backup-folder-{profile.name}"
