"""The form in which every kind of failure is told."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Who(StrEnum):
    """Who mends it."""

    YOU = "you can mend this"
    ADMIN = "the server's admin mends this"
    NOBODY = "nobody needs to mend anything"


class Words(msgspec.Struct, frozen=True):
    """The texts for one kind; `{about}`, `{host}` and their like are filled in."""

    what: str
    who: Who
    to_do: str
    forward: str = ""


YOU, ADMIN, NOBODY = Who.YOU, Who.ADMIN, Who.NOBODY
