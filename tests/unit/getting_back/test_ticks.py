"""What a tick on a folder means for what is in it and around it."""

from __future__ import annotations

from wizard.client.folders.chosen_folders import Mark
from wizard.walk.getting_back.ticks import ALL, Ticks


def test_a_ticked_folder_covers_what_is_in_it() -> None:
    ticks = Ticks()
    assert ticks.turn("Documents/letters/a.txt")
    assert ticks.turn("Documents/letters/b.txt")
    assert ticks.turn("Pictures")
    assert marks(ticks, ALL, "Documents", "Documents/letters") == [Mark.PARTLY] * 3
    assert marks(ticks, "Documents/letters/a.txt", "Documents/letters2", "Doc") == [Mark.ON, Mark.OFF, Mark.OFF]
    assert ticks.turn("Documents")
    assert list(ticks.paths) == ["Pictures", "Documents"]
    assert marks(ticks, "Documents/letters/a.txt") == [Mark.INSIDE]
    assert ticks.around("Documents/letters/a.txt") == "Documents"
    assert not ticks.turn("Documents/letters")  # it comes with the folder around it
    assert ticks.turn("Documents")
    assert list(ticks.paths) == ["Pictures"]
    assert marks(ticks, "Documents") == [Mark.OFF]


def test_all_of_it_covers_everything() -> None:
    ticks = Ticks(("a", "b/c"))
    assert ticks.turn(ALL)
    assert list(ticks.paths) == [ALL]
    assert marks(ticks, "a", "b/c") == [Mark.INSIDE] * 2
    assert not ticks.turn("a")
    assert ticks.turn(ALL)
    assert len(ticks) == 0
    assert marks(ticks, ALL) == [Mark.OFF]
    assert Ticks(("b/c", ALL)).paths == (ALL,)


def marks(ticks: Ticks, *paths: str) -> list[Mark]:
    return list(map(ticks.mark, paths))
