"""What the screens of one walk share beside the walk itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from screens.drafts import Drafts
from wizard.walk.context import WalkContext

if TYPE_CHECKING:
    from wizard.client.rsync import Totals
    from wizard.running.events import Result


@dataclass
class Context(WalkContext):
    """What all walks share; what was typed and not yet decided; and what came of the latest practice run and backup.

    `has_home` is whether the wizard began with the list of backups, to which it then leads back.
    """

    drafts: Drafts = field(default_factory=Drafts)
    dry_run: Totals | None = None
    backup: Result | None = None
    has_home: bool = False

    def begin_anew(self) -> None:
        """Another backup, or another visit to the same one."""
        self.drafts = Drafts()
        self.warned.clear()
        self.dry_run = self.backup = None
