"""A failure from its cause to all that is said of it: asked further, explained, and what was printed kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from wizard.trouble import diagnose, explain, keep_raw

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.client.access import Access
    from wizard.failure import Failure
    from wizard.profile import Profile
    from wizard.trouble import Trouble


class ExplainedFailure(msgspec.Struct, frozen=True):
    """An explained failure, and the file in which all is kept that was printed."""

    trouble: Trouble
    raw_file: Path | None


async def tell(failure: Failure, profile: Profile | None, access: Access | None = None) -> ExplainedFailure:
    """Ask further, explain and keep."""
    explained = explain(failure, profile, await diagnose.ask(failure, profile, access))
    return ExplainedFailure(explained, keep_raw(explained, profile))
