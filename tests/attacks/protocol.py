"""A client that speaks rsync's protocol by hand, and so isn't bound by what the stock client would send.

It is always the sending side: it says who it is, sends a file list of its own making, then transfers that nobody asked
for, and at last takes in all that the server has said. Protocol 30 or 31; where lists may follow the first, none does.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import queue
import struct
import subprocess
import threading
from dataclasses import dataclass, field
from stat import S_IFDIR, S_IFLNK, S_IFMT, S_IFREG
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ITEM_BASIS_TYPE_FOLLOWS = 1 << 11
ITEM_XNAME_FOLLOWS = 1 << 12
ITEM_TRANSFER = 1 << 15

FUZZY_BASIS = 0x83
BACKUP_BASIS = 0x82
PARTIAL_BASIS = 0x81

_EXTENDED_FLAGS = 1 << 2
_LONG_NAME = 1 << 6
_HARD_LINK = 1 << 9
_FIRST_OF_HARD_LINKS = 1 << 12
_VARINT_FLAGS = 1 << 7  # two of the server's compatibility flags
_NAME_OF_ZERO = 1 << 8
_LISTS_FOLLOW = 1
_NO_MORE_LISTS = b"\xff\x01"
_DATA = 7  # the tag of plain data in the multiplexed stream
_MESSAGES = {1: "error", 2: "info", 3: "error", 4: "warning", 5: "log", 8: "error"}
_NUMBERS = {9: "redo", 22: "io error", 33: "timeout", 42: "noop", 86: "error exit", 100: "success", 102: "no send"}


@dataclass
class Entry:
    """One entry of the file list; `links` names the first entry of its group of hard links."""

    name: bytes
    mode: int = S_IFREG | 0o644
    size: int = 0
    mtime: int = 1_700_000_000
    target: bytes = b""
    device: tuple[int, int] = (0, 0)
    checksum: bytes = bytes(16)
    links: bytes = b""


def folder(name: bytes, permissions: int = 0o755) -> Entry:
    return Entry(name, S_IFDIR | permissions)


def link(name: bytes, target: bytes) -> Entry:
    return Entry(name, S_IFLNK | 0o777, len(target), target=target)


@dataclass
class Transfer:
    """What is sent as the content of one entry.

    A part is text, or a block of the file that is there already, or something to be done while the server waits for
    the next part. `blocks` are how many there are, how long each is, and how long the last one is where that is another
    length.
    """

    name: bytes
    parts: Sequence[bytes | int | Callable[[], object]]
    blocks: tuple[int, int, int] = (0, 0, 0)
    basis_type: int | None = None
    basis_name: bytes | None = None
    digest: bytes | None = None


@dataclass
class Module:
    """What a daemon is asked for: the name of its module, and the words of the request."""

    name: bytes
    request: Sequence[bytes]
    user: bytes = b""
    password: bytes = b""


@dataclass
class Wanted:
    """What the server has asked for one entry: the flags, and the sums of the blocks that it has."""

    name: bytes
    flags: int
    blocks: tuple[int, int, int, int] = (0, 0, 0, 0)
    sums: list[tuple[int, bytes]] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How long the server's own file is."""
        count, length, _, remainder = self.blocks
        return count * length - (length - remainder if remainder else 0)


@dataclass
class Said:
    """All that the server has said."""

    messages: list[tuple[str, str]] = field(default_factory=list)
    wanted: list[Wanted] = field(default_factory=list)
    checksums: bytes = b""
    seed: int = 0
    errors: str = ""
    exit_code: int | None = None
    broken: str = ""

    @property
    def text(self) -> str:
        """All of it that is text."""
        return "\n".join([*(text for _, text in self.messages), self.errors, self.broken])


def send(
    argv: Sequence[str],
    entries: Sequence[Entry],
    transfers: Sequence[Transfer] = (),
    *,
    options: str,
    filters: Sequence[bytes] | None = None,
    checksums: bytes = b"md5",
    protocol: int = 31,
    module: Module | None = None,
    seconds: float = 10,
) -> Said:
    """Start the way to the server and say all that."""
    said = Said()
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    guard = threading.Timer(seconds, process.kill)
    guard.start()
    assert process.stderr
    errors = process.stderr
    listening = threading.Thread(target=lambda: setattr(said, "errors", errors.read().decode(errors="replace")))
    listening.start()
    try:
        talk = _Talk(process, said, options, protocol)
        if module is None or talk.enters(module):
            talk.all_of_it(entries, transfers, filters, checksums, knows_version=module is not None)
    except (OSError, EOFError, struct.error) as error:
        said.broken = repr(error)
    finally:
        assert process.stdin
        assert process.stdout
        with contextlib.suppress(OSError):
            process.stdin.close()
        with contextlib.suppress(OSError):
            process.stdout.read()
        said.exit_code = process.wait()
        guard.cancel()
        listening.join()
        process.stdout.close()
        errors.close()
    return said


