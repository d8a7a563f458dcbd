"""The order in which the lines of one key work: sshd takes the first whose key and place (`from=`) match.

So a line for some places has to stand before one for more of them, or for any. Where two overlap and neither is for all
that the other is for, one of them would work in a part of its places only, so they are not compared but refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wizard import allowed_from
from wizard.allowed_from import Relation

if TYPE_CHECKING:
    from collections.abc import Sequence

Places = tuple[tuple[str, ...], ...]
"""The places of each of one backup's lines, in their order."""

_MOST_COMPARED = 64

# As sshd reads a line: a quote is escaped by a backslash, and nothing else is.
_OPTIONS = re.compile(r'(?:[^"\s]|"(?:\\"|[^"])*")+')
_KEY_TYPES = ("ssh-", "ecdsa-", "sk-")
_OPTION = re.compile(r'([^,="]+)(?:="((?:\\"|[^"])*)")?(?:,|$)')


def relation(one: Places, other: Places) -> Relation:
    """Which of two backups' lines have to stand first: those that are `INSIDE` the others'; `APART`, either."""
    found = {allowed_from.relation(first, second) for first in one for second in other} - {Relation.APART}
    return found.pop() if len(found) == 1 else Relation.UNCLEAR if found else Relation.APART


def is_clear(all_places: Sequence[Places]) -> bool:
    """Whether there is an order in which all of them work."""
    if len(all_places) > _MOST_COMPARED:
        return False
    return not any(
        relation(one, other) is Relation.UNCLEAR
        for number, one in enumerate(all_places)
        for other in all_places[:number]
    )


def breadth(places: Places) -> int:
    """By this, lines that have to stand before others are sorted before them."""
    return max(map(allowed_from.breadth, places))


def read(line: str) -> tuple[str, tuple[str, ...]] | None:
    """The key of a line of an authorized_keys file, type and base64, and from where it is let in."""
    line = line.strip()
    options = _OPTIONS.match(line)
    if not options or line.startswith("#"):
        return None
    if options[0].startswith(_KEY_TYPES):
        return " ".join(line.split()[:2]), ()
    places = {name.lower(): value for name, value in _OPTION.findall(options[0])}.get("from", "")
    return " ".join(line[options.end() :].split()[:2]), tuple(filter(None, places.split(",")))
