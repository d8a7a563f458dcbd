"""The list of a practice run: what is kept of it, counted in it, found in it and proposed to be left out."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from wizard.running import link_speed
from wizard.running.listing import TOP, Listing, Search, Sums, slices, store
from wizard.running.listing.listing import MOST_LARGEST
from wizard.text.display import printable

if TYPE_CHECKING:
    import pytest

NEW, CHANGED, MODE, GONE = "<f+++++++++", "<f.st......", ".f...p.....", "*deleting  "

_parts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=8).map(
    str.encode
)
_odd_parts = st.sampled_from([b"\xff\xfe", b"a|b", b"back\\slash", b"\\#012", b"\x1b[2J", b"two\nlines", b"x"])
_parts_or_odd = st.one_of(_odd_parts, st.text("ab", min_size=1, max_size=2).map(str.encode), _parts)
_paths = st.lists(_parts_or_odd, min_size=1, max_size=4).map(b"/".join)
_entries = st.lists(
    st.tuples(st.sampled_from([NEW, CHANGED, MODE, GONE]), st.integers(0, 1 << 40), _paths), max_size=60
)


def escaped(name: bytes) -> bytes:
    """A name as rsync prints it with --8-bit-output."""
    out = bytearray()
    for at, byte in enumerate(name):
        is_like_an_escape = name[at : at + 2] == b"\\#" and name[at + 2 : at + 5].isdigit() and len(name) >= at + 5
        if (byte < 0x20 and byte != 0x09) or byte == 0x7F or is_like_an_escape:
            out += b"\\#%03o" % byte
        else:
            out.append(byte)
    return bytes(out)


def line(change: str, size: int, name: bytes | str) -> bytes:
    name = name.encode() if isinstance(name, str) else name
    return b"%s|%d|%s\n" % (change.encode(), size, escaped(name))


def listing_of(*lines: bytes) -> Listing:
    listing = Listing()
    for piece in slices(b"".join(lines)):
        listing.add(piece)
    return listing


def shown(name: bytes) -> str:
    return printable(name.decode(errors="surrogateescape"))


@settings(deadline=None, max_examples=60)
@given(_entries)
def test_all_is_kept_as_it_is_and_every_sum_is_a_naive_one(entries: list[tuple[str, int, bytes]]) -> None:
    listing = listing_of(*(line(*entry) for entry in entries))
    assert listing.count == len(entries)
    for number, (change, size, name) in enumerate(entries):
        kept = listing.entry(number)
        assert (kept.change, kept.size, kept.path) == (change, size, name.decode(errors="surrogateescape"))
    sums: dict[bytes, list[int]] = defaultdict(lambda: [0, 0])
    for change, size, name in entries:
        if change in {NEW, CHANGED}:
            parts = escaped(name).split(b"/")
            for depth in range(len(parts)):
                of = sums[b"".join(part + b"/" for part in parts[:depth])]
                of[0] += 1
                of[1] += size
    for path, (files, size) in sums.items():
        folder = listing.folders.find(path)
        assert folder is not None
        assert listing.folders.sums(folder) == Sums(files, size)
        assert listing.folders.path(folder) == path
    assert listing.changed == sum(change == CHANGED for change, _, _ in entries)
    assert list(listing.removed) == [number for number, entry in enumerate(entries) if entry[0] == GONE]
    sent = [(size, -number) for number, (change, size, _) in enumerate(entries) if change in {NEW, CHANGED} and size]
    assert listing.largest == [-number for _, number in sorted(sent, reverse=True)]
    saved = b"".join(listing.lines()).decode()
    assert saved == "".join(f"{change} {size} {shown(name)}\n" for change, size, name in entries)


@settings(deadline=None, max_examples=60)
@given(_entries, st.one_of(_parts_or_odd, st.sampled_from([b"A", b"0", b"f", b"|"])))
def test_what_is_found_is_what_is_shown_with_that_in_it(entries: list[tuple[str, int, bytes]], part: bytes) -> None:
    text = shown(part)
    search = Search(listing_of(*(line(*entry) for entry in entries)).store, text)
    while not search.advance(0):
        pass
    assert list(search.matches) == [
        number for number, (_, _, name) in enumerate(entries) if text.lower() in shown(name).lower()
    ]


def test_an_accent_is_found_however_it_is_written() -> None:
    listing = listing_of(line(NEW, 1, "Grüße"), line(NEW, 1, "gru\u0308ße"), line(NEW, 1, "gruse"))
    search = Search(listing.store, "GRÜ")
    assert search.advance(1)
    assert list(search.matches) == [0, 1]


def test_a_list_may_grow_while_it_is_searched_and_lines_stay_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_BLOCK_BYTES", 100)
    monkeypatch.setattr(store, "_BLOCKS_AT_HAND", 2)
    listing = Listing()
    search = Search(listing.store, "7")
    for number in range(100):
        listing.add(line(NEW, number, f"file {number}"))
        if number % 3 == 0:
            assert search.advance(1)
    search.advance(1)
    assert list(search.matches) == [number for number in range(100) if "7" in str(number)]
    assert [listing.entry(number).path for number in (99, 0, 50, 98)] == ["file 99", "file 0", "file 50", "file 98"]


def test_only_the_largest_are_ranked() -> None:
    listing = listing_of(*(line(NEW, size, f"{size}") for size in range(3 * MOST_LARGEST)))
    assert [listing.entry(number).size for number in listing.largest] == list(
        range(3 * MOST_LARGEST - 1, 2 * MOST_LARGEST - 1, -1)
    )


def test_the_heaviest_folders_come_first_and_those_with_nothing_to_send_not_at_all() -> None:
    weights = {"light": 1, "heaviest": 9, "empty file": 0, "heavy": 5}
    folders = listing_of(*(line(NEW, size, f"{name}/file") for name, size in weights.items())).folders
    folders.enter(b"nothing/")
    heaviest = folders.heaviest(TOP, 10)
    assert [folders.title(one) for one in heaviest] == ["heaviest", "heavy", "light", "empty file"]
    assert folders.heaviest(TOP, 2) == heaviest[:2]


def test_what_weighs_much_is_proposed_and_nothing_is_saved_twice() -> None:
    listing = listing_of(
        line(NEW, 1000, "Docs/site/node_modules/a.js"),
        line(NEW, 100, "Docs/site/node_modules/x/__pycache__/b.pyc"),
        line(NEW, 50, "Docs/tool/__pycache__/c.pyc"),
        line(NEW, 500, "Docs/tool/[odd] out/CACHEDIR.TAG"),
        line(NEW, 1, "Docs/.config/app/Cache/tiny"),
        line(NEW, 1, "Docs/Cache/mine"),
        *(line(NEW, 10, f"Docs/letters/{number}") for number in range(300)),
    )
    found = listing.proposals.heavy()
    assert [(one.pattern, one.saves) for one in found] == [
        ("node_modules/", Sums(2, 1100)),
        (r"/Docs/tool/\[odd] out/", Sums(1, 500)),
        ("__pycache__/", Sums(2, 150)),
    ]
    both = {"node_modules/", "__pycache__/"}
    assert listing.proposals.saved(both) == Sums(3, 1150)
    less = listing.proposals.less(both)
    site, tool = listing.folders.find(b"Docs/site/"), listing.folders.find(b"Docs/tool/")
    assert site is not None
    assert tool is not None
    assert (less[TOP], less[site], less[tool]) == (Sums(3, 1150), Sums(2, 1100), Sums(1, 50))


def test_a_speed_is_kept_of_a_backup_that_tells_one() -> None:
    assert link_speed.known("amamac") is None
    link_speed.keep("amamac", 1000, 1)
    assert link_speed.known("amamac") is None
    link_speed.keep("amamac", 50_000_000, 5)
    assert link_speed.known("amamac") == 10_000_000
    assert link_speed.seconds(10, 125_000_000, link_speed.ASSUMED) == 10
    assert link_speed.seconds(1_000_000, 0, link_speed.ASSUMED) == 100
