"""What the screens of one walk share beside the walk itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from screens.drafts import Drafts
from wizard.walk.context import WalkContext

if TYPE_CHECKING:
    from wizard.client.rsync import Totals
    from wizard.running import Result


@dataclass
class Context(WalkContext):
    """What all walks share; what was typed and not yet decided; and what came of the latest practice run and backup."""

    drafts: Drafts = field(default_factory=Drafts)
    dry_run: Totals | None = None
    backup: Result | None = None
