"""A backup that is on a server already, taken over without screens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.support.data.profiles import a_profile
from tests.support.plain import Person, decided
from wizard.command_line import parse
from wizard.commands import walk as commands
from wizard.profile import Profile
from wizard.storage import profiles
from wizard.walk import unattended
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from argparse import Namespace

    from wizard.walk.steps import Walk

ANSWERS = {
    "Is your backup on a server already": ["y"],
    "Name of that backup": ["", "amamac"],  # nobody can guess it
    "Your home folder on the old computer": ["/home/amanda"],
}


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Person:
    someone = Person({words: list(replies) for words, replies in ANSWERS.items()})
    monkeypatch.setattr("builtins.input", someone)
    return someone


def test_it_is_asked_for_and_told(person: Person, capsys: pytest.CaptureFixture[str]) -> None:
    adopting = decided(Profile(name="new-laptop"), Step.WELCOME)
    assert adopting == Profile(name="amamac", adopting="yes", old_home="/home/amanda")
    assert "which then no longer works" in " ".join(capsys.readouterr().out.split())


def test_the_same_home_is_no_other(person: Person) -> None:
    person.answers["Your home folder"] = person.answers.pop("Your home folder on the old computer")
    person.answers["Your home folder"] = [str(Path.home())]
    assert decided(Profile(name="new-laptop", adopting="yes"), Step.WELCOME).old_home == ""
    assert not any("Is your backup" in question for question in person.asked)


@pytest.mark.parametrize("options", [[], ["--plain"]])
def test_the_command_begins_with_that(options: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[Walk | None] = []

    def attended(walk: Walk | None, chosen: Namespace) -> int:
        begun.append(walk)
        return int(chosen.plain is not bool(options))

    monkeypatch.setattr(commands, "_attended", attended)
    chosen = parse(["adopt", *options])
    assert chosen.command(chosen) == 0
    assert begun[0]
    assert (begun[0].step, begun[0].profile.adopting) == (Step.WELCOME, "yes")


def test_a_file_that_asks_for_it_says_the_same_once_that_is_done() -> None:
    asked = a_profile(adopting="yes", old_home="/home/amanda")
    done = msgspec.structs.replace(asked, adopting="")
    profiles.save(done)
    assert unattended.keep(asked) == done
