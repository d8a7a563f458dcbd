"""Whether a server is still the one that something is known of: one place says so, and all who ask go by it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.support.data.profiles import a_profile
from wizard.client.host_keys.known_hosts import HostKey
from wizard.profile import SchemeSettings, Server
from wizard.running import record
from wizard.schemes.facts import ClientFacts
from wizard.server import handed_over, kept_facts
from wizard.server.reaching import reachability, shown_keys
from wizard.server.reaching.reachability import OpenPorts
from wizard.walk.descriptions import server

if TYPE_CHECKING:
    from collections.abc import Callable

    from wizard.profile import Profile

CLIENT = ClientFacts(known_hosts=Path("/known_hosts"))
KEY = HostKey("ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIA==")


def behind_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, the same name is another machine's."""
    monkeypatch.setattr(Server, "machine", property(lambda self: f"{self.host} behind another"))


def changed(profile: Profile, **server: object) -> Profile:
    return msgspec.structs.replace(profile, server=msgspec.structs.replace(profile.server, **server))


KNOWN: dict[str, tuple[Callable[[Profile], object], Callable[[Profile], object]]] = {
    "the fingerprints it showed": (lambda profile: shown_keys.keep(profile, [KEY]), shown_keys.of),
    "that it let us in": (kept_facts.note_let_in, kept_facts.was_let_in),
    "the last good backup": (
        lambda profile: record.note(profile, "done"),
        lambda profile: not record.is_first(profile),
    ),
}


@pytest.mark.parametrize("what", KNOWN)
def test_what_is_known_of_a_server_is_not_known_of_another(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = a_profile()
    learn, is_known = KNOWN[what]
    learn(profile)
    assert is_known(profile)
    behind_another(monkeypatch)
    assert not is_known(profile)


def test_what_is_known_of_an_account_is_not_known_of_another() -> None:
    profile = a_profile()
    kept_facts.note_let_in(profile)
    record.note(profile, "done")
    other = changed(profile, user="another")
    assert not kept_facts.was_let_in(other)
    assert record.is_first(other)


def test_a_text_for_one_server_is_not_the_text_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    before = handed_over.text_digest(a_profile(), CLIENT)
    behind_another(monkeypatch)
    assert handed_over.text_digest(a_profile(), CLIENT) != before


@pytest.mark.parametrize(
    ("change", "is_same"),
    [
        ({"user": "another"}, True),
        ({"port": 23}, False),
        ({"host": "b"}, False),
        ({"jump": ""}, False),
        ({"jump": "joe@gate"}, True),
        ({"jump": "amanda@another"}, False),
        ({"jump": "amanda@gate:23"}, False),
    ],
)
def test_confirmed_host_keys_are_one_port_s_of_one_machine(change: dict[str, object], is_same: bool) -> None:
    profile = changed(a_profile(), host_keys=("SHA256:" + "a" * 43,), jump="amanda@gate")
    there = changed(profile, **change).server
    at = server.at(profile, there.host, there.port, there.user, there.jump)
    assert bool(at.server.host_keys) is is_same
    assert (at.server.machine == profile.server.machine) is (is_same or "port" in change)


def test_what_is_known_is_not_known_behind_another_jump_host() -> None:
    profile = a_profile()
    shown_keys.keep(profile, [KEY])
    kept_facts.note_let_in(profile)
    record.note(profile, "done")
    before = handed_over.text_digest(profile, CLIENT)
    behind = changed(profile, jump="amanda@gate")
    assert shown_keys.of(behind) == ()
    assert not kept_facts.was_let_in(behind)
    assert record.is_first(behind)
    assert handed_over.text_digest(behind, CLIENT) != before


def test_a_server_behind_a_jump_host_is_reached_by_ssh() -> None:
    plain = a_profile(scheme=SchemeSettings(kind="daemon"))
    assert server.at(plain, "files", 22, "amanda").scheme.kind == "daemon"
    assert server.at(plain, "files", 22, "amanda", "amanda@gate").scheme.kind == SchemeSettings().kind


@pytest.mark.parametrize(
    ("change", "is_same"), [({"user": "another"}, False), ({"port": 23}, True), ({"host": "b"}, False)]
)
def test_an_account_s_shell_is_not_another_s(change: dict[str, object], is_same: bool) -> None:
    profile = a_profile()
    kept_facts.learn(profile, shell="/bin/fish")
    answers = OpenPorts(22, "SSH-2.0-OpenSSH_9.6", None, 0)
    assert (reachability.remember(changed(profile, **change), profile, answers).shell == "/bin/fish") is is_same
