"""What was typed or ticked is there again, wherever the wizard was left, killed or closed with its terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from textual.events import Paste
from textual.widgets import Button, Collapsible, Input, TextArea

from screens.dialogs.receipt import ReceiptScreen
from screens.widgets.choice import Choice
from screens.widgets.tick_list import TickList
from tests.screens.at_the_server import arrive
from tests.support.data.profiles import a_profile, towards
from tests.support.pilot import at, said, text, until, walk, wizard_at
from tests.support.quick import sampled
from wizard.client.keys import key_files
from wizard.profile import Profile, Server
from wizard.storage import paths, profiles, state_files
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.support.servers.real_sshd import RealSshd

HERE = Server(host="127.0.0.1", port=1, user="amanda")


def _is_kept(words: str) -> bool:
    found = paths.walk_state("amamac") / "typed.json"
    return found.exists() and words in found.read_text()


@pytest.mark.parametrize(
    ("step", "field"),
    [
        (Step.WELCOME, "name"),
        (Step.SERVER, "host"),
        (Step.SERVER, "port"),
        (Step.SERVER, "user"),
        (Step.SCHEME, "root"),
        (Step.SCHEME, "from"),
        (Step.FOLDERS, "own"),
    ],
)
async def test_each_line_is_there_again_after_a_kill(step: Step, field: str) -> None:
    profile = a_profile(server=HERE, folders=())
    async with wizard_at(profile, step) as pilot:
        await _show_all(pilot)
        pilot.app.screen.query_one(f"#{field} Input", Input).focus()
        await pilot.press("end", *"77")
        await until(pilot, lambda: _is_kept("77"))
        typed = pilot.app.screen.query_one(f"#{field} Input", Input).value
    async with wizard_at(profile, step) as pilot:
        await _show_all(pilot)
        assert pilot.app.screen.query_one(f"#{field} Input", Input).value == typed


async def _show_all(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: pilot.app.focused is not None)
    for part in pilot.app.screen.query(Collapsible):
        part.collapsed = False
    if at(pilot) == Step.FOLDERS:
        await pilot.press("f2")
    await pilot.pause()


async def test_the_boxes_of_the_sign_in_are_there_again() -> None:
    profile = a_profile(server=HERE)
    async with wizard_at(profile, Step.SCHEME) as pilot:
        await _show_all(pilot)
        boxes = pilot.app.screen.query_one(TickList)
        before = boxes.ticked
        boxes.focus()
        await pilot.press("space")
        await until(pilot, lambda: boxes.ticked != before and _is_kept(" ".join(sorted(boxes.ticked))))
        ticked = boxes.ticked
    async with wizard_at(profile, Step.SCHEME) as pilot:
        await _show_all(pilot)
        assert pilot.app.screen.query_one(TickList).ticked == ticked


async def test_a_box_that_is_clicked_is_there_again() -> None:
    async with wizard_at(a_profile(server=HERE), Step.SCHEME, size=(120, 60)) as pilot:
        await _show_all(pilot)
        await until(pilot, lambda: "Let this computer read" in text(pilot))
        await pilot.click(TickList, offset=(3, 2))
        await until(pilot, lambda: _is_kept('"ticked":"allow_delete auth munge"'))


async def test_the_boxes_of_the_practice_run_are_there_again(sshd: RealSshd, sample_folder: Path) -> None:
    modules = sample_folder / "site" / "node_modules"
    modules.mkdir(parents=True)
    (modules / "heavy.js").write_bytes(bytes(1_000_000))
    place = arrive(sshd, sample_folder)
    place.let_in()
    async with wizard_at(place.profile, Step.DRY_RUN) as pilot:
        await until(pilot, lambda: "1.0 MB) would be sent" in said(pilot))
        await pilot.press("shift+f3")
        await until(pilot, lambda: isinstance(pilot.app.focused, TickList))
        await pilot.press("space")
        await until(pilot, lambda: _is_kept("node_modules/"))
    async with wizard_at(place.profile, Step.DRY_RUN) as pilot:
        await until(pilot, lambda: "1.0 MB less" in said(pilot))
        await until(pilot, lambda: "Run without them" in text(pilot))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "node_modules/" in walk(pilot).profile.exclude)
        await until(pilot, lambda: "Nothing was copied. " in said(pilot))
        await until(pilot, lambda: not _is_kept("node_modules/"))


async def test_a_fingerprint_typed_in_part_is_there_again(sshd: RealSshd) -> None:
    profile = msgspec.structs.replace(towards(sshd), server=msgspec.structs.replace(towards(sshd).server, host_keys=()))
    async with wizard_at(profile, Step.FINGERPRINT) as pilot:
        await until(pilot, lambda: list(pilot.app.screen.query(Choice)))
        await pilot.press("home", "down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.focused, Input))
        await pilot.press(*"SHA256:abc")
        await until(pilot, lambda: _is_kept("SHA256:abc"))
    async with wizard_at(profile, Step.FINGERPRINT) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.focused, Input))
        assert pilot.app.screen.query_one("#pasted Input", Input).value == "SHA256:abc"


@pytest.mark.parametrize("way_out", sampled.first(1, ["kill", "tab to Cancel", "escape"]))
async def test_a_pasted_answer_is_there_again(sshd: RealSshd, sample_folder: Path, way_out: str) -> None:
    place = arrive(sshd, sample_folder)
    async with wizard_at(place.profile, Step.HAND_OVER, server_facts=place.facts) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.focused, TextArea))
        pilot.app.post_message(Paste("=== backup-wizard receipt for amamac ==="))
        await until(pilot, lambda: _is_kept("=== backup-wizard"))
        if way_out == "escape":
            await pilot.press("escape")
        elif way_out == "tab to Cancel":
            await pilot.press("tab", "tab", "enter")
        if way_out != "kill":
            await until(pilot, lambda: at(pilot) == Step.HAND_OVER)
    async with wizard_at(place.profile, Step.HAND_OVER, server_facts=place.facts) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.focused, TextArea))
        assert pilot.app.screen.query_one(TextArea).text.startswith("=== backup-wizard receipt")


async def test_the_first_button_under_a_pasted_answer_uses_it() -> None:
    async with wizard_at(a_profile(server=HERE), Step.WELCOME) as pilot:
        pilot.app.push_screen(ReceiptScreen(a_profile(server=HERE), lambda _: None))
        await until(pilot, lambda: isinstance(pilot.app.focused, TextArea))
        await pilot.press("tab", "enter")
        await until(pilot, lambda: "This isn't a valid receipt" in said(pilot))


async def test_what_was_decided_is_kept_by_the_profile_alone() -> None:
    async with wizard_at(Profile(name="amamac"), Step.WELCOME) as pilot:
        await pilot.press("end", "2")
        await until(pilot, lambda: _is_kept("amamac2"))
        await pilot.press("enter")
        await until(pilot, lambda: at(pilot) == Step.FOLDERS)
    assert not paths.walk_state("amamac").exists()
    assert profiles.names() == ["amamac2"]
    assert not state_files.load("amamac2", "typed.json", dict[str, dict[str, str]], {}).get("welcome")


async def test_tab_into_a_line_selects_it() -> None:
    async with wizard_at(a_profile(server=HERE), Step.SERVER) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.focused, Input))
        await pilot.press("tab", *"x", "tab", *"2222")
        typed = [line.value for line in pilot.app.screen.query(Input)]
        assert typed[:3] == ["127.0.0.1", "x", "2222"]


async def test_spaces_in_a_name_become_dashes() -> None:
    async with wizard_at(Profile(name="amamac"), Step.WELCOME) as pilot:
        await pilot.press(*" my", "space", *"mac", "enter")
        await until(pilot, lambda: at(pilot) == Step.FOLDERS)
    assert profiles.names() == ["amamac-my-mac"]


async def test_a_name_can_be_changed_until_a_key_is_called_so() -> None:
    profile = a_profile(server=HERE)
    profiles.save(profile)
    async with wizard_at(profile, Step.WELCOME) as pilot:
        await pilot.press("end", "2", "enter")
        await until(pilot, lambda: at(pilot) == Step.FOLDERS)
    assert profiles.names() == ["amamac2"]
    assert not paths.walk_state("amamac").exists()
    renamed = profiles.load("amamac2")
    assert msgspec.structs.replace(renamed, name="amamac") == profile
    key_files.make(renamed.key_path, "amamac2", None)
    async with wizard_at(renamed, Step.WELCOME) as pilot:
        await pilot.press("end", "3", "enter")
        await until(pilot, lambda: "can't rename it" in said(pilot))
        assert isinstance(pilot.app.screen.query_one("#forward"), Button)
        assert "amamac23" in text(pilot)


def _typed_into_a_line(pilot: Pilot[int]) -> None:
    pilot.app.screen.query_one("#port Input", Input).value = "77"


def _pasted_into_a_text(pilot: Pilot[int]) -> None:
    pilot.app.screen.query_one(TextArea).text = "77"


def _ticked(pilot: Pilot[int]) -> None:
    pilot.app.screen.query_one(TickList).action_select()


def _chosen(pilot: Pilot[int]) -> None:
    pilot.app.screen.query_one(Choice).action_cursor_down()


@pytest.mark.parametrize(
    ("step", "change", "kept"),
    [
        (Step.SERVER, _typed_into_a_line, '"port":"77"'),
        (Step.HAND_OVER, _pasted_into_a_text, '"answer":"77"'),
        (Step.SCHEME, _ticked, '"ticked":"auth munge write_only"'),
        (Step.VERSIONS, _chosen, '"keep":"server"'),
    ],
)
async def test_what_a_widget_took_is_kept_however_long_after_its_key(
    step: Step, change: Callable[[Pilot[int]], None], kept: str
) -> None:
    async with wizard_at(a_profile(server=HERE), step) as pilot:
        if step is Step.HAND_OVER:
            await pilot.press("r")
            await until(pilot, lambda: isinstance(pilot.app.focused, TextArea))
        await _show_all(pilot)
        change(pilot)  # no key tells of it any more
        await until(pilot, lambda: _is_kept(kept))
