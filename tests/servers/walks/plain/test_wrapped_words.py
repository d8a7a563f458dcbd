"""On a terminal, commands and text mode wrap at words; elsewhere, and what is to be pasted, stays as it is."""

from __future__ import annotations

import os
import pty
import re
import termios
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.support.commands import backup_wizard
from tests.support.data.profiles import a_profile
from tests.support.terminal import at_a_terminal
from wizard import console, printing
from wizard.profile import Profile
from wizard.storage import profiles
from wizard.walk import steps
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDTHS = [40, 80, 200]
LONG = "A sentence that is so long that no terminal of eighty columns could ever show the whole of it on one line."
PASTED = f'restrict,command="x" {LONG} {LONG}'


class Terminal:
    """A terminal of some width, and what was printed to it."""

    def __init__(self, columns: int) -> None:
        self._ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (24, columns))
        self.stream = os.fdopen(theirs, "w")

    def close(self) -> None:
        self.stream.close()
        os.close(self._ours)


@pytest.fixture(params=WIDTHS)
def columns(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def terminal(columns: int) -> Iterator[Terminal]:
    there = Terminal(columns)
    yield there
    there.close()


def test_no_word_is_cut_and_none_is_lost(terminal: Terminal, columns: int) -> None:
    text = f"{LONG}\n\n  ! {LONG}\n  total      {LONG}\n  12. {LONG}\n    {LONG}\n"
    shown = printing.wrapped(text, terminal.stream)
    assert shown.split() == text.split()
    assert max(map(len, shown.splitlines())) <= columns


def test_what_follows_a_sign_or_a_title_stays_below_where_it_began() -> None:
    there = Terminal(40)
    text = f"  ! {LONG}\n  total      {LONG}\n# key:  {LONG}\n12. {LONG}\nNo hanging here, {LONG}"
    lines = printing.wrapped(text, there.stream).splitlines()
    there.close()
    second = {first[:6]: len(below) - len(below.lstrip()) for first, below in pairwise(lines)}
    assert [second[start] for start in ("  ! A ", "  tota", "# key:", "12. A ", "No han")] == [4, 13, 8, 4, 0]


def test_a_word_that_is_too_long_stays_whole() -> None:
    there = Terminal(40)
    word = "/home/amanda/" + "x" * 60
    assert word in printing.wrapped(f"The file {word} can't be read. {LONG}", there.stream).splitlines()
    there.close()


def test_a_pipe_gets_it_as_it_is() -> None:
    ours, theirs = os.pipe()
    with os.fdopen(theirs, "w") as stream:
        assert printing.wrapped(LONG, stream) == LONG
    os.close(ours)


def test_what_is_to_be_pasted_is_never_wrapped(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setattr("sys.stdout", terminal.stream)
    said: list[str] = []
    monkeypatch.setattr(printing, "out", said.append)
    console.say(console.ToPaste(PASTED))
    assert said == [f"{PASTED}\n"]
    console.say(PASTED)
    assert said[1].count("\n") > 1


def test_text_mode_and_commands_in_a_real_terminal(columns: int) -> None:
    finished = msgspec.structs.replace(a_profile(), exclude=())
    steps.record(Walk(finished, Step.FINISH, Step.FINISH))
    for typed, words in (("", ("list",)), ("", ("run", "nobody")), ("\n2\n\x04", ("--plain",))):
        said, _code = at_a_terminal(typed, *words, columns=columns)
        printed = [re.sub(r"\x1b\[[?0-9;]*[a-zA-Z]", "", line).strip("\r") for line in said.split("\n")]
        too_long = [line for line in printed if len(line) > columns and len(line.split()) > 1]
        assert too_long == []
    assert profiles.load(finished.name) == finished
    said, _code = at_a_terminal("", "show", finished.name, columns=40)
    assert Profile.__name__ not in said
    assert f'host = "{finished.server.host}"' in said


def test_piped_output_has_a_line_for_each_sentence() -> None:
    ended = backup_wizard("run", "nobody")
    assert len(ended.stderr.splitlines()) == 1
