"""How far a run is and how long it will still take, as far as that can be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from wizard.client.rsync import Progress


class ProgressEstimate(msgspec.Struct, frozen=True):
    """`None` is what can't be told."""

    percent: int | None = None
    seconds_left: int | None = None


def estimate(progress: Progress, *, is_fresh: bool, expected: int | None = None) -> ProgressEstimate:
    """What follows from rsync's count; `expected` are the bytes that a practice run has found to be sent.

    rsync measures by all that is backed up, which says nothing once a part of it is on the server already.
    """
    if expected:
        return ProgressEstimate(min(100 * progress.bytes_done // expected, 100), _seconds(progress, expected))
    if progress.is_searching or progress.to_check is None or not progress.found:
        return ProgressEstimate()
    if is_fresh:
        return ProgressEstimate(
            progress.percent, progress.seconds_left if progress.seconds_left is not None else _guess(progress)
        )
    return ProgressEstimate(100 * (progress.found - progress.to_check) // progress.found)


def _guess(progress: Progress) -> int | None:
    """From whole per cents, which say too little at the beginning."""
    return _seconds(progress, 100 * progress.bytes_done // progress.percent) if progress.percent >= 5 else None


def _seconds(progress: Progress, total: int) -> int | None:
    return round(max(total - progress.bytes_done, 0) / progress.rate) if progress.rate else None
