"""Numbers, texts and the order of names, as rsync's protocol has them."""

from __future__ import annotations

import struct
from stat import S_IFDIR, S_IFMT
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.attacks.protocol.messages import Entry

ITEM_BASIS_TYPE_FOLLOWS = 1 << 11
ITEM_XNAME_FOLLOWS = 1 << 12
ITEM_TRANSFER = 1 << 15
DATA = 7  # the tag of plain data in the multiplexed stream


def rules(filters: Sequence[bytes] | None) -> bytes:
    if filters is None:
        return b""
    return b"".join(struct.pack("<i", len(rule)) + rule for rule in filters) + bytes(4)


def varint(number: int) -> bytes:
    return varlong(number & 0xFFFFFFFF, 1, 4)


def varlong(number: int, least: int, most: int = 8) -> bytes:
    """A number as rsync writes it, whose first byte says how many follow."""
    raw = number.to_bytes(most, "little")
    count = most
    while count > least and raw[count - 1] == 0:
        count -= 1
    bit = 1 << (7 - count + least)
    top = raw[count - 1]
    if top >= bit:
        count += 1
        first = ~(bit - 1) & 0xFF
    elif count > least:
        first = top | (~(bit * 2 - 1) & 0xFF)
    else:
        first = top
    return bytes([first]) + raw[: count - 1]


def vstring(text: bytes) -> bytes:
    """A text with its length before it."""
    return (bytes([len(text)]) if len(text) < 0x80 else bytes([len(text) >> 8 | 0x80, len(text) & 0xFF])) + text


def ndx(number: int, last: int) -> bytes:
    step = number - last
    if 0 < step < 0xFE:
        return bytes([step])
    if step < 0 or step > 0x7FFF:
        return bytes([0xFE, number >> 24 | 0x80, number & 0xFF, number >> 8 & 0xFF, number >> 16 & 0xFF])
    return bytes([0xFE, step >> 8, step & 0xFF])


def order(entry: Entry) -> tuple[tuple[int, bytes], ...]:
    """The order in which rsync keeps a list: files before folders."""
    if entry.name == b".":
        return ()
    *above, name = entry.name.strip(b"/").split(b"/")
    is_folder = S_IFMT(entry.mode) == S_IFDIR
    return (*((1, part + b"/") for part in above), (1, name + b"/") if is_folder else (0, name))
