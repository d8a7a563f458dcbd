"""Failures that can't be had for real by a test that may run as root."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

_SAMPLE_RSYNC = """\
#!/bin/sh
test "$1" = --version && echo "rsync  version 3.5.0  protocol version 32" && exit
{script}
"""


def forbid(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, path: Path) -> None:
    """Let a function of `os` or a method of `Path` fail for one path as for somebody without the right to it."""
    real = getattr(owner, name)

    def guarded(of: str | Path, *arguments: Any, **options: Any) -> Any:
        if str(of) == str(path):
            raise PermissionError(13, "Permission denied", str(path))
        return real(of, *arguments, **options)

    monkeypatch.setattr(owner, name, guarded)


def put_in_rsyncs_place(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Let a shell script run where rsync would; it is found first and says that it is a current rsync."""
    program = folder / "rsync"
    program.write_text(_SAMPLE_RSYNC.format(script=script))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
