"""A client that speaks rsync's protocol by hand, and so isn't bound by what the stock client would send.

It is always the sending side: it says who it is, sends a file list of its own making, then transfers that nobody asked
for, and at last takes in all that the server has said. Protocol 30 or 31; where lists may follow the first, none does.

There, a server counts the files that it has asked for and not got, and forgets the list when none is left. So it is
offered one new file more than there are transfers. The last of these is sent broken: once the server asks for it again,
it has seen to all that was sent before, and the visit ends.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import struct
import subprocess
import sys
import threading
from stat import S_IFLNK, S_IFMT, S_IFREG, S_ISDIR
from typing import TYPE_CHECKING

from tests.attacks.protocol.listening import LAST, NOT_SENT, Listener
from tests.attacks.protocol.messages import Entry, Said, Transfer
from tests.attacks.protocol.wire import (
    DATA,
    ITEM_BASIS_TYPE_FOLLOWS,
    ITEM_TRANSFER,
    ITEM_XNAME_FOLLOWS,
    ndx,
    order,
    rules,
    varint,
    varlong,
    vstring,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.attacks.protocol.messages import Module

_EXTENDED_FLAGS = 1 << 2
_LONG_NAME = 1 << 6
_HARD_LINK = 1 << 9
_FIRST_OF_HARD_LINKS = 1 << 12
_VARINT_FLAGS = 1 << 7  # two of the server's compatibility flags
_NAME_OF_ZERO = 1 << 8
_LISTS_FOLLOW = 1
# Numbers below zero, which are sent without their sign, after a byte that says so.
_NO_MORE_LISTS = 2
_OFFSET_OF_LISTS = 101

_CONNECT = """
import os, socket, sys, threading
server = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
def answer():
    while data := server.recv(65536):
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    os._exit(0)
answering = threading.Thread(target=answer)
answering.start()
while data := sys.stdin.buffer.read1(65536):
    server.sendall(data)
server.shutdown(socket.SHUT_WR)
answering.join()
"""


def to_port(port: int) -> list[str]:
    """The way to a server that listens on a port of this machine."""
    return [sys.executable, "-c", _CONNECT, str(port)]


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
        self._listener = Listener(self._from, said)

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
            theirs = struct.unpack("<i", self._listener.exactly(4))[0]
            assert theirs >= self._protocol, theirs
        flags = self._listener.plain_varint()
        self._varint_flags = bool(flags & _VARINT_FLAGS)
        self._first = 1 if flags & _LISTS_FOLLOW else 0  # the number of the first entry
        if self._varint_flags:
            self._said.checksums = self._listener.exactly(self._listener.vstring_length())
            self._to.write(vstring(checksums))
            if "z" in self._bundle:
                self._listener.exactly(self._listener.vstring_length())
                self._to.write(vstring(b"zlib"))
            self._to.flush()
        self._said.seed = struct.unpack("<i", self._listener.exactly(4))[0]
        # Where no checksum is agreed on, a zero stands for each.
        self._digest = 1 if self._varint_flags and checksums == b"none" else 16
        not_sent = [LAST, *(NOT_SENT + b"%d" % number for number in range(len(transfers)))] if self._first else []
        lists = self._lists([*entries, *(Entry(name, size=1) for name in not_sent)])
        names = {number: entry.name for start, _, listed in lists for number, entry in enumerate(listed, start)}
        reading = threading.Thread(target=self._listener.listen, args=(names,), daemon=True)
        reading.start()
        said = bytearray(rules(filters))
        last = 1
        for start, folder, listed in lists:
            if start > self._first:
                said += b"\xff" + ndx(_OFFSET_OF_LISTS + folder, last)
                last = _OFFSET_OF_LISTS + folder
            # Sent in the order in which the server keeps them, so that their numbers are the same on both sides.
            for entry in listed:
                said += self._entry(entry, listed)
            said += bytes(2 if self._varint_flags else 1)
        if self._first:
            said += b"\xff" + ndx(_NO_MORE_LISTS, last)
        else:
            bytes_of_names = 2 if flags & _NAME_OF_ZERO else 1
            said += bytes(bytes_of_names * sum(letter in self._bundle for letter in "og"))
        self._write(bytes(said))
        # What nobody verifies isn't asked for again.
        broken = [Transfer(LAST, [b"x"], digest=bytes(16))] if self._first and self._digest > 1 else []
        self._send([*transfers, *broken], {name: number for number, name in names.items()})
        if self._first:
            all(self._listener.last_asked_for.get() for _ in range(1 + len(broken)))
        # Each end of a phase is answered, so that the server has said what it wants before it is told that all is done.
        while not self._first and self._listener.phase_ended.get():
            self._write(b"\0")
        self._to.close()
        reading.join()

    def _lists(self, entries: Sequence[Entry]) -> list[tuple[int, int, list[Entry]]]:
        """The lists that are sent: the number of the first entry, that of the folder, and what is in it.

        Where more lists may follow the first one, what lies in a folder that is listed comes in a list of its own.
        """
        ordered = sorted(entries, key=order)
        if not self._first:
            return [(0, 0, ordered)]
        folders = [entry.name for entry in ordered if S_ISDIR(entry.mode)]
        above = {name: name.rpartition(b"/")[0] for name in (entry.name for entry in ordered)}
        lists = [(1, 0, [entry for entry in ordered if above[entry.name] not in folders])]
        for number, folder in enumerate(folders):
            if inside := [entry for entry in ordered if above[entry.name] == folder]:
                start, _, listed = lists[-1]
                lists.append((start + len(listed) + 1, number, inside))
        return lists

    def _send(self, transfers: Sequence[Transfer], numbers: dict[bytes, int]) -> None:
        said = bytearray()
        last = -1
        for transfer in transfers:
            said += ndx(numbers[transfer.name], last)
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
            self._to.write(struct.pack("<I", DATA << 24 | len(piece)) + piece)
        self._to.flush()
