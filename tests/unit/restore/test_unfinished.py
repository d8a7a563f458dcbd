"""A restore in place that was stopped is known to a run that deletes, until somebody has agreed to such a run."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.data.profiles import a_profile
from wizard.client import unfinished_restores
from wizard.restore.order import Order
from wizard.restore.stage import Arrived, Stage, unfinished
from wizard.running import record, safeguard
from wizard.running.record import Source

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.profile import Profile


@pytest.fixture
def profile(home: Path) -> Profile:
    (home / "Documents").mkdir()
    return a_profile(folders=(f"{home}/Documents",), delete=True)


def left_by(profile: Profile) -> list[str]:
    return unfinished_restores.into(profile, record.read(profile.name).deleted_since)


@pytest.mark.parametrize("is_there", [True, False])
def test_it_is_unfinished_from_its_beginning_to_its_end(profile: Profile, home: Path, *, is_there: bool) -> None:
    if not is_there:
        (home / "Documents").rmdir()
    stage = Stage(profile.name, home / "Documents", Order())
    assert left_by(profile) == []
    stage.begin()
    assert left_by(profile) == [f"{home}/Documents"]
    stage.note_arrival(Arrived())
    assert left_by(profile) == [f"{home}/Documents"]
    stage.clear()
    assert left_by(profile) == []


def test_a_restore_into_a_new_folder_does_not_make_it_forgotten(profile: Profile, home: Path) -> None:
    Stage(profile.name, home / "Documents", Order()).begin()
    for name in ("new", "newer"):
        Stage(profile.name, home / name, Order(to=f"{home}/{name}")).begin()
    assert left_by(profile) == [f"{home}/Documents"]
    assert [order.to for order in unfinished(profile.name, home)] in (["", f"{home}/newer"], [f"{home}/newer", ""])


def test_others_are_of_no_concern(profile: Profile, home: Path) -> None:
    Stage(profile.name, home / "new", Order(to=f"{home}/new")).begin()
    Stage("another", home / "Documents", Order()).begin()
    assert left_by(profile) == []
    Stage(profile.name, home / "Documents", Order()).begin()
    assert left_by(a_profile(folders=profile.folders)) == []  # it deletes nothing


@pytest.mark.parametrize(("deletes", "unread", "is_given_up"), [(True, 0, True), (True, 1, False), (False, 0, False)])
def test_a_run_that_has_deleted_was_agreed_to(
    profile: Profile, home: Path, *, deletes: bool, unread: int, is_given_up: bool
) -> None:
    begun = Stage(profile.name, home / "Documents", Order())
    begun.begin()
    os.utime(begun.path / unfinished_restores.NOTE, (1000, 1000))
    ran = profile if deletes else a_profile(folders=profile.folders)
    record.note(ran, "done", since=2000.0, unread=unread)
    assert (left_by(profile) == []) == is_given_up
    Stage(profile.name, home / "Documents", Order()).begin()  # gone on with, so it counts again
    assert left_by(profile) == [f"{home}/Documents"]


def test_a_run_that_is_dated_in_the_future_tells_nothing(profile: Profile, home: Path) -> None:
    Stage(profile.name, home / "Documents", Order()).begin()
    record.note(profile, "done", since=time.time() + 1e6)
    assert left_by(profile) == [f"{home}/Documents"]


def test_it_is_said_with_what_to_do(profile: Profile, home: Path) -> None:
    Stage(profile.name, home / "Documents", Order()).begin()
    now = {folder: Source("/", is_empty=False) for folder in profile.folders}
    losses = safeguard.changed(profile, now, record.read(profile.name))
    told = safeguard.AtRisk(losses)
    assert told.about == f"A restore into “{home}/Documents” isn't finished, and its files may be nowhere else"
    assert "Finish that restore first" in told.advice
