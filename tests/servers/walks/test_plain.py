"""The walk on lines, with a person's answers, against the practice server."""

from __future__ import annotations

import asyncio
import functools
import re
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.support.data.profiles import FINGERPRINT, a_profile
from tests.support.plain import Person, decided
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
from wizard.storage import profiles
from wizard.walk import hand_over, plain
from wizard.walk.context import WalkContext
from wizard.walk.plain.asker import GoBack
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.secret_service import SecretService


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


def admin_applies_after_the_first_look(
    person: Person, server: PracticeServer, monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    def look_again(prompt: str = "") -> str:
        if "use your admin's answer" in prompt:
            shown = next(text for text in said if "backup-wizard begin" in text)
            line = re.search(r"^restrict.*$", shown, re.MULTILINE)
            assert line
            server.apply(line[0])
        return person(prompt)

    monkeypatch.setattr("builtins.input", look_again)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    texts: list[str] = []
    for module in ("wizard.walk.plain", "wizard.walk.plain.asker", "tests.support.plain"):
        monkeypatch.setattr(f"{module}.say", lambda text="": texts.append(text))
    return texts


def test_the_whole_walk(
    person: Person, server: PracticeServer, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    admin_applies_after_the_first_look(person, server, monkeypatch, said)
    person.answers["Back up now"] = ["<", "y"]
    with Session() as session:
        assert plain.walk(None, session, partial(transferring.run, as_json=False)) == 0
    everything = "\n".join(said)
    assert (server.home / "backup/amamac/Documents/letter.txt").read_text() == "Dear Sir or Madam"
    assert "\nLocked: " in everything
    assert "Nothing was copied. A backup would send" in everything
    assert "backup-wizard run amamac" in everything
    profile = profiles.load("amamac")
    assert profile.server.host_keys == (server.fingerprint,)
    assert profile.key_path.read_text().startswith("-----BEGIN OPENSSH PRIVATE KEY-----")
    assert "a long passphrase" not in everything


def test_a_wrong_fingerprint_goes_no_further(
    person: Person, server: PracticeServer, said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    person.answers["The fingerprint your admin sent"] = ["SHA256:" + "A" * 43]
    person.answers["Enter tries again, < goes back"] = ["EOF"]
    with Session() as session:
        plain.walk(None, session)
    assert profiles.load("amamac").server.host_keys == ()
    assert "Step 4 of 10: Fingerprint" in "".join(said)
    assert "Step 5" not in "".join(said)


def test_back_and_leaving_keep_what_was_decided(person: Person, server: PracticeServer, said: list[str]) -> None:
    person.answers["Port"] = ["<", str(server.port)]
    person.answers["The fingerprint your admin sent"] = ["EOF"]
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
    person.answers["Port"] = ["1", "EOF"]
    with Session() as session:
        plain.walk(Walk(Profile(name="amamac", server=Server())), session)
    complaint = capsys.readouterr().err
    assert "127.0.0.1:1 is on, but refused the connection — your admin needs to fix this —" in complaint
    assert "Step 4" not in "".join(said)


def test_where_ssh_is_shut_its_own_service_is_said_and_agreed_to(
    person: Person, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def only_the_daemon(host: str, port: int) -> reachability.Doors:
        return reachability.Doors(port, "", Failure(Kind.PORT_CLOSED, host), over_network.USUAL_PORT)

    monkeypatch.setattr(reachability, "look", only_the_daemon)
    person.answers["Port"] = ["22"]
    reached = decided(Profile(name="amamac"), Step.SERVER)
    assert (reached.scheme.kind, reached.server.port) == ("daemon", 22)
    assert any("doesn't accept ssh connections, but its backup service" in text for text in said)
    person.answers["Number [4]"] = [""]
    with pytest.raises(GoBack):  # Enter alone
        decided(reached, Step.SCHEME)
    assert sum("The server doesn't accept ssh connections." in text for text in said) == 4
    person.answers["Use it anyway?"] = ["y"]
    chosen = decided(reached, Step.SCHEME)
    assert (chosen.scheme.kind, chosen.scheme.auth, chosen.server.root) == ("daemon", True, "/home/amanda/backup")
    assert any("Your files are sent unencrypted" in text for text in said)


def test_without_rrsync_the_backup_can_not_be_read(person: Person, said: list[str]) -> None:
    profile = a_profile()
    facts.learn(profile, rrsync="")
    person.answers["Number"] = [""]
    assert decided(profile, Step.SCHEME).scheme.kind == "rrsync"
    person.answers |= {"See more choices": ["y"], "Let this computer read": ["y"]}
    with pytest.raises(GoBack):
        decided(profile, Step.SCHEME)
    assert any("Without rrsync" in text for text in said)


def test_a_full_login_is_not_taken_by_its_number_alone(person: Person, said: list[str]) -> None:
    person.answers["Number"] = ["5"]
    with pytest.raises(GoBack):
        decided(a_profile(), Step.SCHEME)
    person.answers["Use it anyway?"] = ["y"]
    assert decided(a_profile(), Step.SCHEME).scheme.kind == "login"


def test_more_choices_are_asked_one_by_one_and_only_if_wanted(person: Person, said: list[str]) -> None:
    decided(a_profile(), Step.SCHEME)
    assert not any("Only from these addresses" in asked for asked in person.asked)
    person.answers |= {
        "See more choices": ["y"],
        "never change files in the backup": ["y"],
        "Make links inactive": ["n"],
        "Only from these addresses": ["!192.0.2.7", "192.0.2.0/24, !192.0.2.7"],
        "Folder on the server": ["../x", "safe"],
    }
    chosen = decided(a_profile(), Step.SCHEME)
    assert chosen.scheme == SchemeSettings(append_only=True, munge=False, from_=("192.0.2.0/24", "!192.0.2.7"))
    assert chosen.server.root == "safe"
    assert not any("password" in asked or "module" in asked for asked in person.asked)
    assert sum("Add an address that may" in text for text in said) == 1
    person.asked.clear()
    person.answers["Let it delete"] = ["y"]
    assert decided(chosen, Step.SCHEME).scheme.allow_delete
    assert not any("never change files in the backup" in asked for asked in person.asked)


def test_an_open_service_takes_other_words(person: Person, said: list[str]) -> None:
    person.answers |= {
        "Number": ["4"],
        "See more choices": ["y"],
        "Require a password": ["n"],
        "(module)": ["global", "a"],
    }
    person.answers["Use it anyway?"] = ["y"]
    person.answers["Only from these addresses"] = ["anywhere"]
    chosen = decided(a_profile(), Step.SCHEME)
    assert (chosen.scheme.auth, chosen.scheme.module, chosen.scheme.from_) == (False, "a", ())
    assert any("anyone on the network can write to this backup" in text for text in said)


def test_a_confirmed_server_keeps_all_its_fingerprints(person: Person, server: PracticeServer, said: list[str]) -> None:
    reached = Server(host=server.host, port=server.port, user="amanda", host_keys=(server.fingerprint, FINGERPRINT))
    profile = a_profile(server=reached)
    assert decided(profile, Step.FINGERPRINT) == profile
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
    person.answers |= {
        "Number [1]": ["3", "1"],  # a key you already have, which is the first
        "Passphrase of": ["wrong", "right passphrase"],
        "Save it in": [keep],
    }
    before = own_key.read_bytes()
    with Session() as session:
        chosen = decided(a_profile(key=Key()), Step.KEY, session)
        assert session.holds(own_key) is (keep == "n")
    assert chosen.key == Key(protection="keyring" if keep == "y" else "ask", file="~/.ssh/id_ed25519")
    assert own_key.read_bytes() == before
    assert sum("doesn't unlock the key" in text for text in said) == 1
    if keep == "y":
        assert secrets.fetch("amamac", "passphrase").reveal() == "right passphrase"


def test_a_key_of_hers_without_a_passphrase_is_taken_only_on_a_yes(person: Person, home: Path, said: list[str]) -> None:
    key_files.make(home / ".ssh" / "id_ed25519", "amanda@pc", None)
    person.answers["Number [1]"] = ["2", "1"]
    with pytest.raises(GoBack):
        decided(a_profile(key=Key()), Step.KEY)
    person.answers["Number [1]"] = ["2", "1"]
    person.answers["Use it anyway?"] = ["y"]
    assert decided(a_profile(key=Key()), Step.KEY).key == Key(protection="none", file="~/.ssh/id_ed25519")


def test_a_passphrase_that_is_too_short_is_asked_for_again(person: Person, said: list[str]) -> None:
    person.answers["Passphrase for the new key"] = ["short", "a long passphrase"]
    chosen = decided(a_profile(key=Key()), Step.KEY)
    assert chosen.key.protection == "ask"
    assert any("Use at least 8 characters" in text for text in said)
    assert key_files.opens(chosen.key_path, Secret("a long passphrase"))


@pytest.mark.parametrize("step", [Step.KEY, Step.FINGERPRINT])
def test_a_step_that_asks_nothing_can_be_left_backwards(
    step: Step, person: Person, server: PracticeServer, said: list[str]
) -> None:
    reached = Server(host=server.host, port=server.port, user="amanda", host_keys=(server.fingerprint,))
    profile = a_profile(server=reached, key=Key(protection="none", file="~/.ssh/backup-wizard-amamac"))
    key_files.make(profile.key_path, "amanda@pc", None)
    assert decided(profile, step) == profile
    person.answers |= {"Enter continues": ["<"], "Number [1]": ["<"]}
    with pytest.raises(GoBack):
        decided(profile, step)


def test_removals_are_followed_where_that_is_wished_and_the_server_lets_them(person: Person, said: list[str]) -> None:
    assert not decided(Profile(name="amamac"), Step.FOLDERS).delete
    person.answers["Delete from the backup"] = ["y"]
    wished = decided(Profile(name="amamac"), Step.FOLDERS)
    assert wished.delete
    assert wished.scheme.allow_delete


def test_a_text_is_saved_under_a_name_that_is_free(home: Path, said: list[str]) -> None:
    profile = a_profile()
    with Session() as session:
        save = functools.partial(hand_over._save, WalkContext(session), "Hello", profile, {})
        for _ in range(2):
            asyncio.run(save())
    assert sorted(path.name for path in home.glob("*.txt")) == [
        "backup-wizard-amamac-2.txt",
        "backup-wizard-amamac.txt",
    ]
