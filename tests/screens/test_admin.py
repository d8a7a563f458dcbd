"""The admin's pane: requests are opened, changed, answered and exported."""

from __future__ import annotations

import contextlib
import stat
from functools import partial
from typing import TYPE_CHECKING

import msgspec
import pytest
from textual.widgets import Button, Input, Tabs

from screens.admin.app import AdminApp
from screens.admin.change import ChangeScreen
from screens.admin.export import ExportScreen
from screens.admin.request_list import RequestList
from screens.admin.requests import RequestsScreen
from tests.support.commands import backup_wizard
from tests.support.data.requests import a_request, public_key, saved
from tests.support.pilot import TRIED_SIZES, said, text, until
from wizard.client import request
from wizard.client.computer import Sender
from wizard.profile import Server
from wizard.server import exports

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot

    from wizard.profile import SchemeKind

AMANDA = a_request()
BOB = msgspec.structs.replace(
    a_request("daemon-over-ssh", name="bobpc", public_key=public_key(2)),
    server=Server(host="files.example.lan", user="bob"),
)


@pytest.fixture
def office(tmp_path: Path) -> Path:
    folder = tmp_path / "requests"
    folder.mkdir()
    for one in (AMANDA, BOB):
        saved(one, folder)
    return folder


@contextlib.asynccontextmanager
async def pane(*paths: Path, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[int]]:
    """The admin's pane over those files and folders."""
    async with AdminApp(paths).run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, RequestsScreen))
        yield pilot


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_a_change_is_shown_told_to_the_user_and_exported(office: Path, size: tuple[int, int], home: Path) -> None:
    async with pane(office, size=size) as pilot:
        await until(pilot, lambda: "amamac" in text(pilot) and "bobpc" in text(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "Access for amamac (amanda)" in text(pilot))
        assert "No changes to the request" in text(pilot)
        await _fill(pilot, "account", "two words")
        await pilot.press("enter")
        await until(pilot, lambda: "contain a space" in said(pilot))
        await _fill(pilot, "account", "backup-amanda")
        await _fill(pilot, "from", "192.0.2.0/24")
        await _fill(pilot, "note", "50 GB")
        pilot.app.screen.query_one("#may").focus()
        await pilot.press("down", "space", "down", "space", "enter")
        await until(pilot, lambda: "can't both be true" in said(pilot))
        await pilot.press("space")
        await until(pilot, lambda: "may delete files in the backup: asked for no → you grant yes" in said(pilot))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, RequestsScreen))
        assert "account: asked for amanda → you grant backup-amanda" in said(pilot)
        assert "± amamac" in text(pilot).replace("±  ", "± ")
        await pilot.press("space", "e")
        await _shows(pilot, "Hello,")
        await _turn_to(pilot, "authorized-keys")
        await _shows(pilot, 'from="192.0.2.0/24"')
        assert "bobpc" not in said(pilot)
        await _turn_to(pilot, "reply")
        await _shows(pilot, "you asked for: amanda; change it in the “Server” step")
        assert "Please note: 50 GB" in said(pilot)
        await _turn_to(pilot, "request")
        await pilot.press("s", "enter")
        await until(pilot, lambda: "Saved as ~/backup-wizard-amamac-request.toml" in said(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, RequestsScreen))
    kept = request.read(home / "backup-wizard-amamac-request.toml")
    assert (kept.server.user, kept.scheme.from_, kept.scheme.allow_delete) == ("backup-amanda", ("192.0.2.0/24",), True)


async def test_all_are_exported_in_every_format_where_none_is_ticked(office: Path) -> None:
    contexts = [exports.context_of_request(one) for one in (AMANDA, BOB)]
    async with pane(office) as pilot:
        await until(pilot, lambda: "Export all 2" in text(pilot))
        await pilot.press("e")
        for format in exports.for_admin(contexts):
            await _turn_to(pilot, format.name)
            await pilot.press("c")
            await until(pilot, partial(_is_on_the_clipboard, pilot, format.render_all(contexts)))
        assert "Request" not in text(pilot)  # of many computers, no one file would be read again
        assert "Copied" not in said(pilot)


