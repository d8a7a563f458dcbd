"""Text mode, with a person's answers, against the practice server."""

from __future__ import annotations

import asyncio
import functools
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.support.data.message import key_line
from tests.support.data.profiles import FINGERPRINT, a_profile
from tests.support.plain import Person, decided
from wizard.client import rsync
from wizard.client.host_keys import known_hosts
from wizard.client.keys import key_files
from wizard.client.session import Session
from wizard.commands import transferring
from wizard.profile import Key, Profile, Server
from wizard.running import transfer
from wizard.storage import profiles
from wizard.walk import plain
from wizard.walk.context import WalkContext
from wizard.walk.descriptions import hand_over
from wizard.walk.plain.asker import GoBack
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from wizard.server.practice import PracticeServer


def admin_applies_after_the_first_look(
    person: Person, server: PracticeServer, monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    def look_again(prompt: str = "") -> str:
        if "use your admin's answer" in prompt:
            shown = next(text for text in said if "backup-wizard begin" in text)
            server.apply(key_line(shown))
        return person(prompt)

    monkeypatch.setattr("builtins.input", look_again)


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


def test_what_can_t_be_read_is_tried_again_or_skipped(
    person: Person, said: list[str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unread, runs = f"{home}/Documents/closed", list[tuple[str, ...]]()

    async def dry_run(profile: Profile, access: object) -> AsyncIterator[rsync.Event]:
        runs.append(profile.exclude)
        if profile.exclude == ("*.tmp",):
            yield rsync.Problem(unread, f'opendir "{unread}" failed: Permission denied (13)')
        yield rsync.Ended(0 if unread in profile.exclude else 23, rsync.Totals(files=2), "")

    async def access(*_: object) -> None:
        pass

    (home / "Documents/old.tmp").write_bytes(bytes(1000))
    monkeypatch.setattr(transfer, "dry_run", dry_run)
    monkeypatch.setattr(WalkContext, "access", access)
    person.answers["s: skip it from now on, t: try again"] = ["t", "s"]
    skipped = decided(a_profile(folders=(f"{home}/Documents",), exclude=("*.tmp",)), Step.DRY_RUN)
    assert skipped.exclude == ("*.tmp", unread)
    assert runs == [("*.tmp",), ("*.tmp",), skipped.exclude]
    assert person.asked[-1] == "Enter continues, < goes back: "
    assert "Skipped: *.tmp (1 file, 1.0 kB)" in said


def test_a_wrong_fingerprint_goes_no_further(
    person: Person, server: PracticeServer, said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    person.answers["The fingerprint your admin sent"] = ["SHA256:" + "A" * 43]
    person.answers["Enter tries again, < goes back"] = ["EOF"]
    with Session() as session:
        plain.walk(None, session)
    assert profiles.load("amamac").server.host_keys == ()
    assert "Step 4 of 12: Fingerprint" in "".join(said)
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


def test_a_confirmed_server_keeps_all_its_fingerprints(person: Person, server: PracticeServer, said: list[str]) -> None:
    reached = Server(host=server.host, port=server.port, user="amanda", host_keys=(server.fingerprint, FINGERPRINT))
    profile = a_profile(server=reached)
    assert decided(profile, Step.FINGERPRINT) == profile
    assert known_hosts.trusts(profile)


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
