"""How a backup is read: by its own key, or by a second one once the server lets that in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from wizard.client.keys import reading_key
from wizard.client.process.background import in_background
from wizard.schemes import reading

if TYPE_CHECKING:
    from wizard.client.access import Access
    from wizard.client.keys.reading_key import Asked
    from wizard.profile import Profile
    from wizard.restore.second_key import Opened
    from wizard.server.exports.context import ExportContext
    from wizard.walk.context import WalkContext


class WayIn:
    """Opened once for all that is done with one backup, or with its older `versions`."""

    def __init__(self, profile: Profile, context: WalkContext, *, versions: bool = False) -> None:
        self._profile, self._context, self._versions = profile, context, versions
        self.opened: Opened | None = None

    @property
    def is_needed(self) -> bool:
        """Whether the admin has to open the backup for reading."""
        return reading.is_needed(self._profile, versions=self._versions)

    @property
    def asked(self) -> Asked | None:
        """What the admin was asked for, if the server that the backup goes to now is meant."""
        asked = reading_key.in_use(self._profile.name)
        return asked if asked and reading_key.is_for(self._profile, asked) else None

    @property
    def reader(self) -> Profile:
        """The profile that the backup is read by."""
        return self.opened.reader if self.opened else self._profile

    async def ask(self) -> ExportContext:
        """Have a second key, and what every text for the admin is written from.

        Raises:
            Failure: as for `second_key.ask`.
        """
        from wizard.restore import second_key

        return await in_background(partial(second_key.ask, self._profile))

    async def open(self) -> Opened | None:
        """Sign in with the second key, and try all that it must not do; `None` where none is needed.

        Raises:
            Failure: as for `second_key.require`, `second_key.open_door` and `WalkContext.access`.
        """
        if not self.is_needed:
            return None
        from wizard.restore import second_key  # most backups that are read need none, nor the memory that this takes
        from wizard.server.reaching import host_trust

        asked = second_key.require(self._profile, versions=self._versions)
        assert asked

        await host_trust.establish(self._profile)
        self.opened = await second_key.open_door(self._profile, self._context.session, asked)
        return self.opened

    async def access(self) -> Access:
        """Access for `reader`.

        Raises:
            Failure: as for `open`.
        """
        if self.is_needed and self.opened is None:
            await self.open()
        return self.opened.access if self.opened else await self._context.access(self._profile)
