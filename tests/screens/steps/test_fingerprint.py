"""The fingerprint screen: nothing is taken for the server's own that nobody has vouched for."""

from __future__ import annotations

import asyncio
import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from textual.events import Paste
from textual.widgets import Button, Input

from screens.widgets.choice import Choice
from tests.support import processes
from tests.support.data.profiles import a_profile, towards
from tests.support.pilot import TRIED_SIZES, at, said, text, until, walk, wizard_at
from tests.support.servers.real_sshd import RealSshd
from wizard.client.host_keys import known_hosts
from wizard.profile import Server
from wizard.storage import paths, profiles
from wizard.walk import steps
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from textual.pilot import Pilot

    from wizard.profile import Profile

STRANGER = "SHA256:" + "A" * 43


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealSshd]:
    """A server with a host key of each type, which none of these tests changes."""
    started = RealSshd(tmp_path_factory.mktemp("sshd"), key_types=("ed25519", "ecdsa", "rsa"))
    started.start()
    yield started
    started.end()


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_what_is_shown_is_confirmed_on_purpose_alone(server: RealSshd, size: tuple[int, int]) -> None:
    steps.record(Walk(_new(server), Step.FINGERPRINT, Step.FINGERPRINT))
    left = steps.begin(profiles.load("amamac"))
    async with wizard_at(left.profile, left.step, size=size) as pilot:
        await _until_ready(pilot)
        assert server.fingerprint in text(pilot)
        assert "○ I compared it: it's the same" in text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: walk(pilot).step == Step.SCHEME)
        assert _recorded() == ()
        assert not paths.known_hosts().exists()
        await pilot.press("escape")
        await until(pilot, lambda: at(pilot) == Step.FINGERPRINT)
        await _until_ready(pilot)
        await pilot.press("home", "enter")
        await until(pilot, lambda: walk(pilot).step == Step.SCHEME)
    assert _recorded() == (server.fingerprint,)
    assert known_hosts.trusts(profiles.load("amamac"))


async def test_only_the_type_that_was_compared_is_recorded(server: RealSshd) -> None:
    async with wizard_at(_new(server), Step.FINGERPRINT) as pilot:
        await _until_ready(pilot)
        await pilot.press("shift+tab", "enter")
        await until(pilot, lambda: server.fingerprints[2] in text(pilot))
        assert server.fingerprints[0] not in text(pilot)
        await pilot.press("tab", "tab", "home", "enter")
        await until(pilot, lambda: walk(pilot).step == Step.SCHEME)
    assert _recorded() == (server.fingerprints[2],)
    assert len(paths.known_hosts().read_text().splitlines()) == 1


async def test_a_pasted_fingerprint_of_any_type_is_found(server: RealSshd) -> None:
    ecdsa = server.fingerprints[1]
    async with wizard_at(_new(server), Step.FINGERPRINT) as pilot:
        await _choose_to_paste(pilot)
        await _paste(pilot, f"  256 {ecdsa} root@files.example.lan (ECDSA) ")
        await until(pilot, lambda: walk(pilot).step == Step.SCHEME)
    assert _recorded() == (ecdsa,)


async def test_what_is_no_fingerprint_is_refused_under_its_field(server: RealSshd) -> None:
    async with wizard_at(_new(server), Step.FINGERPRINT) as pilot:
        await _choose_to_paste(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "Paste or type the fingerprint" in said(pilot))
        await _paste(pilot, "MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48")
        await until(pilot, lambda: "old kind (MD5)" in said(pilot))
        assert "Paste or type the fingerprint" not in said(pilot)
        assert at(pilot) == Step.FINGERPRINT


