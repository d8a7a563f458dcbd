"""The finish: all that was decided, and a way back to each of it."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import msgspec
import pytest
from textual.widgets import Button

from screens.app import WizardApp
from screens.outcome import Jump
from screens.steps.finish.screen import FinishScreen
from screens.steps.step_screen import StepScreen
from tests.support.data.profiles import FINGERPRINT, a_profile
from tests.support.pilot import TRIED_SIZES, said, text, until, walk, wizard_at
from wizard import console
from wizard.client.rsync import Totals
from wizard.profile import Key, Schedule, Server
from wizard.running import record
from wizard.walk import steps
from wizard.walk.descriptions import finish
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from screens.outcome import Outcome

PROFILE = a_profile(server=Server(host="files.example.lan", port=2222, user="amanda", host_keys=(FINGERPRINT,)))


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_it_tells_all_that_was_decided_and_what_to_run(size: tuple[int, int]) -> None:
    async with wizard_at(PROFILE, Step.FINISH, size=size) as pilot:
        await until(pilot, lambda: "You're all set" in text(pilot))
        for command in ("backup-wizard run amamac", "backup-wizard restore amamac", "backup-wizard dry-run amamac"):
            assert command in text(pilot)
        told = said(pilot)
    for decided in (
        "/home/amanda/Documents",
        ".cache/, *.tmp",
        "amanda on files.example.lan, port 2222",
        "backup/amamac/",
        FINGERPRINT,
        "A key for one folder only",
        "~/.ssh/backup-wizard-amamac, without a passphrase",
        "done, nothing copied",
    ):
        assert decided in told


def test_it_tells_of_a_jump_host() -> None:
    server = msgspec.structs.replace(PROFILE.server, jump="joe@gate:2200")
    told = [one.words for one in finish.decisions(msgspec.structs.replace(PROFILE, server=server))]
    assert "amanda on files.example.lan, port 2222, through joe@gate:2200" in told


@pytest.mark.parametrize("way_out", ["#finish", "ctrl+q"])
async def test_finish_ends_the_wizard_and_all_is_kept(way_out: str) -> None:
    steps.record(Walk(PROFILE, Step.FINISH, Step.FINISH))
    async with wizard_at(PROFILE, Step.FINISH) as pilot:
        if way_out.startswith("#"):
            await pilot.click(way_out)
        else:
            await pilot.press(way_out)
    assert pilot.app.return_code == 0
    assert steps.begin(PROFILE) == Walk(PROFILE, Step.FINISH, Step.FINISH)


async def test_each_decision_leads_back_to_its_step(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes: list[Outcome] = []
    monkeypatch.setattr(FinishScreen, "leave_with", lambda screen, outcome: outcomes.append(outcome))
    async with wizard_at(PROFILE, Step.FINISH) as pilot:
        for button in pilot.app.screen.query("Decision Button"):
            button.focus()
            await pilot.press("enter")
    assert outcomes == [
        Jump(step)
        for step in (
            *(Step.FOLDERS, Step.FOLDERS, Step.SERVER, Step.SERVER),
            *(Step.FINGERPRINT, Step.SCHEME, Step.VERSIONS, Step.KEY, Step.DRY_RUN, Step.SCHEDULE),
        )
    ]


async def test_the_practice_run_s_result_is_told_and_can_be_changed() -> None:
    async with wizard_at(PROFILE, Step.DRY_RUN, reached=Step.FINISH) as pilot:
        assert isinstance(pilot.app, WizardApp)
        assert isinstance(pilot.app.screen, StepScreen)
        pilot.app.context.dry_run = Totals(files=9, new=1204, changed=12, deleted=3, bytes_to_send=3_400_000_000)
        pilot.app.screen.leave_with(Jump(Step.FINISH))
        await until(pilot, lambda: "1,204 new, 12 changed, 3 to delete: 3.4 GB to send" in said(pilot))
        await until(pilot, lambda: _focused(pilot) == "Back up now")
        await pilot.press("up", "up", "up", "up")
        await until(pilot, lambda: _focused(pilot) == "Repeat")
        await pilot.press("up")
        await until(pilot, lambda: _focused(pilot) == "Change")
        await pilot.press("down", "enter")
        await until(pilot, lambda: walk(pilot).step == Step.DRY_RUN)
        assert walk(pilot).reached == Step.FINISH


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_with_a_schedule_it_says_when_the_next_backup_is_made(size: tuple[int, int]) -> None:
    profile = msgspec.structs.replace(PROFILE, schedule=Schedule(every="weekly", at="22:00"))
    steps.record(Walk(profile, Step.FINISH, Step.FINISH))
    record.note(profile, "done", since=time.time())
    async with wizard_at(profile, Step.FINISH, size=size) as pilot:
        await until(pilot, lambda: "Next backup" in text(pilot))
        assert re.search(r"Next backup +\d{4}-\d\d-\d\d at 22:00", text(pilot))
        assert "You can also run these in a terminal:" in text(pilot)
        assert "from now on" not in text(pilot)
        assert "Every week at 22:00" in said(pilot)
    left = console.left_at(Walk(profile, Step.FINISH, Step.FINISH))
    assert re.search(r"Next backup: \d{4}-\d\d-\d\d at 22:00\. To back up now, run", left)


async def test_back_leads_to_the_schedule() -> None:
    async with wizard_at(PROFILE, Step.FINISH) as pilot:
        await pilot.press("escape")
        await until(pilot, lambda: walk(pilot).step == Step.SCHEDULE)


async def test_names_are_shown_as_they_are_and_give_the_terminal_no_orders() -> None:
    folders = tuple(f"/home/amanda/{name}" for name in ("[b]x", "a\x1b[2Jb", *"cdefg"))
    profile = msgspec.structs.replace(PROFILE, folders=folders, key=Key(protection="ask"))
    async with wizard_at(profile, Step.FINISH) as pilot:
        await until(pilot, lambda: "/home/amanda/[b]x, /home/amanda/a␛[2Jb" in said(pilot))
        assert "/home/amanda/e and 2 more" in said(pilot)
        assert "\x1b" not in text(pilot)


def _focused(pilot: Pilot[int]) -> str:
    focused = pilot.app.focused
    return str(focused.label) if isinstance(focused, Button) else ""
