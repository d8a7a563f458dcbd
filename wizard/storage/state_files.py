"""The small files that are kept beside a backup: what was learnt or done, and can be lost without harm."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from wizard.storage import files, paths

Content = TypeVar("Content")
Default = TypeVar("Default")

# Whatever is in the file, JSON or not and however deeply nested, it is no reason to fail.
_CANT_BE_READ = (OSError, UnicodeDecodeError, RecursionError, msgspec.DecodeError)


def load(name: str, file: str, type: type[Content], default: Default) -> Content | Default:
    """What the file of that backup holds; `default` where it is missing or can't be read."""
    try:
        return msgspec.json.decode(files.read(paths.walk_state(name) / file), type=type)
    except _CANT_BE_READ:
        return default


def save(name: str, file: str, content: object) -> None:
    """Keep the content as JSON, in one step, in place of what was kept.

    Raises:
        Failure: our folder can't be written to.
    """
    files.replace(files.private_folder(paths.walk_state(name)) / file, msgspec.json.encode(content))
