"""The schemes are compared, one is recommended, and a dangerous one takes a second yes."""

from __future__ import annotations

import pytest

from screens.outcome import Forward
from tests.screens.steps.scheme.scheme_screen import MORE, PLAIN, asked_for_more
from tests.support.data.profiles import a_profile
from tests.support.pilot import TRIED_SIZES, arrived, at, said, text, until, walk, wizard_at
from wizard import schemes
from wizard.client.rsync import rsync_version
from wizard.profile import SchemeSettings, Server
from wizard.schemes import choosing
from wizard.schemes.daemon import Daemon
from wizard.schemes.rrsync import Rrsync
from wizard.server import kept_facts
from wizard.storage import profiles
from wizard.walk import steps
from wizard.walk.steps import Step, Walk


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_enter_takes_what_is_recommended(size: tuple[int, int]) -> None:
    steps.record(Walk(PLAIN, Step.SCHEME, Step.SCHEME))
    left = steps.begin(profiles.load("amamac"))
    async with wizard_at(left.profile, left.step, size=size) as pilot:
        await until(pilot, lambda: "● A key for one folder only" in text(pilot))
        for shown in (
            "● A key for one folder only",
            "Encrypted in transit",
            "If stolen",
            "Your admin",
        ):
            await until(pilot, lambda words=shown: words in text(pilot))  # type: ignore[misc]
        assert "More choices" in said(pilot)
        assert "Folder on the server" not in text(pilot)
        await pilot.press("enter")
        await arrived(pilot, Step.VERSIONS)
    assert profiles.load("amamac") == PLAIN


async def test_the_schemes_are_compared_at_a_glance() -> None:
    async with wizard_at(PLAIN, Step.SCHEME) as pilot:
        for scheme in schemes.SCHEMES:
            await until(pilot, lambda title=scheme.description.title: f"● {title}" in text(pilot))  # type: ignore[misc]
            assert scheme.description.summary in said(pilot)
            assert scheme.description.traffic in said(pilot)
            assert scheme.description.admin_does in said(pilot)
            assert all(other.description.title in text(pilot) for other in schemes.SCHEMES)
            assert f"{schemes.SCHEMES[0].description.title} (recommended)" in text(pilot)
            await pilot.press("down")


async def test_one_scheme_alone_is_not_called_the_recommended_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemes, "SCHEMES", (Rrsync(),))
    async with wizard_at(PLAIN, Step.SCHEME) as pilot:
        await until(pilot, lambda: "● A key for one folder only" in text(pilot))
        assert "recommended" not in text(pilot)


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_where_only_its_own_service_answers_the_others_are_greyed_and_say_why(size: tuple[int, int]) -> None:
    kept_facts.learn(PLAIN, ssh_open=False, daemon_open=True, daemon_port=873)
    async with wizard_at(PLAIN, Step.SCHEME, size=size) as pilot:
        await until(pilot, lambda: "● The server's plain backup service" in text(pilot))
        assert "– A key for one folder only" in text(pilot)
        assert "– A full login" in text(pilot)
        assert text(pilot).count("The server doesn't accept ssh connections.") == 4
        assert "(works here)" in text(pilot)
        assert "recommended" not in "".join(line for line in text(pilot).splitlines() if "○" in line or "●" in line)
        assert "Your files are sent unencrypted." in said(pilot)
        await pilot.press("up", "enter")
        await asked_for_more(pilot)
        assert "Your files are sent unencrypted: anyone on the network in between can read them." in said(pilot)
        assert "Folder on the server: /home/amanda/backup" in said(pilot)
        await pilot.press("enter")
        await arrived(pilot, Step.SCHEME)
        await pilot.press("enter")
        await asked_for_more(pilot)
        await pilot.press("escape")
        await arrived(pilot, Step.SCHEME)
        await pilot.press("enter")
        await asked_for_more(pilot)
        await pilot.press("left", "enter")
        await arrived(pilot, Step.VERSIONS)
    decided = profiles.load("amamac")
    assert (decided.scheme.kind, decided.scheme.auth) == ("daemon", True)
    assert (decided.server.root, decided.server.port) == ("/home/amanda/backup", 22)


