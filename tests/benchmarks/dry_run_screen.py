"""The practice run's screen while a million entries stream: how long a key waits for its answer, and the memory.

What rsync would print comes from a file through a real pipe, as fast as it can be read. A bare app with a list of a
million lines, with nothing else to do, is the yardstick.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from rich.segment import Segment
from textual import events
from textual.app import App, ComposeResult
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tests.benchmarks.measuring import Row, own_peak_bytes
from wizard import starting

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator

ENTRIES = 1_000_000
_SIZE = (120, 40)
_GAP_SECONDS = 0.03  # as a key repeats that is held down
_KEYS_WHILE_IDLE = 300
_MOST_MILLISECONDS, _MOST_MEGABYTES = 50, 150
_TYPED = "rech"
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


class Watch:
    """Tells when an app has painted."""

    def __init__(self, app: App[Any]) -> None:
        self._app, self._painted = app, asyncio.Event()
        display = app._display

        def watched(_app: App[Any], *arguments: Any) -> None:
            display(*arguments)
            self._painted.set()

        type(app)._display = watched  # type: ignore[method-assign,assignment]

    async def answer(self, key: str, state: Callable[[], object]) -> float:
        """Press a key; how many seconds until what it has changed is painted."""
        before, began = state(), time.perf_counter()
        self._painted.clear()
        self._app.post_message(events.Key(key, key if len(key) == 1 else None))
        while True:
            await self._painted.wait()
            self._painted.clear()
            if state() != before:
                return time.perf_counter() - began


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
        found = await waits(
            lambda: watch.answer("down", lambda: shown.scroll_offset.y), lambda: next(presses, None) is not None
        )
        return {"idle": p95(found)}


async def wizard(listing: Path) -> dict[str, float]:
    """What a key waits on the wizard's screen: while entries stream, and while they are searched."""
    from screens.steps.dry_run.run_views import RunViews
    from screens.widgets.listing.entry_list import EntryList
    from screens.widgets.listing.searched_list import FindBox, SearchedList
    from tests.support.data.profiles import a_profile
    from tests.support.pilot import said, until, wizard_at
    from wizard.walk.steps import Step

    starting.begin()
    go = _stream_in_rsyncs_place(listing)
    async with wizard_at(a_profile(), Step.DRY_RUN, size=_SIZE) as pilot:
        views = pilot.app.screen.query_one(RunViews)
        searched, found, find = (views.query_one(kind) for kind in (SearchedList, "#found", FindBox))
        assert isinstance(searched, SearchedList)
        assert isinstance(found, EntryList)
        assert isinstance(find, FindBox)
        watch = Watch(pilot.app)
        go.set()
        await until(pilot, lambda: views.listing.count)
        for _ in range(3):
            await watch.answer("f3", lambda: views.shown)
        await until(pilot, lambda: found.allow_vertical_scroll)
        moving = await waits(
            lambda: watch.answer("down", lambda: found.scroll_offset.y), lambda: views.listing.count < ENTRIES / 2
        )
        find.focus()
        typing = await waits(
            lambda: watch.answer("backspace" if find.value else "e", lambda: find.value),
            lambda: "Nothing was copied" not in said(pilot),
        )
        find.value = ""
        filtering: list[float] = []
        for letter in _TYPED:
            filtering.append(await watch.answer(letter, lambda: find.value))
            filtering += await waits(
                lambda: watch.answer("home" if find.cursor_position else "end", lambda: find.cursor_position),
                lambda: searched.is_looking,
            )
            find.cursor_position = len(find.value)
        return {"moving": p95(moving), "typing": p95(typing), "filtering": p95(filtering)}


def _stream_in_rsyncs_place(listing: Path) -> asyncio.Event:
    from screens.context import Context
    from wizard.client import rsync
    from wizard.client.access import Access, environment
    from wizard.running import transfer
    from wizard.schemes.facts import ClientFacts

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


async def waits(press: Callable[[], Awaitable[float]], goes_on: Callable[[], bool]) -> list[float]:
    """How long each key waits, pressed one after the other for as long as that goes on."""
    found = []
    while goes_on():
        found.append(await press())
        await asyncio.sleep(_GAP_SECONDS)
    return found


def p95(found: list[float]) -> float:
    """What 95 of 100 keys wait at most."""
    return sorted(found)[int(len(found) * 0.95)] if found else 0.0


def rows() -> Iterator[Row]:
    """How long 95 of 100 keys wait for their answer, with files in few folders and in very many, and the memory."""
    with TemporaryDirectory() as folder:
        listing = Path(folder) / "list"
        for folders in (1_000, 100_000):
            write_list(listing, folders)
            yardstick, ours = measured("bare"), measured("wizard", listing)
            bare_app = f"a bare app: {yardstick['idle'] * 1000:.0f} ms"
            for what, when in (
                ("moving", f"key to repaint while a million stream ({bare_app})"),
                ("typing", "letter to repaint in the search meanwhile"),
                ("filtering", "key to repaint while all is searched"),
            ):
                yield Row(f"{folders:,} folders: {when}", ours[what] * 1000, _MOST_MILLISECONDS, " ms")
            yield Row(f"{folders:,} folders: memory", ours["bytes"] / 1e6, _MOST_MEGABYTES, " MB")


def measured(*arguments: str | Path) -> dict[str, float]:
    """What a process of its own has measured."""
    command = [sys.executable, "-m", "tests.benchmarks.dry_run_screen", *arguments]
    printed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    found: dict[str, float] = json.loads(printed)
    return found


def _run_here(arguments: list[str]) -> None:
    found = asyncio.run(bare() if arguments[0] == "bare" else wizard(Path(arguments[1])))
    print(json.dumps({**found, "bytes": own_peak_bytes()}))


if __name__ == "__main__":
    _run_here(sys.argv[1:])
