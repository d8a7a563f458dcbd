"""What the line of a key that may not read gives away to a client that speaks the protocol by hand.

The oldest rsync and this machine's stand for all; `make test-attacks` tries every version (`every_version.py`). See
`test_protocol` for what the client can do without the line.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import pytest

from tests.attacks import reading
from tests.attacks.line import CHOICES, MTIME, SECRET, VERSIONS, Line
from tests.support.servers import old_rsync
from wizard import schemes
from wizard.schemes.if_stolen import Ability

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(params=CHOICES)
def choice(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[VERSIONS[0], VERSIONS[-1]])
def line(request: pytest.FixtureRequest, tmp_path: Path, choice: str) -> Line:
    return Line(tmp_path, str(request.param), choice)


def test_nothing_is_read_through_sums(line: Line) -> None:
    for options in line.options:
        there = functools.partial(line.visit, options)
        assert reading.read_back(there, b"pin.txt") == b""
        assert reading.guess_through(there, b"pin.txt", len(SECRET), MTIME, suffix=b"0" * 255) == b""


def test_nothing_is_read_through_hard_links(line: Line) -> None:
    for options in line.options:
        there = functools.partial(line.visit, options)
        assert reading.through_links(there, b"pin.txt", len(SECRET), MTIME) == b""


def test_nothing_is_read_by_two_visits_at_once(line: Line) -> None:
    there = functools.partial(line.visit, line.options[-1])
    assert reading.while_held_open(there, b"pin.txt", len(SECRET), MTIME, line.until_open) != SECRET


# On every version within the table.
@pytest.mark.parametrize("line", [old_rsync.MACHINE], indirect=True)
@pytest.mark.parametrize("choice", ["rrsync, deletes", "forced-command, deletes"])
def test_temporary_files_are_read_where_names_are_listed_which_is_said(line: Line) -> None:
    there = functools.partial(line.visit, line.options[-1])
    assert reading.through_temporary_file(there, b"pin.txt", len(SECRET), line.temporary) == SECRET
    assert Ability.READ_WITH_TOOLS in schemes.of(line.profile).thief_can(line.profile)