class _Talk:
    def __init__(self, process: subprocess.Popen[bytes], said: Said, options: str, protocol: int) -> None:
        assert process.stdin
        assert process.stdout
        self._to = process.stdin
        self._from = process.stdout
        self._said = said
        self._bundle, _, self._can = options.partition("e.")
        self._protocol = protocol
        self._waiting = bytearray()
        self._phase_ended: queue.SimpleQueue[bool] = queue.SimpleQueue()

    def enters(self, module: Module) -> bool:
        """Say the daemon's words before the protocol proper begins, and tell whether it lets us in."""
        self._to.write(b"@RSYNCD: %d.0 md5 md4\n%s\n" % (self._protocol, module.name))
        self._to.flush()
        while line := self._from.readline():
            if line == b"@RSYNCD: OK\n":
                self._to.write(b"\0".join([*module.request, b"", b""]))
                self._to.flush()
                return True
            if line.startswith(b"@RSYNCD: AUTHREQD "):
                digest = hashlib.md5(module.password + line.split()[-1]).digest()
                answer = base64.b64encode(digest).rstrip(b"=")
                self._to.write(b"%s %s\n" % (module.user, answer))
                self._to.flush()
            elif not line.startswith(b"@RSYNCD: "):
                self._said.messages.append(("error", line.decode(errors="backslashreplace")))
        return False

    def all_of_it(
        self,
        entries: Sequence[Entry],
        transfers: Sequence[Transfer],
        filters: Sequence[bytes] | None,
        checksums: bytes,
        *,
        knows_version: bool,
    ) -> None:
        if not knows_version:
            self._to.write(struct.pack("<i", self._protocol))
            self._to.flush()
            theirs = struct.unpack("<i", self._exactly(4))[0]
            assert theirs >= self._protocol, theirs
        flags = self._plain_varint()
        self._varint_flags = bool(flags & _VARINT_FLAGS)
        self._first = 1 if flags & _LISTS_FOLLOW else 0  # the number of the first entry
        if self._varint_flags:
            self._said.checksums = self._exactly(self._vstring_length())
            self._to.write(vstring(checksums))
            if "z" in self._bundle:
                self._exactly(self._vstring_length())
                self._to.write(vstring(b"zlib"))
            self._to.flush()
        self._said.seed = struct.unpack("<i", self._exactly(4))[0]
        # Where no checksum is agreed on, a zero stands for each.
        self._digest = 1 if self._varint_flags and checksums == b"none" else 16
        ordered = sorted(entries, key=_order)
        reading = threading.Thread(target=self._listen, args=(ordered,), daemon=True)
        reading.start()
        said = bytearray(_rules(filters))
        # Sent in the order in which the server keeps them, so that their numbers are the same on both sides.
        for entry in ordered:
            said += self._entry(entry, ordered)
        said += bytes(2 if self._varint_flags else 1)
        names = 2 if flags & _NAME_OF_ZERO else 1
        if self._first:
            said += _NO_MORE_LISTS
        else:
            said += bytes(names * ("o" in self._bundle)) + bytes(names * ("g" in self._bundle))
        self._write(bytes(said))
        self._send(transfers, {entry.name: number for number, entry in enumerate(ordered, self._first)})
        # Each end of a phase is answered, so that the server has said what it wants before it is told that all is done.
        while self._phase_ended.get():
            self._write(b"\0")
        reading.join()

    def _send(self, transfers: Sequence[Transfer], numbers: dict[bytes, int]) -> None:
        said = bytearray()
        last = -1
        for transfer in transfers:
            said += _ndx(numbers[transfer.name], last)
            last = numbers[transfer.name]
            for piece in self._transfer(transfer):
                if callable(piece):
                    self._write(bytes(said))
                    said.clear()
                    piece()
                else:
                    said += piece
        self._write(bytes(said))

    def _entry(self, entry: Entry, ordered: list[Entry]) -> bytes:
        flags = _LONG_NAME
        group = [one for one in ordered if one.links == entry.links] if entry.links else []
        if group:
            flags |= _HARD_LINK | (_FIRST_OF_HARD_LINKS if group[0] is entry else 0)
        kind = S_IFMT(entry.mode)
        out = bytearray()
        if self._varint_flags:
            out += varint(flags)
        else:
            flags |= _EXTENDED_FLAGS if flags & 0xFF00 else 0
            out += struct.pack("<H", flags) if flags & 0xFF00 else bytes([flags])
        out += varint(len(entry.name)) + entry.name
        if group and group[0] is not entry:
            out += varint(ordered.index(group[0]))
            return bytes(out)
        out += varlong(entry.size, 3) + varlong(entry.mtime, 4)
        out += struct.pack("<I", entry.mode)
        out += varint(0) if "o" in self._bundle else b""
        out += varint(0) if "g" in self._bundle else b""
        if kind in {0o020000, 0o060000} and "D" in self._bundle:
            out += varint(entry.device[0]) + varint(entry.device[1])
        if kind in {0o010000, 0o140000} and "D" in self._bundle and self._protocol < 31:
            out += varint(0) + varint(0)
        if kind == S_IFLNK and "l" in self._bundle:
            out += varint(len(entry.target)) + entry.target
        if kind == S_IFREG and "c" in self._bundle:
            out += entry.checksum
        return bytes(out)

    def _transfer(self, transfer: Transfer) -> Iterator[bytes | Callable[[], object]]:
        flags = ITEM_TRANSFER
        flags |= ITEM_BASIS_TYPE_FOLLOWS if transfer.basis_type is not None else 0
        flags |= ITEM_XNAME_FOLLOWS if transfer.basis_name is not None else 0
        yield struct.pack("<H", flags)
        yield bytes([transfer.basis_type]) if transfer.basis_type is not None else b""
        yield vstring(transfer.basis_name) if transfer.basis_name is not None else b""
        count, length, remainder = transfer.blocks
        yield struct.pack("<iiii", count, length, min(2, self._digest), remainder)
        for part in transfer.parts:
            if isinstance(part, bytes):
                for start in range(0, len(part), 32_000):
                    piece = part[start : start + 32_000]
                    yield struct.pack("<i", len(piece)) + piece
            else:
                yield struct.pack("<i", -(part + 1)) if isinstance(part, int) else part
        yield bytes(4)
        whole = b"".join(part for part in transfer.parts if isinstance(part, bytes))
        yield transfer.digest or hashlib.md5(whole).digest() if self._digest > 1 else b"\0"

    def _write(self, data: bytes) -> None:
        for start in range(0, len(data), 60_000):
            piece = data[start : start + 60_000]
            self._to.write(struct.pack("<I", _DATA << 24 | len(piece)) + piece)
        self._to.flush()

    def _exactly(self, size: int) -> bytes:
        data = self._from.read(size)
        if len(data) < size:
            raise EOFError(data)
        return data

    def _plain_varint(self) -> int:
        first = self._exactly(1)[0]
        extra = 0
        while first & (0x80 >> extra):
            extra += 1
        rest = self._exactly(extra)
        return int.from_bytes(rest + bytes([first & (0x7F >> extra)]), "little")

    def _vstring_length(self) -> int:
        first = self._exactly(1)[0]
        return (first & 0x7F) * 256 + self._exactly(1)[0] if first & 0x80 else first

    def _listen(self, ordered: list[Entry]) -> None:
        try:
            self._asked(ordered)
        except (EOFError, OSError, ValueError, struct.error) as error:
            self._said.broken = repr(error)
        finally:
            self._phase_ended.put(False)

    def _asked(self, ordered: list[Entry]) -> None:
        last = [-1, 1]  # numbers are told by their distance to the last one of their sign
        while True:
            number = self._number(last)
            if number is None:
                self._phase_ended.put(True)
                continue
            (flags,) = struct.unpack("<H", self._data(2))
            if flags & ITEM_BASIS_TYPE_FOLLOWS:
                self._data(1)
            if flags & ITEM_XNAME_FOLLOWS:
                length = self._data(1)[0]
                self._data((length & 0x7F) * 256 + self._data(1)[0] if length & 0x80 else length)
            wanted = Wanted(self._name(ordered, number), flags)
            if flags & ITEM_TRANSFER:
                wanted.blocks = struct.unpack("<iiii", self._data(16))
                for _ in range(wanted.blocks[0]):
                    (rolling,) = struct.unpack("<I", self._data(4))
                    wanted.sums.append((rolling, self._data(wanted.blocks[2])))
            self._said.wanted.append(wanted)

    def _name(self, ordered: list[Entry], number: int) -> bytes:
        place = number - self._first
        return ordered[place].name if 0 <= place < len(ordered) else b"?"

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
            (header,) = struct.unpack("<I", self._exactly(4))
            tag, content = (header >> 24) - _DATA, self._exactly(header & 0xFFFFFF)
            if tag == 0:
                self._waiting += content
            elif tag in _NUMBERS:
                self._said.messages.append((_NUMBERS[tag], content.hex()))
            else:
                self._said.messages.append((_MESSAGES.get(tag, str(tag)), content.decode(errors="backslashreplace")))
        taken = bytes(self._waiting[:size])
        del self._waiting[:size]
        return taken


def _rules(filters: Sequence[bytes] | None) -> bytes:
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


def _ndx(number: int, last: int) -> bytes:
    step = number - last
    if 0 < step < 0xFE:
        return bytes([step])
    if step < 0 or step > 0x7FFF:
        return bytes([0xFE, number >> 24 | 0x80, number & 0xFF, number >> 8 & 0xFF, number >> 16 & 0xFF])
    return bytes([0xFE, step >> 8, step & 0xFF])


def _order(entry: Entry) -> tuple[tuple[int, bytes], ...]:
    """The order in which rsync keeps a list: files before folders."""
    if entry.name == b".":
        return ()
    *above, name = entry.name.strip(b"/").split(b"/")
    is_folder = S_IFMT(entry.mode) == S_IFDIR
    return (*((1, part + b"/") for part in above), (1, name + b"/") if is_folder else (0, name))
