"""The practice run's screen while a million entries stream: how long a key waits for its answer, and the memory.

What rsync would print comes from a file through a real pipe, as fast as it can be read. A bare app with a list of a
million lines, with nothing else to do, is the yardstick.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.segment import Segment
from textual import events
from textual.app import App, ComposeResult
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator

ENTRIES = 1_000_000
_SIZE = (120, 40)
_GAP_SECONDS = 0.01
_KEYS_WHILE_IDLE = 300
_TARGET_SECONDS, _TARGET_BYTES = 0.05, 150e6
_TYPED = "rechnung of 20"
_WORDS = ("invoice", "Rechnung", "letter", "photo", "minutes", "draft", "Überweisung")


def entries(count: int, folders: int) -> Iterator[str]:
    """Lines of rsync's list, in that many folders; names are the same in each run."""
    chance = random.Random(count)
    each = max(count // folders - 1, 1)
    made = 0
    for folder in range(folders):
        place = f"Documents/customer-{folder % 97:02}/project-{folder:06}"
        yield f"cd+++++++++|4096|{place}/\n"
        for _ in range(min(each, count - made)):
            word = chance.choice(_WORDS)
            yield f"<f+++++++++|{chance.randrange(1 << 20)}|{place}/{word} of 20{chance.randrange(99):02} {made}.txt\n"
            made += 1


def write_list(path: Path, folders: int) -> None:
    """Write what rsync prints of such a tree."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(entries(ENTRIES, folders))
        file.write(f"\nNumber of files: {ENTRIES}\nNumber of created files: {ENTRIES}\n")
        file.write("Total file size: 1 bytes\nTotal transferred file size: 1 bytes\n")


class Wait(NamedTuple):
    """Seconds that passed, and those in which this program had a processor: a busy machine adds to the former."""

    passed: float
    worked: float


class Watch:
    """Tells when an app has painted."""

    def __init__(self, app: App[Any]) -> None:
        self._app, self._painted = app, asyncio.Event()
        display = app._display

        def watched(*arguments: Any) -> None:
            display(*arguments)
            self._painted.set()

        app._display = watched  # type: ignore[assignment,method-assign]

    async def answer(self, key: str, state: Callable[[], object]) -> Wait:
        """Press a key; how long until what it has changed is painted."""
        before, began, worked = state(), time.perf_counter(), time.process_time()
        self._painted.clear()
        self._app.post_message(events.Key(key, key if len(key) == 1 else None))
        while True:
            await self._painted.wait()
            self._painted.clear()
            if state() != before:
                return Wait(time.perf_counter() - began, time.process_time() - worked)


class BareList(ScrollView, can_focus=True):
    """A million lines that are all the same."""

    def on_mount(self) -> None:
        """As long as the wizard's list."""
        self.virtual_size = Size(0, ENTRIES)
        self.focus()

    def key_down(self) -> None:
        """Move on by a line."""
        self.scroll_relative(y=1, animate=False)

    def render_line(self, y: int) -> Strip:
        """A line."""
        return Strip([Segment(f"{y + self.scroll_offset.y:>9}   a line".ljust(self.size.width))])


class BareApp(App[None]):
    """That list alone."""

    def compose(self) -> ComposeResult:
        """That list."""
        yield BareList()


async def bare() -> dict[str, float]:
    """What a key waits in the bare app."""
    app = BareApp()
    async with app.run_test(size=_SIZE) as pilot:
        await pilot.pause()
        watch, shown, presses = Watch(app), app.query_one(BareList), iter(range(_KEYS_WHILE_IDLE))
        waits = await _waits(
            lambda: watch.answer("down", lambda: shown.scroll_offset.y), lambda: next(presses, None) is not None
        )
        return _p95("idle", waits)


async def wizard(listing: Path) -> dict[str, float]:
    """What a key waits on the wizard's screen: while entries stream, and while they are searched."""
    from screens.widgets.entry_list import EntryList
    from screens.widgets.run_views import RunViews
    from screens.widgets.searched_list import FindBox, SearchedList
    from tests.support.pilot import said, until, wizard_at
    from tests.support.profiles import a_profile
    from wizard.steps import Step

    go = _stream_in_rsyncs_place(listing)
    async with wizard_at(a_profile(), Step.DRY_RUN, size=_SIZE) as pilot:
        views = pilot.app.screen.query_one(RunViews)
        searched, found, find = (views.query_one(kind) for kind in (SearchedList, "#found", FindBox))
        assert isinstance(searched, SearchedList)
        assert isinstance(found, EntryList)
        assert isinstance(find, FindBox)
        watch, began = Watch(pilot.app), time.perf_counter()
        go.set()
        await until(pilot, lambda: views.listing.count)
        for _ in range(3):
            await watch.answer("f3", lambda: views.shown)
        await until(pilot, lambda: found.max_scroll_y)
        moving = await _waits(
            lambda: watch.answer("down", lambda: found.scroll_offset.y), lambda: views.listing.count < ENTRIES / 2
        )
        find.focus()
        typing = await _waits(
            lambda: watch.answer("backspace" if find.value else "e", lambda: find.value),
            lambda: "Nothing was copied" not in said(pilot),
        )
        streamed = time.perf_counter() - began
        find.value = ""
        filtering: list[Wait] = []
        for letter in _TYPED:
            filtering.append(await watch.answer(letter, lambda: find.value))
            filtering += await _waits(
                lambda: watch.answer("home" if find.cursor_position else "end", lambda: find.cursor_position),
                lambda: searched.is_looking,
            )
            find.cursor_position = len(find.value)
        return {
            **_p95("moving", moving),
            **_p95("typing", typing),
            **_p95("filtering", filtering),
            "presses": len(moving + typing + filtering),
            "seconds": streamed,
        }


def _stream_in_rsyncs_place(listing: Path) -> asyncio.Event:
    from screens.context import Context
    from wizard.client import rsync
    from wizard.client.access import Access, environment
    from wizard.schemes.base import ClientFacts
    from wizard.server import transfer

    go = asyncio.Event()

    async def access(*_: object) -> Access:
        return Access(ClientFacts(known_hosts=Path(os.devnull)), environment())

    async def dry_run(*_: object, **__: object) -> AsyncGenerator[rsync.Event]:
        await go.wait()
        async for event in rsync.run(["cat", str(listing)], await access()):
            yield event

    Context.access = access  # type: ignore[assignment,method-assign]
    transfer.dry_run = dry_run
    return go


async def _waits(press: Callable[[], Awaitable[Wait]], goes_on: Callable[[], bool]) -> list[Wait]:
    waits = []
    while goes_on():
        waits.append(await press())
        await asyncio.sleep(_GAP_SECONDS)
    return waits


def _p95(name: str, waits: list[Wait]) -> dict[str, float]:
    at = int(len(waits) * 0.95)
    return {
        name: sorted(wait.passed for wait in waits)[at],
        f"{name}, worked": sorted(wait.worked for wait in waits)[at],
    }


def _measured(*arguments: str | Path) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.dry_run_screen", *arguments]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    measured: dict[str, float] = json.loads(printed)
    return measured


def main() -> None:
    """Print each wait as a ratio to the bare app's, and the memory."""
    with TemporaryDirectory() as folder:
        os.environ |= {"HOME": folder, "XDG_CONFIG_HOME": f"{folder}/config", "XDG_STATE_HOME": f"{folder}/state"}
        for folders in (1_000, 100_000):
            listing = Path(folder) / "list"
            write_list(listing, folders)
            yardstick, ours = _measured("bare"), _measured("wizard", listing)
            print(f"{ENTRIES:,} entries in {folders:,} folders, {ours['presses']:.0f} keys:")
            for what in ("moving", "typing", "filtering"):
                worked = ours[f"{what}, worked"]
                missed = "" if worked <= _TARGET_SECONDS else "  MISSED"
                print(
                    f"  {what:<9} p95 {ours[what] * 1000:3.0f} ms, {ours[what] / yardstick['idle']:4.1f}× a bare app's;"
                    f" worked {worked * 1000:3.0f} ms, {worked / yardstick['idle, worked']:4.1f}×{missed}"
                )
            missed = "" if ours["bytes"] <= _TARGET_BYTES else "  MISSED"
            print(f"  memory      {ours['bytes'] / 1e6:4.0f} MB, {ours['bytes'] / yardstick['bytes']:4.1f}×{missed}")
            print(f"  all was there after {ours['seconds']:.1f} s")


def _run_here(arguments: list[str]) -> None:
    found = asyncio.run(bare() if arguments[0] == "bare" else wizard(Path(arguments[1])))
    unit = 1 if sys.platform == "darwin" else 1024
    print(json.dumps({**found, "bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit}))


if __name__ == "__main__":
    if sys.argv[1:]:
        _run_here(sys.argv[1:])
    else:
        main()
