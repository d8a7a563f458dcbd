"""The way in: the scheme, and how far it lets this computer go."""

from __future__ import annotations

import pytest
from textual.events import Paste
from textual.widgets import Input

from screens.context import Context
from screens.scheme import SchemeScreen
from tests.support.pilot import SIZES, at, said, text, until, walk, wizard_at
from tests.support.profiles import a_profile
from wizard import profiles, schemes, steps
from wizard.client.session import Session
from wizard.profile import Scheme
from wizard.schemes.rrsync import Rrsync
from wizard.steps import Step, Walk

PLAIN = a_profile(scheme=Scheme())
MORE = ("tab", "enter", "tab")


@pytest.mark.parametrize("size", SIZES)
async def test_enter_takes_what_is_recommended(size: tuple[int, int]) -> None:
    steps.record(Walk(PLAIN, Step.SCHEME, Step.SCHEME))
    left = steps.begin(profiles.load("amamac"))
    async with wizard_at(left.profile, left.step, size=size) as pilot:
        await until(pilot, lambda: "● A key for one folder only" in text(pilot))
        for shown in (
            "● A key for one folder only",
            "Nobody on the way can read",
            "If stolen",
            "The admin",
            "More choices",
        ):
            assert shown in text(pilot)
        assert "The folder on the server" not in text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: walk(pilot).step == Step.KEY)
    assert profiles.load("amamac") == PLAIN


async def test_the_boxes_change_what_a_thief_could_do_and_what_is_removed_there() -> None:
    deleting = a_profile(scheme=Scheme(allow_delete=True), delete=True)
    async with wizard_at(deleting, Step.SCHEME) as pilot:
        await until(pilot, lambda: "can spoil and delete files in that one folder, but read none" in said(pilot))
        await pilot.press(*MORE, "space")
        await until(pilot, lambda: "can read, spoil and delete" in said(pilot))
        assert "stays in the backup" not in said(pilot)
        await pilot.press("down", "space")
        await until(pilot, lambda: "can read and spoil the files in that one folder, but delete none" in said(pilot))
        assert "Then what you remove here stays in the backup." in said(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: walk(pilot).step == Step.KEY)
    decided = profiles.load("amamac")
    assert not decided.delete
    assert (decided.scheme.write_only, decided.scheme.allow_delete) == (False, False)


async def test_bad_values_are_refused_in_sight_even_when_they_are_folded_away() -> None:
    async with wizard_at(PLAIN, Step.SCHEME) as pilot:
        await pilot.press(*MORE, "tab", *"/..", "tab")
        pilot.app.post_message(Paste("10.0.0.1/8"))
        await pilot.press("shift+tab", "shift+tab", "shift+tab", "enter")
        await until(pilot, lambda: "The folder on the server" not in text(pilot))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Start with a letter" in text(pilot))
        assert "That network can't be right" in said(pilot)
        await pilot.press("backspace", "backspace", "a", "tab")
        pilot.app.screen.query_one("#from Input", Input).clear()
        pilot.app.post_message(Paste("192.0.2.7, 2001:db8::/32,,pc.lan"))
        await pilot.press("enter")
        await until(pilot, lambda: walk(pilot).step == Step.KEY)
    decided = profiles.load("amamac")
    assert decided.server.root == "backup/a"
    assert decided.scheme.from_ == ("192.0.2.7", "2001:db8::/32", "pc.lan")


async def test_back_checks_nothing_and_keeps_what_was_typed_and_ticked() -> None:
    async with wizard_at(PLAIN, Step.SCHEME) as pilot:
        await pilot.press(*MORE, "space", "tab", *"/..", "escape")
        await until(pilot, lambda: at(pilot) == Step.FINGERPRINT)
        assert walk(pilot).profile == PLAIN
        draft = pilot.app.context.drafts[Step.SCHEME]  # type: ignore[attr-defined]
        assert draft["root"] == "backup/.."
        assert draft["ticked"] == ""
        assert draft["options"] == repr(PLAIN.scheme)


def test_a_box_that_another_step_has_changed_since_is_not_changed_back() -> None:
    changed = a_profile(scheme=Scheme(allow_delete=True), delete=True)
    drafts = {Step.SCHEME: {"ticked": "write-only", "options": repr(PLAIN.scheme)}}
    for profile, ticked in ((PLAIN, ["write-only"]), (changed, ["write-only", "allow-delete"])):
        screen = SchemeScreen(Walk(profile, Step.SCHEME, Step.SCHEME), Context(Session(), drafts=dict(drafts)))
        assert screen._ticked() == ticked


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
        await pilot.press("end", "enter")
        await until(pilot, lambda: walk(pilot).profile.scheme.kind == schemes.SCHEMES[-1].kind)


async def test_one_scheme_alone_is_not_called_the_recommended_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemes, "SCHEMES", (Rrsync(),))
    async with wizard_at(PLAIN, Step.SCHEME) as pilot:
        await until(pilot, lambda: "● A key for one folder only" in text(pilot))
        assert "recommended" not in text(pilot)