async def test_another_fingerprint_stops_the_walk_until_the_right_one_is_given(server: RealSshd) -> None:
    async with wizard_at(_new(server), Step.FINGERPRINT) as pilot:
        await _choose_to_paste(pilot)
        await _paste(pilot, STRANGER)
        await until(pilot, lambda: "Stop: this isn't the server your admin means" in text(pilot))
        assert f"You sent me the fingerprint\n{STRANGER}" in said(pilot)
        await until(pilot, lambda: _cursor_is_in_sight(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: at(pilot) == Step.SERVER)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: at(pilot) == Step.FINGERPRINT and isinstance(pilot.app.focused, Input))
        pilot.app.screen.query_one(Choice).focus()
        await pilot.press("home", "enter")  # what was pasted isn't undone by saying the contrary
        await until(pilot, lambda: "Stop: this isn't the server" in text(pilot))
        assert not paths.known_hosts().exists()
        pilot.app.screen.query_one(Input).focus()
        await _paste(pilot, server.fingerprint)
        await until(pilot, lambda: walk(pilot).step == Step.SCHEME)
    assert _recorded() == (server.fingerprint,)


async def test_whatever_is_pasted_is_compared_wherever_the_cursor_is(server: RealSshd) -> None:
    async with wizard_at(_new(server), Step.FINGERPRINT) as pilot:
        await _until_ready(pilot)
        pilot.app.post_message(Paste(f"\n\n\nHello Amanda,\n> 256 {server.fingerprint} root@files (ED25519)\n"))
        await until(pilot, lambda: walk(pilot).step == Step.SCHEME)
    assert _recorded() == (server.fingerprint,)


async def test_another_fingerprint_is_refused_wherever_it_is_pasted(server: RealSshd) -> None:
    async with wizard_at(_new(server), Step.FINGERPRINT) as pilot:
        await _choose_to_paste(pilot)
        pilot.app.post_message(Paste(f"\n\nHello Amanda,\n{STRANGER}\n"))
        await until(pilot, lambda: "Stop: this isn't the server" in text(pilot))
        assert pilot.app.screen.query_one(Choice).get_option_at_index(0).disabled
    assert not paths.known_hosts().exists()


async def test_a_server_that_ssh_knows_is_the_same_as_before(server: RealSshd, home: Path) -> None:
    _let_ssh_know(home, server, server.public_host_keys[2])
    async with wizard_at(_new(server), Step.FINGERPRINT) as pilot:
        await _until_ready(pilot)
        assert "● It's the same server as before" in text(pilot)
        assert server.fingerprints[2] in text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: walk(pilot).step == Step.SCHEME)
    assert _recorded() == (server.fingerprints[2],)


