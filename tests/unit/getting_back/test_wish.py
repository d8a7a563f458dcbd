"""What is wanted back is kept as it was said, whatever bytes a name has; a proposed folder is proposed anew."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.support.data.profiles import a_profile
from wizard.failure import Failure, Kind
from wizard.profile import SchemeSettings, VersionsSettings
from wizard.restore.events import Result
from wizard.restore.order import Order
from wizard.restore.stage import Stage
from wizard.running import record
from wizard.running.record import Source
from wizard.walk.getting_back import questions, stages, wish
from wizard.walk.getting_back.ticks import ALL
from wizard.walk.getting_back.wish import Wish

if TYPE_CHECKING:
    from pathlib import Path


def test_it_is_kept_until_it_is_there(home: Path) -> None:
    profile = a_profile()
    new = wish.kept(profile)
    assert new.to.startswith(f"{home}/Restored from amamac ")
    assert new.overwrite == "never"
    wanted = replace(new, paths=("Documents/" + os.fsdecode(b"not-utf8-\xff"), "Grüße\n日本"), in_place=True)
    wish.keep(profile, wanted)
    assert wish.kept(profile) == wanted
    (home / new.to.rpartition("/")[2]).mkdir()
    assert wish.kept(profile).to == f"{new.to} 2"  # nobody has typed the other, and it is taken now
    wish.keep(profile, replace(wanted, to="~/typed"))
    assert wish.kept(profile).folder == ""
    assert replace(wish.kept(profile), in_place=False).folder == f"{home}/typed"
    wish.forget(profile)
    assert wish.kept(profile).paths == ()


def test_the_day_is_asked_and_kept_where_versions_are_read_by_what_the_backup_is_read_by(home: Path) -> None:
    keeps = VersionsSettings(keep="server")
    for scheme, is_asked in (
        (SchemeSettings(), True),
        (SchemeSettings(write_only=False), False),  # the admin would have to open the versions alone
        (SchemeSettings(kind="login"), True),
    ):
        profile = a_profile(scheme=scheme, versions=keeps)
        assert (stages.Stage.VERSION in stages.applicable(profile, Wish())) is is_asked
    wish.keep(a_profile(versions=keeps), Wish(version="2026-11-24T1200"))
    assert wish.kept(a_profile(versions=keeps)).order.version == "2026-11-24T1200"
    assert wish.kept(a_profile()).order.version == ""
    assert stages.Stage.VERSION not in stages.applicable(a_profile(), Wish())


def test_one_that_was_begun_is_proposed_again(home: Path) -> None:
    profile = a_profile()
    to = home / "Restored from amamac 2026-01-01"
    Stage(profile.name, to, Order((), str(to), "never")).begin()
    assert wish.kept(profile).to == str(to)


def test_what_is_wanted_decides_the_way_and_the_order(home: Path) -> None:
    profile = a_profile(scheme=replace(a_profile().scheme, write_only=False))
    asked = stages.Stage.EXISTING
    assert asked not in stages.applicable(profile, Wish(to=f"{home}/new"))
    (home / "full").mkdir()
    assert asked not in stages.applicable(profile, Wish(to=f"{home}/full"))
    (home / "full/there").touch()
    assert asked in stages.applicable(profile, Wish(to=f"{home}/full"))
    assert asked in stages.applicable(profile, Wish(in_place=True))
    assert stages.Stage.ADMIN not in stages.applicable(profile, Wish())
    assert stages.applicable(a_profile(), Wish())[0] is stages.Stage.ADMIN
    assert Wish(("b", "a"), to="~/x").order == Order(("a", "b"), f"{home}/x", "never")
    assert Wish((ALL,), in_place=True, overwrite="always").order == Order((), "", "always")


def test_what_a_practice_run_has_found_must_have_room(home: Path) -> None:
    wanted = Order((), f"{home}/new")
    questions.require_room(Result("amamac", wanted, 1, 0, 1000, is_practice=True))
    with pytest.raises(Failure) as failed:
        questions.require_room(Result("amamac", wanted, 1, 0, 1 << 60, is_practice=True))
    assert failed.value.kind is Kind.NO_ROOM_HERE


def test_files_go_back_to_where_they_came_from_only_if_their_disk_is_there(home: Path) -> None:
    profile = a_profile()
    (folder,) = profile.folders
    for mount, is_there in (("/", True), (f"{home}/disk", False)):
        record.note(profile, "done", sources={folder: Source(mount, is_empty=False)})
        for place in (questions.IN_PLACE, questions.NEW_FOLDER):
            answers = {"place": place, "to": f"{home}/new"}
            if is_there or place == questions.NEW_FOLDER:
                assert questions.placed(profile, Wish(), answers).in_place == (place == questions.IN_PLACE)
                continue
            with pytest.raises(Failure) as failed:
                questions.placed(profile, Wish(), answers)
            assert (failed.value.kind, failed.value.about) == (Kind.DISK_NOT_CONNECTED, mount)
