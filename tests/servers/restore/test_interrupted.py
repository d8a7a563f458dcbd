"""A restore that is cut off, stopped or killed: no half-written file under its own name, and going on finishes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.servers.restore.restores import restore
from tests.support import processes
from tests.support.commands import backup_wizard
from tests.support.data.trees import tree
from tests.support.network.gate import Gate
from tests.support.servers import placing
from wizard.client import rsync
from wizard.failure import Failure, Kind
from wizard.restore import restoring
from wizard.restore.order import Order
from wizard.running import report
from wizard.schemes.parts.over_ssh import PARTIAL_FOLDER, RESTORE_FOLDER
from wizard.storage import profiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.servers.office import Office
    from wizard.restore.order import Overwrite
    from wizard.restore.restoring import Event

LARGE = 8_000_000
SMALL = 300
READING = {"scheme": {"write_only": False}}


def filled(folder: Path) -> Path:
    (folder / "deep").mkdir(parents=True)
    (folder / "a-large").write_bytes(os.urandom(LARGE))
    for number in range(SMALL):
        (folder / "deep" / f"{number}").write_text(f"{number}\n" * 60)
    (folder / "deep" / "link").symlink_to("/nowhere")
    for path in (folder, folder / "deep"):
        path.chmod(0o700)  # as a server with a locked key has it
    for path in (*folder.rglob("*"), folder):
        os.utime(path, ns=(0, 1_700_000_000_123_456_789), follow_symlinks=False)
    return folder


@pytest.fixture
def gate(office: Office) -> Iterator[Gate]:
    with Gate(office.port) as gate:
        yield gate


def stages(folder: Path) -> list[Path]:
    return list(folder.glob(f"{RESTORE_FOLDER}-*"))


def in_a_file(event: Event) -> bool:
    return isinstance(event, restoring.Retry)  # the line is cut by what has passed on it


def in_the_list(event: Event) -> bool:
    return isinstance(event, rsync.Entries)


MOMENTS: dict[str, Callable[[Event], bool]] = {
    "before anything": lambda event: isinstance(event, restoring.Planned),
    "at the first name": in_the_list,
    "in a file": in_a_file,
    "when all is here": lambda event: isinstance(event, rsync.Ended),
    "while it is compared": lambda event: isinstance(event, restoring.Comparing),
}


async def test_a_line_that_is_cut_is_gone_on_with(office: Office, gate: Gate, tmp_path: Path) -> None:
    source = filled(tmp_path / "source")
    profile = placing.profile_for(office, "rrsync", source, **READING)
    access = placing.settle(office, profile)
    await report.backup(profile, access)
    before = tree(source)
    through = placing.at_port(profile, gate.port)
    for moment, is_then in MOMENTS.items():
        for pauses in ((), (0.0, 0.0, 0.0)):  # given up, and gone on with by another run; or by the same
            to = tmp_path / f"{moment} {len(pauses)}"
            order = Order(to=str(to))
            cuts = [is_then]
            if is_then is in_a_file:
                gate.answer_cuts[gate.connections] = LARGE // 2

            def cut(event: Event, cuts: list[Callable[[Event], bool]] = cuts) -> None:
                if cuts and cuts[0](event):
                    cuts.clear()
                    gate.cut()

            try:
                async for event in restoring.run(through, access, order, pauses=pauses):
                    cut(event)
            except Failure as failure:
                assert failure.kind in {Kind.UNKNOWN, Kind.CONNECTION_CUT, Kind.HUNG_UP}, failure.raw
                assert pauses == (), moment
                assert not to.exists(), moment
                result = await restore(profile, access, order)
                assert result.is_whole, moment
                assert result.restored == SMALL + 2, moment
            assert tree(to / "source") == before, moment
            assert not cuts or (is_then is in_a_file and not pauses), moment
            assert stages(tmp_path) == [], moment


async def test_what_was_cut_off_is_not_sent_again(office: Office, tmp_path: Path) -> None:
    source = filled(tmp_path / "source")
    profile = placing.profile_for(office, "rrsync", source, **READING)
    access = placing.settle(office, profile)
    await report.backup(profile, access)
    order = Order(to=str(tmp_path / "to"))
    events = restoring.run(profile, access, order)
    async for event in events:
        if isinstance(event, restoring.Comparing):  # all is here by now
            await events.aclose()
    (stage,) = stages(tmp_path)
    assert (stage / "tree/source/a-large").stat().st_size == LARGE
    # What an rsync that was killed leaves behind; the second is a part of what it was about to resume.
    (stage / "tree/source/deep/.17.aB3xY9").write_text("half of it")
    (stage / "tree/source/deep" / PARTIAL_FOLDER).mkdir()
    (stage / "tree/source/deep" / PARTIAL_FOLDER / "gone").write_text("half of it")
    sent: list[int] = []
    result = await restore(profile, access, order, lambda event: sent.append(_planned(event)))
    assert sum(sent) == 0
    assert (result.restored, result.is_whole) == (SMALL + 2, True)
    assert tree(tmp_path / "to" / "source") == tree(source)


@pytest.mark.every_case
async def test_what_has_arrived_long_ago_is_asked_for_again(office: Office, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "letter.txt").write_text("first")
    (source / "link").symlink_to("letter.txt")
    profile = placing.profile_for(office, "rrsync", source, **READING)
    access = placing.settle(office, profile)
    await report.backup(profile, access)
    order = Order(to=str(tmp_path / "to"))
    events = restoring.run(profile, access, order)
    async for event in events:
        if isinstance(event, restoring.Putting):
            await events.aclose()
    (stage,) = stages(tmp_path)
    os.utime(stage / "about.json", (0, 0))
    (source / "letter.txt").write_text("second")
    await report.backup(profile, access)
    result = await restore(profile, access, order)
    assert (result.restored, result.is_whole) == (2, True)
    assert (tmp_path / "to/source/letter.txt").read_text() == "second"
    assert stages(tmp_path) == []


@pytest.mark.parametrize("overwrite", ["if-changed", "always"])
async def test_newer_work_is_not_replaced_by_what_had_arrived_before(
    overwrite: Overwrite, office: Office, tmp_path: Path
) -> None:
    letter = tmp_path / "source/letter.txt"
    letter.parent.mkdir()
    letter.write_text("of Monday")
    profile = placing.profile_for(office, "rrsync", letter.parent, **READING)
    access = placing.settle(office, profile)
    await report.backup(profile, access)
    letter.write_text("spoilt")
    order = Order(overwrite=overwrite)
    events = restoring.run(profile, access, order)
    async for event in events:
        if isinstance(event, restoring.Putting):
            await events.aclose()
    assert stages(tmp_path) != []
    letter.write_text("of Tuesday")
    await report.backup(profile, access)
    assert (await restore(profile, access, order)).is_whole
    assert letter.read_text() == "of Tuesday"
    assert stages(tmp_path) == []


async def test_what_was_deleted_from_the_backup_meanwhile_is_not_restored(office: Office, tmp_path: Path) -> None:
    source = filled(tmp_path / "source")
    profile = placing.profile_for(
        office, "rrsync", source, scheme={"write_only": False, "allow_delete": True}, delete=True
    )
    access = placing.settle(office, profile)
    await report.backup(profile, access)
    order = Order(to=str(tmp_path / "to"))
    events = restoring.run(profile, access, order)
    async for event in events:
        if isinstance(event, restoring.Comparing):  # all is here by now
            await events.aclose()
    (source / "deep/7").unlink()
    await report.backup(profile, access)
    result = await restore(profile, access, order)
    assert (result.restored, result.is_whole) == (SMALL + 1, True)
    assert tree(tmp_path / "to/source").keys() == tree(source).keys()


def _planned(event: Event) -> int:
    return event.to_send if isinstance(event, restoring.Planned) else 0


class _KilledError(BaseException):
    """What stands for a kill: nothing of ours catches it."""


async def test_killed_at_any_rename_going_on_finishes(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    (source / "deep" / "deeper").mkdir(parents=True)
    for number in range(3):
        (source / f"{number}").write_text(f"{number}")
        (source / "deep" / f"{number}").write_text(f"{number}")
        (source / "deep" / "deeper" / f"{number}").symlink_to(f"/nowhere/{number}")
    profile = placing.profile_for(office, "rrsync", source, **READING)
    access = placing.settle(office, profile)
    await report.backup(profile, access)
    before = {path: entry.content for path, entry in tree(source).items()}
    renaming = os.rename
    at = 0
    while True:
        at += 1
        shutil.rmtree(source)
        (source / "deep").mkdir(parents=True)
        (source / "deep" / "1").write_text("kept")
        count = 0

        def killed(*arguments: object, at: int = at, **options: object) -> None:
            nonlocal count
            count += 1
            if count == at:
                raise _KilledError
            renaming(*arguments, **options)  # type: ignore[arg-type]

        with monkeypatch.context() as shut:
            shut.setattr(os, "rename", killed)
            try:
                result = await restore(profile, access, Order(overwrite="never"))
                break
            except _KilledError:
                pass
        result = await restore(profile, access, Order(overwrite="never"))
        assert (result.restored, result.skipped, result.is_whole) == (8, 1, True), at
        now = {path: entry.content for path, entry in tree(source).items()}
        assert now == before | {"deep/1": now["deep/1"]}, at
        assert (source / "deep" / "1").read_text() == "kept"
        assert stages(tmp_path) == []
    assert at > 5
    assert (result.restored, result.skipped) == (8, 1)


async def test_killed_while_files_arrive_the_next_command_goes_on(office: Office, tmp_path: Path, home: Path) -> None:
    source = filled(tmp_path / "source")
    profile = placing.profile_for(office, "rrsync", source, **READING)
    access = placing.settle(office, profile)
    await report.backup(profile, access)
    for more in (0, 3_000):
        with Gate(office.port) as gate:
            gate.holds[0] = 6_000 + more  # of the client's bytes, which says little but what it wants
            profiles.save(placing.at_port(profile, gate.port))
            process = begun(profile.name)
            try:
                assert gate.held.wait(60)
            finally:
                process.kill()
                processes.end(process)
        assert list(home.glob("Restored*")) == []
    assert backup_wizard("restore", profile.name).exit_code == 69  # nothing listens there any more
    profiles.save(profile)
    done = backup_wizard("restore", profile.name)
    assert done.exit_code == 0, done.stderr
    (folder,) = home.glob("Restored*")
    assert tree(folder / "source") == tree(source)
    assert f"{SMALL + 2} files restored to ~/{folder.name}." in " ".join(done.stdout.split("\n"))
    assert stages(home) == []


def begun(name: str) -> subprocess.Popen[bytes]:
    argv = [sys.executable, "-m", "wizard.cli", "restore", name]
    return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
