"""The places that a backup's key or password may be used from: `from=` of sshd, `hosts allow` of rsync's daemon.

What one may be is said in `rules.allowed_from`; the notation is sshd's (sshd(8), AUTHORIZED_KEYS FILE FORMAT).
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from ipaddress import IPv4Network, IPv6Network

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


class Relation(Enum):
    """How the places of one line lie to those of another."""

    APART = auto()
    """No address is in both."""
    INSIDE = auto()
    """All addresses of the first are in the second, which has more."""
    AROUND = auto()
    """The other way round."""
    UNCLEAR = auto()
    """They are the same, or overlap, or nobody but the server can tell."""


def relation(one: Sequence[str], other: Sequence[str]) -> Relation:
    """How the places of two lines lie to each other; a line without places is for any address.

    Only addresses and networks can be compared: which address a name, a pattern or an exception stands for, the server
    alone knows.
    """
    if not one or not other:
        return Relation.UNCLEAR if not one and not other else Relation.AROUND if not one else Relation.INSIDE
    first, second = _networks(one), _networks(other)
    if first is None or second is None:
        return Relation.UNCLEAR
    if not any(_is_within(a, b) or _is_within(b, a) for a in first for b in second):
        return Relation.APART
    is_inside = all(any(_is_within(a, b) for b in second) for a in first)
    is_around = all(any(_is_within(b, a) for a in first) for b in second)
    if is_inside is is_around:
        return Relation.UNCLEAR
    return Relation.INSIDE if is_inside else Relation.AROUND


def breadth(places: Sequence[str]) -> int:
    """How many addresses the places have, so that those inside others come first when sorted by it."""
    if not places:
        return _ALL_ADDRESSES
    return sum(one.num_addresses for one in _networks(places) or ())


def _networks(places: Sequence[str]) -> list[IPv4Network | IPv6Network] | None:
    import ipaddress

    try:
        found = [ipaddress.ip_network(place) for place in places if "%" not in place]
    except ValueError:
        return None
    # sshd takes an IPv4 address within an IPv6 one for what it is, so that such a place matches none.
    is_plain = len(found) == len(places) and not any(
        one.version == 6 and one.network_address.ipv4_mapped for one in found
    )
    return found if is_plain else None


def _is_within(one: IPv4Network | IPv6Network, other: IPv4Network | IPv6Network) -> bool:
    return (
        one.version == other.version
        and one.prefixlen >= other.prefixlen
        and int(one.network_address) >> (one.max_prefixlen - other.prefixlen)
        == int(other.network_address) >> (one.max_prefixlen - other.prefixlen)
    )


_ALL_ADDRESSES = 2**129
