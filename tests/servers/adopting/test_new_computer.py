"""The computer is gone: by keys from the first screen to the restored files, and backups that continue."""

from __future__ import annotations

import json
import shutil
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from textual.widgets import Input

from tests.screens.home.at_home import home_screen
from tests.screens.restore.places import at_stage
from tests.screens.test_whole_walk import can_go_on
from tests.support.commands import backup_wizard
from tests.support.data.message import block
from tests.support.data.trees import tree
from tests.support.pilot import at, said, text, until, wizard_at
from tests.support.servers import placing, root_shell
from tests.support.servers.office import open_office
from wizard import trouble
from wizard.client.session import Session
from wizard.failure import Failure, Kind
from wizard.profile import Profile, SchemeSettings, Server
from wizard.running import backing_up, record
from wizard.running.safeguard import AtRisk
from wizard.server import destination, taking_over
from wizard.server.destination import Holder
from wizard.server.reaching import sign_in
from wizard.storage import paths, profiles
from wizard.walk.getting_back.stages import Stage
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.support.secret_service import SecretService
    from tests.support.servers.office import Office

_NOT_OURS = (".ssh/", ".config/", ".local/", "run/")  # a test's own, which a backup of all the home would take along


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path / "office") as running:
        yield running


@contextmanager
def computer(home: Path) -> Iterator[Path]:
    """Another computer: its home, and with that its profiles, keys and all that is kept."""
    home.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        for variable, folder in (("XDG_CONFIG_HOME", ".config"), ("XDG_STATE_HOME", ".local/state")):
            patch.setenv(variable, str(home / folder))
        yield home


async def back_up(profile: Profile) -> backing_up.Result:
    with Session() as session:
        run = backing_up.run(profile, await session.access(profile), pauses=())
        async with aclosing(run) as events:
            async for event in events:
                if isinstance(event, backing_up.Result):
                    return event
    raise AssertionError


async def old_computer(office: Office, home: Path) -> Profile:
    """A computer with a backup of all its home."""
    (home / "Documents").mkdir()
    (home / "Documents/letter.txt").write_text("Dear Sir or Madam")
    (home / "notes.txt").write_text("milk, bread")
    (home / "the same.txt").hardlink_to(home / "notes.txt")
    scheme = {"write_only": False}
    profile = placing.profile_for(office, "rrsync", home, scheme=scheme, exclude=_NOT_OURS)
    placing.settle(office, profile)
    assert (await back_up(profile)).is_whole
    return profile


def stored(office: Office) -> dict[str, int]:
    """Every file of the backup, with its inode: one that is sent again gets another."""
    top = office.path(f"{placing.OWN}/amanda")
    return {str(path.relative_to(top)): path.stat().st_ino for path in top.rglob("*") if path.is_file()}


async def adopt(pilot: Pilot[int], office: Office, old_home: Path) -> str:
    """From the first screen to the message, by keys; the message is what the admin gets."""

    async def comes_to(step: Step) -> None:
        await until(pilot, lambda: at(pilot) == step)

    await pilot.press("tab", "space")
    await until(pilot, lambda: "Name of that backup" in text(pilot))
    await pilot.press(*"amamac")
    pilot.app.screen.query_one("#old-home Input", Input).value = str(old_home)
    await pilot.press("enter")
    await comes_to(Step.FOLDERS)
    await until(pilot, lambda: "will be backed up" in said(pilot))
    await pilot.press("enter")
    await comes_to(Step.SERVER)
    await pilot.press(*"127.0.0.1", "tab", *"amanda", "enter")
    await comes_to(Step.FINGERPRINT)
    await until(pilot, lambda: "SHA256" in text(pilot))
    await pilot.press("home", "enter")
    await comes_to(Step.SCHEME)
    await pilot.press("enter")
    await comes_to(Step.VERSIONS)
    await pilot.press("enter")
    await comes_to(Step.KEY)
    await until(pilot, lambda: "keyring" in said(pilot) + text(pilot))
    await pilot.press("enter")
    await comes_to(Step.HAND_OVER)
    await until(pilot, lambda: "yet" in said(pilot))
    assert "the old computer's key no longer works" in said(pilot)
    await pilot.press("enter")
    await until(pilot, lambda: "commands end" in pilot.app.clipboard)
    return pilot.app.clipboard


async def get_all_back(pilot: Pilot[int]) -> None:
    """To where it came from, by keys from the list of backups."""
    await pilot.press("g")
    await at_stage(pilot, Stage.FILES)
    await pilot.press("space", "enter")
    await at_stage(pilot, Stage.PLACE)
    await pilot.press("down", "enter")
    await at_stage(pilot, Stage.EXISTING)
    await pilot.press("enter")
    await at_stage(pilot, Stage.PRACTICE)
    await until(pilot, lambda: "Nothing was written" in said(pilot))
    await pilot.press("enter")
    await until(pilot, lambda: "3 files restored to where they came from" in " ".join(said(pilot).split()))


