"""Files come back in text mode, from the list of backups on."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from tests.screens.restore.places import backed_up, content
from tests.screens.restore.test_admin import let_in
from tests.support.plain import Person
from wizard.client.session import Session
from wizard.commands import restore
from wizard.walk import plain
from wizard.walk.getting_back import wish

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from tests.screens.at_the_server import Place
    from tests.support.secret_service import SecretService
    from tests.support.servers.real_sshd import RealSshd

PICK = "A number, a path or ? for help"


def test_files_are_picked_and_come_back(
    sshd: RealSshd,
    sample_folder: Path,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    place = asyncio.run(backed_up(sshd, sample_folder))
    path = f"{sample_folder}/plain.txt"
    picks = ["", "+99", "*", "*", "1", "..", "1", "/file.TXT", "1", "/no such", path, "~/never", ""]
    printed = played(
        place,
        monkeypatch,
        capsys,
        {
            "Number": ["1", "1", "1", "<", "1", "EOF"],
            PICK: [*picks, ""],
            "Folder": ["relative", f"{home}/new", f"{home}/new"],
            "Restore now?": ["<", "y"],
        },
    )
    assert "Select at least one file or folder." in printed
    assert "There is no number 99." in printed
    assert "1. .hidden/" in printed
    assert "sample folder/sub folder/deep/file.txt (143 bytes)" in printed
    assert "Selected: file.txt, plain.txt." in printed
    assert "“~/never” was never in this backup." in printed
    assert "Type the whole path of a folder" in printed
    assert "A restore would put 2 files" in printed
    assert "2 files restored to ~/new." in printed
    assert "open this folder in your file manager: ~/new" in printed
    assert set(content(home / "new")) == {
        f"{sample_folder.name}/{name}" for name in ("plain.txt", "sub folder/deep/file.txt")
    }
    assert wish.kept(place.profile).paths == ()


def test_the_admin_is_asked_first_where_the_key_may_not_read(
    sshd: RealSshd,
    sample_folder: Path,
    home: Path,
    secret_service: SecretService,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    place = asyncio.run(backed_up(sshd, sample_folder, may_read=False))

    answers = {
        "Number": ["1", "1", "1", "EOF"],
        "Enter checks again": [""],
        PICK: ["*", ""],
    }
    printed = played(place, monkeypatch, capsys, answers, {"Enter checks again": partial(let_in, place)})
    assert "Hello," in printed
    assert "doesn't accept the key for reading yet" in printed
    assert "can read this backup and do nothing else" in printed
    assert "16 files restored to" in printed
    assert "The server accepts the key for reading until" in printed
    assert content(next(home.glob("Restored*")) / sample_folder.name) == content(sample_folder)


def played(
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answers: dict[str, list[str]],
    before: dict[str, Callable[[], None]] | None = None,
) -> str:
    """All that is printed, on one line."""
    person = Person(answers)

    def asked(prompt: str = "") -> str:
        for words, do in (before or {}).items():
            if words in prompt:
                do()
        return person(prompt)

    monkeypatch.setattr("builtins.input", asked)
    with Session() as session:
        plain.walk(None, session, restore=restore.carry_out)
    captured = capsys.readouterr()
    return " ".join((captured.out + captured.err).split())
