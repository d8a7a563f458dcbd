"""What a client that speaks rsync's protocol by hand says, and what it is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from stat import S_IFDIR, S_IFLNK, S_IFREG
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FUZZY_BASIS = 0x83
BACKUP_BASIS = 0x82
PARTIAL_BASIS = 0x81

KEEPING_ALL = (b"P *",)  # rules for a way in that deletes what is not listed


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
