"""What was typed into a field is there again after a real `kill -9` of the wizard in a real terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest
from textual.widgets import Collapsible, Input, TextArea

from tests.screens.at_the_server import arrive
from tests.support.data.profiles import FINGERPRINT, a_profile, towards
from tests.support.pilot import until, wizard_at
from tests.support.quick import warm
from wizard.profile import Profile, Server
from wizard.walk import steps
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.support.servers.real_sshd import RealSshd

TERMINAL = "tests.support.kills.at_a_terminal"
TAB, HOME, DOWN = "\t", "\x1b[H", "\x1b[B"
NEW, BEGUN = Profile(name="amamac"), a_profile(folders=())
ANYWHERE = a_profile(server=Server())
THERE = a_profile(server=Server(host="127.0.0.1", port=1, user="amanda", host_keys=(FINGERPRINT,)))


def typed_at(profile: Profile, step: Step, typed: str, *way: tuple[str, str]) -> None:
    """Kill the wizard at a field of that step, reached on the way of texts that are shown and keys."""
    if profile != NEW:
        steps.record(Walk(profile, step, step))
    ended = warm.process().call(f"{TERMINAL}:type_and_kill", profile.name, json.dumps(way), typed, needs=TERMINAL)
    assert ended.exit_code == 0, ended.printed


async def fields(pilot: Pilot[int]) -> dict[str, str]:
    """What is in the fields once they are there."""
    await until(pilot, lambda: pilot.app.screen.query(Input))
    for part in pilot.app.screen.query(Collapsible):
        part.collapsed = False
    await pilot.pause()
    return {str(line.parent.id): line.value for line in pilot.app.screen.query(Input) if line.parent}


@pytest.mark.parametrize(
    ("field", "profile", "step", "typed", "way"),
    [
        ("name", NEW, Step.WELCOME, "-at-home", [("Backup name", "")]),
        ("own", BEGUN, Step.FOLDERS, "*.iso", [("Also skip", TAB + TAB)]),
        ("host", ANYWHERE, Step.SERVER, "files.example", [("Which server", "")]),
        ("user", ANYWHERE, Step.SERVER, "manda", [("Which server", TAB)]),
        ("port", ANYWHERE, Step.SERVER, "2222", [("Which server", TAB + TAB)]),
        ("root", THERE, Step.SCHEME, "-of-mine", [("sign in", TAB + "\r" + TAB + TAB)]),
        ("from", THERE, Step.SCHEME, "192.0.2.7", [("sign in", TAB + "\r" + TAB + TAB + TAB)]),
    ],
)
async def test_a_field(field: str, profile: Profile, step: Step, typed: str, way: list[tuple[str, str]]) -> None:
    typed_at(profile, step, typed, *way)
    async with wizard_at(profile, step) as pilot:
        found = await fields(pilot)
        assert [name for name, value in found.items() if typed in value] == [field], found


async def test_the_fingerprint(sshd: RealSshd) -> None:
    profile = towards(sshd)
    profile = msgspec.structs.replace(profile, server=msgspec.structs.replace(profile.server, host_keys=()))
    typed_at(profile, Step.FINGERPRINT, "SHA256:abc", ("fingerprint", HOME + DOWN + "\r"), ("your admin sent", ""))
    async with wizard_at(profile, Step.FINGERPRINT) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.focused, Input))
        assert await fields(pilot) == {"pasted": "SHA256:abc"}


async def test_the_admin_s_answer(sshd: RealSshd, sample_folder: Path) -> None:
    profile = arrive(sshd, sample_folder).profile
    way = ("Send this to your admin", "r"), ("Answer from your admin", "")
    typed_at(profile, Step.HAND_OVER, "=== backup-wizard receipt", *way)
    async with wizard_at(profile, Step.HAND_OVER) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.focused, TextArea))
        assert pilot.app.screen.query_one(TextArea).text == "=== backup-wizard receipt"
