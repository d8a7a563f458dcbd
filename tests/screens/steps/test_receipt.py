"""The admin's receipt, pasted: what it vouches for is verified, and one of another server's stops the walk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from textual.events import Paste
from textual.widgets import Button, TextArea

from screens.dialogs.receipt import ReceiptScreen
from screens.widgets.choice import Choice
from tests.screens.at_the_server import arrive
from tests.support.data.profiles import towards
from tests.support.data.receipts import a_receipt
from tests.support.pilot import TRIED_SIZES, at, said, text, until, walk, wizard_at
from wizard.client.host_keys import known_hosts
from wizard.server import kept_facts
from wizard.server.receipts import vouched
from wizard.storage import paths, profiles
from wizard.walk import steps
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.support.servers.real_sshd import RealSshd
    from wizard.profile import Profile

STRANGER = "SHA256:" + "B" * 43
DIFFERS = "receipt names another fingerprint"


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_at_the_fingerprint_a_receipt_verifies_the_server(sshd: RealSshd, size: tuple[int, int]) -> None:
    profile = _new(sshd)
    mail = f"Hello Amanda,\r\n\r\n> {a_receipt(profile, sshd.fingerprints, warning='The disk is nearly full')}\r\nYours"
    async with wizard_at(profile, Step.FINGERPRINT, size=size) as pilot:
        await _choose_the_receipt(pilot)
        await _paste(pilot, "Hello Amanda")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "This isn't a valid receipt for the backup" in said(pilot))
        assert isinstance(pilot.app.focused, TextArea)
        await _paste(pilot, mail.replace("\n", "\n> "))
        await until(pilot, lambda: isinstance(pilot.app.focused, Button))
        assert not paths.known_hosts().exists()
        await pilot.press("enter")
        await until(pilot, lambda: "Verified: 127.0.0.1 shows a fingerprint" in text(pilot))
        assert sshd.fingerprint in text(pilot)
        assert "Warning from the server: The disk is nearly full" in text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: walk(pilot).step == Step.SCHEME)
    kept = profiles.load("amamac")
    assert vouched.by_receipt(kept)
    assert known_hosts.trusts(kept)
    assert kept_facts.known(kept).rsync_version == (3, 2, 7)


async def test_a_receipt_of_another_server_stops_at_the_fingerprint(sshd: RealSshd) -> None:
    profile = _new(sshd)
    async with wizard_at(profile, Step.FINGERPRINT) as pilot:
        await _choose_the_receipt(pilot)
        await _paste(pilot, a_receipt(profile, [STRANGER]))
        await pilot.press("enter")
        await until(pilot, lambda: at(pilot) == Step.FINGERPRINT and DIFFERS in said(pilot))
        assert f"names\nED25519 {STRANGER}" in said(pilot)
        pilot.app.screen.query_one(Choice).focus()
        await pilot.press("home")
        assert pilot.app.screen.query_one(Choice).chosen != "same"  # what the admin says isn't undone by the person
        await pilot.press("escape")
        await until(pilot, lambda: at(pilot) == Step.SERVER)
    assert not paths.known_hosts().exists()


async def test_escape_leaves_the_receipt_for_later(sshd: RealSshd) -> None:
    async with wizard_at(_new(sshd), Step.FINGERPRINT) as pilot:
        await _choose_the_receipt(pilot)
        await until(pilot, lambda: isinstance(pilot.app.screen, ReceiptScreen))
        await pilot.press("escape")
        await until(pilot, lambda: at(pilot) == Step.FINGERPRINT)
        await until(pilot, lambda: not pilot.app.screen.query_one("#forward", Button).disabled)


async def test_at_the_hand_over_what_the_admin_decided_is_taken_over(sshd: RealSshd, sample_folder: Path) -> None:
    place = arrive(sshd, sample_folder)
    steps.record(Walk(place.profile, Step.HAND_OVER, Step.HAND_OVER))
    async with wizard_at(place.profile, Step.HAND_OVER, server_facts=place.facts) as pilot:
        await pilot.press("r")
        await _paste(pilot, a_receipt(place.profile, sshd.fingerprints, folder="/srv/backup"))
        await pilot.press("enter")
        await until(pilot, lambda: "the folder is “/srv/backup” instead of" in said(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: walk(pilot).profile.server.root == "/srv/backup")
        await until(pilot, lambda: at(pilot) == Step.HAND_OVER and "/srv/backup" in said(pilot))
    assert steps.begin(profiles.load("amamac")).step == Step.HAND_OVER
    assert profiles.load("amamac").server.root == "/srv/backup"


async def test_at_the_hand_over_a_receipt_of_another_server_stops_the_walk(sshd: RealSshd, sample_folder: Path) -> None:
    place = arrive(sshd, sample_folder)
    async with wizard_at(place.profile, Step.HAND_OVER, server_facts=place.facts) as pilot:
        await pilot.press("r")
        await _paste(pilot, a_receipt(place.profile, [STRANGER]))
        await pilot.press("enter")
        await until(pilot, lambda: at(pilot) == Step.HAND_OVER and DIFFERS in said(pilot))
        place.let_in()
        await pilot.press("l", "ctrl+s")
        await until(
            pilot, lambda: not any(worker.group == "forward" and worker.is_running for worker in pilot.app.workers)
        )
        assert walk(pilot).step == Step.HAND_OVER
        assert DIFFERS in said(pilot)
        await until(pilot, lambda: "Check now" not in text(pilot))


def _new(sshd: RealSshd) -> Profile:
    profile = towards(sshd)
    return msgspec.structs.replace(profile, server=msgspec.structs.replace(profile.server, host_keys=()))


async def _choose_the_receipt(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: isinstance(pilot.app.focused, Choice))
    await until(pilot, lambda: not pilot.app.screen.query_one("#forward", Button).disabled)
    await pilot.press("home", "down", "down", "enter")


async def _paste(pilot: Pilot[int], pasted: str) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, ReceiptScreen) and isinstance(pilot.app.focused, TextArea))
    area = pilot.app.screen.query_one(TextArea)
    area.clear()
    pilot.app.post_message(Paste(pasted))
    await until(pilot, lambda: area.text)
