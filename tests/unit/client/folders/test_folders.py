"""The folders of this computer, those that a backup begins with, and what a tick on one means for others."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_failures import forbid
from wizard.client.folders import chosen_folders, folder_access
from wizard.client.folders.chosen_folders import Mark
from wizard.failure import Failure, Kind

if TYPE_CHECKING:
    from collections.abc import Callable


def _make(top: Path, *names: str) -> list[str]:
    for name in names:
        (top / name).mkdir(parents=True, exist_ok=True)
    return [str(top / name) for name in names]


def _say_where(home: Path, **places: str) -> None:
    lines = [f'XDG_{kind}_DIR="{place}"\n' for kind, place in places.items()]
    (home / ".config").mkdir()
    (home / ".config/user-dirs.dirs").write_text("".join(lines))


def test_a_backup_begins_with_the_usual_folders_that_are_there(home: Path) -> None:
    documents, pictures, mail, downloads, _ = _make(home, "Documents", "Pictures", ".thunderbird", "Downloads", "Work")
    assert list(folder_access.usual()) == [documents, pictures, mail, downloads]
    assert folder_access.wanted_at_first() == (documents, pictures, mail)


def test_the_usual_folders_may_have_names_in_another_language(home: Path) -> None:
    documents, desktop, _ = _make(home, "Dokumente", "Schreibtisch", "Documents")
    _say_where(home, DOCUMENTS="$HOME/Dokumente", DESKTOP="$HOME/Schreibtisch", MUSIC="$HOME/", VIDEOS="$HOME/Kino")
    assert folder_access.wanted_at_first() == (documents, desktop)


def test_of_usual_folders_in_each_other_the_outer_is_taken(home: Path) -> None:
    desktop, documents, pictures = _make(home, "Documents/Desktop", "Documents", "Pictures")
    _say_where(home, DESKTOP=desktop)
    assert folder_access.wanted_at_first() == (documents, pictures)


def test_without_usual_folders_a_backup_begins_with_the_home(home: Path) -> None:
    assert folder_access.wanted_at_first() == (str(home),)


def test_a_folder_lists_folders_by_name_and_links_to_folders(tmp_path: Path) -> None:
    _make(tmp_path, "b", "A", "line\nbreak", ".hidden")
    (tmp_path / "file").touch()
    for link, target in {"c": "b", "broken": "nowhere", "circle": "circle", "to a file": "file"}.items():
        (tmp_path / link).symlink_to(target)
    found = folder_access.inside(str(tmp_path))
    assert [folder.name for folder in found] == [".hidden", "A", "b", "c", "line\nbreak"]
    assert [folder.name for folder in found if folder.hidden] == [".hidden"]
    assert [(folder.name, folder.link_to) for folder in found if folder.link_to] == [("c", "b")]


def test_the_top_of_the_disk_lists_no_folders_that_a_system_makes_up() -> None:
    names = {folder.name for folder in folder_access.inside("/")}
    assert "usr" in names
    assert not names & {"proc", "sys", "dev"}


@pytest.mark.parametrize("look", [folder_access.inside, folder_access.require])
def test_a_folder_that_went_away_is_told(tmp_path: Path, look: Callable[[str], object]) -> None:
    with pytest.raises(Failure) as failure:
        look(str(tmp_path / "gone"))
    assert failure.value.kind is Kind.FOLDER_MISSING


@pytest.mark.parametrize("look", [folder_access.inside, folder_access.require])
def test_a_folder_that_may_not_be_read_is_told(
    tmp_path: Path, look: Callable[[str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    forbid(monkeypatch, os, "scandir", tmp_path)
    with pytest.raises(Failure) as failure:
        look(str(tmp_path))
    assert failure.value.kind is Kind.FOLDER_UNREADABLE


def test_a_folder_behind_a_closed_door_is_taken_as_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert folder_access.is_there(str(tmp_path))
    forbid(monkeypatch, Path, "stat", tmp_path)
    assert not folder_access.is_there(str(tmp_path))


def test_chosen_folders_are_out_of_reach_if_gone_or_behind_a_link(tmp_path: Path) -> None:
    _make(tmp_path, "top/plain", "elsewhere/deep")
    (tmp_path / "top/link").symlink_to(tmp_path / "elsewhere")
    top = str(tmp_path / "top")
    reached, lost = (f"{top}/plain", f"{top}/link", top), (f"{top}/link/deep", f"{top}/gone")
    assert folder_access.out_of_reach((*reached, *lost), [top]) == list(lost)


def test_the_nearest_top_is_taken() -> None:
    tops = ["/home/amanda", "/mnt", "/mnt/disk"]
    wanted = {"/mnt/disk/x": "/mnt/disk", "/mnt/disk": "/mnt/disk", "/mnt/diskette": "/mnt", "/srv": "/"}
    assert {path: folder_access.top_of(tops, path) for path in wanted} == wanted


@pytest.mark.parametrize(
    ("path", "mark"),
    [("/a/b", Mark.ON), ("/a/b/c/d", Mark.INSIDE), ("/a", Mark.PARTLY), ("/", Mark.PARTLY), ("/a/bc", Mark.OFF)],
)
def test_a_tick_marks_the_folders_in_it_and_around_it(path: str, mark: Mark) -> None:
    assert chosen_folders.mark(("/x", "/a/b"), path) is mark


def test_a_ticked_folder_takes_the_place_of_what_is_ticked_in_it() -> None:
    chosen = ("/a/b", "/a/bc", "/a/b c/d", "/x")
    assert chosen_folders.tick(chosen, "/a") == ("/x", "/a")
    assert chosen_folders.tick(chosen, "/a/b") == ("/a/bc", "/a/b c/d", "/x", "/a/b")
    assert chosen_folders.untick(chosen, "/a/bc") == ("/a/b", "/a/b c/d", "/x")


def test_the_folders_around_one() -> None:
    assert chosen_folders.parents("/a/b/c") == {"/", "/a", "/a/b"}
    assert chosen_folders.parents("/") == set()
