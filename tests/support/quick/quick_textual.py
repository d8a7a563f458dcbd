"""Textual, spared what it would do again for each of the hundreds of apps that tests start, to the same effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

if TYPE_CHECKING:
    from textual.css.types import CSSLocation

_parse = Stylesheet._parse_rules
_parsed: dict[tuple[object, ...], list[RuleSet]] = {}


def _parse_once(
    sheet: Stylesheet,
    css: str,
    read_from: CSSLocation,
    is_default_rules: bool = False,
    tie_breaker: int = 0,
    scope: str = "",
) -> list[RuleSet]:
    asked = (css, read_from, is_default_rules, tie_breaker, scope)
    key = (*asked, *sheet._variables.items())
    if key not in _parsed:
        _parsed[key] = _parse(sheet, *asked)
    return _parsed[key]


def hasten() -> None:
    """Share parsed styles among apps, and tell rules apart by identity in C and not in Python."""
    Stylesheet._parse_rules = _parse_once  # type: ignore[method-assign, assignment]
    RuleSet.__hash__ = object.__hash__  # type: ignore[method-assign]