async def test_what_speaks_against_one_is_said_while_the_cursor_is_on_it() -> None:
    kept_facts.learn(PLAIN, shell="/usr/bin/rssh")
    async with wizard_at(PLAIN, Step.SCHEME) as pilot:
        await until(pilot, lambda: "● A key for one command only (recommended)" in text(pilot))
        assert "practice run impossible. You would see an estimate instead." in said(pilot)
        await pilot.press("end")
        await until(pilot, lambda: "! It gives the key far more access than a backup needs." in said(pilot))
        assert "practice run impossible" not in said(pilot)


async def test_what_was_decided_earlier_stays_selected_unless_it_became_impossible() -> None:
    chosen = a_profile(scheme=SchemeSettings(kind="daemon-over-ssh"))
    async with wizard_at(chosen, Step.SCHEME) as pilot:
        await until(pilot, lambda: "● A key for a private backup service" in text(pilot))
    kept_facts.learn(chosen, shell="rssh")
    async with wizard_at(chosen, Step.SCHEME) as pilot:
        await until(pilot, lambda: "● A key for one command only" in text(pilot))


async def test_where_nothing_works_it_says_so_and_goes_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rsync_version, "is_openrsync", lambda program="rsync": True)
    async with wizard_at(PLAIN, Step.SCHEME) as pilot:
        await until(pilot, lambda: "None of these can work yet" in said(pilot))
        await until(pilot, lambda: "brew install rsync" in text(pilot))
        await pilot.press("enter", "ctrl+s")
        await until(pilot, lambda: not pilot.app.screen.query_one("#forward").disabled)
        assert at(pilot) == Step.SCHEME
        await pilot.press("escape")
        await arrived(pilot, Step.FINGERPRINT)


async def test_a_full_login_takes_a_yes_of_its_own() -> None:
    async with wizard_at(PLAIN, Step.SCHEME) as pilot:
        await pilot.press("end", "enter")
        await asked_for_more(pilot)
        assert "everything the account can" in said(pilot)
        await pilot.press("enter")
        await arrived(pilot, Step.SCHEME)
        assert walk(pilot).profile == PLAIN
        await pilot.press("enter")
        await asked_for_more(pilot)
        await pilot.press("shift+tab", "enter")
        await arrived(pilot, Step.VERSIONS)
        assert walk(pilot).profile.scheme.kind == "login"
        await pilot.press("escape")
        await arrived(pilot, Step.SCHEME)
        await pilot.press("enter")  # it was agreed to in this run
        await arrived(pilot, Step.VERSIONS)


async def test_a_service_without_a_password_takes_other_words() -> None:
    async with wizard_at(PLAIN, Step.SCHEME) as pilot:
        await pilot.press("down", "down", "down", *MORE, "end", "space")
        await until(pilot, lambda: "Anyone on the network can" in said(pilot))
        await pilot.press("enter")
        await asked_for_more(pilot)
        assert "anyone on the network can write to this backup" in said(pilot)
        await pilot.press("left", "enter")
        await arrived(pilot, Step.VERSIONS)
    assert not profiles.load("amamac").scheme.auth


async def test_back_keeps_the_scheme_that_was_at_hand() -> None:
    async with wizard_at(PLAIN, Step.SCHEME) as pilot:
        await pilot.press("down", "down", "escape")
        await arrived(pilot, Step.FINGERPRINT)
        pilot.app.screen.leave_with(Forward(PLAIN))  # type: ignore[attr-defined]
        await until(pilot, lambda: "● A key for a private backup service" in text(pilot))


async def test_a_daemon_is_called_where_it_answered_and_ssh_where_it_does() -> None:
    elsewhere = a_profile(server=Server(host="files.example.lan", user="amanda", port=2222, host_keys=("a",)))
    server = kept_facts.learn(elsewhere, ssh_open=True, ssh_port=2222, daemon_open=True, daemon_port=873)
    with_daemon = choosing.suited(elsewhere, Daemon(), server)
    assert with_daemon.server.port == 873
    assert choosing.suited(with_daemon, Rrsync(), server).server.port == 2222
