"""The files by which a program that a scheduler has started tells how it went: most schedulers tell nobody."""

from __future__ import annotations

import contextlib
import shlex
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.schedule.schedulers.scheduler import Tried

if TYPE_CHECKING:
    from collections.abc import Iterator


class TrialFiles:
    """A folder of such files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._out, self._error, self._ended = (folder / name for name in ("out", "error", "ended"))

    def reporting(self, script: str) -> str:
        """The shell script, made to tell how it went."""
        out, error, new, ended = (
            shlex.quote(str(path)) for path in (self._out, self._error, self.folder / "new", self._ended)
        )
        return f"({script}) >{out} 2>{error}; echo $? >{new}; mv {new} {ended}"

    def tried(self) -> Tried | None:
        """How it went, or nothing as long as it has not ended."""
        if not self._ended.exists():
            return None
        return Tried(
            int(self._ended.read_text()), *(path.read_text(errors="replace") for path in (self._out, self._error))
        )


@contextlib.contextmanager
def trial_files() -> Iterator[TrialFiles]:
    """Such files, which go with the block; the folder is closed to others."""
    with tempfile.TemporaryDirectory(prefix="backup-wizard-") as folder:
        yield TrialFiles(Path(folder))