async def test_a_server_that_ssh_knows_by_another_key_needs_the_admin(server: RealSshd, home: Path) -> None:
    _let_ssh_know(home, server, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDVs1x0cVGz3ivnFdC1GyVvUlzmnXr3lYgTtnj3rZ1Mb")
    async with wizard_at(_new(server), Step.FINGERPRINT) as pilot:
        await until(pilot, lambda: "has seen that server before, with a different fingerprint" in said(pilot))
        await _until_ready(pilot, Input)
        assert not pilot.app.screen.query(Choice)
        await pilot.press("enter")
        await until(pilot, lambda: "Paste or type the fingerprint" in said(pilot))
        await _paste(pilot, server.fingerprint)
        await until(pilot, lambda: walk(pilot).step == Step.SCHEME)
    assert _recorded() == (server.fingerprint,)


async def test_one_that_was_confirmed_goes_on_with_enter(server: RealSshd) -> None:
    confirmed = (STRANGER, server.fingerprint)
    async with wizard_at(_new(server, confirmed), Step.FINGERPRINT) as pilot:
        await until(pilot, lambda: "was confirmed for this backup" in said(pilot))
        await _until_ready(pilot, Button)
        await pilot.press("enter")
        await until(pilot, lambda: walk(pilot).step == Step.SCHEME)
    assert _recorded() == confirmed
    assert known_hosts.trusts(profiles.load("amamac"))


async def test_a_changed_one_stops_everything(server: RealSshd, home: Path) -> None:
    profile = _new(server, (STRANGER,))
    profiles.save(profile)
    _let_ssh_know(home, server, server.public_host_keys[0])  # what ssh knows is less than what was confirmed
    async with wizard_at(profile, Step.FINGERPRINT) as pilot:
        await until(pilot, lambda: "fingerprint is not the one you confirmed" in said(pilot))
        assert "Was the server set up again?" in said(pilot)
        await _until_ready(pilot, Input)
        await until(pilot, lambda: _cursor_is_in_sight(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "Paste or type the fingerprint" in said(pilot))
        await _paste(pilot, STRANGER)
        await until(pilot, lambda: "Stop: this isn't the server" in said(pilot))
        assert _recorded() == (STRANGER,)
        await _paste(pilot, server.fingerprint)
        await until(pilot, lambda: walk(pilot).step == Step.SCHEME)
    assert _recorded() == (server.fingerprint,)


async def test_a_server_that_is_off_is_explained_and_tried_again(sshd: RealSshd) -> None:
    sshd.end()
    async with wizard_at(_new(sshd), Step.FINGERPRINT) as pilot:
        await until(pilot, lambda: "refused the connection" in said(pilot))
        await _until_ready(pilot, Button)
        assert "Try again" in text(pilot)
        sshd.start()
        await pilot.press("enter")
        await _until_ready(pilot)
        assert "refused the connection" not in said(pilot)
        assert "Continue" in text(pilot)


@pytest.mark.parametrize("way_out", ["escape", "ctrl+q"])
async def test_the_wait_for_a_silent_server_can_be_stopped_and_leaves_nothing_running(way_out: str) -> None:
    async with _server_that_only_greets() as port:
        profile = a_profile(server=Server(host="127.0.0.1", port=port, user="amanda"))
        async with wizard_at(profile, Step.FINGERPRINT) as pilot:
            await until(pilot, _is_asking)
            assert "Asking 127.0.0.1 for its fingerprint" in text(pilot)
            await pilot.press(way_out)
            await until(pilot, lambda: at(pilot) == Step.SERVER or pilot.app.return_code == 0)
            await until(pilot, lambda: not _is_asking())


async def test_a_folder_that_can_t_be_made_confirms_nothing(server: RealSshd, home: Path) -> None:
    (home / ".config").write_text("a file where a folder should be")
    async with wizard_at(_new(server), Step.FINGERPRINT) as pilot:
        await _until_ready(pilot)
        await pilot.press("home", "enter")
        await until(pilot, lambda: "You can fix this" in said(pilot))
        assert walk(pilot).profile.server.host_keys == ()


def _new(sshd: RealSshd, host_keys: tuple[str, ...] = ()) -> Profile:
    profile = towards(sshd)
    return msgspec.structs.replace(profile, server=msgspec.structs.replace(profile.server, host_keys=host_keys))


def _let_ssh_know(home: Path, sshd: RealSshd, key: str) -> None:
    (home / ".ssh").mkdir()
    (home / ".ssh/known_hosts").write_text(f"[{sshd.host}]:{sshd.port} {key}\n")


async def _until_ready(pilot: Pilot[int], kind: type[Choice | Input | Button] = Choice) -> None:
    forward = pilot.app.screen.query_one("#forward", Button)
    await until(pilot, lambda: isinstance(pilot.app.focused, kind) and not forward.disabled)


async def _choose_to_paste(pilot: Pilot[int]) -> None:
    await _until_ready(pilot)
    await pilot.press("home", "down", "enter")
    await until(pilot, lambda: isinstance(pilot.app.focused, Input))


async def _paste(pilot: Pilot[int], fingerprint: str) -> None:
    await _until_ready(pilot, Input)
    line = pilot.app.screen.query_one(Input)
    line.clear()
    pilot.app.post_message(Paste(fingerprint))
    await until(pilot, lambda: line.value == fingerprint)
    await pilot.press("enter")


def _cursor_is_in_sight(pilot: Pilot[int]) -> bool:
    focused, content = pilot.app.focused, pilot.app.screen.query_one("#content")
    return focused is not None and content.region.contains_region(focused.region)


def _recorded() -> tuple[str, ...]:
    return profiles.load("amamac").server.host_keys


@contextlib.asynccontextmanager
async def _server_that_only_greets() -> AsyncIterator[int]:
    over = asyncio.Event()

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-Silence\r\n")
        await over.wait()
        writer.close()

    listening = await asyncio.start_server(greet, "127.0.0.1", 0)
    yield listening.sockets[0].getsockname()[1]
    over.set()
    listening.close()
    await listening.wait_closed()


def _is_asking() -> bool:
    return any("ssh-keyscan" in _command(pid) for pid in processes.descendants(os.getpid()))


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""