async def test_one_may_go_back_and_nothing_is_changed(office: Path) -> None:
    async with pane(office) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChangeScreen))
        await _fill(pilot, "account", "!!")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, RequestsScreen))
        assert "±" not in text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChangeScreen))
        await _fill(pilot, "account", "other")
        await pilot.press("enter")
        await until(pilot, lambda: "± account" in said(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChangeScreen))
        pilot.app.screen.query_one("#as-asked", Button).press()
        await until(pilot, lambda: isinstance(pilot.app.screen, RequestsScreen) and "±" not in text(pilot))


async def test_changes_that_are_in_no_text_yet_are_not_lost_by_one_key(office: Path) -> None:
    async with pane(office) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChangeScreen))
        await pilot.press(*"2", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, RequestsScreen))
        await pilot.press("escape")
        await until(pilot, lambda: "Quit without exporting?" in text(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, RequestsScreen))
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExportScreen))
        await pilot.press("ctrl+q")
        await until(pilot, lambda: pilot.app._exit)


async def test_where_none_is_open_nothing_parts_the_words_from_an_empty_list(tmp_path: Path) -> None:
    async with pane(tmp_path, size=(120, 40)) as pilot:
        await until(pilot, lambda: "No requests yet" in text(pilot))
        assert f"The file *.toml in {tmp_path}" in said(pilot)
        above_buttons = text(pilot).split("Open…")[0].splitlines()[:-2]  # these have borders of their own
        assert all(line.count("│") <= 2 for line in above_buttons)  # the panel's own borders


async def test_requests_are_opened_taken_off_and_refused_in_words(office: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text((office / "amamac.toml").read_text().replace('user = "amanda"', 'user = "-l"'))
    async with pane() as pilot:
        await until(pilot, lambda: "No requests yet" in said(pilot))
        await pilot.press("e", "x", "a")  # nothing to do it with
        for typed, answer in (("", "Type the name"), ("/no/such", "doesn't exist"), (str(bad), "server.user")):
            await pilot.press("o")
            await until(pilot, lambda: pilot.app.screen.query(Input))
            pilot.app.screen.query_one(Input).value = typed
            await pilot.press("enter")
            await until(pilot, lambda answer=answer: answer in said(pilot))  # type: ignore[misc]
            await pilot.press(*(["escape"] if pilot.app.screen.query(Input) else []))
        await pilot.press("o")
        await until(pilot, lambda: pilot.app.screen.query(Input))
        pilot.app.screen.query_one(Input).value = str(office)
        await pilot.press("enter")
        await until(pilot, lambda: "Export all 2" in text(pilot))
        await pilot.press("down", "space")
        await until(pilot, lambda: "Export 1 ticked" in text(pilot))
        await pilot.press("up", "x")
        await until(pilot, lambda: "1 request open" in text(pilot))
        assert "Export 1 ticked" in text(pilot)
        assert pilot.app.screen.query_one(RequestList).ticked == {0}
        await pilot.press("escape")
    assert (office / "amamac.toml").exists()


async def test_what_was_refused_leaves_no_text_of_another_below_it(office: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text((office / "amamac.toml").read_text().replace('user = "amanda"', 'user = "-l"'))
    async with pane(office) as pilot:
        await until(pilot, lambda: "Risk" in text(pilot))
        await pilot.press("o")
        await until(pilot, lambda: pilot.app.screen.query(Input))
        pilot.app.screen.query_one(Input).value = str(bad)
        await pilot.press("enter")
        await until(pilot, lambda: "server.user" in said(pilot))
        await until(pilot, lambda: "Risk" not in text(pilot))
        assert "No requests yet" not in text(pilot)
        await pilot.press("down")
        await until(pilot, lambda: "Risk" in text(pilot))
        assert "server.user" not in said(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChangeScreen))
        await _fill(pilot, "from", "192.0.2.0/24")
        await until(pilot, lambda: "± allowed from" in said(pilot))
        await _fill(pilot, "from", "192.0.2.0/24, !!")
        await until(pilot, lambda: "± allowed from" not in said(pilot))
        assert "Risk: " not in said(pilot)


async def test_the_reply_is_addressed_to_who_sent_the_request(office: Path) -> None:
    sender = Sender("Amanda Example", "amanda", "amamac.example.lan")
    saved(msgspec.structs.replace(AMANDA, sender=sender), office)
    async with pane(office) as pilot:
        await until(pilot, lambda: "Amanda Example (amanda on amamac.example.lan)" in said(pilot))
        await pilot.press("e")
        await _turn_to(pilot, "reply")
        await _shows(pilot, "Hello Amanda Example,")
        assert "Hello bob," in said(pilot)
        await pilot.press("c")
        assert "Amanda Example" not in pilot.app.clipboard.partition("bobpc")[2]


async def test_full_logins_stand_out_among_hundreds(tmp_path: Path) -> None:
    for number in range(200):
        kind: SchemeKind = "login" if number in {120, 199} else "rrsync"
        server = Server(host="files.example.lan", user=f"user{number}")
        saved(a_request(kind, name=f"pc{number:03}", public_key=public_key(number), server=server), tmp_path)
    async with pane(tmp_path) as pilot:
        await until(pilot, lambda: "▲ 2 ask for full access" in text(pilot))
        rows = [row for row in text(pilot).splitlines() if " pc" in row]
        assert ["pc120" in rows[0], "pc199" in rows[1]] == [True, True]
        assert all("▲ login: full access" in row for row in rows[:2])
        assert not any("▲" in row for row in rows[2:])
        assert "Risk" in text(pilot)


async def test_hundreds_are_shown_and_those_that_clash_are_marked(tmp_path: Path) -> None:
    for number in range(400):
        saved(a_request(name=f"pc{number:03}", public_key=public_key(number % 399)), tmp_path)
    async with pane(tmp_path) as pilot:
        await until(pilot, lambda: "Export all 400" in text(pilot))
        assert " ! pc000" in text(pilot)
        assert "pc000 (amanda) and pc399 (amanda): the same key is used twice in one account" in said(pilot)
        await pilot.press("end")
        await until(pilot, lambda: "! pc399" in text(pilot))
        await pilot.press("a", "e")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExportScreen))
        await _turn_to(pilot, "authorized-keys")
        await _shows(pilot, "more lines. Save the text to see them all.")


