"""The hand-over: the admin's text, and the moment when the server lets this computer in."""

from __future__ import annotations

import contextlib
import stat
from io import StringIO
from types import SimpleNamespace
from typing import TYPE_CHECKING

import msgspec
import pytest
from textual.widgets import Input, Tabs

from screens.app import WizardApp
from screens.dialogs.passphrase import PassphraseScreen
from screens.dialogs.save_text import SaveTextScreen
from tests.screens.at_the_server import arrive, clients, none_left
from tests.support.data.profiles import a_profile
from tests.support.pilot import TRIED_SIZES, at, said, text, until, walk, wizard_at
from wizard.client.keys import daemon_password, protected_key
from wizard.client.keys.secrets import Secret
from wizard.profile import Key, SchemeSettings, Server
from wizard.storage import profiles
from wizard.walk import steps
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.screens.at_the_server import Place
    from tests.support.secret_service import SecretService
    from tests.support.servers.real_sshd import RealSshd

NOT_YET = "doesn't accept this computer yet"
LET_IN = "The server accepts this computer."


@pytest.fixture
def place(sshd: RealSshd, sample_folder: Path) -> Place:
    return arrive(sshd, sample_folder)


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_once_the_admin_has_acted_enter_goes_on(place: Place, size: tuple[int, int]) -> None:
    async with wizard_at(place.profile, Step.HAND_OVER, size=size, server_facts=place.facts) as pilot:
        await until(pilot, lambda: NOT_YET in said(pilot))
        place.let_in()
        await until(pilot, lambda: LET_IN in text(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: walk(pilot).step == Step.SECURITY_CHECK)
    assert steps.begin(place.profile).step == Step.SECURITY_CHECK


async def test_the_text_is_sent_to_the_clipboard_as_it_is(place: Place) -> None:
    async with wizard_at(place.profile, Step.HAND_OVER, server_facts=place.facts) as pilot:
        await until(pilot, lambda: NOT_YET in text(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "Sent to the terminal's clipboard" in text(pilot))
        assert "Copied" not in said(pilot)
        assert pilot.app.clipboard == place.text("text")
        await pilot.press("right", "c")
        await until(pilot, lambda: pilot.app.clipboard == place.text("authorized-keys"))
        await pilot.press("p")  # this terminal, a test's, is one that can't step aside
        await until(pilot, lambda: "has no plain view" in text(pilot))


async def test_a_key_line_that_is_selected_with_the_mouse_is_one_line(place: Place) -> None:
    # One screen high enough for all of the line.
    async with wizard_at(place.profile, Step.HAND_OVER, size=(120, 60), server_facts=place.facts) as pilot:
        await pilot.press("right")
        await until(pilot, lambda: "restrict,command=" in text(pilot) and NOT_YET in text(pilot))
        rows = text(pilot).splitlines()
        first = next(y for y, row in enumerate(rows) if "restrict,command=" in row)
        last = next(y for y, row in enumerate(rows) if "# backup-wizard end" in row)
        assert last - first > 2
        column = rows[first].index("restrict")
        await pilot.mouse_down(offset=(column, first))
        await pilot.hover(offset=(column, last))
        await pilot.mouse_up(offset=(column, last))
        selected = (pilot.app.screen.get_selected_text() or "").splitlines()
    assert selected[0] == next(line for line in place.text().splitlines() if line.startswith("restrict"))


async def test_the_text_is_saved_once_and_never_over_another_file(place: Place, home: Path) -> None:
    saved = home / "backup-wizard-amamac-text.txt"
    async with wizard_at(place.profile, Step.HAND_OVER, server_facts=place.facts) as pilot:
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SaveTextScreen))
        await pilot.press("enter")
        await until(pilot, lambda: "Saved as ~/backup-wizard-amamac-text.txt" in said(pilot))
        assert saved.read_text() == place.text("text")
        assert stat.S_IMODE(saved.stat().st_mode) == 0o600
        saved.write_text("mine")
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SaveTextScreen))
        line = pilot.app.screen.query_one(Input)
        assert line.value == "~/backup-wizard-amamac-text-2.txt"
        line.value = "~/backup-wizard-amamac-text.txt"
        await pilot.press("enter")
        await until(pilot, lambda: "✗ ~/backup-wizard-amamac-text.txt already exists" in said(pilot))
        assert saved.read_text() == "mine"
        await pilot.press("escape")
        await until(pilot, lambda: at(pilot) == Step.HAND_OVER)


