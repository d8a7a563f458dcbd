"""Single files of a backup, as patterns for rsync (`schemes.base.Transfer.sample`)."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# rsync takes a backslash in a pattern for what it is, unless the pattern holds a wildcard.
_SPECIAL = re.compile(r"[*?[]")
_WILDCARD = re.compile(r"[*?[\\]")
_ESCAPED = r"\\\g<0>"


@contextlib.contextmanager
def kept(paths: Iterable[str]) -> Iterator[Path]:
    """A file of patterns of these files and of the folders they are in, for as long as the block lasts."""
    named: dict[str, None] = {}
    for path in paths:
        parts = path.split("/")
        named |= dict.fromkeys("/".join(parts[:end]) for end in range(1, len(parts) + 1))
    with tempfile.NamedTemporaryFile(prefix="backup-wizard-") as file:
        file.write(b"".join(os.fsencode(_pattern(name)) + b"\0" for name in named))
        file.flush()
        yield Path(file.name)


def _pattern(name: str) -> str:
    return f"/{_WILDCARD.sub(_ESCAPED, name) if _SPECIAL.search(name) else name}"
