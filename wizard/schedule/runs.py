"""When a backup last worked and last failed, as `due.next_due` counts from it."""

from __future__ import annotations

from datetime import UTC, datetime

from wizard.running import record
from wizard.schedule.due import Runs


def of(name: str) -> Runs:
    """What is kept of the backup's runs."""
    kept = record.read(name)
    good = datetime.fromtimestamp(kept.good_since, UTC) if kept.last_good and kept.good_since else kept.last_good
    failed = kept.last if kept.result != "done" else None
    return Runs(good, failed, int(failed is not None))
