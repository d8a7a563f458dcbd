"""The server: its name, its port and the account, and which of its doors answer."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from tests.support import processes, programs
from tests.support.data.profiles import FINGERPRINT, a_profile
from tests.support.pilot import SIZES, arrived, at, said, text, until, walk, wizard_at
from wizard.failure import Failure, Kind
from wizard.profile import Profile, SchemeSettings, Server
from wizard.schemes.parts import over_network
from wizard.server import facts
from wizard.server.reaching import reachability
from wizard.storage import profiles
from wizard.trouble import diagnose_reaching
from wizard.walk import steps
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.support.servers.real_sshd import RealSshd

HOST = "127.0.0.1"
NEW = Profile(name="amamac", folders=("/home/amanda/Documents",))
GREYED = "The server doesn't accept ssh connections."


def towards(port: int, **changes: object) -> Profile:
    return a_profile(server=Server(host=HOST, user="amanda", port=port, host_keys=(FINGERPRINT,)), **changes)


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@pytest.fixture(autouse=True)
def usual_port(monkeypatch: pytest.MonkeyPatch) -> int:
    """Where rsync's service is looked for: a port at which nothing answers."""
    port = closed_port()
    monkeypatch.setattr(over_network, "USUAL_PORT", port)
    return port


@pytest.fixture
def rsyncd(tmp_path: Path) -> Iterator[int]:
    """The port of a real rsync daemon."""
    config, port = tmp_path / "rsyncd.conf", closed_port()
    config.write_text("")
    argv = [programs.require("rsync"), "--daemon", "--no-detach", f"--address={HOST}", f"--port={port}"]
    process = subprocess.Popen(
        [*argv, f"--config={config}", "--log-file=/dev/stderr"],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr
        assert any("listening on port" in line for line in process.stderr)
        yield port
    finally:
        processes.end(process)


@contextlib.asynccontextmanager
async def listener(says: bytes) -> AsyncIterator[int]:
    """A port that says something else than ssh, or with nothing to say keeps silent."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(says)
        if not says:
            await reader.read()
        writer.close()

    server = await asyncio.start_server(answer, HOST, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def typed(pilot: Pilot[int], **values: str) -> None:
    for field, value in values.items():
        line = pilot.app.screen.query_one(f"#{field} Input", Input)
        line.focus()
        line.clear()
        await pilot.press(*value)


def _ask_nobody_while_typing(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a slow machine the server would be looked for by its first letters."""
    monkeypatch.setattr("screens.steps.server.screen._TYPING_PAUSE_SECONDS", 3600)


async def until_it_stays(pilot: Pilot[int], words: str) -> None:
    await until(pilot, lambda: words in said(pilot))
    assert at(pilot) == Step.SERVER
    assert profiles.names() == []


@pytest.mark.parametrize("size", SIZES)
async def test_a_server_that_answers_is_taken_with_the_keys_alone(sshd: RealSshd, size: tuple[int, int]) -> None:
    async with wizard_at(NEW, Step.SERVER, size=size) as pilot:
        await pilot.press(*HOST, "tab", "backspace", "backspace", *str(sshd.port), "tab", *"amanda")
        await until(pilot, lambda: f"✓ {HOST} answers." in text(pilot))
        await pilot.press("enter")
        await arrived(pilot, Step.FINGERPRINT)
    decided = profiles.load("amamac")
    assert decided.server == Server(host=HOST, port=sshd.port, user="amanda")
    known = facts.known(decided)
    assert (known.ssh_open, known.ssh_port, known.daemon_open) == (True, sshd.port, False)
    assert known.openssh_version is not None
    assert known.openssh_version > (6, 0)


async def test_an_unknown_name_is_told_before_and_after_enter(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    async with wizard_at(NEW, Step.SERVER) as pilot:
        await typed(pilot, host="files.example.lan", user="amanda")
        await until_it_stays(pilot, "! Can't find a server called files.example.lan.")
        await pilot.press("enter")
        await until_it_stays(pilot, "✗ Can't find a server called files.example.lan.")
        await until(pilot, lambda: "You can fix this." in text(pilot))


@pytest.mark.parametrize("size", SIZES)
async def test_a_closed_port_is_the_admins(size: tuple[int, int]) -> None:
    port = str(closed_port())
    async with wizard_at(NEW, Step.SERVER, size=size) as pilot:
        await typed(pilot, host=HOST, port=port, user="amanda")
        await pilot.press("enter")
        await until_it_stays(pilot, f"✗ {HOST}:{port} is on, but refused the connection.")
        await until(pilot, lambda: "Your admin needs to fix this." in text(pilot))
        assert "Is sshd running" in said(pilot)


async def test_why_it_fails_is_asked_of_the_server_that_is_typed(
    sshd: RealSshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diagnose_reaching, "_has_network", lambda: True)
    monkeypatch.setattr(diagnose_reaching, "SSH_PORT", sshd.port)
    async with wizard_at(towards(sshd.port), Step.SERVER) as pilot:
        await typed(pilot, port=str(closed_port()))
        await pilot.press("enter")
        await until_it_stays(pilot, f"It does answer on port {sshd.port} of {HOST}.")


async def test_another_service_is_not_taken_for_ssh() -> None:
    async with listener(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port, wizard_at(NEW, Step.SERVER) as pilot:
        await typed(pilot, host=HOST, port=str(port), user="amanda")
        await pilot.press("enter")
        await until_it_stays(pilot, f"✗ What answers at {HOST}:{port} is not an ssh server.")


@pytest.mark.parametrize("host", ["two words", "it's", '"files"', "-oProxyCommand=x", "$(id)", "a/b", "me@files"])
async def test_what_is_no_name_is_refused_under_its_line(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reachability, "look", None)  # nobody is to be asked for it
    _ask_nobody_while_typing(monkeypatch)
    async with wizard_at(towards(22), Step.SERVER) as pilot:
        await typed(pilot, host=host)
        await pilot.press("enter")
        await until_it_stays(pilot, "a folder or slashes" if set(host) & set("/@") else "A server name has only")
        assert pilot.app.focused is pilot.app.screen.query_one("#host Input")


@pytest.mark.parametrize("port", ["0", "65536", "-1", "ssh", ""])
async def test_what_is_no_port_is_refused_under_its_line(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(host: str, port: int) -> reachability.Doors:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(reachability, "look", never)
    async with wizard_at(towards(22), Step.SERVER) as pilot:
        await typed(pilot, port=port)
        await pilot.press("enter")
        await until_it_stays(pilot, "usually 22")


async def test_all_complaints_stand_and_the_first_line_has_the_cursor() -> None:
    async with wizard_at(NEW, Step.SERVER) as pilot:
        await typed(pilot, user="-l")
        await pilot.press("enter")
        await until_it_stays(pilot, "Type the server's name")
        assert "can't start with a dash" in said(pilot)
        assert pilot.app.focused is pilot.app.screen.query_one("#host Input")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("at_the_usual_port", [True, False])
async def test_where_only_rsyncs_own_service_answers_she_can_go_on_with_it(
    rsyncd: int, at_the_usual_port: bool, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    if at_the_usual_port:
        monkeypatch.setattr(over_network, "USUAL_PORT", rsyncd)
    port = closed_port() if at_the_usual_port else rsyncd
    async with wizard_at(NEW, Step.SERVER, size=size) as pilot:
        await typed(pilot, host=HOST, port=str(port), user="amanda")
        await until(pilot, lambda: "doesn't accept ssh connections, but its backup service (rsync)" in said(pilot))
        assert "would be sent unencrypted" in said(pilot)
        await pilot.press("enter")
        await arrived(pilot, Step.SCHEME)
        await until(pilot, lambda: "● The server's plain backup service" in text(pilot))
        assert text(pilot).count(GREYED) == 4
    decided = profiles.load("amamac")
    assert decided.scheme.kind == "daemon"
    assert over_network.port(decided) == rsyncd
    assert (facts.known(decided).ssh_open, facts.known(decided).daemon_port) == (False, rsyncd)


async def test_the_usual_ssh_port_stays_in_the_profile_beside_rsyncs_usual_one(
    rsyncd: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(over_network, "USUAL_PORT", rsyncd)
    seen = reachability.Doors(22, "", None, 0)
    found = reachability.Doors(22, "", Failure(Kind.PORT_CLOSED), rsyncd)
    assert reachability.with_what_is_left(NEW, seen) is NEW
    assert reachability.with_what_is_left(NEW, found).server.port == 22


async def test_a_scheme_without_ssh_is_left_when_ssh_answers_too(sshd: RealSshd, rsyncd: int) -> None:
    profile = towards(sshd.port, scheme=SchemeSettings(kind="daemon"))
    async with wizard_at(profile, Step.SERVER) as pilot:
        await pilot.press("enter")
        await arrived(pilot, Step.SCHEME)
    assert profiles.load("amamac").scheme.kind == "daemon"


async def test_a_silent_service_keeps_nobody_waiting_who_uses_ssh(
    sshd: RealSshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reachability._DAEMON_SECONDS <= 2
    monkeypatch.setattr(reachability, "_DAEMON_SECONDS", 0.05)
    async with listener(b"") as silent:
        monkeypatch.setattr(over_network, "USUAL_PORT", silent)
        async with asyncio.timeout(5):
            found = await reachability.look(HOST, sshd.port)
    assert found.failure is None
    assert found.daemon_port == 0


async def test_another_server_s_facts_are_not_taken_for_this_one_s(sshd: RealSshd) -> None:
    facts.learn(NEW, shell="/bin/rssh", rrsync="")
    async with wizard_at(NEW, Step.SERVER) as pilot:
        await typed(pilot, host=HOST, port=str(sshd.port), user="amanda")
        await pilot.press("enter")
        await arrived(pilot, Step.FINGERPRINT)
    assert (facts.known(NEW).shell, facts.known(NEW).rrsync) == ("", "/usr/bin/rrsync")
    facts.learn(NEW, shell="/bin/fish")
    reachability.remember(
        profiles.load("amamac"), profiles.load("amamac"), reachability.Doors(sshd.port, "SSH-2.0-x", None, 0)
    )
    assert facts.known(NEW).shell == "/bin/fish"


async def test_a_confirmed_fingerprint_goes_only_with_the_server_it_belongs_to(sshd: RealSshd) -> None:
    async with wizard_at(towards(sshd.port), Step.SERVER) as pilot:
        await typed(pilot, user="bertha")
        await pilot.press("enter")
        await arrived(pilot, Step.FINGERPRINT)
        assert walk(pilot).profile.server.host_keys == (FINGERPRINT,)
        await pilot.press("escape")
        await arrived(pilot, Step.SERVER)
        await typed(pilot, host="localhost")
        await pilot.press("enter")
        await until(pilot, lambda: walk(pilot).profile.server.host == "localhost")
        await arrived(pilot, Step.FINGERPRINT)
        assert walk(pilot).profile.server.host_keys == ()


async def test_back_checks_nothing_and_keeps_what_was_typed() -> None:
    async with wizard_at(NEW, Step.SERVER) as pilot:
        await typed(pilot, host="two words", port="0", user="-x")
        await pilot.press("escape")
        await arrived(pilot, Step.FOLDERS)
        assert walk(pilot).profile == NEW
        await pilot.press("ctrl+q")
        draft = pilot.app.context.drafts.of("amamac", Step.SERVER)  # type: ignore[attr-defined]
        assert draft == {"host": "two words", "port": "0", "user": "-x"}
    assert profiles.names() == []


async def test_the_walk_goes_on_at_the_server_with_what_was_decided(sshd: RealSshd) -> None:
    steps.record(steps.Walk(towards(sshd.port), Step.SERVER, Step.SERVER))
    left = steps.begin(profiles.load("amamac"))
    async with wizard_at(left.profile, left.step) as pilot:
        await until(pilot, lambda: f"✓ {HOST} answers." in text(pilot))
        assert str(sshd.port) in text(pilot)
        assert "amanda" in text(pilot)


@pytest.mark.parametrize(("field", "value"), [("port", ""), ("host", "localhost"), ("user", "bob")])
async def test_what_is_typed_while_a_server_is_looked_for_is_looked_at_as_well(
    field: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, goes_on = asyncio.Event(), asyncio.Event()

    async def slow(host: str, port: int) -> reachability.Doors:
        asked.set()
        await goes_on.wait()
        return reachability.Doors(port, "SSH-2.0-OpenSSH_9.2", None, 0)

    monkeypatch.setattr(reachability, "look", slow)
    async with wizard_at(towards(22), Step.SERVER) as pilot:
        await arrived(pilot, Step.SERVER)
        await pilot.press("ctrl+s")
        await until(pilot, asked.is_set)
        pilot.app.screen.query_one(f"#{field} Input", Input).value = value
        await pilot.pause()
        goes_on.set()
        await until(pilot, lambda: "You changed something during the check" in said(pilot))
        assert at(pilot) == Step.SERVER
        assert profiles.names() == []


async def test_a_failure_is_told_of_the_server_that_was_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, goes_on = asyncio.Event(), asyncio.Event()

    async def slow(host: str, port: int) -> reachability.Doors:
        asked.set()
        await goes_on.wait()
        return reachability.Doors(port, "", Failure(Kind.PORT_CLOSED, f"{host}:{port}"), 0)

    monkeypatch.setattr(reachability, "look", slow)
    monkeypatch.setattr("wizard.trouble.diagnose.is_worth_asking", lambda *_: False)
    async with wizard_at(towards(22), Step.SERVER) as pilot:
        await arrived(pilot, Step.SERVER)
        await pilot.press("ctrl+s")
        await until(pilot, asked.is_set)
        pilot.app.screen.query_one("#port Input", Input).clear()
        await pilot.pause()
        goes_on.set()
        await until(pilot, lambda: f"{HOST}:22 is on, but refused" in said(pilot))
        assert at(pilot) == Step.SERVER
