"""What a person names is found in the backup, and goes where it came from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.support.data.profiles import a_profile
from wizard.failure import Failure, Kind
from wizard.restore import order, selection
from wizard.restore.order import Order, Part

if TYPE_CHECKING:
    from wizard.profile import Profile


@pytest.fixture
def profile(home: Path) -> Profile:
    folders = (f"{home}/Documents", f"{home}/Pictures/2026", "/srv/data", "/srv/x [1]")
    return replace(a_profile(), folders=folders)


def test_a_path_is_as_it_was_here_or_as_in_the_backup(
    profile: Profile, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home)
    whole = ("Documents", "2026")
    for text, found in {
        "~/Documents/letter.txt": ("Documents/letter.txt",),
        f"{home}/Documents": ("Documents",),
        f"{home}/Documents/": ("Documents",),
        "~/Documents/../Documents/a//b": ("Documents/a/b",),
        "Documents/letter.txt": ("Documents/letter.txt",),
        "Pictures/2026/a.jpg": ("2026/a.jpg",),
        "/srv/data/plan": ("data/plan",),
        "/srv/x [1]/y": ("x [1]/y",),
        "~": whole,
        ".": whole,
        "Pictures": ("2026",),
        "gone/from the profile": ("gone/from the profile",),
    }.items():
        assert order.in_backup(profile, text) == found, text


@pytest.mark.parametrize("text", ["/etc/passwd", "~/Music/x", "../../x", "/"])
def test_what_was_never_backed_up_is_not_asked_for(profile: Profile, text: str, home: Path) -> None:
    if text == "/":
        assert len(order.in_backup(profile, text)) == 4
        return
    with pytest.raises(Failure) as failed:
        order.in_backup(profile, text)
    assert failed.value.kind is Kind.NOT_IN_BACKUP


def test_each_goes_where_it_came_from(profile: Profile, home: Path) -> None:
    wanted = Order(("Documents/letter.txt", "Documents/deep", "2026", "data"))
    assert order.parts(profile, wanted) == [
        Part(home / "Documents", "Documents", ("Documents/deep", "Documents/letter.txt")),
        Part(home / "Pictures/2026", "2026", ("2026",)),
        Part(Path("/srv/data"), "data", ("data",)),
    ]
    assert [part.paths for part in order.parts(profile, Order())] == [
        ("Documents",),
        ("2026",),
        ("data",),
        ("x [1]",),
    ]
    assert order.parts(profile, Order(("a", "b"), "/new")) == [Part(Path("/new"), "", ("a", "b"))]
    with pytest.raises(Failure) as failed:
        order.parts(profile, Order(("gone/from the profile",)))
    assert failed.value.kind is Kind.NOT_IN_BACKUP


def test_patterns_name_a_path_and_what_is_around_it() -> None:
    assert selection.of(["a/b c/d"]) == ["/a/", "/a/b c/", "/a/b c/d", "/a/b c/d/***"]
    assert selection.of(["x [1]\\/y"]) == ["/x \\[1]\\\\/", "/x \\[1]\\\\/y", "/x \\[1]\\\\/y/***"]
    assert selection.of(["back\\slash"]) == ["/back\\slash", "/back\\\\slash/***"]
    assert selection.inside("") == ["/*"]
    assert selection.inside("a/b") == ["/a/", "/a/b/", "/a/b/*"]
