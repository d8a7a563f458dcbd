"""Which of the server's ports answer, and whose fault it is where none does."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from tests.screens.steps.server.server_screen import (
    HOST,
    NEW,
    ask_nobody_while_typing,
    closed_port,
    listener,
    towards,
    typed,
    until_it_stays,
)
from tests.support.pilot import TRIED_SIZES, arrived, at, said, text, until, wizard_at
from wizard.failure import Failure, Kind
from wizard.profile import Server
from wizard.server import kept_facts
from wizard.server.reaching import reachability
from wizard.storage import profiles
from wizard.trouble import diagnose_reaching
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from tests.support.servers.real_sshd import RealSshd
    from wizard.client.ssh.dial import Target


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_a_server_that_answers_is_taken_with_the_keys_alone(sshd: RealSshd, size: tuple[int, int]) -> None:
    async with wizard_at(NEW, Step.SERVER, size=size) as pilot:
        await pilot.press(*HOST, "tab", *"amanda", "tab", *str(sshd.port))
        await until(pilot, lambda: f"✓ {HOST} answers." in text(pilot))
        await pilot.press("enter")
        await arrived(pilot, Step.FINGERPRINT)
    decided = profiles.load("amamac")
    assert decided.server == Server(host=HOST, port=sshd.port, user="amanda")
    known = kept_facts.known(decided)
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


@pytest.mark.parametrize("size", TRIED_SIZES)
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


async def test_another_server_s_facts_are_not_taken_for_this_one_s(sshd: RealSshd) -> None:
    kept_facts.learn(NEW, shell="/bin/rssh", rrsync="")
    async with wizard_at(NEW, Step.SERVER) as pilot:
        await typed(pilot, host=HOST, port=str(sshd.port), user="amanda")
        await pilot.press("enter")
        await arrived(pilot, Step.FINGERPRINT)
    assert (kept_facts.known(NEW).shell, kept_facts.known(NEW).rrsync) == ("", "/usr/bin/rrsync")
    kept_facts.learn(NEW, shell="/bin/fish")
    reachability.remember(
        profiles.load("amamac"), profiles.load("amamac"), reachability.OpenPorts(sshd.port, "SSH-2.0-x", None, 0)
    )
    assert kept_facts.known(NEW).shell == "/bin/fish"


@pytest.mark.parametrize(("field", "value"), [("port", ""), ("host", "localhost"), ("user", "bob")])
async def test_what_is_typed_while_a_server_is_looked_for_is_looked_at_as_well(
    field: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, goes_on = asyncio.Event(), asyncio.Event()

    async def slow(target: Target) -> reachability.OpenPorts:
        asked.set()
        await goes_on.wait()
        return reachability.OpenPorts(target.port, "SSH-2.0-OpenSSH_9.2", None, 0)

    monkeypatch.setattr(reachability, "look", slow)
    ask_nobody_while_typing(monkeypatch)  # what they say would take the place of what is waited for
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

    async def slow(target: Target) -> reachability.OpenPorts:
        asked.set()
        await goes_on.wait()
        return reachability.OpenPorts(target.port, "", Failure(Kind.PORT_CLOSED, str(target)), 0)

    monkeypatch.setattr(reachability, "look", slow)
    monkeypatch.setattr("wizard.trouble.diagnose.is_worth_asking", lambda *_: False)
    ask_nobody_while_typing(monkeypatch)
    async with wizard_at(towards(22), Step.SERVER) as pilot:
        await arrived(pilot, Step.SERVER)
        await pilot.press("ctrl+s")
        await until(pilot, asked.is_set)
        pilot.app.screen.query_one("#port Input", Input).clear()
        await pilot.pause()
        goes_on.set()
        await until(pilot, lambda: f"{HOST}:22 is on, but refused" in said(pilot))
        assert at(pilot) == Step.SERVER
