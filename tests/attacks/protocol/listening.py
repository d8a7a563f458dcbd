"""Taking in what an rsync server says to a client that sends by hand."""

from __future__ import annotations

import queue
import struct
from typing import TYPE_CHECKING

from tests.attacks.protocol.messages import Wanted
from tests.attacks.protocol.wire import DATA, ITEM_BASIS_TYPE_FOLLOWS, ITEM_TRANSFER, ITEM_XNAME_FOLLOWS

if TYPE_CHECKING:
    from typing import IO

    from tests.attacks.protocol.messages import Said

NOT_SENT = b"~not sent "  # how names begin that no server has
LAST = b"~not sent at last"
_MESSAGES = {1: "error", 2: "info", 3: "error", 4: "warning", 5: "log", 8: "error"}
_NUMBERS = {9: "redo", 22: "io error", 33: "timeout", 42: "noop", 86: "error exit", 100: "success", 102: "no send"}


class Listener:
    """Reads the server's side; the two queues tell of each end of a phase and of each time it asks for the last file.

    They hold a false value once the server has ended.
    """

    def __init__(self, stream: IO[bytes], said: Said) -> None:
        self._from = stream
        self._said = said
        self._waiting = bytearray()
        self.phase_ended: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self.last_asked_for: queue.SimpleQueue[bool] = queue.SimpleQueue()

    def exactly(self, size: int) -> bytes:
        """So many bytes of the stream as it is."""
        data = self._from.read(size)
        if len(data) < size:
            raise EOFError(data)
        return data

    def plain_varint(self) -> int:
        """A number from before the stream is multiplexed."""
        first = self.exactly(1)[0]
        extra = 0
        while first & (0x80 >> extra):
            extra += 1
        rest = self.exactly(extra)
        return int.from_bytes(rest + bytes([first & (0x7F >> extra)]), "little")

    def vstring_length(self) -> int:
        """The length of a text that follows."""
        first = self.exactly(1)[0]
        return (first & 0x7F) * 256 + self.exactly(1)[0] if first & 0x80 else first

    def listen(self, names: dict[int, bytes]) -> None:
        """Take in all that the server says; `names` are those of the entries, by their numbers."""
        try:
            self._asked(names)
        except (EOFError, OSError, ValueError, struct.error) as error:
            self._said.broken = repr(error)
        finally:
            self._has_ended()

    def _has_ended(self) -> None:
        for awaited in (self.phase_ended, self.last_asked_for):
            awaited.put(False)

    def _asked(self, names: dict[int, bytes]) -> None:
        last = [-1, 1]  # numbers are told by their distance to the last one of their sign
        while True:
            number = self._number(last)
            if number is None:
                self.phase_ended.put(True)
                continue
            (flags,) = struct.unpack("<H", self._data(2))
            if flags & ITEM_BASIS_TYPE_FOLLOWS:
                self._data(1)
            if flags & ITEM_XNAME_FOLLOWS:
                length = self._data(1)[0]
                self._data((length & 0x7F) * 256 + self._data(1)[0] if length & 0x80 else length)
            wanted = Wanted(names.get(number, b"?"), flags)
            if flags & ITEM_TRANSFER:
                wanted.blocks = struct.unpack("<iiii", self._data(16))
                for _ in range(wanted.blocks[0]):
                    (rolling,) = struct.unpack("<I", self._data(4))
                    wanted.sums.append((rolling, self._data(wanted.blocks[2])))
            if wanted.name == LAST:
                self.last_asked_for.put(True)
            elif not wanted.name.startswith(NOT_SENT):
                self._said.wanted.append(wanted)

    def _number(self, last: list[int]) -> int | None:
        """The number of the entry that comes next; none is the end of a phase."""
        first = self._data(1)[0]
        if first == 0:
            return None
        negative = first == 0xFF
        if negative:
            first = self._data(1)[0]
        if first == 0xFE:
            high, low = self._data(2)
            if high & 0x80:
                number = int.from_bytes(bytes([low, *self._data(2), high & 0x7F]), "little")
            else:
                number = (high << 8 | low) + last[negative]
        else:
            number = first + last[negative]
        last[negative] = number
        return None if negative else number

    def _data(self, size: int) -> bytes:
        while len(self._waiting) < size:
            (header,) = struct.unpack("<I", self.exactly(4))
            tag, content = (header >> 24) - DATA, self.exactly(header & 0xFFFFFF)
            if tag == 0:
                self._waiting += content
            elif tag in _NUMBERS:
                self._said.messages.append((_NUMBERS[tag], content.hex()))
                if _NUMBERS[tag] == "error exit":  # which a server waits to see answered, or the connection closed
                    self._has_ended()
            else:
                self._said.messages.append((_MESSAGES.get(tag, str(tag)), content.decode(errors="backslashreplace")))
        taken = bytes(self._waiting[:size])
        del self._waiting[:size]
        return taken
