"""How far a run is and how long it will still take, as far as that can be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from wizard.client.rsync import Progress
    from wizard.running.events import Planned


class ProgressEstimate(msgspec.Struct, frozen=True):
    """`None` is what can't be told."""

    percent: int | None = None
    seconds_left: int | None = None


def estimate(progress: Progress, *, is_fresh: bool, planned: Planned | None = None) -> ProgressEstimate:
    """How far it is by bytes, what is on the server already counted in.

    rsync's own share is of all that is backed up, and leaves out what it need not send: it is the truth where nothing
    was on the server before. Where neither that nor a plan tells, nothing does: the number of files says little.
    """
    if planned and planned.total:
        done = planned.total - planned.to_send + progress.bytes_done
        return ProgressEstimate(min(100 * done // planned.total, 100), _seconds(progress, planned.to_send))
    if not is_fresh or progress.is_searching or progress.to_check is None or not progress.found:
        return ProgressEstimate()
    return ProgressEstimate(
        progress.percent, progress.seconds_left if progress.seconds_left is not None else _guess(progress)
    )


def _guess(progress: Progress) -> int | None:
    """From whole per cents, which say too little at the beginning."""
    return _seconds(progress, 100 * progress.bytes_done // progress.percent) if progress.percent >= 5 else None


def _seconds(progress: Progress, total: int) -> int | None:
    return round(max(total - progress.bytes_done, 0) / progress.rate) if progress.rate else None