async def test_the_plain_view_leaves_the_text_alone_on_the_terminal(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = SimpleNamespace(stdin=StringIO("\n"), stdout=StringIO())
    monkeypatch.setattr("screens.widgets.exports.export_pane.sys", terminal)
    monkeypatch.setattr(WizardApp, "suspend", lambda _: contextlib.nullcontext())
    async with wizard_at(place.profile, Step.HAND_OVER, server_facts=place.facts) as pilot:
        await until(pilot, lambda: pilot.app.screen.query("#plain"))
        await pilot.press("p")
        await until(pilot, terminal.stdout.getvalue)
    written = terminal.stdout.getvalue()
    assert written.strip().startswith(place.text("text").strip())
    assert written.endswith("Press Enter to continue. \x1b[A\x1b[2K")


async def test_a_place_that_can_t_be_saved_to_is_told_under_the_line(place: Place) -> None:
    async with wizard_at(place.profile, Step.HAND_OVER, server_facts=place.facts) as pilot:
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SaveTextScreen))
        for typed, complaint in (
            ("note.txt", "Type the full path"),
            ("~nobody-of-that-name/x", "no user with that name"),
            ("/no/such/folder/x", "The folder for"),
            ("/etc/", "Type the full path"),
            ("/etc", "won't be overwritten"),
            ("", "Type the full path"),
        ):
            pilot.app.screen.query_one(Input).value = typed
            await pilot.press("enter")
            await until(pilot, lambda complaint=complaint: complaint in text(pilot))  # type: ignore[misc]
            assert isinstance(pilot.app.screen, SaveTextScreen)


async def test_a_password_is_hidden_until_it_is_shown_and_its_file_says_so(
    secret_service: SecretService, home: Path
) -> None:
    server = Server(host="127.0.0.1", port=1, user="amanda", root="/srv/backup")
    profile = a_profile(server=server, scheme=SchemeSettings(kind="daemon", module="amanda"))
    async with wizard_at(profile, Step.HAND_OVER) as pilot:
        await until(pilot, lambda: "tab “Secrets”" in said(pilot))
        fetched = daemon_password.fetch(profile)
        assert fetched
        password = fetched.reveal()
        await until(pilot, lambda: pilot.app.screen.query(Tabs))
        tabs = pilot.app.screen.query_one(Tabs)
        while tabs.active != "secrets":
            assert password not in said(pilot)
            await pilot.press("right")
        await until(pilot, lambda: "amanda:********" in text(pilot))
        await pilot.press("c")
        await until(pilot, lambda: "Choose “Show” first" in said(pilot))
        assert not pilot.app.clipboard
        await pilot.press("v")
        await until(pilot, lambda: f"amanda:{password}" in said(pilot))
        await pilot.press("c")
        assert password in pilot.app.clipboard
        await pilot.press("left", "right")
        await until(pilot, lambda: "amanda:********" in said(pilot) and password not in said(pilot))
        await pilot.press("s")
        await until(pilot, lambda: "Only you can read it (mode 0600)" in said(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "It contains a password, and only you can read it (mode 0600)" in said(pilot))
    saved = home / "backup-wizard-amamac-secrets.txt"
    assert saved.read_text().endswith(f"\namanda:{password}\n")
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600


async def test_going_on_too_early_stays_and_says_what_it_waits_for(place: Place) -> None:
    async with wizard_at(place.profile, Step.HAND_OVER, server_facts=place.facts) as pilot:
        await until(pilot, lambda: NOT_YET in text(pilot))
        pilot.app.workers.cancel_group(pilot.app.screen, "look")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "This step waits for your admin" in text(pilot))
        assert walk(pilot).step == Step.HAND_OVER
        assert "Apply as the admin" not in text(pilot)
        await pilot.press("a")
        assert place.sshd.authorized_keys.read_text() == ""


