"""The security check: the doors that must be shut are tried for real."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets import Collapsible

from screens.dialogs.confirm import ConfirmScreen
from tests.screens.at_the_server import arrive, clients, none_left
from tests.support.pilot import TRIED_SIZES, at, said, text, until, walk, wizard_at
from wizard.server.locks import requests
from wizard.server.locks.evidence import untested
from wizard.walk import steps
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.screens.at_the_server import Place
    from tests.support.servers.real_sshd import RealSshd
    from wizard.server.locks.evidence import ProbeResult
    from wizard.server.locks.probe_session import ProbeSession

HOLDS = "Locked: "
OPEN = "The server allows this key more than it should"


@pytest.fixture
def place(sshd: RealSshd, sample_folder: Path) -> Place:
    place = arrive(sshd, sample_folder)
    place.let_in()
    return place


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_a_locked_key_is_proven_and_enter_goes_on(place: Place, size: tuple[int, int]) -> None:
    async with wizard_at(place.profile, Step.SECURITY_CHECK, size=size) as pilot:
        await until(pilot, lambda: HOLDS in said(pilot))
        # What was tested is folded away where there is no room for it, one key from being seen.
        tried = pilot.app.screen.query_one("#tried", Collapsible)
        assert tried.collapsed is (size[1] < 34)
        tried.collapsed = False
        await until(pilot, lambda: "✓ A shell: Asked for a shell" in text(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: walk(pilot).step == Step.DRY_RUN)
    assert steps.begin(place.profile).step == Step.DRY_RUN


async def test_enter_while_it_goes_on_continues_once_it_is_locked_and_only_then(place: Place) -> None:
    async with wizard_at(place.profile, Step.SECURITY_CHECK) as pilot:
        await pilot.press("enter")
        assert not _can_go_on(pilot)
        await until(pilot, lambda: walk(pilot).step == Step.DRY_RUN)
    place.let_in(place.weakened())
    async with wizard_at(place.profile, Step.SECURITY_CHECK) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: OPEN in said(pilot) and _can_go_on(pilot))
        place.let_in()
        await pilot.press("r")
        await until(pilot, lambda: HOLDS in said(pilot))
        assert walk(pilot).step == Step.SECURITY_CHECK


async def test_a_key_without_a_lock_is_found_open_until_the_admin_mends_it(place: Place) -> None:
    place.let_in(place.weakened())
    async with wizard_at(place.profile, Step.SECURITY_CHECK) as pilot:
        await until(pilot, lambda: f"{OPEN}: A shell, Other commands" in said(pilot))
        assert "✗ A shell" in said(pilot)
        assert "✓ Signing in with a password" in said(pilot)
        assert place.text().splitlines()[-2] in said(pilot)
        assert HOLDS not in said(pilot)
        await until(pilot, lambda: pilot.app.focused is pilot.app.screen.query_one("#again"))
        place.let_in()
        await pilot.press("enter")
        await until(pilot, lambda: HOLDS in said(pilot))
        assert OPEN not in said(pilot)


async def test_what_is_to_be_changed_can_be_sent(place: Place, home: Path) -> None:
    place.let_in(place.text().replace("restrict,", ""))
    async with wizard_at(place.profile, Step.SECURITY_CHECK) as pilot:
        await until(pilot, lambda: OPEN in said(pilot) and _can_go_on(pilot))
        await pilot.press("c")
        await until(pilot, lambda: "Copied, if your terminal allows it" in said(pilot))
        assert pilot.app.clipboard.endswith(place.text().splitlines()[-2])
        await pilot.press("s", "enter")
        await until(pilot, lambda: "Saved as ~/backup-wizard-amamac-security-check.txt" in said(pilot))
    assert (home / "backup-wizard-amamac-security-check.txt").read_text() == pilot.app.clipboard


async def test_with_a_door_open_only_a_choice_in_words_goes_on(place: Place) -> None:
    place.let_in(place.weakened())
    async with wizard_at(place.profile, Step.SECURITY_CHECK) as pilot:
        await until(pilot, lambda: OPEN in said(pilot) and _can_go_on(pilot))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: _is_asked(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: at(pilot) == Step.SECURITY_CHECK and _can_go_on(pilot))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: _is_asked(pilot))
        await pilot.press("left", "enter")
        await until(pilot, lambda: walk(pilot).step == Step.DRY_RUN)


async def test_a_key_that_is_refused_is_explained_and_can_be_tried_again(place: Place) -> None:
    place.shut_out()
    async with wizard_at(place.profile, Step.SECURITY_CHECK) as pilot:
        await until(pilot, lambda: "doesn't accept this computer's key" in said(pilot))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: _can_go_on(pilot) and "doesn't accept this computer's key" in said(pilot))
        assert walk(pilot).step == Step.SECURITY_CHECK
        place.let_in()
        await pilot.press("r")
        await until(pilot, lambda: HOLDS in said(pilot))
        assert "doesn't accept" not in said(pilot)


async def test_another_server_is_told_nothing_and_leads_to_the_fingerprint(place: Place, sshd: RealSshd) -> None:
    sshd.change_host_keys()
    async with wizard_at(place.profile, Step.SECURITY_CHECK) as pilot:
        await until(pilot, lambda: "fingerprint is not the one you confirmed" in said(pilot))
        await until(pilot, lambda: pilot.app.focused is pilot.app.screen.query_one("#forward"))
        await until(pilot, lambda: "Compare" in text(pilot))
        assert HOLDS not in said(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: walk(pilot).step == Step.FINGERPRINT)


async def test_what_can_t_be_told_is_said_and_does_not_hold_the_person_up(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody_knows(session: ProbeSession) -> ProbeResult:
        return untested("This could not be tried.")

    monkeypatch.setitem(requests.PROBES, "shell", nobody_knows)
    async with wizard_at(place.profile, Step.SECURITY_CHECK) as pilot:
        await until(pilot, lambda: "Not known to be locked: 1 of " in said(pilot))
        await until(pilot, lambda: "? A shell" in text(pilot))
        assert "This could not be tried." in said(pilot)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: walk(pilot).step == Step.DRY_RUN)


async def test_leaving_ends_what_is_tried(place: Place) -> None:
    place.let_in(place.stalled())
    steps.record(Walk(place.profile, Step.SECURITY_CHECK, Step.SECURITY_CHECK))
    async with wizard_at(place.profile, Step.SECURITY_CHECK) as pilot:
        await until(pilot, clients)
        await pilot.press("ctrl+s")
        assert walk(pilot).step == Step.SECURITY_CHECK
        await pilot.press("escape")
    await none_left()
    assert steps.begin(place.profile).step == Step.SECURITY_CHECK


def _can_go_on(pilot: Pilot[int]) -> bool:
    return not pilot.app.screen.query_one("#forward").disabled


def _is_asked(pilot: Pilot[int]) -> bool:
    focused = pilot.app.focused
    return isinstance(pilot.app.screen, ConfirmScreen) and focused is not None and focused.id == "no"