async def test_everything_is_gone_and_comes_back(office: Office, tmp_path: Path, secret_service: SecretService) -> None:
    with computer(tmp_path / "amanda") as old_home:
        lost = await old_computer(office, old_home)
    before = stored(office)
    with computer(tmp_path / "amy") as home:
        new = Profile(
            name="new-laptop",
            folders=(str(home),),
            exclude=_NOT_OURS,
            server=Server(port=office.port, root=placing.ROOT),
            scheme=SchemeSettings(write_only=False),
        )
        async with wizard_at(new, Step.WELCOME) as pilot:
            message = await adopt(pilot, office, old_home)
            assert "make sure that it's really me" in " ".join(message.split())
            assert "Done." in root_shell.paste(office, block(message))
            for step in (Step.HAND_OVER, Step.SECURITY_CHECK, Step.DRY_RUN, Step.SCHEDULE):
                await until(pilot, lambda step=step: at(pilot) == step)  # type: ignore[misc]
                if step is Step.SECURITY_CHECK:
                    await until(pilot, lambda: "Locked: " in said(pilot))
                if step is Step.DRY_RUN:
                    await until(pilot, lambda: "Nothing was copied" in said(pilot))
                await can_go_on(pilot)
                await pilot.press("enter")
            await until(pilot, lambda: at(pilot) == Step.FINISH and "backup-wizard restore amamac" in text(pilot))
            assert pilot.app.focused
            assert pilot.app.focused.id == "finish"
        adopted = profiles.load("amamac")
        assert (adopted.adopting, adopted.old_home) == ("", str(old_home))
        assert profiles.names() == ["amamac"]
        assert stored(office) == before

        async with home_screen() as pilot:
            await get_all_back(pilot)
        assert (home / "Documents/letter.txt").read_text() == "Dear Sir or Madam"
        assert (home / "the same.txt").samefile(home / "notes.txt")
        again = backup_wizard("restore", "amamac", "--in-place", "--overwrite", "if-changed", "--dry-run", "--json")
        assert (again.exit_code, json.loads(again.stdout)["restored"]) == (0, 0), again.stderr
        (home / "the same.txt").unlink()
        (home / "notes.txt").write_text("milk, bread, butter")
        missing = backup_wizard("restore", "amamac", "--in-place", "--dry-run", "--json")
        assert json.loads(missing.stdout)["restored"] == 1, missing.stderr
        result = await back_up(adopted)
        assert (result.is_whole, result.report.totals.new, result.report.totals.changed) == (True, 0, 1)
        after = stored(office)
        assert {path for path in after if after[path] != before.get(path)} == {"notes.txt"}

    with computer(old_home):
        with pytest.raises(Failure) as refused, Session() as session:
            await sign_in.attempt(lost, await session.access(lost))
        told = trouble.explain(refused.value, lost)
    assert told.kind is Kind.KEY_NO_LONGER_ACCEPTED
    assert "Did another computer take over this backup?" in told.to_do


async def test_only_a_backup_that_is_there_is_taken_over(office: Office, sample_folder: Path) -> None:
    profile = placing.profile_for(office, "rrsync", sample_folder)
    access = placing.settle(office, profile)
    adopting = msgspec.structs.replace(profile, adopting="yes")
    with pytest.raises(Failure) as nothing:
        await taking_over.take_over(adopting, access)
    assert nothing.value.kind is Kind.NOTHING_TO_ADOPT
    assert (await back_up(profile)).is_whole
    shutil.rmtree(paths.config())  # another computer now
    shutil.rmtree(paths.state())
    access = placing.settle(office, profile)
    before = tree(office.path(placing.OWN))
    assert await destination.holder(profile, access) is Holder.ANOTHER
    await taking_over.take_over(profile, access)  # which it was not asked to
    assert tree(office.path(placing.OWN)) == before
    await taking_over.take_over(adopting, access)
    assert await destination.holder(profile, access) is Holder.US
    (marker,) = tree(office.path(placing.OWN)).keys() - before.keys()
    assert marker.startswith(".backup-by-")


async def test_an_empty_folder_takes_nothing_out_of_the_backup_that_was_taken_over(
    office: Office, tmp_path: Path
) -> None:
    folder = tmp_path / "Documents"
    folder.mkdir()
    (folder / "letter.txt").write_text("Dear Sir or Madam")  # too few for most guards
    deleting: dict[str, Any] = {"delete": True, "scheme": {"allow_delete": True}}
    profile = placing.profile_for(office, "rrsync", folder, **deleting)
    placing.settle(office, profile)
    assert (await back_up(profile)).is_whole
    shutil.rmtree(paths.state())
    (folder / "letter.txt").unlink()
    record.note_adopted(profile.name)
    placing.settle(office, profile)
    await taking_over.take_over(msgspec.structs.replace(profile, adopting="yes"), placing.hand_over(office, profile))
    with pytest.raises(AtRisk) as risk:
        await back_up(profile)
    assert [(loss.folder, loss.state, loss.removed) for loss in risk.value.losses] == [
        (str(folder), "not restored", 0),
        ("", "not restored", 1),
    ]
    assert "Get your files back first" in risk.value.advice
    assert office.path(f"{placing.OWN}/Documents/letter.txt").exists()
