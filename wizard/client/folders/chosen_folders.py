"""Which folders are ticked, and what a tick on one means for those around it."""

from __future__ import annotations

from enum import StrEnum, auto


class Mark(StrEnum):
    """How a folder stands towards those that are ticked."""

    OFF = auto()
    ON = auto()
    INSIDE = auto()  # a folder around it is ticked
    PARTLY = auto()  # something in it is ticked


def mark(chosen: tuple[str, ...], path: str) -> Mark:
    """How a folder stands towards the ticked ones."""
    if path in chosen:
        return Mark.ON
    if around(chosen, path):
        return Mark.INSIDE
    return Mark.PARTLY if any(_is_inside(one, path) for one in chosen) else Mark.OFF


def around(chosen: tuple[str, ...], path: str) -> str:
    """The ticked folder that holds this one, or an empty text."""
    return next((one for one in chosen if _is_inside(path, one)), "")


def tick(chosen: tuple[str, ...], path: str) -> tuple[str, ...]:
    """With this folder, which takes the place of all that were ticked in it."""
    return (*(one for one in untick(chosen, path) if not _is_inside(one, path)), path)


def untick(chosen: tuple[str, ...], path: str) -> tuple[str, ...]:
    """Without this folder."""
    return tuple(one for one in chosen if one != path)


def parents(path: str) -> set[str]:
    """Every folder around this one."""
    return {path[:end] or "/" for end, sign in enumerate(path) if sign == "/"} - {path}


def _is_inside(path: str, folder: str) -> bool:
    return path != folder and path.startswith(f"{folder.rstrip('/')}/")
