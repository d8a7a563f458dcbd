"""A server where rsync's own service answers, alone or beside ssh."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.screens.steps.server.server_screen import HOST, NEW, closed_port, listener, towards, typed
from tests.support.pilot import TRIED_SIZES, arrived, said, text, until, wizard_at
from wizard.client.ssh.dial import Target
from wizard.failure import Failure, Kind
from wizard.profile import SchemeSettings
from wizard.schemes.parts import over_network
from wizard.server import kept_facts
from wizard.server.reaching import reachability
from wizard.storage import profiles
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from tests.support.servers.real_sshd import RealSshd


GREYED = "The server doesn't accept ssh connections."


@pytest.mark.parametrize("size", TRIED_SIZES)
@pytest.mark.parametrize("at_the_usual_port", [True, False])
async def test_where_only_rsyncs_own_service_answers_she_can_go_on_with_it(
    rsyncd: int, at_the_usual_port: bool, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    if at_the_usual_port:
        monkeypatch.setattr(over_network, "USUAL_PORT", rsyncd)
    port = closed_port() if at_the_usual_port else rsyncd
    async with wizard_at(NEW, Step.SERVER, size=size) as pilot:
        await typed(pilot, host=HOST, port=str(port), user="amanda")
        await until(
            pilot, lambda: f"{HOST} doesn't accept ssh connections, but its backup service (rsync)" in said(pilot)
        )
        assert "would be sent unencrypted" in said(pilot)
        await pilot.press("enter")
        await arrived(pilot, Step.SCHEME)
        await until(pilot, lambda: "● The server's plain backup service" in text(pilot))
        assert text(pilot).count(GREYED) == 4
    decided = profiles.load("amamac")
    assert decided.scheme.kind == "daemon"
    assert over_network.port(decided) == rsyncd
    assert (kept_facts.known(decided).ssh_open, kept_facts.known(decided).daemon_port) == (False, rsyncd)


async def test_the_usual_ssh_port_stays_in_the_profile_beside_rsyncs_usual_one(
    rsyncd: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(over_network, "USUAL_PORT", rsyncd)
    seen = reachability.OpenPorts(22, "", None, 0)
    found = reachability.OpenPorts(22, "", Failure(Kind.PORT_CLOSED), rsyncd)
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
            found = await reachability.look(Target(HOST, sshd.port))
    assert found.failure is None
    assert found.daemon_port == 0
