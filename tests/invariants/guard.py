"""A guard of a security invariant: where it stands in the code, and the tests that hold it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Guard:
    """In `file`, `there` is the guard and `gone` what stands in its place without it; then one of `tests` is red."""

    invariant: int
    what: str
    file: str
    there: str
    gone: str
    tests: tuple[str, ...]
