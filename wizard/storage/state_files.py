"""The small files that are kept beside a backup: what was learnt or done, and can be lost without harm."""

from __future__ import annotations

import contextlib
import json
from typing import TypeVar

import msgspec

from wizard.storage import files, paths

Content = TypeVar("Content")
Default = TypeVar("Default")

# Whatever is in the file, JSON or not and however deeply nested, it is no reason to fail.
_CANT_BE_READ = (OSError, ValueError, RecursionError, msgspec.ValidationError)


def load(name: str, file: str, type: type[Content], default: Default) -> Content | Default:
    """What the file of that backup holds; `default` where it is missing or can't be read."""
    try:
        # Unlike msgspec's, the standard library's JSON takes names that are no UTF-8.
        return msgspec.convert(json.loads(files.read(paths.walk_state(name) / file)), type)
    except _CANT_BE_READ:
        return default


def save(name: str, file: str, content: object, *, lasting: bool = True) -> None:
    """Keep the content as JSON, in one step, in place of what was kept; `lasting` is as for `files.replace`.

    Raises:
        Failure: our folder can't be written to.
    """
    path = files.private_folder(paths.walk_state(name)) / file
    files.replace(path, json.dumps(msgspec.to_builtins(content), separators=(",", ":")).encode(), lasting=lasting)


def forget(name: str, file: str) -> None:
    """Remove the file, and the folder if there is nothing else in it.

    Raises:
        Failure: the file can't be removed.
    """
    files.remove(paths.walk_state(name) / file)
    with contextlib.suppress(OSError):
        paths.walk_state(name).rmdir()
