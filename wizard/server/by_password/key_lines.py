"""A backup's lines in an authorized_keys file that may have others for the same key, from other places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.allowed_from import Relation
from wizard.server import line_order
from wizard.server.by_password import marked_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

_BEGIN, _END = b"# backup-wizard begin ", b"# backup-wizard end "


def put(content: bytes, name: str, block: bytes) -> bytes:
    """The file with this block in place of the backup's, or at its end, unless sshd would take another line first.

    It takes the first whose key and place match, so those for some places stand before those for more of them.
    """
    rest, now = marked_lines.without(content, name), marked_lines.start(content, name)
    others = list(_others(rest, block))
    later = [start for start, relation in others if relation is Relation.INSIDE]
    earlier = [start for start, relation in others if relation is Relation.AROUND]
    is_in_order = min(later, default=len(rest)) >= (len(rest) if now is None else now) > max(earlier, default=-1)
    if is_in_order:
        return marked_lines.put(content, name, block)
    place = min(later, default=len(rest))
    gap = b"\n" if place == len(rest) and rest and not rest.endswith(b"\n") else b""
    return rest[:place] + gap + block + rest[place:]


def _others(rest: bytes, block: bytes) -> Iterator[tuple[int, Relation]]:
    """The other lines with the same key: where each begins, or the block that it is in, and how ours lie to it."""
    ours = [found for line in block.decode(errors="replace").splitlines() if (found := line_order.read(line))]
    keys, places = {key for key, _places in ours}, tuple(places for _key, places in ours)
    at, begun = 0, -1
    for line in rest.splitlines(keepends=True):
        begun = at if line.startswith(_BEGIN) else -1 if line.startswith(_END) else begun
        found = line_order.read(line.decode(errors="replace"))
        if found and found[0] in keys:
            yield begun if begun >= 0 else at, line_order.relation(places, (found[1],))
        at += len(line)
