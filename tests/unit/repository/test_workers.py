"""Work on screens is begun in one way, which takes a function: work that is replaced before it begins leaves no
coroutine behind that nobody awaits."""

from __future__ import annotations

import gc
import warnings
from pathlib import Path

from textual.app import App

from screens.work import Begin

SCREENS = Path(__file__).parents[3] / "screens"


def test_nothing_begins_work_in_another_way() -> None:
    others = [path for path in SCREENS.rglob("*.py") if path.name != "work.py"]
    assert [path for path in others if "run_worker(" in path.read_text()] == []


async def test_work_that_is_replaced_at_once_leaves_nothing_behind() -> None:
    done: list[int] = []

    async def note(number: int) -> None:
        done.append(number)

    app: App[None] = App()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        async with app.run_test() as pilot:
            for number in range(3):
                Begin(app, "note", only=True)(note, number)
            await pilot.pause()
        gc.collect()
    assert [str(one.message) for one in warned if "never awaited" in str(one.message)] == []
    assert done == [2]
