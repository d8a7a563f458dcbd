"""The office on whose server the scripts run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.servers import setting_up
from tests.support.servers.office import Office

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Amanda, whose shell is none, Nadia, who lets everybody write in her home, and Omar with nothing."""
    with Office(setting_up.place(tmp_path), "/usr/sbin/nologin") as running:
        for name in ("nadia", "omar"):
            running.run("useradd", "--create-home", "--no-log-init", "-s", "/bin/sh", name)
        running.path("/home/nadia").chmod(0o777)
        running.run("install", "-d", "-o", "nadia", "/home/nadia/docs")
        yield running
