"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from contextlib import nullcontext
from typing import TYPE_CHECKING, NoReturn

import pytest

from wizard.failure import Failure, Kind
from wizard.storage import files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Write = files.replace, files.create
WRITES = pytest.mark.parametrize("write", Write, ids=["replace", "create"])


@WRITES
@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_a_file_is_written_with_its_mode_whatever_the_umask(
    tmp_path: Path, write: Callable[[Path, bytes, int], None], mode: int
) -> None:
    before = os.umask(0o077)
    try:
        write(tmp_path / "file", b"\0content", mode)
    finally:
        os.umask(before)
    assert (tmp_path / "file").read_bytes() == b"\0content"
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == mode
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_by_default_a_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    files.replace(tmp_path / "one", b"")
    files.create(tmp_path / "two", b"")
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_replacing_never_shows_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with path.open("rb") as reader:
        files.replace(path, b"new")
        assert reader.read() == b"old"
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.write_bytes(b"mine"),
        lambda path: path.symlink_to("elsewhere"),
        lambda path: path.mkdir(),
    ],
    ids=["file", "dangling link", "folder"],
)
def test_creating_leaves_what_is_there(tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / "file")
    before = (tmp_path / "file").lstat()
    with pytest.raises(Failure) as failure:
        files.create(tmp_path / "file", b"new")
    assert (failure.value.kind, failure.value.about) == (Kind.FILE_EXISTS, str(tmp_path / "file"))
    assert (tmp_path / "file").lstat() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_creating_leaves_what_comes_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with pytest.raises(Failure) as failure, files.creating(path) as file:
        file.write(b"new")
        path.write_bytes(b"mine")
    assert failure.value.kind is Kind.FILE_EXISTS
    assert path.read_bytes() == b"mine"
    assert len(list(tmp_path.iterdir())) == 1


@WRITES
def test_a_missing_folder_is_told(tmp_path: Path, write: Callable[[Path, bytes], None]) -> None:
    with pytest.raises(Failure) as failure:
        write(tmp_path / "none" / "file", b"")
    assert failure.value.kind is Kind.NO_PLACE_FOR_FILE


@WRITES
@pytest.mark.parametrize("place", [(tempfile, "mkstemp"), (os, "fchmod"), (os, "fsync")], ids=["make", "mode", "sync"])
@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.EROFS, Kind.FOLDER_READ_ONLY),
        (errno.EACCES, Kind.FOLDER_READ_ONLY),
        (errno.ENOSPC, Kind.DISK_FULL_HERE),
        (errno.EIO, Kind.UNKNOWN),
    ],
    ids=["read-only", "forbidden", "full", "broken"],
)
def test_nothing_half_made_stays(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    write: Callable[[Path, bytes, int], None],
    place: tuple[object, str],
    number: int,
    kind: Kind,
) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as broken, pytest.raises(Failure) as failure:
        broken.setattr(*place, fail)
        write(tmp_path / "file", b"content", 0o644)
    assert failure.value.kind is kind
    assert list(tmp_path.iterdir()) == []


def test_a_private_folder_is_closed_to_others_and_an_old_one_left_alone(tmp_path: Path) -> None:
    assert files.private_folder(tmp_path / "new") == tmp_path / "new"
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    (tmp_path / "old").mkdir()
    (tmp_path / "old").chmod(0o755)
    files.private_folder(tmp_path / "old")
    assert stat.S_IMODE((tmp_path / "old").stat().st_mode) == 0o755


@pytest.mark.parametrize(("name", "kind"), [("file", Kind.FILE_EXISTS), ("file/folder", Kind.NO_PLACE_FOR_FILE)])
def test_a_file_in_the_folder_s_place_is_told(tmp_path: Path, name: str, kind: Kind) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Failure) as failure:
        files.private_folder(tmp_path / name)
    assert failure.value.kind is kind


@pytest.mark.parametrize("is_there", [False, True])
def test_a_memory_stick_that_knows_neither_links_nor_modes_takes_a_file_and_keeps_what_is_there(
    is_there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object) -> None:
        if is_there:
            (tmp_path / "text").write_text("theirs")  # since it was last looked at
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", unknown)
    monkeypatch.setattr(os, "fchmod", unknown)
    with pytest.raises(Failure) if is_there else nullcontext():
        files.create(tmp_path / "text", b"ours")
    assert [path.name for path in tmp_path.iterdir()] == ["text"]
    assert (tmp_path / "text").read_bytes() == (b"theirs" if is_there else b"ours")
