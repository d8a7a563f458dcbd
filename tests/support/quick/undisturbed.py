"""Nothing of the machine that the tests run on keeps a backup waiting, and a server that is away is soon given up."""

from __future__ import annotations

import os
from pathlib import Path

from wizard.schedule import conditions


def be() -> None:
    """See to it in this process, and in its forks."""
    conditions.POWER_SUPPLIES = Path(os.devnull)
    conditions.PAUSES = (0.01,)
