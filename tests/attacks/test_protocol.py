"""The client that speaks the protocol by hand is understood by every rsync: what it shows can be relied on."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING

import pytest

from tests.attacks import reading
from tests.attacks.protocol.messages import Entry, Said, Transfer, folder
from tests.attacks.protocol.talk import send
from tests.support import programs
from tests.support.servers import old_rsync

if TYPE_CHECKING:
    from pathlib import Path

KILLED = -9
OPTIONS = "-lHogDtpe.LsfxCIvu"
LETTER = "Dear Sir or Madam, it is 4711 €\n".encode()
VERSIONS = [*old_rsync.SUITES, old_rsync.MACHINE]


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    (tmp_path / "locked").mkdir()
    (tmp_path / "locked/letter.txt").write_bytes(LETTER)
    return tmp_path / "locked"


def rsync(version: str) -> list[str]:
    if version == old_rsync.MACHINE:
        return [programs.require("rsync")]
    place = old_rsync.require(version)
    return [str(place / "lib/loader"), "--library-path", str(place / "lib"), str(place / "program")]


def visit(
    version: str,
    locked: Path,
    *args: object,
    options: str = OPTIONS,
    more: tuple[str, ...] = (),
    **kwargs: object,
) -> Said:
    request = [*rsync(version), "--server", options, *more, ".", "."]
    argv = ["env", "--chdir", str(locked), *request]
    return send(argv, *args, options=options, **kwargs)  # type: ignore[arg-type]


@pytest.mark.parametrize("version", VERSIONS)
def test_it_adds_a_file(version: str, locked: Path) -> None:
    visit(version, locked, [folder(b"."), Entry(b"new", size=5)], [Transfer(b"new", [b"hello"])])
    assert (locked / "new").read_bytes() == b"hello"
    assert (locked / "letter.txt").read_bytes() == LETTER


@pytest.mark.parametrize("version", VERSIONS)
def test_where_more_lists_could_follow_it_sends_them_and_is_not_kept_waiting(version: str, locked: Path) -> None:
    options = "-logDtpre.iLsfxCIvu"
    there = functools.partial(visit, version, locked, options=options)
    (locked / "inner").mkdir()
    inner = [folder(b"."), folder(b"inner"), Entry(b"inner/new", size=5)]
    assert there(inner, [Transfer(b"inner/new", [b"hello"])]).exit_code != KILLED
    assert (locked / "inner/new").read_bytes() == b"hello"

    letter = Entry(b"letter.txt", size=len(LETTER))
    guesses = [LETTER.replace(b"4711", b"4712"), LETTER]
    blocks = (len(LETTER), 1, 0)
    tries = [Transfer(b"letter.txt", range(len(LETTER)), blocks, digest=reading.digest(guess)) for guess in guesses]
    said = there([folder(b"."), letter], [tries[0]] * 3)
    assert (said.exit_code != KILLED, said.text.count("ERROR: letter.txt failed verification")) == (True, 2)
    said = there([folder(b"."), letter], [tries[1]] * 3)
    assert (said.exit_code != KILLED, said.text.count("failed verification -- update discarded.")) == (True, 0)
    assert (locked / "letter.txt").read_bytes() == LETTER


@pytest.mark.parametrize("version", VERSIONS)
def test_kept_parts_let_a_file_be_read_back(version: str, locked: Path) -> None:
    there = functools.partial(visit, version, locked)
    assert reading.read_back(there, b"letter.txt", unverified={"more": ("--partial",)}) == LETTER
    assert (locked / "letter.txt").read_bytes() == LETTER


@pytest.mark.parametrize("version", VERSIONS)
def test_a_guess_is_confirmed(version: str, locked: Path) -> None:
    there = functools.partial(visit, version, locked)
    assert reading.matches(there, b"letter.txt", LETTER)
    assert not reading.matches(there, b"letter.txt", LETTER.replace(b"4711", b"4712"))


@pytest.mark.parametrize("version", [version for version in VERSIONS if version != "3.1.3"])
def test_without_a_checksum_a_file_is_read_back(version: str, locked: Path) -> None:
    there = functools.partial(visit, version, locked)
    assert reading.read_back(there, b"letter.txt") == LETTER
    assert (locked / "letter.txt").read_bytes() == LETTER


@pytest.mark.parametrize("version", VERSIONS)
def test_a_server_that_insists_on_a_checksum_is_not_read(
    version: str, locked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RSYNC_CHECKSUM_LIST", "xxh128 xxh3 xxh64 md5 md4")
    there = functools.partial(visit, version, locked)
    assert reading.read_back(there, b"letter.txt") == b""
    assert (locked / "letter.txt").read_bytes() == LETTER


@pytest.mark.parametrize("version", VERSIONS)
def test_with_hard_links_a_file_is_guessed_byte_by_byte(
    version: str, locked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RSYNC_CHECKSUM_LIST", "xxh128 xxh3 xxh64 md5 md4")
    (locked / "pin.txt").write_bytes(b"4711")
    os.utime(locked / "pin.txt", (0, 1_650_000_000))
    there = functools.partial(visit, version, locked, more=("--munge-links", "--suffix=.none"))
    assert reading.guess_through(there, b"pin.txt", 4, 1_650_000_000, suffix=b".none") == b"4711"
    assert (locked / "pin.txt").read_bytes() == b"4711"


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_there_is_overwritten_where_only_new_files_are_taken(version: str, locked: Path) -> None:
    changed = [Transfer(b"letter.txt", [b"hello"])]
    visit(version, locked, [folder(b"."), Entry(b"letter.txt", size=5)], changed, more=("--ignore-existing",))
    assert (locked / "letter.txt").read_bytes() == b"hello"
