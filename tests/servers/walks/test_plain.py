"""The walk on lines, with a person's answers, against the practice server."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.support.data.profiles import FINGERPRINT, a_profile
from wizard import profiles
from wizard.client.host_keys import known_hosts
from wizard.client.keys import key_files, secrets
from wizard.client.keys.secrets import Secret
from wizard.client.session import Session
from wizard.commands import transferring
from wizard.failure import Failure, Kind
from wizard.profile import Key, Profile, SchemeSettings, Server
from wizard.schemes.parts import over_network
from wizard.server import facts
from wizard.server.practice import PracticeServer
from wizard.server.reaching import reachability
from wizard.walk import plain
from wizard.walk.plain import deciding, key, proving, way_in
from wizard.walk.plain.asker import GoBack
from wizard.walk.steps import Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.secret_service import SecretService


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PracticeServer]:
    with PracticeServer(tmp_path / "server") as running:
        (running.home / "backup/amamac").mkdir(parents=True)
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
    modules = ("asker", "deciding", "key", "proving", "way_in")
    for module in ("wizard.walk.plain", *(f"wizard.walk.plain.{name}" for name in modules)):
        monkeypatch.setattr(f"{module}.say", lambda text="": texts.append(text))
    return texts


def test_the_whole_walk(
    person: Person, server: PracticeServer, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    admin_applies_after_the_first_look(person, server, monkeypatch, said)
    person._answers["Back up now"] = ["<", "y"]
    with Session() as session:
        assert plain.walk(None, session, partial(transferring.run, as_json=False)) == 0
    everything = "\n".join(said)
    assert (server.home / "backup/amamac/Documents/letter.txt").read_text() == "Dear Sir or Madam"
    assert "\nLocked: " in everything
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


def decided(profile: Profile, step: Callable[[Profile, Session], Profile]) -> Profile:
    with Session() as session:
        return step(profile, session)


def test_where_ssh_is_shut_its_own_service_is_said_and_agreed_to(
    person: Person, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def only_the_daemon(host: str, port: int) -> reachability.Doors:
        return reachability.Doors(port, "", Failure(Kind.PORT_CLOSED, host), over_network.USUAL_PORT)

    monkeypatch.setattr(reachability, "look", only_the_daemon)
    person._answers["Its port"] = ["22"]
    reached = decided(Profile(name="amamac"), deciding.server)
    assert (reached.scheme.kind, reached.server.port) == ("daemon", 22)
    assert any("takes no ssh connections, but its own backup service" in text for text in said)
    with pytest.raises(GoBack):  # Enter alone
        decided(reached, way_in.scheme)
    assert sum("The server takes no ssh connections." in text for text in said) == 4
    person._answers["Take it all the same?"] = ["y"]
    chosen = decided(reached, way_in.scheme)
    assert (chosen.scheme.kind, chosen.scheme.auth, chosen.server.root) == ("daemon", True, "/home/amanda/backup")
    assert any("Files cross the network in clear" in asked for asked in person.asked)


def test_without_rrsync_the_backup_can_not_be_read(person: Person, said: list[str]) -> None:
    profile = a_profile()
    facts.learn(profile, rrsync="")
    person._answers["Number"] = [""]
    assert decided(profile, way_in.scheme).scheme.kind == "rrsync"
    person._answers |= {"More choices": ["y"], "Let this computer read": ["y"]}
    with pytest.raises(Failure) as refused:
        decided(profile, way_in.scheme)
    assert "Without rrsync" in refused.value.about


def test_a_full_login_is_not_taken_by_its_number_alone(person: Person, said: list[str]) -> None:
    person._answers["Number"] = ["5"]
    with pytest.raises(GoBack):
        decided(a_profile(), way_in.scheme)
    person._answers["Take it all the same?"] = ["y"]
    assert decided(a_profile(), way_in.scheme).scheme.kind == "login"


def test_more_choices_are_asked_one_by_one_and_only_if_wanted(person: Person, said: list[str]) -> None:
    decided(a_profile(), way_in.scheme)
    assert not any("From where" in asked for asked in person.asked)
    person._answers |= {
        "More choices": ["y"],
        "keep files that are there as they are": ["y"],
        "Make links inactive": ["n"],
        "From where": ["!192.0.2.7", "192.0.2.0/24, !192.0.2.7"],
        "The folder on the server": ["../x", "safe"],
    }
    chosen = decided(a_profile(), way_in.scheme)
    assert chosen.scheme == SchemeSettings(append_only=True, munge=False, from_=("192.0.2.0/24", "!192.0.2.7"))
    assert chosen.server.root == "safe"
    assert not any("password" in asked or "module" in asked for asked in person.asked)
    assert sum("name a place that is let in as well" in text for text in said) == 1
    person.asked.clear()
    person._answers["May it delete"] = ["y"]
    assert decided(chosen, way_in.scheme).scheme.allow_delete
    assert not any("keep files that are there as they are" in asked for asked in person.asked)


def test_an_open_service_takes_other_words(person: Person, said: list[str]) -> None:
    person._answers |= {
        "Number": ["4"],
        "More choices": ["y"],
        "password be needed": ["n"],
        "(module)": ["global", "a"],
    }
    person._answers["Take it all the same?"] = ["y"]
    person._answers["From where"] = ["anywhere"]
    chosen = decided(a_profile(), way_in.scheme)
    assert (chosen.scheme.auth, chosen.scheme.module, chosen.scheme.from_) == (False, "a", ())
    assert any("everybody on the network can write into this backup" in asked for asked in person.asked)


def test_a_confirmed_server_keeps_all_its_fingerprints(person: Person, server: PracticeServer, said: list[str]) -> None:
    reached = Server(host=server.host, port=server.port, user="amanda", host_keys=(server.fingerprint, FINGERPRINT))
    profile = a_profile(server=reached)
    assert decided(profile, deciding.fingerprint) == profile
    assert known_hosts.trusts(profile)


@pytest.fixture
def own_key(home: Path) -> Path:
    path = home / ".ssh" / "id_ed25519"
    key_files.make(path, "amanda@pc", Secret("right passphrase"))
    return path


@pytest.mark.parametrize("keep", ["y", "n"])
def test_a_key_of_hers_is_opened_before_it_is_taken(
    person: Person, own_key: Path, keep: str, said: list[str], secret_service: SecretService
) -> None:
    person._answers |= {
        "Number": ["4"],
        "The passphrase of": ["wrong", "right passphrase"],
        "Keep it in": [keep],
        "Try once more": ["y"],
    }
    before = own_key.read_bytes()
    with Session() as session:
        chosen = key.key(a_profile(key=Key()), session)
        assert session.holds(own_key) is (keep == "n")
    assert chosen.key == Key(protection="keyring" if keep == "y" else "ask", file="~/.ssh/id_ed25519")
    assert own_key.read_bytes() == before
    assert sum("does not open the key" in text for text in said) == 1
    if keep == "y":
        assert secrets.fetch("amamac", "passphrase").reveal() == "right passphrase"


def test_a_key_of_hers_without_a_passphrase_is_taken_only_on_a_yes(person: Person, home: Path, said: list[str]) -> None:
    key_files.make(home / ".ssh" / "id_ed25519", "amanda@pc", None)
    person._answers["Number"] = ["3"]
    with pytest.raises(GoBack):
        decided(a_profile(key=Key()), key.key)
    person._answers["Take it all the same?"] = ["y"]
    assert decided(a_profile(key=Key()), key.key).key == Key(protection="none", file="~/.ssh/id_ed25519")


def test_a_passphrase_that_is_too_short_is_asked_for_again(person: Person, said: list[str]) -> None:
    person._answers["A passphrase"] = ["short", "a long passphrase"]
    chosen = decided(a_profile(key=Key()), key.key)
    assert chosen.key.protection == "ask"
    assert any("Use 8 signs at least" in text for text in said)
    assert key_files.opens(chosen.key_path, Secret("a long passphrase"))


@pytest.mark.parametrize("step", [key.key, deciding.fingerprint])
def test_a_step_that_asks_nothing_can_be_left_backwards(
    step: Callable[[Profile, Session], Profile], person: Person, server: PracticeServer, said: list[str]
) -> None:
    reached = Server(host=server.host, port=server.port, user="amanda", host_keys=(server.fingerprint,))
    profile = a_profile(server=reached, key=Key(protection="none"))
    key_files.make(profile.key_path, "amanda@pc", None)
    assert decided(profile, step) == profile
    person._answers["Enter goes on"] = ["<"]
    with pytest.raises(GoBack):
        decided(profile, step)


def test_removals_are_followed_where_that_is_wished_and_the_server_lets_them(person: Person, said: list[str]) -> None:
    assert not decided(Profile(name="amamac"), deciding.folders).delete
    person._answers["Remove on the server"] = ["y"]
    wished = decided(Profile(name="amamac"), deciding.folders)
    assert wished.delete
    assert wished.scheme.allow_delete


def test_a_text_is_saved_under_a_name_that_is_free(home: Path, said: list[str]) -> None:
    for _ in range(2):
        proving._save(a_profile(), "Hello")
    assert sorted(path.name for path in home.glob("*.txt")) == [
        "backup-wizard-amamac-2.txt",
        "backup-wizard-amamac.txt",
    ]