def test_without_a_terminal_the_text_is_printed(office: Path, tmp_path: Path) -> None:
    contexts = [exports.context_of_request(one) for one in (AMANDA, BOB)]
    printed = backup_wizard("admin", office)
    assert (printed.exit_code, printed.stdout) == (0, exports.FORMATS["text"].render_all(contexts))
    saved_as = tmp_path / "keys"
    written = backup_wizard(
        "admin", office / "amamac.toml", office / "bobpc.toml", "--format", "authorized-keys", "--output", saved_as
    )
    assert (written.exit_code, written.stdout) == (0, "")
    assert saved_as.read_text() == exports.FORMATS["authorized-keys"].render_all(contexts)
    assert stat.S_IMODE(saved_as.stat().st_mode) == 0o600
    twice = backup_wizard("admin", office, office / "amamac.toml", "--format", "authorized-keys")
    assert twice.exit_code == 1
    assert "! amamac (amanda): the same request is open more than once." in twice.stderr
    for arguments in (
        [],
        [office, "--format", "request"],
        [office, "--format", "secrets"],
        [office, tmp_path / "none"],
    ):
        refused = backup_wizard("admin", *arguments)
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert "you can fix this" in refused.stderr


async def _fill(pilot: Pilot[int], id: str, value: str) -> None:
    line = pilot.app.screen.query_one(f"#{id} Input", Input)
    line.focus()
    line.value = value
    await pilot.pause()


async def _turn_to(pilot: Pilot[int], name: str) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, ExportScreen) and pilot.app.screen.query_one(Tabs).active)
    for _ in exports.FORMATS:
        if pilot.app.screen.query_one(Tabs).active == name:
            return
        await pilot.press("right")
    assert pilot.app.screen.query_one(Tabs).active == name


async def _shows(pilot: Pilot[int], part: str) -> None:
    await until(pilot, lambda: part in said(pilot))


def _is_on_the_clipboard(pilot: Pilot[int], expected: str) -> bool:
    return pilot.app.clipboard == expected
