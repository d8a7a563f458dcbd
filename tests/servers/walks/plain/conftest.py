"""A person who answers in text mode, and the practice server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.plain import Person
from wizard.server.practice import PracticeServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PracticeServer]:
    with PracticeServer(tmp_path / "server") as running:
        (running.home / "backup/amamac").mkdir(parents=True)
        yield running


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch, server: PracticeServer, home: Path) -> Person:
    documents = home / "Documents"
    documents.mkdir()
    (documents / "letter.txt").write_text("Dear Sir or Madam")
    answers = {
        "Backup name": ["amamac"],
        "Server name": [server.host],
        "Port": [str(server.port)],
        "Your username": [server.user],
        "The fingerprint your admin sent": [server.fingerprint],
        "Number [4]": ["2"],  # my admin sent me a fingerprint
        "Passphrase for the new key": ["a long passphrase"],
        "Type it again": ["a long passphrase"],
        "Enter tries again, < goes back": ["<"],
    }
    someone = Person(answers)
    monkeypatch.setattr("builtins.input", someone)
    monkeypatch.setattr("getpass.getpass", someone)
    return someone


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    texts: list[str] = []
    for module in ("wizard.walk.plain", "wizard.walk.plain.asker", "tests.support.plain"):
        monkeypatch.setattr(f"{module}.say", lambda text="": texts.append(text))
    return texts
