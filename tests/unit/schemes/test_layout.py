"""No two source folders share a place in the backup, and rsync puts each where its label says."""

from __future__ import annotations

import itertools
import subprocess
import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support import programs
from wizard import rules
from wizard.failure import BadProfile
from wizard.profile import Profile, check
from wizard.schemes.parts import layout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

NAMES = ("a", "A", "b", "c", "b c", "a.", "\u00e9", "e\u0301", ".a", "-a")


def _folders() -> st.SearchStrategy[list[str]]:
    folder = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map(lambda parts: "/" + "/".join(parts))
    return st.lists(folder, min_size=1, max_size=6, unique=True)


def _are_apart(labels: Iterable[str]) -> bool:
    return not any(f"{one}/".startswith(f"{other}/") for one, other in itertools.permutations(labels, 2))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _is_fine(folders: list[str]) -> bool:
    try:
        check(Profile(name="a", folders=tuple(folders)))
    except BadProfile:
        return False
    return True


@given(_folders())
def test_labels_are_unique_and_none_is_inside_another(folders: list[str]) -> None:
    assume(_is_fine(folders))
    labels = layout.labels(folders)
    assert list(labels) == folders
    assert all(folder.endswith(f"/{label}") for folder, label in labels.items())
    assert _are_apart(labels.values())
    if _are_apart(map(_folded, folders)):
        assert _are_apart(map(_folded, labels.values()))


@given(_folders())
def test_each_source_is_its_folder_split_before_its_label(folders: list[str]) -> None:
    assume(_is_fine(folders))
    for source, (folder, label) in zip(layout.sources(folders), layout.labels(folders).items(), strict=True):
        before, inside = source.split("/./", 1)
        assert f"{before}/{inside}" == f"{folder}/"
        assert inside == f"{label}/"


def test_a_label_is_the_last_name_as_long_as_that_is_enough() -> None:
    assert layout.labels(["/home/amanda/Documents", "/home/amanda/Pictures", "/mnt/disk/Pictures"]) == {
        "/home/amanda/Documents": "Documents",
        "/home/amanda/Pictures": "Pictures",
        "/mnt/disk/Pictures": "disk/Pictures",
    }


@pytest.mark.parametrize(
    "spelling",
    [
        lambda place: f"{place}/a/b",
        lambda place: f"{place}/a/b/",
        lambda place: f"{place}/a//b",
        lambda place: f"{place}/a/./b",
        lambda place: f"{place}/./a/b",
        lambda place: f"{place}/a/b/.",
        lambda place: f"/{place}/a/b",
    ],
    ids=["plain", "slash", "two slashes", "dot inside", "dot before", "dot last", "two slashes first"],
)
@pytest.mark.parametrize(("others", "label"), [([], "b"), (["b"], "a/b")], ids=["alone", "beside another b"])
def test_rsync_puts_every_accepted_spelling_at_its_label(
    tmp_path: Path, spelling: Callable[[Path], str], others: list[str], label: str
) -> None:
    folders = [*(str(tmp_path / other) for other in others), spelling(tmp_path)]
    if rules.folder(folders[-1]):
        return
    for name in (*others, "a/b"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "file").touch()
    argv = [programs.require("rsync"), "-aR", "--", *layout.sources(folders), f"{tmp_path}/backup/"]
    copied = subprocess.run(argv, capture_output=True, text=True)
    assert copied.stderr == ""
    found = {str(path.relative_to(tmp_path / "backup")) for path in (tmp_path / "backup").rglob("file")}
    assert found == {f"{place}/file" for place in (*others, label)}


def test_a_folder_that_is_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/file").touch()
    (tmp_path / "link").symlink_to("real")
    [source] = layout.sources([str(tmp_path / "link")])
    subprocess.run([programs.require("rsync"), "-aR", "--", source, f"{tmp_path}/backup/"], check=True)
    assert (tmp_path / "backup/link/file").is_file()
