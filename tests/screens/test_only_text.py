"""What a terminal would obey, or show in another order, never gets there, whatever a screen shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets import Static

from screens.admin.app import AdminApp
from screens.base_app import BaseApp
from tests.support.attacks.orders import HIDDEN, orders
from tests.support.data.requests import a_request, saved
from tests.support.pilot import text, until

if TYPE_CHECKING:
    from pathlib import Path

    from textual.app import ComposeResult


class Showing(BaseApp):
    """One text on the screen, with nothing done to it."""

    def compose(self) -> ComposeResult:
        """The text, and one that stands beside it."""
        yield Static("".join(f"<{sign}>" for sign in HIDDEN) + "end", markup=False)


async def test_no_screen_passes_it_on() -> None:
    async with Showing().run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "end" in text(pilot))
        assert orders(text(pilot)) == []


@pytest.mark.parametrize("name", ["a\u202eb.toml", "a\u200bb.toml", "a\x1b[2Jb.toml", "a\u2066\x9bb.toml"])
async def test_the_name_of_a_request_s_file_is_made_visible(name: str, tmp_path: Path) -> None:
    path = saved(a_request(), tmp_path).rename(tmp_path / name)
    path.write_text(path.read_text().replace('"amanda"', '"ama\u202enda"'))
    async with AdminApp([path]).run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "server.user" in text(pilot))
        assert orders(text(pilot)) == []
