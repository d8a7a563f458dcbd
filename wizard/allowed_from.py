"""The places that a backup's key or password may be used from: `from=` of sshd, `hosts allow` of rsync's daemon.

What one may be is said in `rules.allowed_from`; the notation is sshd's (sshd(8), AUTHORIZED_KEYS FILE FORMAT).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_ADDRESS_OR_PATTERN = re.compile(r"[0-9.*?]+|(?=[^:]*:)[0-9a-fA-F:*?]+")


def read(typed: str) -> tuple[str, ...]:
    """The places in a text that a person typed, with commas between."""
    return tuple(dict.fromkeys(part.strip() for part in typed.split(",") if part.strip()))


def text(places: Iterable[str]) -> str:
    """The places as a person reads and types them."""
    return ", ".join(places)


def is_name(place: str) -> bool:
    """Whether it names a host, which the server has to look up, and is no address."""
    return ":" not in place and "/" not in place and any(sign.isalpha() for sign in place)


def may_let_in(places: Sequence[str], address: str) -> bool:
    """Whether that address may be among the places; nothing but the server can tell whose address a name is."""
    return any(may_match(place, address) for place in places if not is_exception(place))


def may_match(place: str, address: str) -> bool:
    """Whether a place may be that address."""
    import fnmatch
    import ipaddress

    if "/" in place:
        return ipaddress.ip_address(address) in ipaddress.ip_network(place, strict=False)
    if not _ADDRESS_OR_PATTERN.fullmatch(place):
        return True
    return fnmatch.fnmatchcase(address, place)


def is_exception(place: str) -> bool:
    """Whether it is left out from the other places (with “!”)."""
    return place.startswith("!")
