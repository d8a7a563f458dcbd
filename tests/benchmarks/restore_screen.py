"""The screen that files are chosen on, over a million entries: how long a key waits for its answer, and the memory.

What rsync would print comes from a file through a real pipe, as fast as it can be read.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from tests.benchmarks.dry_run_screen import ENTRIES, Watch, entries, measured, p95, waits
from tests.benchmarks.measuring import Row, own_peak_bytes
from wizard import starting

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator

    from textual.pilot import Pilot

    from wizard.client.access import Access
    from wizard.profile import Profile

_SIZE = (120, 40)
_KEYS = 150
_MOST_MILLISECONDS, _MOST_MEGABYTES = 40, 120
_TYPED = "rech"
_TIME = "2026/11/29-10:25:00"


def write_lists(folder: Path, folders: int) -> None:
    """Write what rsync prints of such a tree: its top, the one folder there, and all names.

    All files are right in that folder, or all folders where there are many.
    """
    totals = f"\nNumber of files: {ENTRIES}\nTotal file size: 1 bytes\nTotal transferred file size: 1 bytes\n"
    with (
        (folder / "all").open("w", encoding="utf-8") as every,
        (folder / "large").open("w", encoding="utf-8") as large,
    ):
        for number, line in enumerate(entries(ENTRIES, folders)):
            every.write(line.replace("<f", ">f", 1))
            name = line.rstrip("/\n").rpartition("/")[2]
            if line.startswith("cd"):
                large.write(f"cd+++++++++|4096|{_TIME} Documents/{name}/\n")
            elif folders == 1:
                large.write(f">f+++++++++|{number}|{_TIME} Documents/{name} {number}\n")
        every.write(totals)
        large.write(totals)
    (folder / "top").write_text(f"cd+++++++++|4096|{_TIME} Documents/\n{totals}")


async def wizard(lists: Path) -> dict[str, float]:
    """What a key waits in a folder of a million files, while all names are read and searched, and in what is found."""
    from screens.app import WizardApp
    from screens.context import Context
    from screens.restore.backup_tree import BackupTree
    from screens.restore.files import FilesScreen
    from screens.widgets.listing.searched_list import FindBox
    from tests.support.data.profiles import a_profile
    from wizard.client.session import Session
    from wizard.profile import SchemeSettings
    from wizard.walk import steps
    from wizard.walk.steps import Step, Walk

    starting.begin()
    _stream_in_rsyncs_place(lists)
    profile = a_profile(scheme=SchemeSettings(write_only=False))
    steps.record(Walk(profile, Step.FINISH, Step.FINISH))
    with Session() as session:
        app = WizardApp(None, Context(session))
        async with app.run_test(size=_SIZE) as pilot:
            await _until(pilot, lambda: app.screen.query("#backup-list"))
            await pilot.press("g")
            await _until(
                pilot, lambda: isinstance(app.screen, FilesScreen) and app.screen.query_one(BackupTree).count == 2
            )
            screen = app.screen
            assert isinstance(screen, FilesScreen)
            tree, find = screen.query_one(BackupTree), screen.query_one(FindBox)
            watch = Watch(app)
            await pilot.press("down", "right")
            await _until(pilot, lambda: tree.count > 2)
            tree.focus()
            presses = iter(range(_KEYS))
            moving = await waits(
                lambda: watch.answer("down", lambda: tree.cursor), lambda: next(presses, None) is not None
            )
            presses = iter(range(_KEYS))
            await watch.answer("end", lambda: tree.cursor)
            far = await waits(
                lambda: watch.answer("pageup", lambda: tree.cursor), lambda: next(presses, None) is not None
            )
            presses = iter(range(_KEYS))
            ticking = await waits(
                lambda: watch.answer("space", lambda: screen.ticks.paths), lambda: next(presses, None) is not None
            )
            find.focus()
            find.value = "e"
            await _until(pilot, lambda: screen.is_reading)
            reading = await waits(
                lambda: watch.answer("backspace" if len(find.value) > 1 else "e", lambda: find.value),
                lambda: screen.is_reading,
            )
            find.value = ""
            await _until(pilot, lambda: not tree.is_searched)
            searching: list[float] = []
            for letter in _TYPED:
                searching.append(await watch.answer(letter, lambda: find.value))
                searching += await waits(
                    lambda: watch.answer("home" if find.cursor_position else "end", lambda: find.cursor_position),
                    lambda: screen.is_looking,
                )
                find.cursor_position = len(find.value)
            tree.focus()
            presses = iter(range(_KEYS))
            found = await waits(
                lambda: watch.answer("down", lambda: tree.cursor), lambda: next(presses, None) is not None
            )
            return {
                "moving": p95([*moving, *far]),
                "ticking": p95(ticking),
                "reading": p95(reading),
                "searching": p95(searching),
                "found": p95(found),
            }


async def _until(pilot: Pilot[Any], holds: Callable[[], object]) -> None:
    """Let the app work; what tests wait by would bring pytest along, and its memory."""
    while not holds():
        await pilot.pause(0.05)


def _stream_in_rsyncs_place(lists: Path) -> None:
    from screens.context import Context
    from screens.restore import files
    from wizard.client import access as accesses
    from wizard.client import rsync
    from wizard.restore.tree import Tree
    from wizard.schemes.facts import ClientFacts

    async def access(*_: object) -> Access:
        return accesses.Access(ClientFacts(known_hosts=Path(os.devnull)), accesses.environment())

    @asynccontextmanager
    async def shared(profile: Profile, access: Access) -> AsyncIterator[Access]:
        yield access

    async def listed(_tree: Tree, patterns: list[str], _form: str) -> AsyncGenerator[bytes]:
        name = "all" if not patterns else "top" if patterns == ["/*"] else "large"
        async for event in rsync.run(["cat", str(lists / name)], await access()):
            if isinstance(event, rsync.Entries):
                yield event.raw

    Context.access = access  # type: ignore[assignment,method-assign]
    files.shared = shared  # type: ignore[attr-defined]
    Tree._listed = listed  # type: ignore[method-assign,assignment]


def rows() -> Iterator[Row]:
    """How long 95 of 100 keys wait for their answer, with files in few folders and in very many, and the memory."""
    for folders in (1, 100_000):
        with TemporaryDirectory() as folder:
            write_lists(Path(folder), folders)
            bare_app = f"a bare app: {measured('bare')['idle'] * 1000:.0f} ms"
            ours = _measured(folder)
            for what, when in (
                ("moving", f"key to repaint in the largest folder ({bare_app})"),
                ("ticking", "tick to repaint there"),
                ("reading", "letter to repaint while all names are read"),
                ("searching", "key to repaint while all is searched"),
                ("found", "key to repaint among what was found"),
            ):
                yield Row(f"restoring, folders {folders:,}: {when}", ours[what] * 1000, _MOST_MILLISECONDS, " ms")
            yield Row(f"restoring, folders {folders:,}: memory", ours["bytes"] / 1e6, _MOST_MEGABYTES, " MB")


def _measured(lists: str) -> dict[str, float]:
    with TemporaryDirectory() as home:
        places = {f"XDG_{name}_HOME": f"{home}/{name}" for name in ("CONFIG", "STATE")}
        surroundings: dict[str, Any] = {**os.environ, "HOME": home, **places}
        command = [sys.executable, "-m", "tests.benchmarks.restore_screen", lists]
        printed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=surroundings).stdout
    found: dict[str, float] = json.loads(printed)
    return found


if __name__ == "__main__":
    print(json.dumps({**asyncio.run(wizard(Path(sys.argv[1]))), "bytes": own_peak_bytes()}))
