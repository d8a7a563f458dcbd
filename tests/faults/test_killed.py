"""Killed at any moment, the wizard goes on where it was, or forgets without a trace; nothing is lost or half-made.

Each walk is walked once, and all that a kill would have left at any of its moments is kept; then every one of these
states is gone on from. Those that are the same as soon as a walk has taken the backup up, which removes what was left
half-written, are gone on from once. That they are what a kill really leaves is seen by some that are real.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.support.data.profiles import a_profile, towards
from tests.support.kills.killing import KILL
from tests.support.kills.person import Office
from tests.support.quick import sampled
from wizard.profile import Key, SchemeSettings
from wizard.storage import profiles

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.faults.conftest import Home, MakeHome, Walked
    from tests.support.servers.real_sshd import RealSshd
    from tests.support.table import AddCount, AddRow
    from wizard.profile import Profile

TABLE = "Killed with -9, and what was there afterwards"
NAME = "amamac"
SCREENS = "tests.support.kills.screen_walks"
WALKS = "tests.support.kills.walks"


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Where the answers are."""
    return tmp_path / "answers.toml"


def write(file: Path, profile: Profile) -> str:
    file.write_text(profiles.dumps(profile))
    return str(file)


def on_from(states: Sequence[Home], make_home: MakeHome, furthest: str, *again: str) -> None:
    """It goes on to the same end."""
    for state in states:
        make_home(state).require("look_and_go_on", NAME, furthest, *again)


def different(states: Sequence[Home], make_home: MakeHome) -> list[Home]:
    """One of each that differ once they are taken up, the one with most left half-written."""
    return [max(same, key=lambda state: state.entries) for same in make_home(states[0]).different(states).values()]


def forgotten(states: Sequence[Home], furthest: str) -> None:
    """It is all whole, with no step further than was reached and none lost, and can be forgotten without a trace."""
    printed = [state.require("look_and_forget", NAME, furthest) for state in states]
    reached = [int(found) for one in printed for found in re.findall(r"^reached (\d+)$", one, re.MULTILINE)]
    assert len(reached) == len(states)
    assert reached == sorted(reached), "a step was lost that had been reached"


def tell(add_row: AddRow, add_count: AddCount, what: str, walked: Walked, then: str) -> None:
    assert len(walked.states) > 2
    add_count("states that a kill -9 leaves", len(walked.states))
    add_row(TABLE, what, f"{len(walked.points)} moments", f"all {len(walked.states)} states", then)


BOTH_WAYS = "different ones gone on from, each forgotten"


@pytest.mark.long
def test_up_to_the_hand_over(
    sshd: RealSshd,
    sample_folder: Path,
    written: Path,
    make_home: MakeHome,
    every: int,
    add_row: AddRow,
    add_count: AddCount,
) -> None:
    file = write(written, towards(sshd, folders=(str(sample_folder),), key=Key(protection="keyring")))
    whole = make_home()
    walked = whole.walked("answers", file)
    assert walked.ended.exit_code == 75, walked.ended.printed
    whole.require("look_again", NAME, "hand-over")
    whole.require("forget", NAME)
    # A sign-in writes nothing: what it costs is spent now and then.
    each = different(walked.states, make_home)
    on_from(each, make_home, "hand-over", "75", f"{WALKS}:answers_refused", file)
    signing_in = each[:: min(every, 6)]
    on_from(signing_in, make_home, "hand-over", "75", f"{WALKS}:answers", file)
    forgotten(walked.states[:: min(every, 3)], "hand-over")
    tell(
        add_row,
        add_count,
        "--answers, up to the hand-over",
        walked,
        f"{len(each)} {BOTH_WAYS}, {len(signing_in)} with a sign-in",
    )


