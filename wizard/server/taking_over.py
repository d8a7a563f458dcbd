"""Taking over a backup that another computer made: from then on, its folder on the server is known as this one's.

No guard makes an exception for it: whoever has not taken a backup over is told that it is another computer's. Nothing
of the other computer's is changed there, its marker included. What keeps it out is that the admin's text replaces its
key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard import schemes
from wizard.failure import Failure, Kind
from wizard.server import destination, kept_facts
from wizard.server.destination import Holder

if TYPE_CHECKING:
    from wizard.client.access import Access
    from wizard.profile import Profile


async def take_over(profile: Profile, access: Access) -> None:
    """Put this computer's marker beside the one of the computer that made the backup.

    Where a server can't be asked whose backup is there, the marker goes along with the first run.

    Raises:
        Failure: `NOTHING_TO_ADOPT` where there is no backup, or as for `destination.put`.
    """
    if not (profile.adopting and schemes.of(profile).can_preview(kept_facts.known(profile))):
        return
    match await destination.holder(profile, access):
        case Holder.NOBODY:
            raise Failure(Kind.NOTHING_TO_ADOPT, profile.destination)
        case Holder.ANOTHER:
            await destination.put(profile, access, destination.markers(profile.name))
