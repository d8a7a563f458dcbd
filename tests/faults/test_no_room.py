"""A disk that is full or read-only at any write: a clear word, nothing lost or half-made, and on with it later."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.data.profiles import a_profile
from tests.support.kills.walks import HOST_KEY
from wizard.profile import Server
from wizard.storage import profiles

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.conftest import MakeHome
    from tests.support.table import AddCount, AddRow

TABLE = "A disk that is full or read-only"
WORDS = {
    "ENOSPC": "This computer's disk is full",
    "EDQUOT": "This computer's disk is full",
    "EROFS": "backup-wizard can't write to",
    "EACCES": "backup-wizard can't write to",
}


@pytest.fixture
def answers(tmp_path: Path) -> str:
    """A profile file for a server that nobody speaks to."""
    file = tmp_path / "answers.toml"
    server = Server(host="files.example.lan", user="amanda", host_keys=(HOST_KEY.fingerprint,))
    file.write_text(profiles.dumps(a_profile(server=server)))
    return str(file)


@pytest.mark.parametrize("error", WORDS)
def test_each_change_of_the_disk_may_fail(
    error: str, every: int, answers: str, make_home: MakeHome, add_row: AddRow, add_count: AddCount
) -> None:
    changes = make_home().walked("write_all", answers, fault=error).points
    assert len(changes) > 40
    # Each of them with one error of a kind, or here one of three; with the others, now and then one.
    step = 1 if error in {"ENOSPC", "EROFS"} else 7
    chosen = range(1, len(changes) + 1, step * min(every, 3))
    told = 0
    for change in chosen:
        home = make_home()
        outcome = home.run("write_all", answers, fault=error, at=change)
        assert outcome.exit_code in {0, 69}, (changes[change - 1], outcome.printed)
        assert outcome.exit_code == 0 or WORDS[error] in outcome.printed, (changes[change - 1], outcome.printed)
        told += outcome.exit_code == 69
        home.require("look_and_go_on", "amamac", "finish", "0", "tests.support.kills.walks:write_all", answers)
    add_row(TABLE, error, f"{len(chosen)} of {len(changes)} changes", f"{told} told, the others done all the same")
    add_count("writes for which there is no room or no right", len(chosen))
    assert told >= len(chosen) / 2


def test_a_small_disk(answers: str, make_home: MakeHome, add_row: AddRow, add_count: AddCount) -> None:
    if os.getuid() != 0:
        pytest.fail("This test mounts a small disk for a process of its own, which takes root.")
    full = 0
    sizes = range(20)
    for pages in sizes:
        outcome = make_home().run("write_all_on_a_small_disk", answers, str(pages))
        assert outcome.exit_code == 0, (pages, outcome.printed)
        word = WORDS["ENOSPC"] if pages else WORDS["EROFS"]
        assert "ended 0" in outcome.printed or word in outcome.printed
        full += "ended 69" in outcome.printed
    assert 5 < full < len(sizes)
    add_count("writes for which there is no room or no right", len(sizes))
    add_row(TABLE, "a real one", f"{len(sizes)} sizes, from read-only up", f"full on {full}")
