"""Texts that end in a line by which a later change can be seen, so that nothing is overwritten that a person wrote."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from wizard.schedule.schedulers.scheduler import State
from wizard.storage import files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_WORDS = "backup-wizard wrote this, and leaves it alone once you change it"
_DIGEST = re.compile(rf"{_WORDS} \(([0-9a-f]{{64}})\)")


def sign(text: str, comment: str = "# {}") -> str:
    """The text with that line at its end; `comment` is how the format writes a comment."""
    return f"{text}{comment.format(f'{_WORDS} ({_digest(text)})')}\n"


def is_as_written(text: str) -> bool:
    """Whether the text is still what was signed."""
    found = _DIGEST.search(text)
    if found is None:
        return False
    begin, end = text.rfind("\n", 0, found.start()) + 1, text.find("\n", found.end()) + 1
    return found[1] == _digest(text[:begin] + (text[end:] if end else ""))


def state_of(wanted: dict[Path, str]) -> State:
    """What is there of files that should have these texts; one that is missing makes it half-made."""
    if changed(list(wanted)):
        return State.CHANGED
    there = {path: _read(path) for path in wanted}
    if not any(text is not None for text in there.values()):
        return State.ABSENT
    return State.OURS if there == wanted else State.OTHERWISE


def changed(paths: Sequence[Path]) -> str:
    """The first of these files that a person wrote or changed, if any."""
    return next((str(path) for path in paths if (text := _read(path)) is not None and not is_as_written(text)), "")


def write(wanted: dict[Path, str]) -> None:
    """Put the files in place, one after the other; those that are so already stay as they are.

    Raises:
        Failure: a folder or a file can't be written.
    """
    for path, text in wanted.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise files.failure(path.parent, error) from None
        if _read(path) != text:
            files.replace(path, encoded(text), mode=0o644)


def clear(paths: Sequence[Path]) -> None:
    """Remove what programs that were killed have left beside the files' places."""
    for path in paths:
        files.clear(path.parent, path.name)


def encoded(text: str) -> bytes:
    """The bytes of a text in which there may be paths, which are not UTF-8 everywhere."""
    return text.encode(errors="surrogateescape")


def decoded(content: bytes) -> str:
    """The other way."""
    return content.decode(errors="surrogateescape")


def _read(path: Path) -> str | None:
    try:
        return decoded(files.read(path))
    except FileNotFoundError:
        return None
    except OSError:  # a folder, a pipe, a link to nowhere: whatever it is, we did not write it
        return ""


def _digest(text: str) -> str:
    return hashlib.sha256(encoded(text)).hexdigest()
