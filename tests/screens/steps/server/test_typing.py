"""A name, a port and a username are checked under their lines, and kept."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from screens.framed_screen import FramedScreen
from tests.screens.steps.server.server_screen import (
    HOST,
    NEW,
    ask_nobody_while_typing,
    closed_port,
    towards,
    typed,
    until_it_stays,
)
from tests.support.data.profiles import FINGERPRINT
from tests.support.pilot import arrived, said, text, until, walk, wizard_at
from tests.support.quick import sampled
from wizard.server.reaching import reachability
from wizard.storage import profiles
from wizard.walk import steps
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from tests.support.servers.real_sshd import RealSshd
    from wizard.client.ssh.dial import Target
    from wizard.trouble.telling import ExplainedFailure


@pytest.mark.parametrize(
    "host", sampled.first(2, ["-oProxyCommand=x", "two words", "it's", '"files"', "$(id)", "a/b", "me@files:b"])
)
async def test_what_is_no_name_is_refused_under_its_line(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reachability, "look", None)  # nobody is to be asked for it
    ask_nobody_while_typing(monkeypatch)
    async with wizard_at(towards(22), Step.SERVER) as pilot:
        await typed(pilot, host=host)
        await pilot.press("enter")
        await until_it_stays(pilot, "a folder or slashes" if set(host) & set("/@") else "A server name has only")
        assert pilot.app.focused is pilot.app.screen.query_one("#host Input")


@pytest.mark.parametrize("port", sampled.first(2, ["65536", "ssh", "", "0", "-1"]))
async def test_what_is_no_port_is_refused_under_its_line(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(target: Target) -> reachability.OpenPorts:
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


async def test_enter_counts_from_the_moment_that_a_failure_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    show, may_end, shown = FramedScreen._show_told, asyncio.Event(), []

    async def show_slowly(screen: FramedScreen, told: ExplainedFailure) -> None:
        await show(screen, told)
        shown.append(told)
        await may_end.wait()

    monkeypatch.setattr(FramedScreen, "_show_told", show_slowly)
    monkeypatch.setattr("screens.framed_screen._TYPED_ON_SECONDS", -1)
    ask_nobody_while_typing(monkeypatch)
    async with wizard_at(towards(closed_port()), Step.SERVER) as pilot:
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "refused the connection" in said(pilot))
        await pilot.press("ctrl+s")
        may_end.set()
        await until(pilot, lambda: len(shown) == 2)


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
