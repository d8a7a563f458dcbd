"""Older versions: asked once, kept as a draft, and the same in text mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.data.profiles import a_profile
from tests.support.pilot import TRIED_SIZES, arrived, text, wizard_at
from tests.support.plain import Person, decided
from wizard.profile import VersionsSettings
from wizard.storage import profiles
from wizard.walk.descriptions import finish
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from wizard.profile import Profile

PROFILE = a_profile(versions=VersionsSettings(daily=14))


def told(profile: Profile) -> str:
    [one] = [one for one in finish.decisions(profile) if one.step is Step.VERSIONS]
    return f"{one.title}: {one.words}"


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_none_are_kept_unless_somebody_says_so(size: tuple[int, int]) -> None:
    async with wizard_at(PROFILE, Step.VERSIONS, size=size) as pilot:
        await arrived(pilot, Step.VERSIONS)
        assert "● No, only the latest backup" in text(pilot)
        assert "14 days, 4 weeks, 12 months" in text(pilot)
        await pilot.press("enter")
        await arrived(pilot, Step.KEY)
        assert profiles.load("amamac").versions == PROFILE.versions
        await pilot.press("escape")
        await arrived(pilot, Step.VERSIONS)
        await pilot.press("down", "escape")
        await arrived(pilot, Step.SCHEME)
        await pilot.press("enter")
        await arrived(pilot, Step.VERSIONS)
        assert "● Yes, on the server" in text(pilot)
        await pilot.press("enter")
        await arrived(pilot, Step.KEY)
    kept = profiles.load("amamac")
    assert kept.versions == VersionsSettings(keep="server", daily=14)
    assert told(kept) == "Versions: 14 days, 4 weeks, 12 months (requested, not confirmed by the server yet)"
    assert told(PROFILE) == "Versions: none, only the latest backup"


def test_text_mode_asks_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    person = Person({"Number": ["2"]})
    monkeypatch.setattr("builtins.input", person)
    assert decided(PROFILE, Step.VERSIONS).versions.are_kept
    person.answers["Number"] = [""]
    assert not decided(PROFILE, Step.VERSIONS).versions.are_kept
