"""Addresses of messages and reports: in the keyring alone, used without asking anybody, and gone with the backup."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import canary
from tests.support.data.profiles import a_profile
from tests.support.secret_service import heard
from wizard import cli
from wizard.client import forgetting, renaming
from wizard.client.keys import secrets
from wizard.client.keys.secrets import Secret
from wizard.failure import Failure, Kind
from wizard.profile import Schedule
from wizard.running import record
from wizard.schedule.alarms import channels
from wizard.storage import profiles

if TYPE_CHECKING:
    from tests.support.network.receiver import Receiver
    from tests.support.secret_service import SecretService
    from wizard.client.keys.secrets import What

BOTH: tuple[What, ...] = ("alarm-address", "ping-address")


@pytest.fixture(autouse=True)
def saved(secret_service: SecretService) -> None:
    profiles.save(a_profile())


def addresses(receiver: Receiver) -> list[str]:
    return [f"json://{receiver.place}/{canary.SECRET}", f"http://{receiver.place}/ping/{canary.SECRET}"]


def schedule(monkeypatch: pytest.MonkeyPatch, *arguments: str, typed: tuple[str, ...] | list[str] = ()) -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in typed)))
    return cli.main(["schedule", "amamac", *arguments])


def kept(name: str) -> list[What]:
    found = []
    for what in BOTH:
        try:
            secrets.fetch(name, what)
        except Failure as failure:
            assert failure.kind is Kind.SECRET_MISSING
        else:
            found.append(what)
    return found


def test_both_are_tried_and_kept_in_the_keyring_alone(
    receiver: Receiver, home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert schedule(monkeypatch, "--alarm", "--ping", typed=addresses(receiver)) == 0
    assert receiver.titles() == ["Alerts about backup “amamac”"]
    assert receiver.asked[1] == f"GET /ping/{canary.SECRET}"
    assert profiles.load("amamac").schedule == Schedule(alarm=True, ping=True)
    assert [secrets.fetch("amamac", what).reveal() for what in BOTH] == addresses(receiver)
    printed = capfd.readouterr()
    assert "an alert goes to the address in your keyring" in printed.out
    assert "Each good backup is reported" in printed.out
    assert cli.main(["show", "amamac"]) == 0
    assert canary.SECRET not in printed.out + printed.err + "".join(capfd.readouterr())
    assert canary.files_holding(canary.SECRET, home) == []
    assert schedule(monkeypatch, "--json") == 0
    told = json.loads(capfd.readouterr().out)
    assert (told["alarm"], told["ping"], told["trial"]) == (True, True, None)
    assert schedule(monkeypatch, "--no-alarm", "--no-ping") == 0
    assert (profiles.load("amamac").schedule, kept("amamac")) == (Schedule(), [])


def test_nothing_is_kept_of_what_is_not_taken(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert schedule(monkeypatch, "--ping") == 2
    assert schedule(monkeypatch, "--alarm", typed=[canary.SECRET]) == 2
    receiver.status = 404
    for option, address in zip(("--alarm", "--ping"), addresses(receiver), strict=True):
        assert schedule(monkeypatch, "daily", option, typed=[address]) == 69
    printed = capsys.readouterr()
    assert "The monitoring service didn't take the report (HTTP 404)" in printed.err
    assert canary.SECRET not in printed.err + printed.out
    assert (profiles.load("amamac"), kept("amamac")) == (a_profile(), [])


def test_it_is_typed_unseen_at_a_terminal(receiver: Receiver) -> None:
    ours, theirs = pty.openpty()
    argv = [str(Path(sys.executable).with_name("backup-wizard")), "schedule", "amamac", "--ping"]
    with (
        canary.ProcessWatch() as watch,
        subprocess.Popen(argv, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True) as process,
    ):
        os.close(theirs)
        said = b""
        while b"for reports: " not in said:
            said += os.read(ours, 4096)
        os.write(ours, f"{addresses(receiver)[1]}\n".encode())
        try:
            while chunk := os.read(ours, 4096):
                said += chunk
        except OSError:  # it has ended
            pass
        os.close(ours)
    assert process.returncode == 0, said
    assert canary.SECRET.encode() not in said
    assert any(b"--ping" in text for text in watch.seen)  # it did look
    assert watch.holding(canary.SECRET) == []
    assert receiver.asked == [f"GET /ping/{canary.SECRET}"]
    assert profiles.load("amamac").schedule.ping


def with_both(receiver: Receiver) -> None:
    for what, address in zip(BOTH, addresses(receiver), strict=True):
        secrets.store("amamac", what, Secret(address))
    profiles.save(a_profile(schedule=Schedule(alarm=True, ping=True)))


def test_they_go_along_with_another_name_and_go_with_the_backup(receiver: Receiver) -> None:
    with_both(receiver)
    renaming.rename("amamac", "bobmac")
    assert (kept("amamac"), kept("bobmac")) == ([], [*BOTH])
    record.note(profiles.load("bobmac"), "incomplete")
    channels.report(profiles.load("bobmac"))
    assert receiver.asked == [f"GET /ping/{canary.SECRET}/fail"]
    forgetting.forget("bobmac", remove_key=False)
    assert kept("bobmac") == []


def test_a_locked_keyring_is_not_asked(receiver: Receiver, secret_service: SecretService, session_bus: str) -> None:
    with_both(receiver)
    profile = profiles.load("amamac")
    secret_service.lock()
    with heard(session_bus) as called:
        with pytest.raises(Failure) as failure:
            channels.send(profile, "title", "text")
        assert failure.value.kind is Kind.KEYRING_LOCKED
        with pytest.raises(Failure) as failure:
            channels.report(profile)
        assert failure.value.kind is Kind.KEYRING_LOCKED
    assert "SearchItems" in called
    assert not {"Prompt", "Unlock", "GetSecret"} & {*called}
    assert receiver.asked == []


def test_a_run_that_failed_before_it_was_noted_is_not_reported_as_the_good_one_before_it(receiver: Receiver) -> None:
    with_both(receiver)
    profile = profiles.load("amamac")
    record.note(profile, "done")
    channels.report(profile)
    channels.report(profile, has_failed=True)
    assert receiver.asked == [f"GET /ping/{canary.SECRET}", f"GET /ping/{canary.SECRET}/fail"]


def test_an_address_that_is_gone_is_told(receiver: Receiver) -> None:
    with pytest.raises(Failure) as failure:
        channels.report(a_profile())
    assert (failure.value.kind, failure.value.about) == (Kind.ADDRESS_MISSING, "--ping")


def test_nobody_waits_long_for_it(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    with_both(receiver)
    profile = profiles.load("amamac")
    receiver.answers.clear()
    monkeypatch.setattr(channels, "SECONDS", {"alarm": 0.5, "ping": 0.5})
    with pytest.raises(Failure) as failure:
        channels.send(profile, "title", "text")
    assert failure.value.kind is Kind.ALARM_NOT_SENT
    with pytest.raises(Failure) as failure:
        channels.report(profile)
    assert (failure.value.kind, failure.value.about) == (Kind.PING_NOT_TAKEN, "no answer")
