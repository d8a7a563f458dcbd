"""Very many lines of bytes in little room, each at hand by its number."""

from __future__ import annotations

import zlib
from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK_BYTES = 1 << 16
_FASTEST = 1
_BLOCKS_AT_HAND = 24


class Store:
    """Lines that only ever become more; they are kept packed, in blocks of about 64 KiB, some of them at hand."""

    def __init__(self, blocks_at_hand: int = _BLOCKS_AT_HAND) -> None:
        self.count = 0
        self._most_at_hand = blocks_at_hand
        self._packed: list[bytes] = []
        self._firsts = [0]
        self._open = bytearray()
        self._at_hand: dict[int, list[bytes]] = {}

    def add(self, lines: bytes, count: int) -> None:
        """Keep that many more lines, each with its newline."""
        self._open += lines
        self.count += count
        if len(self._open) >= _BLOCK_BYTES:
            self._packed.append(zlib.compress(self._open, _FASTEST))
            self._firsts.append(self.count)
            self._open.clear()

    def line(self, number: int) -> bytes:
        """The line of that number, counted from 0, without its newline."""
        block = bisect_right(self._firsts, number) - 1
        return self._lines_of(block)[number - self._firsts[block]]

    def blocks(self, start: int = 0) -> Iterator[tuple[int, bytes]]:
        """All lines from that number on, in blocks: the number of a block's first line, and its lines as one."""
        for block in range(bisect_right(self._firsts, start) - 1, len(self._packed)):
            yield self._firsts[block], zlib.decompress(self._packed[block])
        if self._open:
            yield self._firsts[-1], bytes(self._open)

    def _lines_of(self, block: int) -> list[bytes]:
        if block == len(self._packed):
            return bytes(self._open).split(b"\n")
        if block not in self._at_hand:
            if len(self._at_hand) >= self._most_at_hand:
                del self._at_hand[next(iter(self._at_hand))]
            self._at_hand[block] = zlib.decompress(self._packed[block]).split(b"\n")
        return self._at_hand[block]
