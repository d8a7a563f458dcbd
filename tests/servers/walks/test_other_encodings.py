"""A terminal or a locale without UTF-8: nothing that a person is told fails for want of a character."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.data.profiles import a_profile
from wizard.storage import profiles

if TYPE_CHECKING:
    from collections.abc import Sequence

_PROGRAM = Path(sys.executable).parent / "backup-wizard"
_ENCODINGS = ("latin-1", "ascii", "utf-8")


def _run(encoding: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    ended = subprocess.run(
        [_PROGRAM, *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=100
    )
    assert b"Traceback" not in ended.stderr, ended.stderr.decode(encoding)
    (ended.stdout + ended.stderr).decode(encoding)
    return ended


@pytest.mark.parametrize("encoding", _ENCODINGS)
@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["list"], ["run", "no-such"], ["nosuchword"]])
def test_every_word_gets_out(home: Path, encoding: str, arguments: Sequence[str]) -> None:
    ended = _run(encoding, *arguments)
    assert ended.stdout or ended.stderr
    assert ended.returncode in {0, 2}


@pytest.mark.parametrize("encoding", _ENCODINGS)
def test_a_name_that_the_terminal_cannot_show_is_made_visible(home: Path, encoding: str) -> None:
    profiles.save(a_profile(name="amamac", folders=("/home/amanda/Ωmega",)))
    shown = _run(encoding, "show", "amamac").stdout.decode(encoding)
    assert ("Ωmega" if encoding == "utf-8" else r"\u03a9mega") in shown


def test_a_terminal_without_the_characters_of_screens_gets_lines(home: Path) -> None:
    master, slave = pty.openpty()
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1", "TERM": "xterm-256color"}
    with subprocess.Popen([_PROGRAM], env=environment, stdin=slave, stdout=slave, stderr=slave) as program:
        os.close(slave)
        shown = b""
        while b"Step 1 of" not in shown:
            shown += os.read(master, 4096)
        os.write(master, b"\x04")
        assert program.wait(timeout=60) == 0
    os.close(master)
    assert b"Traceback" not in shown
