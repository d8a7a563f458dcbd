"""No two source folders share a place in the backup, and rsync puts each where its label says."""

from __future__ import annotations

import itertools
import subprocess
import unicodedata
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support import programs
from wizard import backup_layout, rules
from wizard.client import rsync
from wizard.client.folders import links
from wizard.failure import BadProfile
from wizard.profile import Profile, check
from wizard.storage import paths

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable
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
    labels = backup_layout.labels(folders)
    assert list(labels) == folders
    assert all(folder.endswith(f"/{label}") for folder, label in labels.items())
    assert _are_apart(labels.values())
    if _are_apart(map(_folded, folders)):
        assert _are_apart(map(_folded, labels.values()))


@given(_folders())
def test_each_source_is_its_folder_split_before_its_label(folders: list[str]) -> None:
    assume(_is_fine(folders))
    for source, (folder, label) in zip(
        backup_layout.sources(backup_layout.labels(folders)), backup_layout.labels(folders).items(), strict=True
    ):
        before, inside = source.split("/./", 1)
        assert f"{before}/{inside}" == f"{folder}/"
        assert inside == f"{label}/"


def test_a_label_is_the_last_name_as_long_as_that_is_enough() -> None:
    assert backup_layout.labels(["/home/amanda/Documents", "/home/amanda/Pictures", "/mnt/disk/Pictures"]) == {
        "/home/amanda/Documents": "Documents",
        "/home/amanda/Pictures": "Pictures",
        "/mnt/disk/Pictures": "disk/Pictures",
    }


@given(st.lists(_folders(), min_size=2, max_size=4))
def test_a_place_that_was_used_stays_its_folder_s_whatever_is_listed_later(lists: list[list[str]]) -> None:
    assume(all(map(_is_fine, lists)))
    used = dict[str, str]()
    for folders in lists:
        placed = backup_layout.labels(folders, "", used)
        assert list(placed) == folders
        assert all(placed[folder] == used[folder] for folder in folders if folder in used)
        assert _are_apart(placed.values())
        if used:  # a first list of two names that a server may take as equal can't be told apart
            others = [place for folder, place in used.items() if folder not in placed]
            new = [place for folder, place in placed.items() if folder not in used]
            assert not any(_is_around(one, other) or _is_around(other, one) for one in new for other in others)
        used |= placed


def _is_around(one: str, other: str) -> bool:
    return f"{_folded(other)}/".startswith(f"{_folded(one)}/")


