"""Where rsync's own service answers, and where nothing does."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.screens.steps.server.server_screen import HOST, closed_port
from tests.support import processes, programs
from tests.support.network import listening
from wizard.schemes.parts import over_network

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def usual_port(monkeypatch: pytest.MonkeyPatch) -> int:
    """Where rsync's service is looked for: a port at which nothing answers."""
    port = closed_port()
    monkeypatch.setattr(over_network, "USUAL_PORT", port)
    return port


@pytest.fixture
def rsyncd(tmp_path: Path) -> Iterator[int]:
    """The port of a real rsync daemon."""
    config, port = tmp_path / "rsyncd.conf", closed_port()
    config.write_text("")
    argv = [programs.require("rsync"), "--daemon", "--no-detach", f"--address={HOST}", f"--port={port}"]
    process = subprocess.Popen(
        [*argv, f"--config={config}", "--log-file=/dev/stderr"],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr
        assert any("listening on port" in line for line in process.stderr)
        listening.wait_for(port)
        yield port
    finally:
        processes.end(process)
