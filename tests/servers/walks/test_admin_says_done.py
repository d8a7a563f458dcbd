"""The admin says that all is done, and the server still refuses the key: the cause is found, by asking further."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Button

from tests.screens.at_the_server import arrive
from tests.support.commands import backup_wizard
from tests.support.pilot import said, until, wizard_at
from tests.support.plain import Person, decided
from tests.support.servers import placing, setting_up
from tests.support.servers.office import ACCOUNT
from tests.support.servers.setting_up import SetUpOffice
from wizard import trouble
from wizard.client import access
from wizard.client.keys import key_files
from wizard.failure import Failure, Kind
from wizard.server.reaching import sign_in
from wizard.storage import profiles
from wizard.trouble import key_checks
from wizard.walk.plain.asker import GoBack
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.servers.real_sshd import RealSshd
    from wizard.profile import Profile


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path)) as office:
        yield office


KEYS = f"/home/{ACCOUNT}/.ssh/authorized_keys"
# What is done on the server, sshd's settings there, and what the commands then print before their end.
CAUSES: dict[str, tuple[tuple[tuple[str, ...], ...], tuple[str, ...], str]] = {
    "a line for another key": ((("sed", "-i", "s/AAAA/aaaa/", KEYS),), (), "My key is not in .ssh/authorized_keys.\n"),
    "a pipe in its place": (
        (("rm", KEYS), ("mkfifo", "-m", "644", KEYS)),
        (),
        "My key is not in .ssh/authorized_keys.\n",
    ),
    "under another account": (
        (
            ("useradd", "-m", "bob"),
            ("mkdir", "-m", "700", "/home/bob/.ssh"),
            ("mv", KEYS, "/home/bob/.ssh/"),
            ("chown", "-R", "bob:", "/home/bob/.ssh"),
        ),
        (),
        f"My key is not in .ssh/authorized_keys.\nThe account bob has my key. It belongs to the account {ACCOUNT}.\n",
    ),
    "no such account": ((("userdel", ACCOUNT),), (), f"There is no account called {ACCOUNT}.\n"),
    "others may write": (
        (("chmod", "777", f"/home/{ACCOUNT}", f"/home/{ACCOUNT}/.ssh"),),
        (),
        "Others may write to .\nOthers may write to .ssh\n",
    ),
    "another's home": ((("chown", "nobody", f"/home/{ACCOUNT}"),), (), "Another account owns .\n"),
    "locked": ((("usermod", "-p", "!", ACCOUNT),), (), "The account is locked (usermod -p '*' unlocks it).\n"),
    "expired": (
        (("usermod", "-e", "1970-01-02", ACCOUNT),),
        (),
        "The account has expired (chage -E -1 ends that).\n",
    ),
    "no home": ((("mv", f"/home/{ACCOUNT}", "/home/away"),), (), "The account has no home folder.\n"),
    "no shell": ((("usermod", "-s", "/bin/tcsh-x", ACCOUNT),), (), "Its login shell is missing: /bin/tcsh-x\n"),
    "AllowUsers": ((), ("AllowUsers bob",), "sshd accepts some accounts only: allowusers bob\n"),
    "DenyGroups": ((), (f"DenyGroups {ACCOUNT}",), f"sshd accepts some accounts only: denygroups {ACCOUNT}\n"),
    "keys elsewhere": (
        (),
        ("AuthorizedKeysFile /etc/ssh/keys/%u",),
        "sshd looks for keys elsewhere: /etc/ssh/keys/%u\n",
    ),
    "no keys": (
        (),
        ("PubkeyAuthentication no", "PasswordAuthentication yes"),
        "sshd accepts no keys (PubkeyAuthentication).\n",
    ),
    "RSA only": (
        (),
        ("PubkeyAcceptedAlgorithms rsa-sha2-512,rsa-sha2-256",),
        "sshd accepts no keys of type ssh-ed25519 (PubkeyAcceptedAlgorithms).\n",
    ),
}
END = "That is all. sshd's log may say more (journalctl -t sshd).\n"


def set_up(office: SetUpOffice, sample_folder: Path, settings: tuple[str, ...] = ()) -> Profile:
    """A backup whose key is in its place, on a server whose admin says so."""
    office.start_sshd(*settings)
    profile = placing.profile_for(office, "rrsync", sample_folder)
    placing.settle(office, profile)
    return profile


def printed_by(office: SetUpOffice, profile: Profile, shell: str = "sh") -> tuple[str, str]:
    """What the commands in the message print there."""
    commands = key_checks.letter(profile, key_files.public_line(profile.key_path)).partition("\n\n")[2]
    ran = subprocess.run(office.inside(*shell.split(), "-s"), input=commands, capture_output=True, text=True)
    return ran.stdout, ran.stderr


@pytest.mark.parametrize("broken", CAUSES)
async def test_the_commands_in_the_message_print_the_cause(
    office: SetUpOffice, sample_folder: Path, broken: str
) -> None:
    changes, settings, printed = CAUSES[broken]
    profile = set_up(office, sample_folder, settings)
    for argv in changes:
        office.run(*argv)
    with pytest.raises(Failure) as refused:
        await sign_in.attempt(profile, access.prepare(profile))
    assert trouble.explain(refused.value).kind is Kind.KEY_REFUSED
    end = "" if broken == "no such account" else END
    assert printed_by(office, profile) == (printed + end, "")


@pytest.mark.parametrize("shell", ["bash", "dash", "busybox sh"])
def test_where_nothing_is_wrong_they_say_so(office: SetUpOffice, sample_folder: Path, shell: str) -> None:
    assert printed_by(office, set_up(office, sample_folder), shell) == (END, "")


@pytest.mark.parametrize("command", ["--answers", "check", "run"])
def test_every_command_that_waits_brings_the_message(
    office: SetUpOffice, sample_folder: Path, tmp_path: Path, command: str
) -> None:
    profile = set_up(office, sample_folder, ("AllowUsers bob",))
    profiles.remove(profile.name)
    placing.begin(profile, tmp_path)
    ran = backup_wizard(command, tmp_path / "answers.toml" if command == "--answers" else profile.name)
    assert ran.exit_code == 75
    assert "If they say it's done, send them the message below" in ran.stderr
    assert key_checks.letter(profile, key_files.public_line(profile.key_path)) in ran.stderr


def test_text_mode_brings_it_to_whoever_says_that_the_admin_is_done(
    office: SetUpOffice, sample_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = set_up(office, sample_folder, ("AllowUsers bob",))
    said: list[str] = []
    monkeypatch.setattr("builtins.input", Person({"tries again": ["d", "<"]}))
    for module in ("wizard.walk.plain", "tests.support.plain"):
        monkeypatch.setattr(f"{module}.say", lambda text="": said.append(text))
    with pytest.raises(GoBack):
        decided(profile, Step.HAND_OVER)
    assert key_checks.letter(profile, key_files.public_line(profile.key_path)) in said
    assert any("Its commands find the cause" in text for text in said)


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
