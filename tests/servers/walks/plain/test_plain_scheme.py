"""Text mode asks for the scheme and for what it allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.data.profiles import a_profile
from tests.support.plain import Person, decided
from wizard.failure import Failure, Kind
from wizard.profile import Profile, SchemeSettings
from wizard.schemes.parts import over_network
from wizard.server import kept_facts
from wizard.server.reaching import reachability
from wizard.walk.plain.asker import GoBack
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from wizard.client.ssh.dial import Target


def test_where_ssh_is_shut_its_own_service_is_said_and_agreed_to(
    person: Person, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def only_the_daemon(target: Target) -> reachability.OpenPorts:
        return reachability.OpenPorts(target.port, "", Failure(Kind.PORT_CLOSED, target.host), over_network.USUAL_PORT)

    monkeypatch.setattr(reachability, "look", only_the_daemon)
    person.answers["Port"] = ["22"]
    reached = decided(Profile(name="amamac"), Step.SERVER)
    assert (reached.scheme.kind, reached.server.port) == ("daemon", 22)
    told = f"{reached.server.host} doesn't accept ssh connections, but its backup service"
    assert any(text.startswith(told) for text in said)
    person.answers["Number [4]"] = [""]
    with pytest.raises(GoBack):  # Enter alone
        decided(reached, Step.SCHEME)
    assert sum("The server doesn't accept ssh connections." in text for text in said) == 4
    person.answers["Use it anyway?"] = ["y"]
    chosen = decided(reached, Step.SCHEME)
    assert (chosen.scheme.kind, chosen.scheme.auth, chosen.server.root) == ("daemon", True, "/home/amanda/backup")
    assert any("Your files are sent unencrypted" in text for text in said)


def test_without_rrsync_the_backup_can_not_be_read(person: Person, said: list[str]) -> None:
    profile = a_profile()
    kept_facts.learn(profile, rrsync="")
    person.answers["Number"] = [""]
    assert decided(profile, Step.SCHEME).scheme.kind == "rrsync"
    person.answers |= {"See more choices": ["y"], "Let this computer read": ["y"]}
    with pytest.raises(GoBack):
        decided(profile, Step.SCHEME)
    assert any("Without rrsync" in text for text in said)


def test_a_full_login_is_not_taken_by_its_number_alone(person: Person, said: list[str]) -> None:
    person.answers["Number"] = ["5"]
    with pytest.raises(GoBack):
        decided(a_profile(), Step.SCHEME)
    person.answers["Use it anyway?"] = ["y"]
    assert decided(a_profile(), Step.SCHEME).scheme.kind == "login"


def test_more_choices_are_asked_one_by_one_and_only_if_wanted(person: Person, said: list[str]) -> None:
    decided(a_profile(), Step.SCHEME)
    assert not any("Only from these addresses" in asked for asked in person.asked)
    person.answers |= {
        "See more choices": ["y"],
        "never change files in the backup": ["y"],
        "Make links inactive": ["n"],
        "Only from these addresses": ["!192.0.2.7", "192.0.2.0/24, !192.0.2.7"],
        "Folder on the server": ["../x", "safe"],
    }
    chosen = decided(a_profile(), Step.SCHEME)
    assert chosen.scheme == SchemeSettings(append_only=True, munge=False, from_=("192.0.2.0/24", "!192.0.2.7"))
    assert chosen.server.root == "safe"
    assert not any("password" in asked or "module" in asked for asked in person.asked)
    assert sum("Add an address that may" in text for text in said) == 1
    person.asked.clear()
    person.answers["Let it delete"] = ["y"]
    assert decided(chosen, Step.SCHEME).scheme.allow_delete
    assert not any("never change files in the backup" in asked for asked in person.asked)


def test_other_addresses_are_asked_about_where_there_are_some(person: Person, said: list[str]) -> None:
    person.answers |= {"See more choices": ["y"], "Only from these addresses": ["192.0.2.0/24"]}
    assert decided(a_profile(), Step.SCHEME).scheme == SchemeSettings(from_=("192.0.2.0/24",))
    person.answers["From other addresses"] = ["y"]
    chosen = decided(a_profile(), Step.SCHEME)
    assert chosen.scheme == SchemeSettings(from_=("192.0.2.0/24",), elsewhere="add")
    person.asked.clear()
    person.answers |= {"never change files in the backup": ["y"], "Only from these addresses": ["192.0.2.0/24"]}
    assert decided(chosen, Step.SCHEME).scheme == SchemeSettings(from_=("192.0.2.0/24",), append_only=True)
    assert not any("From other addresses" in asked for asked in person.asked)


def test_an_open_service_takes_other_words(person: Person, said: list[str]) -> None:
    person.answers |= {
        "Number": ["4"],
        "See more choices": ["y"],
        "Require a password": ["n"],
        "(module)": ["global", "a"],
    }
    person.answers["Use it anyway?"] = ["y"]
    person.answers["Only from these addresses"] = ["anywhere"]
    chosen = decided(a_profile(), Step.SCHEME)
    assert (chosen.scheme.auth, chosen.scheme.module, chosen.scheme.from_) == (False, "a", ())
    assert any("anyone on the network can write to this backup" in text for text in said)
