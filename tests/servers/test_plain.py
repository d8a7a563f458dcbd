"""The walk on lines, with a person's answers, against the practice server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from wizard import plain, profiles
from wizard.client.session import Session
from wizard.profile import Profile, Server
from wizard.server.practice import PracticeServer
from wizard.steps import Walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PracticeServer]:
    with PracticeServer(tmp_path / "server") as running:
        (running.home / "backup").mkdir()
        yield running


class Person:
    """Answers each question by its words, the last answer to a question again and again; Enter to all others."""

    def __init__(self, answers: dict[str, list[str]]) -> None:
        self._answers = answers
        self.asked: list[str] = []

    def __call__(self, prompt: str = "") -> str:
        self.asked.append(prompt)
        assert len(self.asked) < 100, f"asked again and again: {prompt}"
        for words, replies in self._answers.items():
            if words in prompt:
                reply = replies.pop(0) if len(replies) > 1 else replies[0]
                if reply == "EOF":
                    raise EOFError
                return reply
        return ""


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch, server: PracticeServer, home: Path) -> Person:
    documents = home / "Documents"
    documents.mkdir()
    (documents / "letter.txt").write_text("Dear Sir or Madam")
    answers = {
        "What shall this backup be called": ["amamac"],
        "The server's name": [server.host],
        "Its port": [str(server.port)],
        "Your account": [server.user],
        "Paste the fingerprint": [server.fingerprint],
        "Number": ["1"],
        "A passphrase": ["a long passphrase"],
        "The same again": ["a long passphrase"],
    }
    someone = Person(answers)
    monkeypatch.setattr("builtins.input", someone)
    monkeypatch.setattr("getpass.getpass", someone)
    return someone


def admin_applies_after_the_first_look(
    person: Person, server: PracticeServer, monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    def look_again(prompt: str = "") -> str:
        if "looks again" in prompt:
            shown = next(text for text in said if "backup-wizard begin" in text)
            line = re.search(r"^restrict.*$", shown, re.MULTILINE)
            assert line
            server.apply(line[0])
        return person(prompt)

    monkeypatch.setattr("builtins.input", look_again)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    texts: list[str] = []
    for module in ("wizard.plain", "wizard.plain.asker", "wizard.plain.deciding", "wizard.plain.proving"):
        monkeypatch.setattr(f"{module}.say", lambda text="": texts.append(text))
    return texts


def test_the_whole_walk(
    person: Person, server: PracticeServer, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    admin_applies_after_the_first_look(person, server, monkeypatch, said)
    with Session() as session:
        assert plain.walk(None, session) == 0
    everything = "\n".join(said)
    assert "Every door that was tried is shut." in everything
    assert "Nothing was copied. 2 new" in everything
    assert "“amamac” is set up" in everything
    profile = profiles.load("amamac")
    assert profile.server.host_keys == (server.fingerprint,)
    assert profile.key_path.read_text().startswith("-----BEGIN OPENSSH PRIVATE KEY-----")
    assert "a long passphrase" not in everything


def test_a_wrong_fingerprint_goes_no_further(
    person: Person, server: PracticeServer, said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    person._answers["Paste the fingerprint"] = ["SHA256:" + "A" * 43]
    person._answers["Enter tries again"] = ["EOF"]
    with Session() as session:
        plain.walk(None, session)
    assert profiles.load("amamac").server.host_keys == ()
    assert "Step 4 of 10: Fingerprint" in "".join(said)
    assert "Step 5" not in "".join(said)


def test_back_and_leaving_keep_what_was_decided(person: Person, server: PracticeServer, said: list[str]) -> None:
    person._answers["Its port"] = ["<", str(server.port)]
    person._answers["Paste the fingerprint"] = ["EOF"]
    with Session() as session:
        plain.walk(Walk(Profile(name="amamac")), session)
    steps_shown = [text for text in said if text.startswith("\nStep")]
    assert [step.split(": ")[1] for step in steps_shown] == [
        "Welcome",
        "Folders",
        "Server",
        "Folders",
        "Server",
        "Fingerprint",
    ]
    assert profiles.load("amamac").server.user == "amanda"


def test_a_closed_port_is_explained_and_asked_again(
    person: Person, server: PracticeServer, said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    person._answers["Its port"] = ["1", "EOF"]
    with Session() as session:
        plain.walk(Walk(Profile(name="amamac", server=Server())), session)
    complaint = capsys.readouterr().err
    assert "127.0.0.1:1 is there but takes no ssh connections — the server's admin mends this —" in complaint
    assert "Step 4" not in "".join(said)
