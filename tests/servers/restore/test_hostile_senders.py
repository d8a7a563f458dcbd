"""Servers that send what they should not: nothing of it is written outside the target, and all of it is bounded."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.servers.restore.liar import Liar, attempt, each_way
from tests.servers.restore.restores import practise, restore
from tests.support.data.trees import tree
from tests.support.servers import old_rsync
from wizard.client import rsync
from wizard.failure import Kind
from wizard.restore import fetching, restoring
from wizard.restore.order import Order
from wizard.schemes.parts.over_ssh import RESTORE_FOLDER

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

VERSIONS = [
    "3.1.3",
    pytest.param("3.2.3", marks=pytest.mark.every_case),
    pytest.param("3.2.7", marks=pytest.mark.every_case),
    pytest.param("3.4.1", marks=pytest.mark.every_case),
    pytest.param(old_rsync.MACHINE, marks=pytest.mark.every_case),
]


@pytest.fixture
def liar(request: pytest.FixtureRequest, tmp_path: Path) -> Liar:
    return Liar(tmp_path, getattr(request, "param", old_rsync.MACHINE))


@pytest.mark.parametrize("liar", VERSIONS, indirect=True)
async def test_names_that_lead_out_lead_nowhere(liar: Liar) -> None:
    outside = str(liar.outside)
    for name in (
        "../../../outside/evil",
        f"{outside}/evil",
        "../docs/../../outside/evil",
        "docs/../../../outside/evil",
    ):
        true = "x" * len(name)
        (liar.sent / true).write_text("evil")
        liar.words = [(true, name)]
        await each_way(liar)
        (liar.sent / true).unlink()


@pytest.mark.parametrize("liar", VERSIONS, indirect=True)
async def test_a_link_leads_no_file_out(liar: Liar) -> None:
    (liar.sent / "docs" / "mine").symlink_to(liar.outside)
    (liar.sent / "docs" / "nine").mkdir()
    for name in ("precious", "evil"):
        (liar.sent / "docs" / "nine" / name).write_text("evil")
    liar.words = [("nine", "mine")]
    await each_way(liar)


@pytest.mark.parametrize("liar", VERSIONS, indirect=True)
async def test_a_link_that_came_first_leads_no_later_file_out(liar: Liar) -> None:
    before = tree(liar.outside)
    for order in (Order(to=str(liar.home / "new")), Order()):
        link = liar.sent / "docs" / "mine"
        link.symlink_to(liar.outside)
        run = restoring.run(liar.profile, liar.access, order)
        async for event in run:
            if isinstance(event, restoring.Comparing):
                await run.aclose()
        link.unlink()
        link.mkdir()
        for name in ("precious", "evil"):
            (link / name).write_text("evil")
        # A file that comes without the folder it is in.
        (liar.root / "arguments").write_text("--relative --no-implied-dirs ./docs/mine/evil,./docs/mine/precious")
        await attempt(liar, order)
        assert tree(liar.outside) == before
        (liar.root / "arguments").unlink()
        shutil.rmtree(link)


@pytest.mark.parametrize("liar", VERSIONS, indirect=True)
async def test_a_link_that_is_here_leads_no_file_out(liar: Liar) -> None:
    (liar.home / "docs" / "mine").symlink_to(liar.outside)
    (liar.sent / "docs" / "mine").mkdir()
    (liar.sent / "docs" / "mine" / "precious").write_text("evil")
    (liar.sent / "docs" / "mine" / "evil").write_text("evil")
    await each_way(liar)
    result = await restore(liar.profile, liar.access, Order(overwrite="always"))
    assert [one.why for one in result.misfits] == ["is-no-folder"]
    assert (liar.home / "docs" / "mine").readlink() == liar.outside
    (liar.root / "arguments").write_text("--relative --no-implied-dirs ./docs/mine/evil,./docs/mine/precious")
    await each_way(liar)


async def test_what_nobody_asked_for_is_not_put_anywhere(liar: Liar) -> None:
    # The server's rsync is asked for one file, and keeps to that; its name becomes another's on the way.
    (liar.sent / "docs" / "letter.txt").write_text("evil")
    order = Order(paths=("docs/letter.txt",), overwrite="always")
    assert (await restore(liar.profile, liar.access, order)).restored == 1
    (liar.home / "docs" / "letter.txt").unlink()
    (liar.root / "fetch" / "sent" / "docs").mkdir(parents=True)
    (liar.root / "fetch" / "sent" / "docs" / "letter.txt").write_text("evil")
    liar.words = [("letter.txt", ".bash_log.")]
    await attempt(liar, order)
    liar.words = []
    assert list((liar.home / "docs").iterdir()) == []


async def test_a_server_that_gets_around_its_patterns_gets_nothing_into_its_place(liar: Liar) -> None:
    order = Order(paths=("docs/letter.txt",), overwrite="always")
    at: list[Path] = []

    def add(event: object) -> None:
        if isinstance(event, restoring.Comparing):
            (tree_there,) = liar.home.glob(f"{RESTORE_FOLDER}-*/tree")
            for path in (tree_there / ".profile", tree_there / "docs" / ".profile", tree_there / "docs" / "deep" / "x"):
                path.parent.mkdir(exist_ok=True)
                path.write_text("evil")
                at.append(path)

    result = await restore(liar.profile, liar.access, order, add)
    assert len(at) == 3
    assert (result.restored, result.is_whole) == (1, True)
    assert [path.name for path in (liar.home / "docs").iterdir()] == ["letter.txt"]


async def test_bare_rsync_is_led_out_by_what_these_tests_do(tmp_path: Path) -> None:
    liar = Liar(tmp_path, "3.1.3")
    (liar.home / "docs" / "mine").symlink_to(liar.outside)
    (liar.sent / "docs" / "mine").mkdir()
    (liar.sent / "docs" / "mine" / "evil").write_text("evil")
    (liar.root / "arguments").write_text("--relative --no-implied-dirs ./docs/mine/evil")
    facts = liar.access.facts
    argv = [facts.rsync, "-aH", f"--rsh={facts.remote_shell}", "--", "x:", f"{liar.home}/"]
    process = await asyncio.create_subprocess_exec(*argv, env=dict(liar.access.environment), stdin=subprocess.DEVNULL)
    assert await process.wait() == 0
    assert (liar.outside / "evil").exists()


async def test_programs_do_not_run_as_somebody_else(liar: Liar) -> None:
    (liar.sent / "docs" / "shell").write_text("")
    (liar.sent / "docs" / "shell").chmod(0o6755)
    await restore(liar.profile, liar.access, Order())
    assert (liar.home / "docs" / "shell").stat().st_mode & 0o7777 == 0o755


async def test_a_new_folder_is_closed_to_others(liar: Liar) -> None:
    liar.sent.chmod(0o777)
    await restore(liar.profile, liar.access, Order(to=str(liar.home / "new")))
    assert (liar.home / "new").stat().st_mode & 0o7777 == 0o700


async def test_more_than_the_disk_holds_is_refused_before_anything_is_written(liar: Liar) -> None:
    with (liar.sent / "docs" / "huge").open("wb") as huge:
        huge.truncate(1 << 43)
    for order in (Order(), Order(to=str(liar.home / "new"))):
        assert await attempt(liar, order) == Kind.NO_ROOM_HERE
    assert list(liar.home.iterdir()) == [liar.home / "docs"]


async def test_a_folder_that_can_not_be_written_to_is_told_of_before_anything_is_asked_for(
    liar: Liar, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = os.access
    for shut in (liar.home, liar.home / "docs"):
        with monkeypatch.context() as patched:  # root may write anywhere
            patched.setattr(os, "access", lambda path, mode, shut=shut: Path(path) != shut and access(path, mode))
            to = Order(to=str(liar.home / "new")) if shut == liar.home else Order()
            assert await attempt(liar, to) == Kind.FOLDER_READ_ONLY
    assert list(liar.home.iterdir()) == [liar.home / "docs"]
    assert list((liar.home / "docs").iterdir()) == []


async def test_more_than_was_promised_is_cut_off(liar: Liar, monkeypatch: pytest.MonkeyPatch) -> None:
    (liar.root / "fetch" / "sent" / "docs").mkdir(parents=True)
    with (liar.root / "fetch" / "sent" / "docs" / "letter.txt").open("wb") as huge:
        huge.truncate(1 << 36)
    monkeypatch.setattr(fetching, "_MORE_BYTES", 1 << 20)
    assert await attempt(liar, Order()) == Kind.SERVER_SENDS_MORE
    assert list((liar.home / "docs").iterdir()) == []


async def test_more_names_than_anybody_has_are_not_read(liar: Liar, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(50):
        (liar.sent / "docs" / f"{number}").touch()
    monkeypatch.setattr(fetching, "_MOST_ENTRIES", 40)
    assert await attempt(liar, Order()) == Kind.SERVER_SENDS_MORE


async def test_what_differs_from_the_server_is_not_put_in_its_place(liar: Liar) -> None:
    (liar.root / "fetch" / "sent" / "docs").mkdir(parents=True)
    (liar.root / "fetch" / "sent" / "docs" / "letter.txt").write_text("fetter")
    (liar.root / "fetch" / "sent" / "docs" / "other").write_text("other")
    (liar.sent / "docs" / "other").write_text("other")
    result = await restore(liar.profile, liar.access, Order())
    assert (result.restored, result.differing, result.exit_code) == (1, ("docs/letter.txt",), 1)
    assert [path.name for path in (liar.home / "docs").iterdir()] == ["other"]


async def test_a_name_that_is_no_text_is_gone_on_with_as_well(liar: Liar) -> None:
    odd = os.fsdecode(b"docs/\xff\n name")
    (liar.sent / odd).write_text("odd")
    order = Order(paths=(odd,), to=str(liar.home / os.fsdecode(b"new \xff")), overwrite="never")
    run = restoring.run(liar.profile, liar.access, order)
    async for event in run:
        if isinstance(event, restoring.Putting):
            await run.aclose()
    shutil.rmtree(liar.sent)  # all is here already and replaces nothing, so nobody has to be asked
    result = await restore(liar.profile, liar.access, order)
    assert (result.restored, result.is_whole) == (1, True)
    assert Path(order.to, odd).read_text() == "odd"


async def test_what_the_server_could_not_read_is_still_said_by_the_run_that_goes_on(liar: Liar) -> None:
    (liar.sent / "docs" / "gone").write_text("x")
    run = restoring.run(liar.profile, liar.access, Order())
    async for event in run:
        if isinstance(event, restoring.Planned):
            (liar.root / "fetch" / "sent" / "docs").mkdir(parents=True)
            (liar.root / "fetch" / "sent" / "docs" / "letter.txt").write_text("letter")
            (liar.root / "fetch" / "sent" / "docs" / "shut").symlink_to("/proc/1/mem")
            (liar.root / "arguments").write_text("--copy-links .")
        if isinstance(event, restoring.Putting):
            await run.aclose()
    result = await restore(liar.profile, liar.access, Order())
    assert not result.is_whole
    assert result.exit_code == 1


@pytest.mark.parametrize("where", ["", "new"])
async def test_what_rsync_throws_away_is_missing_and_was_not_kept(where: str, liar: Liar) -> None:
    for name in ("diary", "thesis"):
        (liar.sent / "docs" / name).write_text(f"the only copy of a {name}")
    liar.words = [("only copy of", "only c0py of")]  # its sum no longer fits, so rsync discards it
    order = Order(to=where and str(liar.home / where))
    assert (await restore(liar.profile, liar.access, Order())).restored == 1  # letter.txt is here from now on
    result = await restore(liar.profile, liar.access, order)
    assert (result.restored, result.skipped) == ((1, 0) if where else (0, 1))
    assert not result.is_whole
    assert result.exit_code == 1
    (told,) = result.problems
    assert "failed verification" in told.message
    assert result.untold == 1  # rsync said it of two files, and only its last words are told
    assert "Not everything could be restored." in result.sentence


async def test_a_practice_run_in_which_something_failed_is_not_whole(
    liar: Liar, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = rsync.Ended(23, rsync.Totals(files=1), "Odd words.\nrsync error: some files failed (code 23)\n")

    async def practised(source: fetching.Source) -> AsyncGenerator[rsync.Event]:
        yield ended

    monkeypatch.setattr(fetching.Source, "practice", practised)
    monkeypatch.setattr(restoring, "_require_something", lambda *arguments: None)
    result = await practise(liar.profile, liar.access, Order())
    assert (result.is_whole, [one.message for one in result.problems]) == (False, ["Odd words."])


async def test_a_backup_with_nothing_in_it_is_no_success(liar: Liar) -> None:
    shutil.rmtree(liar.sent / "docs")
    for order in (Order(), Order(to=str(liar.home / "new"))):
        assert await attempt(liar, order) == Kind.BACKUP_GONE
    assert list(liar.home.iterdir()) == [liar.home / "docs"]