@pytest.mark.long
def test_from_the_hand_over_to_the_end(
    sshd: RealSshd,
    sample_folder: Path,
    written: Path,
    make_home: MakeHome,
    every: int,
    add_row: AddRow,
    add_count: AddCount,
) -> None:
    (sshd.folder / "backup" / NAME).mkdir(parents=True)
    file = write(written, towards(sshd, folders=(str(sample_folder),)))
    begun = make_home()
    assert begun.run("answers", file).exit_code == 75
    sshd.install(begun.run("export", NAME).stdout.decode())
    whole = make_home(begun)
    walked = whole.walked("answers", file)
    assert walked.ended.exit_code == 0, walked.ended.printed
    whole.require("look_again", NAME, "finish")
    # With the server each costs a security check and a practice run, which write little: all that the walk writes is
    # tried.
    each = different(walked.states, make_home)
    on_from(each, make_home, "finish", "0", f"{WALKS}:answers_let_in", file)
    with_server = each[:: min(every, 6)]
    on_from(with_server, make_home, "finish", "0", f"{WALKS}:answers", file)
    forgotten(walked.states[:: min(every, 3)], "finish")
    tell(
        add_row,
        add_count,
        "--answers, on to the end",
        walked,
        f"{len(each)} {BOTH_WAYS}, {len(with_server)} with security check and practice run",
    )


@pytest.mark.parametrize(
    ("what", "scheme"),
    [
        ("prepare", "daemon"),
        ("prepare", "rrsync"),
        ("change_server", "rrsync"),
        ("replace_key", "rrsync"),
        ("forget", "rrsync"),
        ("forget", "daemon"),
    ],
)
def test_what_needs_no_server(
    what: str, scheme: str, written: Path, make_home: MakeHome, add_row: AddRow, add_count: AddCount
) -> None:
    profile = a_profile(key=Key(protection="keyring"), scheme=SchemeSettings(kind=scheme, module="amanda"))  # type: ignore[arg-type]
    file = write(written, profile)
    begun, argument = make_home(), NAME
    if what == "prepare":
        argument = file
    else:
        begun.require("prepare", file)
    walked = begun.walked(what, argument)
    assert walked.ended.exit_code == 0, walked.ended.printed
    if what == "prepare":
        each = different(walked.states, make_home)
        on_from(each, make_home, "finish", "0", f"{WALKS}:prepare", file)
        forgotten(walked.states, "finish")
    for state in walked.states if what != "prepare" else ():  # some steps are meant to be lost by a change
        state.require("look_and_forget", NAME, "finish")
    tell(
        add_row,
        add_count,
        f"{what.replace('_', ' ')}, {scheme}",
        walked,
        f"{len(each)} {BOTH_WAYS}" if what == "prepare" else "each forgotten",
    )


def test_a_text_saved_for_the_admin(written: Path, make_home: MakeHome, add_row: AddRow, add_count: AddCount) -> None:
    begun = make_home()
    begun.require("prepare", write(written, a_profile()))
    whole = make_home(begun)
    walked = whole.walked("export_to", NAME, "text")
    text = (whole.folder / "text").read_text()
    for state in walked.states:
        file = state.folder / "text"
        assert not file.exists() or file.read_text() == text
        again = state.run("export_to", NAME, "text")
        assert again.exit_code in {0, 2}, again.printed  # made now, or there already
        assert file.read_text() == text
        state.require("look_again", NAME, "finish")
    tell(add_row, add_count, "export --output", walked, "each gone on from")


@pytest.mark.parametrize("walk", sampled.first(1, [f"{SCREENS}:until_at", "answers"]), ids=["screens", "answers"])
def test_a_real_kill_leaves_what_was_kept_of_its_moment(
    walk: str,
    sshd: RealSshd,
    written: Path,
    make_home: MakeHome,
    request: pytest.FixtureRequest,
    add_row: AddRow,
    add_count: AddCount,
) -> None:
    begun = make_home()
    file = write(written, towards(sshd, folders=(str(begun.folder),), key=Key(protection="keyring")))
    arguments = [file]
    if walk != "answers":
        begun.require(f"{SCREENS}:begin_at", file, "scheme")
        arguments = [Office.of(sshd).as_text, "hand-over"]
    walked = make_home(begun).walked(walk, *arguments)
    request.getfixturevalue("secret_service")  # the real one, for what is real
    chosen = walked.states[::6]
    for state in chosen:
        number, kept, *_ = state.name.split()
        home = make_home(begun)
        assert home.run(walk, *arguments, fault=KILL, at=int(number)).exit_code == -9
        assert home.require("state").split()[-1] == kept, f"{walked.points[int(number) - 1]}: not as was kept"
        home.require("look_and_forget", NAME, "hand-over")
    assert len(chosen) > 3
    add_count("real kills", len(chosen))
    add_row(
        TABLE, f"{request.node.callspec.id}, really killed", f"{len(chosen)} kills", "each as was kept of its moment"
    )
