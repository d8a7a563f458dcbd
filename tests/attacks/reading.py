"""Reading back through a way in that only writes, by a client that speaks rsync's protocol by hand.

The receiving side builds a file from text and from blocks of the file that it has, of any length that the sender names.
Where the result isn't verified (no checksum was agreed on, or parts are kept), its bytes can be moved about at will:
each to the end of a block of known text, whose sum then tells it. Three visits read the whole file, and a fourth puts
it back.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from tests.attacks.protocol.messages import BACKUP_BASIS, Entry, Said, Transfer, Wanted, folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Visit = Callable[..., Said]

_BLOCK = 700  # rsync's own block length, for files up to 490,000 bytes
_BUFFER = 600_000  # more than rsync keeps before it writes
_MOST = 490_000 // _BLOCK


def read_back(visit: Visit, name: bytes, *, unverified: dict[str, object] | None = None) -> bytes:
    """The content of a short file, which is left as it was found, or nothing where it can't be read.

    `visit` is a call of `protocol.talk.send` to the server. `unverified` is what makes a visit one whose result isn't
    verified; otherwise no checksum is agreed on.
    """
    size = _asked_for(visit, name).size
    if not 0 < size <= _MOST:
        return b""
    apart = [part for byte in range(size) for part in (bytes(_BLOCK - 1), byte)]
    moved = Transfer(name, apart, (size, 1, 0), digest=bytes(16))
    visit(_listed(name, size * _BLOCK), [moved], **(unverified or {"checksums": b"none"}))
    told = _asked_for(visit, name)
    if told.size != size * _BLOCK:
        return b""
    content = bytes(rolling & 0xFF for rolling, _ in told.sums)
    visit(_listed(name, size), [Transfer(name, [content])])
    return content


def guess_through(visit: Visit, name: bytes, size: int, mtime: int, *, suffix: bytes = b"~") -> bytes:
    """The content of a file whose size and time are known, byte by byte, with every result verified.

    The file is given a second name, that of another file's backup, which a sender may name as
    that other file's basis. That one becomes what was guessed, once it is right, and the first stays as it is.
    """
    visit([folder(b"."), Entry(name, size=size, mtime=mtime, links=b"one"), Entry(b"probe" + suffix, links=b"one")])
    known = b""
    for place in range(size):
        guesses = [known + bytes([byte]) for byte in range(256)]
        blocks = (place + 1, 1, 0)
        tries = [Transfer(b"probe", range(place + 1), blocks, BACKUP_BASIS, digest=digest(guess)) for guess in guesses]
        visit(_listed(b"probe", 1), tries)
        told = _asked_for(visit, b"probe", size + 1)
        right = [guess for guess in guesses if told.sums and told.sums[0][0] == _rolling(guess)]
        if len(right) != 1:
            break
        known = right[0]
    return known


def through_links(visit: Visit, name: bytes, size: int, mtime: int) -> bytes:
    """The content of a file whose size and time are known, though the server sends no sums and verifies all results.

    The file is given 256 more names for each byte of it. Each of these becomes its own first bytes, if they are what
    was guessed, and is asked for again if not. The file itself stays as it is.
    """
    probes = [[b"probe-%d-%d" % (place, byte) for byte in range(256)] for place in range(size)]
    names = (name, *(probe for group in probes for probe in group))
    visit([folder(b"."), *(Entry(each, size=size, mtime=mtime, links=b"one") for each in names)])
    known = b""
    for place, group in enumerate(probes):
        blocks = (place + 1, 1, 0)
        tries = [
            Transfer(probe, range(place + 1), blocks, digest=digest(known + bytes([byte])))
            for byte, probe in enumerate(group)
        ]
        said = visit([folder(b"."), *(Entry(probe, size=size) for probe in group)], tries)
        asked_for = [wanted.name for wanted in said.wanted]
        right = [byte for byte, probe in enumerate(group) if asked_for.count(probe) == 1]
        if len(right) != 1:
            break
        known += bytes(right)
    return known


def while_held_open(visit: Visit, name: bytes, size: int, mtime: int, until_open: Callable[[], object]) -> bytes:
    """The content of a file, read by two visits at once, without hard links.

    One has the file open and waits. The other one guesses, and the file becomes what was guessed once that is right.
    Then the first one, whose result is not verified, puts the file back as it was.
    """

    def is_one_of(guesses: Sequence[bytes]) -> bool:
        told = []
        meanwhile = [until_open, lambda: told.append(_becomes(visit, name, size, guesses))]
        restored = Transfer(name, [*meanwhile, *range(size)], (size, 1, 0))
        visit([folder(b"."), Entry(name, size=size, mtime=mtime)], [restored], checksums=b"none")
        return told == [True]

    return _narrowed_down(size, is_one_of)


def through_temporary_file(visit: Visit, name: bytes, size: int, temporary: Callable[[], bytes]) -> bytes:
    """The content of a file, read by two visits at once, where the names of temporary files are to be had.

    One copies the file's content to its temporary file and waits. The other one guesses at that file, and the first
    one's result is not verified in the end, so that the file itself stays as it is.
    """

    def is_one_of(guesses: Sequence[bytes]) -> bool:
        told = []
        guess = [lambda: told.append(_becomes(visit, temporary(), size, guesses))]
        copied = Transfer(name, [*range(size), b"\xff" * _BUFFER, *guess], (size, 1, 0), digest=bytes(16))
        visit(_listed(name, size), [copied])
        return told == [True]

    return _narrowed_down(size, is_one_of)


def _narrowed_down(size: int, is_one_of: Callable[[Sequence[bytes]], bool]) -> bytes:
    known = b""
    for _ in range(size):
        guesses = [known + bytes([byte]) for byte in range(256)]
        while len(guesses) > 1:
            half = len(guesses) // 2
            guesses = guesses[:half] if is_one_of(guesses[:half]) else guesses[half:]
        known = guesses[0]
    return known


def _becomes(visit: Visit, name: bytes, size: int, guesses: Sequence[bytes]) -> bool:
    """Whether a file has become one of the guesses at its first bytes: all tries but the first and that one fail."""
    wrong = [b"?" * (size + 1)] * 2
    place = len(guesses[0])
    tries = [Transfer(name, range(place), (place, 1, 0), digest=digest(guess)) for guess in (*wrong, *guesses)]
    said = visit(_listed(name, size), tries)
    return said.text.count(f"ERROR: {name.decode()} failed verification") < len(tries) - 1


def digest(content: bytes) -> bytes:
    """What verifies a whole file, where MD5 was agreed on."""
    return hashlib.md5(content).digest()


def matches(visit: Visit, name: bytes, guess: bytes) -> bool:
    """Whether a file begins with that block: what every way in that sends sums can be asked."""
    told = _asked_for(visit, name)
    first = guess[: told.blocks[1] or _BLOCK]
    return bool(told.sums) and told.sums[0][0] == _rolling(first)


def _rolling(block: bytes) -> int:
    """rsync's rolling sum of one block."""
    signed = [byte - 256 if byte > 127 else byte for byte in block]
    low, high = sum(signed), sum(byte * (len(block) - place) for place, byte in enumerate(signed))
    return (low & 0xFFFF) | (high & 0xFFFF) << 16


def _asked_for(visit: Visit, name: bytes, size: int = 1) -> Wanted:
    said = visit(_listed(name, size))
    return next((wanted for wanted in said.wanted if wanted.name == name), Wanted(name, 0))


def _listed(name: bytes, size: int) -> list[Entry]:
    return [folder(b"."), Entry(name, size=size)]