async def test_a_server_that_is_away_for_a_while_is_waited_for(place: Place) -> None:
    place.let_in()
    place.sshd.end()
    async with wizard_at(place.profile, Step.HAND_OVER, server_facts=place.facts) as pilot:
        await until(pilot, lambda: "refused the connection" in said(pilot))
        place.sshd.start()
        await until(pilot, lambda: LET_IN in text(pilot))


async def test_a_changed_host_key_stops_everything_until_one_looks_again(place: Place) -> None:
    place.let_in()
    place.sshd.change_host_keys()
    async with wizard_at(place.profile, Step.HAND_OVER, server_facts=place.facts) as pilot:
        await until(pilot, lambda: "Stop here. Nothing was sent" in said(pilot))
        await until(pilot, lambda: not _is_working(pilot, "look"))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: not _is_working(pilot, "forward"))
        assert walk(pilot).step == Step.HAND_OVER
        assert not _is_working(pilot, "look")


async def test_in_a_demo_one_key_does_the_admin_s_part(place: Place) -> None:
    async with wizard_at(
        place.profile, Step.HAND_OVER, server_facts=place.facts, apply_as_admin=lambda _, text: place.sshd.install(text)
    ) as pilot:
        await until(pilot, lambda: NOT_YET in text(pilot))
        await pilot.press("a")
        await until(pilot, lambda: LET_IN in text(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: walk(pilot).step == Step.SECURITY_CHECK)


async def test_leaving_ends_the_sign_in_and_the_walk_goes_on_here(place: Place) -> None:
    place.let_in(place.stalled())
    steps.record(Walk(place.profile, Step.HAND_OVER, Step.HAND_OVER))
    async with wizard_at(place.profile, Step.HAND_OVER, server_facts=place.facts) as pilot:
        await until(pilot, clients)
        await pilot.press("ctrl+q")
    await none_left()
    assert steps.begin(place.profile).step == Step.HAND_OVER


async def test_a_passphrase_not_given_can_be_given_later(place: Place) -> None:
    profile = msgspec.structs.replace(place.profile, key=Key(protection="ask", file="~/.ssh/asks"))
    protected_key.ensure(profile, Secret("open sesame"))
    profiles.save(profile)
    place.let_in(place.text(profile=profile))
    async with wizard_at(profile, Step.HAND_OVER, server_facts=place.facts) as pilot:
        await until(pilot, lambda: _is_asked(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "needs your key's passphrase" in said(pilot))
        await pilot.press("l")
        await until(pilot, lambda: _is_asked(pilot))
        await pilot.press(*"open", "space", *"sesame", "enter")
        await until(pilot, lambda: LET_IN in text(pilot))


async def test_without_a_key_there_is_nothing_to_send(place: Place) -> None:
    place.profile.key_path.with_suffix(".pub").unlink()
    async with wizard_at(place.profile, Step.HAND_OVER, server_facts=place.facts) as pilot:
        await until(pilot, lambda: "There is no key" in said(pilot))
        await pilot.press("c", "s", "ctrl+s")
        await until(pilot, lambda: "There is no key" in said(pilot))
        assert walk(pilot).step == Step.HAND_OVER


def _is_working(pilot: Pilot[int], group: str) -> bool:
    return any(worker.is_running for worker in pilot.app.workers if worker.group == group)


def _is_asked(pilot: Pilot[int]) -> bool:
    return isinstance(pilot.app.screen, PassphraseScreen) and isinstance(pilot.app.focused, Input)
