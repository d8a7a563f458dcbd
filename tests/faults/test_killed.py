"""Killed at any moment, the wizard goes on where it was, or forgets without a trace; nothing is lost or half-made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.killing import KILL
from tests.support.profiles import a_profile, towards
from wizard import profiles
from wizard.profile import Key, Scheme, Server

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.conftest import MakeHome
    from tests.support.killing import Outcome
    from tests.support.real_sshd import RealSshd
    from tests.support.table import AddRow
    from wizard.profile import Profile

TABLE = "Killed with -9, and what was there afterwards"
NAME = "amamac"


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Where the answers are."""
    return tmp_path / "answers.toml"


def write(file: Path, profile: Profile) -> str:
    file.write_text(profiles.dumps(profile))
    return str(file)


def count(outcome: Outcome) -> tuple[str, str]:
    return f"{len(outcome.distinct())} kills", f"all states of {len(outcome.points)} moments"


@pytest.mark.usefixtures("secret_service")
def test_up_to_the_hand_over(
    sshd: RealSshd, sample_folder: Path, written: Path, make_home: MakeHome, add_row: AddRow
) -> None:
    file = write(written, towards(sshd, folders=(str(sample_folder),), key=Key(protection="keyring")))
    whole = make_home()
    undisturbed = whole.run("answers", file)
    assert undisturbed.exit_code == 75, undisturbed.printed
    whole.require("look_again", NAME, "hand-over")
    whole.require("forget", NAME)
    chosen = undisturbed.distinct()[::2]  # each costs a sign-in; the writes alone are in test_what_needs_no_server
    for number, point in enumerate(chosen):
        home = make_home()
        assert home.run("answers", file, fault=KILL, at=point).was_killed
        if number % 2:  # on with it, or off with it
            home.require("look", NAME, "hand-over")
            again = home.run("answers", file)
            assert again.exit_code == 75, again.printed
            home.require("look_again", NAME, "hand-over")
        home.require("look_and_forget", NAME, "hand-over")
    add_row(TABLE, "--answers, up to the hand-over", f"{len(chosen)} kills", "every second state")


def test_from_the_hand_over_to_the_end(
    sshd: RealSshd, sample_folder: Path, written: Path, make_home: MakeHome, add_row: AddRow
) -> None:
    (sshd.folder / "backup").mkdir()
    file = write(written, towards(sshd, folders=(str(sample_folder),)))
    begun = make_home()
    assert begun.run("answers", file).exit_code == 75
    sshd.install(begun.run("export", NAME).printed)
    whole = make_home(begun)
    undisturbed = whole.run("answers", file)
    assert undisturbed.exit_code == 0, undisturbed.printed
    whole.require("look_again", NAME, "finish")
    chosen = undisturbed.distinct()[::2]  # each costs a proof and a dry run
    for number, point in enumerate(chosen):
        home = make_home(begun)
        assert home.run("answers", file, fault=KILL, at=point).was_killed
        home.require("look", NAME, "finish")
        if number % 6 == 5:
            home.require("answers", file)
            home.require("look_again", NAME, "finish")
    add_row(TABLE, "--answers, from the hand-over to the end", f"{len(chosen)} kills", "every second state")


@pytest.mark.usefixtures("secret_service")
@pytest.mark.parametrize(
    ("what", "scheme"),
    [
        ("prepare", "daemon"),
        ("change_server", "rrsync"),
        ("replace_key", "rrsync"),
        ("forget", "rrsync"),
        ("forget", "daemon"),
    ],
)
def test_what_needs_no_server(what: str, scheme: str, written: Path, make_home: MakeHome, add_row: AddRow) -> None:
    profile = a_profile(key=Key(protection="keyring"), scheme=Scheme(kind=scheme, module="amanda"))  # type: ignore[arg-type]
    file = write(written, profile)

    begun, argument = make_home(), NAME
    if what == "prepare":
        argument = file
    else:
        begun.require("prepare", file)
    undisturbed = make_home(begun).run(what, argument)
    assert undisturbed.exit_code == 0, undisturbed.printed
    for number, point in enumerate(undisturbed.distinct()):
        home = make_home(begun)
        home.require("keep_secrets_of" if what != "prepare" else "keep_no_secrets_of", file)
        assert home.run(what, argument, fault=KILL, at=point).was_killed
        if what == "prepare" and number % 3 == 0:
            home.require("look", NAME, "finish")
            home.require("prepare", file)
            home.require("look_again", NAME, "finish")
        home.require("look_and_forget", NAME, "finish")
    add_row(TABLE, f"{what.replace('_', ' ')}, {scheme}", *count(undisturbed))


@pytest.mark.usefixtures("secret_service")
@pytest.mark.parametrize(("keys", "furthest"), [("name_and_folders", "server"), ("way_in_and_key", "hand-over")])
def test_on_the_screens(keys: str, furthest: str, written: Path, make_home: MakeHome, add_row: AddRow) -> None:
    server = Server(host="127.0.0.1", port=9, user="amanda", host_keys=a_profile().server.host_keys)
    file = write(written, a_profile(server=server, key=Key(protection="keyring")))
    begun = make_home()
    (begun.folder / "Documents").mkdir()
    if keys == "way_in_and_key":
        begun.require("tests.faults.screen_walks:begin_way_in", file)
    walk = f"tests.faults.screen_walks:{keys}"
    undisturbed = make_home(begun).run(walk, NAME)
    assert undisturbed.exit_code == 0, undisturbed.printed
    chosen = undisturbed.distinct()[::4]  # each costs a start of the app; the writes are the unattended walk's
    for number, point in enumerate(chosen):
        home = make_home(begun)
        home.require("keep_no_secrets_of", file)
        assert home.run(walk, NAME, fault=KILL, at=point).was_killed
        if number % 4 == 3 and keys == "way_in_and_key":
            home.require("look", NAME, furthest)
            home.require(walk, NAME)
            home.require("look_again", NAME, furthest)
        home.require("look_and_forget", NAME, furthest)
    add_row(TABLE, f"screens, {keys.replace('_', ' ')}", f"{len(chosen)} kills", "every fourth state")


def test_a_text_saved_for_the_admin(written: Path, make_home: MakeHome, add_row: AddRow) -> None:
    begun = make_home()
    begun.require("prepare", write(written, a_profile()))
    whole = make_home(begun)
    undisturbed = whole.run("export_to", NAME, str(whole.folder / "text"))
    text = (whole.folder / "text").read_text()
    for point in undisturbed.distinct():
        home = make_home(begun)
        file = home.folder / "text"
        assert home.run("export_to", NAME, str(file), fault=KILL, at=point).was_killed
        assert not file.exists() or file.read_text() == text
        again = home.run("export_to", NAME, str(file))
        assert again.exit_code in {0, 2}, again.printed  # made now, or there already
        assert file.read_text() == text
        home.require("look_again", NAME, "finish")
    add_row(TABLE, "export --output", *count(undisturbed))
