"""A name that the person's ssh settings know is offered as what it stands for, and used only after a yes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from textual.widgets import Input

from tests.screens.steps.server.server_screen import HOST, NEW, ask_nobody_while_typing, typed
from tests.screens.steps.server.test_parts_typed_with_the_name import in_lines
from tests.support.pilot import TRIED_SIZES, arrived, said, until, wizard_at
from tests.support.plain import Person, decided
from wizard.failure import Failure, Kind
from wizard.profile import Server
from wizard.server.reaching import reachability
from wizard.storage import profiles
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers.real_sshd import RealSshd
    from wizard.client.ssh.dial import Target


@pytest.fixture
def looked_for(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The servers that are looked for, none of which is there."""
    found: list[str] = []

    async def look(target: Target) -> reachability.OpenPorts:
        found.append(f"{target} through {target.jump}" if target.jump else str(target))
        return reachability.OpenPorts(target.port, "", Failure(Kind.NAME_UNKNOWN, target.host), 0)

    monkeypatch.setattr(reachability, "look", look)
    monkeypatch.setattr("wizard.trouble.diagnose.is_worth_asking", lambda *_: False)
    ask_nobody_while_typing(monkeypatch)
    return found


def settings(home: Path, port: int, more: str = "") -> None:
    file = home / ".ssh/config"
    file.parent.mkdir(mode=0o700, exist_ok=True)
    file.write_text(f"Host nas\n  HostName {HOST}\n  Port {port}\n  User joe\n  {more}\n")
    file.chmod(0o600)


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_it_is_used_after_a_yes(sshd: RealSshd, home: Path, size: tuple[int, int]) -> None:
    settings(home, sshd.port, "IdentityFile /keys/other")
    async with wizard_at(NEW, Step.SERVER, size=size) as pilot:
        await typed(pilot, host="nas")
        await pilot.press("enter")
        await until(pilot, lambda: f"know “nas” as joe on {HOST}, port {sshd.port}." in said(pilot))
        assert "Nothing else of these settings is used." in said(pilot)
        await pilot.press("shift+tab", "enter")
        await arrived(pilot, Step.FINGERPRINT)
    assert profiles.load("amamac").server == Server(host=HOST, port=sshd.port, user="joe")


async def test_a_no_keeps_what_was_typed_and_is_not_asked_again(home: Path, looked_for: list[str]) -> None:
    settings(home, 2222)
    async with wizard_at(NEW, Step.SERVER) as pilot:
        await typed(pilot, host="nas", user="amanda")
        await pilot.press("enter")
        await until(pilot, lambda: "as amanda on" in said(pilot))  # what was typed comes first
        await pilot.press("enter")
        await until(pilot, lambda: looked_for == ["nas:22"])
        await until(pilot, lambda: "Can't find a server called nas." in said(pilot))
        assert in_lines(pilot) == ("nas", "22", "amanda")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: looked_for == ["nas:22", "nas:22"])


async def test_a_way_that_we_can_not_go_is_told(home: Path, looked_for: list[str]) -> None:
    settings(home, 2222, "ProxyCommand nc %h %p")
    async with wizard_at(NEW, Step.SERVER) as pilot:
        await typed(pilot, host="nas")
        await pilot.press("enter")
        await until(pilot, lambda: "through “nc %h %p”, which backup-wizard can't do: it would connect" in said(pilot))
        assert looked_for == []
        await pilot.press("shift+tab", "enter")
        await until(pilot, lambda: looked_for == [f"{HOST}:2222"])


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_a_jump_host_is_offered_as_well_and_has_a_line_then(
    home: Path, looked_for: list[str], size: tuple[int, int]
) -> None:
    settings(home, 2222, "ProxyJump amanda@bastion:2200")
    async with wizard_at(NEW, Step.SERVER, size=size) as pilot:
        assert not pilot.app.screen.query_one("#jump").display
        await typed(pilot, host="nas")
        await pilot.press("enter")
        await until(pilot, lambda: f"as joe on {HOST}, port 2222, through amanda@bastion:2200." in said(pilot))
        await pilot.press("shift+tab", "enter")
        await until(pilot, lambda: looked_for == [f"{HOST}:2222 through amanda@bastion:2200"])
        assert pilot.app.screen.query_one("#jump Input", Input).value == "amanda@bastion:2200"
        await typed(pilot, jump="bastion")
        await pilot.press("enter")
        await until(pilot, lambda: "Write the jump host as user@host" in said(pilot))
        await typed(pilot, jump="")
        await pilot.press("enter")
        await until(pilot, lambda: looked_for[1:] == [f"{HOST}:2222"])


async def test_a_jump_host_of_the_profile_is_shown_and_kept(looked_for: list[str]) -> None:
    server = Server(host=HOST, user="amanda", jump="amanda@bastion")
    async with wizard_at(msgspec.structs.replace(NEW, server=server), Step.SERVER) as pilot:
        assert pilot.app.screen.query_one("#jump").display
        await pilot.press("ctrl+s")
        await until(pilot, lambda: looked_for == [f"{HOST}:22 through amanda@bastion"])


@pytest.mark.parametrize("answer", ["", "amanda@gate:2200"])
def test_text_mode_offers_the_jump_host(answer: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def look(target: Target) -> reachability.OpenPorts:
        return reachability.OpenPorts(target.port, "SSH-2.0-OpenSSH_9.2", None, 0)

    settings(home, 2222, "ProxyJump amanda@bastion")
    monkeypatch.setattr(reachability, "look", look)
    person = Person({"Server name": ["nas"], "Use that?": ["y"], "jump host": [answer]})
    monkeypatch.setattr("builtins.input", person)
    assert decided(NEW, Step.SERVER).server == Server(host=HOST, port=2222, user="joe", jump=answer or "amanda@bastion")


@pytest.mark.parametrize(("answer", "server"), [("y", (HOST, 2222, "joe")), ("n", ("nas", 22, "amanda"))])
def test_text_mode_asks_as_well(
    answer: str, server: tuple[str, int, str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def look(target: Target) -> reachability.OpenPorts:
        return reachability.OpenPorts(target.port, "SSH-2.0-OpenSSH_9.2", None, 0)

    settings(home, 2222)
    monkeypatch.setattr(reachability, "look", look)
    person = Person({"Server name": ["nas"], "Use that?": [answer], "amanda: ": ["amanda"]})
    monkeypatch.setattr("builtins.input", person)
    found = decided(NEW, Step.SERVER).server
    assert (found.host, found.port, found.user) == server
    assert sum("Use that?" in prompt for prompt in person.asked) == 1
