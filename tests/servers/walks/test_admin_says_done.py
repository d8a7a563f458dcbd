"""The admin says that all is done, and the server still refuses the key: the cause is found, by asking further."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Button

from tests.screens.at_the_server import arrive
from tests.support.pilot import said, until, wizard_at
from tests.support.servers import placing, setting_up
from tests.support.servers.office import ACCOUNT, Office
from wizard.client.keys import key_files, protected_key
from wizard.trouble import key_checks
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.servers.real_sshd import RealSshd


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Office(setting_up.place(tmp_path)) as office:
        yield office


@pytest.mark.parametrize(
    ("broken", "printed"),
    [
        ("nothing", ""),
        ("another key", "My key is not in .ssh/authorized_keys.\n"),
        ("a pipe in its place", "My key is not in .ssh/authorized_keys.\n"),
        ("no such account", "There is no account called amanda.\n"),
        ("permissions", "Others may write to .\nOthers may write to .ssh\n"),
        ("locked", "The account is locked (usermod -p '*' unlocks it).\n"),
    ],
)
def test_the_commands_in_the_message_print_the_cause(
    office: Office, sample_folder: Path, broken: str, printed: str
) -> None:
    profile = placing.profile_for(office, "rrsync", sample_folder)
    protected_key.ensure(profile)
    line = key_files.public_line(profile.key_path)
    office.authorize(line.swapcase() if broken == "another key" else f"restrict {line}\n")
    match broken:
        case "no such account":
            office.run("userdel", ACCOUNT)
        case "a pipe in its place":
            keys = f"/home/{ACCOUNT}/.ssh/authorized_keys"
            office.run("rm", keys)
            office.run("mkfifo", "-m", "644", keys)
        case "permissions":
            office.run("chmod", "777", f"/home/{ACCOUNT}", f"/home/{ACCOUNT}/.ssh")
        case "locked":
            office.run("usermod", "-p", "!", ACCOUNT)
    commands = key_checks.letter(profile, line).partition("\n\n")[2]
    ran = subprocess.run(office.inside("sh", "-s"), input=commands, capture_output=True, text=True)
    end = "" if broken == "no such account" else "That is all.\n"
    assert (ran.stdout, ran.stderr) == (printed + end, "")


async def test_after_a_while_the_hand_over_asks_further(sshd: RealSshd, sample_folder: Path) -> None:
    place = arrive(sshd, sample_folder)
    async with wizard_at(place.profile, Step.HAND_OVER, server_facts=place.facts) as pilot:
        await until(pilot, lambda: pilot.app.screen.query("#done") and "yet" in said(pilot))
        await until(pilot, lambda: "times since" in said(pilot))
        await until(pilot, lambda: pilot.app.screen.query_one("#done").display)
        pilot.app.screen.query_one("#done", Button).press()
        await until(pilot, lambda: "Its commands find the cause" in said(pilot))
        line = key_files.public_line(place.profile.key_path)
        await pilot.press("f6")
        await until(pilot, lambda: pilot.app.clipboard == key_checks.letter(place.profile, line))
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert "Its commands find the cause" in said(pilot)
        place.let_in()
        await until(pilot, lambda: "The server accepts this computer." in said(pilot))
