"""What the server's admin is asked for, as every export takes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizard.schemes import reading

if TYPE_CHECKING:
    from datetime import datetime

    from wizard.client.computer import Sender
    from wizard.client.keys.secrets import Secret
    from wizard.profile import Profile
    from wizard.schemes.facts import ClientFacts
    from wizard.schemes.setup import ServerSetup
    from wizard.server.handed_over import Replaced


@dataclass(frozen=True)
class ForReading:
    """Up to when a second key, or password, may read the backup, and whether the server then shuts it out by itself."""

    expires: datetime
    by_itself: bool


@dataclass(frozen=True)
class ExportContext:
    """One backup and what the server needs for it; `secret` is a daemon's password, where it is known.

    `client` is what was known of the computer that asks, and `sender` who sends the request. `seen_host_keys` are the
    fingerprints that the server showed and nobody has confirmed yet; those that were confirmed are in the profile.
    `replaced` is an earlier text in whose place this one comes. `for_reading` is set where the setup lets the backup be
    read, and only that, and not where it lets it in. `later` are the names of other backups with the same key for more
    places, whose lines have to stand after this one's.
    """

    profile: Profile
    setup: ServerSetup
    secret: Secret | None = None
    client: ClientFacts | None = None
    sender: Sender | None = None
    seen_host_keys: tuple[str, ...] = ()
    replaced: Replaced | None = None
    for_reading: ForReading | None = None
    later: tuple[str, ...] = ()

    @property
    def adopts(self) -> bool:
        """Whether the backup is another computer's until now, whose key this one's replaces, whichever that is."""
        return bool(self.profile.adopting) and self.for_reading is None

    @property
    def replaces(self) -> bool:
        """Whether an earlier text for the same backup gives way to this one."""
        return self.adopts or self.replaced is not None

    @property
    def keeps_versions(self) -> bool:
        """Whether the server is to keep older versions: of a backup, and not of what only reads it."""
        return self.profile.versions.are_kept and self.for_reading is None

    @property
    def name(self) -> str:
        """What the server's text is marked by: the backup's name, or another for what only reads it."""
        return reading.label(self.profile.name) if self.for_reading else self.profile.name
