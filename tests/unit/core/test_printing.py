"""Whoever reads what a command prints may stop reading: the command goes on, and ends as it would have."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.data.profiles import a_profile
from wizard.storage import profiles

_PROGRAM = Path(sys.executable).parent / "backup-wizard"


@pytest.mark.parametrize(
    ("arguments", "exit_code"), [(["list"], 0), (["show", "amamac"], 0), (["show", "nobody"], 2), (["--help"], 0)]
)
@pytest.mark.parametrize("closed", [{"stdout"}, {"stderr"}, {"stdout", "stderr"}], ids=sorted)
def test_a_command_ends_as_if_it_were_read(arguments: list[str], exit_code: int, closed: set[str]) -> None:
    profiles.save(a_profile())
    reading, writing = os.pipe()
    os.close(reading)
    streams = {name: writing if name in closed else subprocess.PIPE for name in ("stdout", "stderr")}
    ended = subprocess.run([_PROGRAM, *arguments], stdin=subprocess.DEVNULL, timeout=60, **streams)  # type: ignore[call-overload]
    os.close(writing)
    assert ended.returncode == exit_code, ended
    if exit_code == 0:
        assert not ended.stderr