def test_where_every_place_was_used_it_gets_a_number() -> None:
    used = {"/home/amanda/Documents": "Documents", "/srv/Documents": "Documents 2"}
    assert backup_layout.labels(["/Documents", "/srv/Documents/"], "", used) == {
        "/Documents": "Documents 3",
        "/srv/Documents/": "Documents 2",
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
    argv = [
        programs.require("rsync"),
        "-aR",
        "--",
        *backup_layout.sources(backup_layout.labels(folders)),
        f"{tmp_path}/backup/",
    ]
    copied = subprocess.run(argv, capture_output=True, text=True)
    assert copied.stderr == ""
    found = {str(path.relative_to(tmp_path / "backup")) for path in (tmp_path / "backup").rglob("file")}
    assert found == {f"{place}/file" for place in (*others, label)}


def test_a_folder_that_is_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/file").touch()
    (tmp_path / "link").symlink_to("real")
    [source] = backup_layout.sources(backup_layout.labels([str(tmp_path / "link")]))
    subprocess.run([programs.require("rsync"), "-aR", "--", source, f"{tmp_path}/backup/"], check=True)
    assert (tmp_path / "backup/link/file").is_file()


_PHOTOS = "/home/data/photos"
_ODD = "/home/data/o[d]d * x"


@pytest.mark.parametrize(
    ("pattern", "as_rsync_takes_it"),
    [
        ("/home/data/photos/Private", "/photos/Private"),
        ("/home/data/photos/Private/", "/photos/Private/"),
        ("/home/data/photos/*/raw", "/photos/*/raw"),
        ("/home/data/photos", "/photos"),
        ("~/photos/Private", "/photos/Private"),
        (f"{_ODD}/Private", r"/o\[d]d \* x/Private"),
        ("/photos/Private", "/photos/Private"),
        ("/ph*/Private", "/ph*/Private"),
        ("/**/Private", "/**/Private"),
        ("Private/", "Private/"),
        ("photos/Private", "photos/Private"),
        ("*.iso", "*.iso"),
        ("/home/data/music/Private", None),
        ("/Private", None),
        ("/etc", None),
        ("./Private", None),
        ("photos/../Private", None),
        ("photos//Private", None),
        ("~/music", None),
    ],
)
def test_a_path_in_full_excludes_what_it_names(
    pattern: str, as_rsync_takes_it: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/data")
    assert backup_layout.exclude_pattern(backup_layout.labels([_PHOTOS, _ODD]), pattern) == as_rsync_takes_it
    if as_rsync_takes_it is None:
        with pytest.raises(BadProfile, match="in none of your folders"):
            check(Profile(name="a", folders=(_PHOTOS, _ODD), exclude=(pattern,)))
    else:
        check(Profile(name="a", folders=(_PHOTOS, _ODD), exclude=(pattern,)))


@pytest.mark.parametrize("name", ["photos", "o[d]d * x", r"back\slash", r"b\[x]"])
@pytest.mark.parametrize("ending", ["", "/"])
def test_rsync_leaves_out_what_a_path_in_full_names(tmp_path: Path, name: str, ending: str) -> None:
    kept, private = tmp_path / "here" / name / "kept", tmp_path / "here" / name / "Private"
    for folder in (kept, private):
        folder.mkdir(parents=True)
        (folder / "a").touch()
    folders = [str(tmp_path / "here" / name)]
    excluded = backup_layout.excluded(backup_layout.labels(folders), [f"{private}{ending}"])
    argv = [programs.require("rsync"), "-aR", *(f"--exclude={one}" for one in excluded), "--"]
    subprocess.run([*argv, *backup_layout.sources(backup_layout.labels(folders)), f"{tmp_path}/backup/"], check=True)
    assert sorted(path.name for path in (tmp_path / "backup" / name).iterdir()) == ["kept"]


def test_a_home_with_another_name_keeps_its_place(home: Path) -> None:
    folders = (str(home), "/srv/Documents")
    placed = backup_layout.labels(folders, "/home/amanda")
    assert placed == {str(home): "amanda", "/srv/Documents": "Documents"}
    inside = (f"{home}/Documents", "/srv/Documents")
    assert backup_layout.labels(inside, "/home/amanda/")[inside[0]] == "amanda/Documents"
    assert backup_layout.exclude_pattern(placed, f"{home}/x.iso") == "/amanda/x.iso"


async def test_what_is_sent_by_a_link_is_complained_of_by_its_own_name(home: Path) -> None:
    (home / "Documents").mkdir()
    profile = Profile(name="amamac", folders=(str(home),), old_home="/home/amanda")
    links.ensure(profile)
    assert (paths.links("amamac") / "amanda").readlink() == home
    profile = msgspec.structs.replace(profile, folders=(f"{home}/Documents", "/srv/Documents"))
    links.ensure(profile)
    assert not (home / "Documents").is_symlink()  # it would be, below the link of before
    link = paths.links("amamac") / "amanda/Documents"
    assert link.readlink() == home / "Documents"

    async def told() -> AsyncGenerator[rsync.Event]:
        yield rsync.Problem(f"{link}/letter.txt", f'opendir "{link}/letter.txt" failed')

    (named,) = [event async for event in links.as_here(profile, told())]
    here = f"{home}/Documents/letter.txt"
    assert named == rsync.Problem(here, f'opendir "{here}" failed')
