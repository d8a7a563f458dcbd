"""What an admin sees of a request that takes a backup over: it may be the owner's, or a thief's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from screens.admin.request_list import RequestList
from tests.screens.test_admin import pane
from tests.support.commands import backup_wizard
from tests.support.data.requests import a_request, public_key, saved
from tests.support.pilot import TRIED_SIZES, said, text, until
from wizard.client import request as requests
from wizard.server import clashes, exports

if TYPE_CHECKING:
    from pathlib import Path

OWN = a_request()
TAKES_OVER = msgspec.structs.replace(OWN, purpose="adopt", public_key=public_key(2))


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_the_pane_warns_of_it_before_all_else(tmp_path: Path, size: tuple[int, int]) -> None:
    saved(a_request("daemon-over-ssh", name="aaa", public_key=public_key(1)), tmp_path)
    saved(TAKES_OVER, tmp_path)
    async with pane(tmp_path, size=size) as pilot:
        await until(pilot, lambda: pilot.app.screen.query_one(RequestList).highlighted == 0)
        assert "▲ rrsync: takes over" in text(pilot)
        assert "amamac (amanda): this request takes the backup over." in said(pilot)
        assert "ask the owner in person or by phone" in said(pilot)
        await pilot.press("down")
        await until(pilot, lambda: "takes the backup over" not in said(pilot))


def test_so_does_the_command_and_every_text_for_the_server(tmp_path: Path) -> None:
    file = saved(TAKES_OVER, tmp_path)
    exported = backup_wizard("admin", file, "--format", "script")
    assert exported.exit_code == 0
    assert "! amamac (amanda): this request takes the backup over." in exported.stderr
    context = exports.context_of_request(requests.read(file))
    assert context.adopts
    for name, words in (
        ("text", "Please make sure that it's really me"),
        ("script", "CAREFUL: it replaces the key"),
        ("ansible", "CAREFUL: takes over from another computer"),
    ):
        assert words in " ".join(exports.rendered(context, name).split()), name
        assert words not in " ".join(exports.rendered(exports.context_of_request(OWN), name).split()), name


def test_it_asks_for_the_same_lines_and_for_the_place_of_another_request() -> None:
    own, over = map(exports.context_of_request, (OWN, TAKES_OVER))
    assert own.setup == msgspec.structs.replace(over.setup, key_lines=own.setup.key_lines)
    (clash,) = clashes.among([OWN, TAKES_OVER])
    assert "one setup would replace the other" in clash.sentence
