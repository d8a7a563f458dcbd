"""What an admin has typed into a request's form is there again after a kill, until it is exported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from textual.widgets import Button, Input

from screens.admin.app import AdminApp
from screens.admin.change import ChangeScreen
from screens.admin.export import ExportScreen
from screens.admin.requests import RequestsScreen
from screens.widgets.tick_list import TickList
from tests.support.data.requests import a_request, public_key, saved
from tests.support.pilot import said, text, until
from wizard.profile import VersionsSettings
from wizard.storage import paths

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot


async def test_it_is_there_after_a_kill_and_gone_after_cancel_undo_and_export(tmp_path: Path) -> None:
    for number, name in enumerate(("amamac", "bobpc")):
        saved(a_request(name=name, public_key=public_key(number)), tmp_path)
    async with AdminApp([tmp_path]).run_test() as pilot:
        await _to_the_form(pilot)
        await pilot.press("end", "7", "tab", "tab", "tab", *"quota", "tab", "down", "space")
        await until(pilot, lambda: _kept("amanda7") and _kept("quota") and _kept('"may"'))
        ticked = pilot.app.screen.query_one(TickList).ticked
    async with AdminApp([tmp_path]).run_test() as pilot:
        await _to_the_form(pilot)
        assert [line.value for line in pilot.app.screen.query(Input)][::3] == ["amanda7", "quota"]
        assert pilot.app.screen.query_one(TickList).ticked == ticked
        assert "asked for amanda → you grant amanda7" in said(pilot)
        await pilot.press("escape", "down", "enter")  # the other one has nothing of it
        await until(pilot, lambda: "Access for bobpc" in said(pilot))
        assert pilot.app.screen.query(Input).first().value == "amanda"
        assert not _kept("amanda7")
        await pilot.press("end", "8", "ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, RequestsScreen))
    async with AdminApp([tmp_path]).run_test() as pilot:  # it was saved, and is in no text yet
        await until(pilot, lambda: isinstance(pilot.app.screen, RequestsScreen))
        await pilot.press("down", "enter")
        await until(pilot, lambda: "you grant amanda8" in said(pilot))
        pilot.app.screen.query_one("#as-asked", Button).press()
        await until(pilot, lambda: isinstance(pilot.app.screen, RequestsScreen) and not _kept("amanda8"))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChangeScreen))
        await pilot.press("end", "9", "ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, RequestsScreen) and _kept("amanda9"))
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExportScreen) and not _kept("amanda9"))
    assert not paths.walk_state("admin").exists()


async def _to_the_form(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, RequestsScreen))
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, ChangeScreen))


def _kept(words: str) -> bool:
    found = paths.walk_state("admin") / "typed.json"
    return found.exists() and words in found.read_text()


async def test_versions_are_granted_or_not_and_that_is_kept(tmp_path: Path) -> None:
    wanted = VersionsSettings(keep="server")
    saved(msgspec.structs.replace(a_request(name="amamac"), keep_versions=wanted), tmp_path)
    async with AdminApp([tmp_path]).run_test() as pilot:
        await _to_the_form(pilot)
        await until(pilot, lambda: "[✓] the server keeps older versions (7 days, 4 weeks, 12 months)" in text(pilot))
        pilot.app.screen.query_one(TickList).focus()
        await pilot.press("end", "space")
        await until(pilot, lambda: "keep older versions: asked for yes → you grant no" in said(pilot))
        await until(pilot, lambda: _kept('"may"'))
    async with AdminApp([tmp_path]).run_test() as pilot:
        await _to_the_form(pilot)
        await until(pilot, lambda: "keep older versions: asked for yes → you grant no" in said(pilot))
