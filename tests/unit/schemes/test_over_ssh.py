"""What rsync and ssh are told reaches them as it was meant, whatever signs are in the paths."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support import programs
from tests.support.data.profiles import a_profile, towards
from tests.support.servers.sign_in import OWN_FAILURE, let_in, sign_in
from wizard.client.keys import key_files
from wizard.profile import Key, SchemeSettings, Server
from wizard.schemes.base import Transfer
from wizard.schemes.facts import ClientFacts
from wizard.schemes.parts import over_ssh
from wizard.storage import paths

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.agent import Agent
    from tests.support.servers.real_sshd import RealSshd
    from wizard.profile import Profile

ODD = ("two words", "50% %h %%", "it's", 'a "b" c', "back\\slash", "$HOME `x`", "${HOME}", "#x;y&z", "~", "-x", "Grüße")

RECORDER = """\
#!/bin/sh
printf '%s\\0' "$@" > "$0.argv"
exit 1
"""


def _recorded(tmp_path: Path, profile: Profile, transfer: Transfer) -> tuple[list[str], list[str]]:
    """What we mean ssh to be called with, and what rsync called it with."""
    recorder = tmp_path / "my 'ssh' \"recorder\""
    recorder.write_text(RECORDER)
    recorder.chmod(0o755)
    facts = ClientFacts(known_hosts=paths.known_hosts(), ssh=str(recorder), rsync=programs.require("rsync"))
    argv = over_ssh.rsync_command(profile, facts, transfer, f"{profile.name}/")
    subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True)
    recorded = recorder.with_name(f"{recorder.name}.argv").read_text().split("\0")[:-1]
    return over_ssh.ssh_command(profile, facts)[1:], recorded


@pytest.mark.parametrize("odd", ODD)
def test_rsync_hands_ssh_our_words_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample_folder: Path, odd: str
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / odd))
    profile = a_profile(folders=(str(sample_folder),), key=Key(file=f"/keys/{odd}"))
    meant, recorded = _recorded(tmp_path, profile, Transfer(dry_run=True))
    assert recorded[: len(meant)] == meant
    assert recorded[len(meant) : len(meant) + 2] == ["files.example.lan", "rsync"]


@pytest.mark.parametrize("host", ["files.example.lan", "192.0.2.7", "2001:db8::7", "fe80::1%eth0"])
def test_every_kind_of_address_reaches_ssh(tmp_path: Path, sample_folder: Path, host: str) -> None:
    profile = a_profile(folders=(str(sample_folder),), server=Server(host=host, user="amanda"))
    meant, recorded = _recorded(tmp_path, profile, Transfer(dry_run=True))
    assert recorded[len(meant)] == host


def test_an_account_of_a_domain_reaches_ssh_whole(tmp_path: Path, sample_folder: Path) -> None:
    profile = a_profile(folders=(str(sample_folder),), server=Server(host="files", user="CORP\\nora"))
    meant, recorded = _recorded(tmp_path, profile, Transfer(dry_run=True))
    assert recorded[: len(meant)] == meant
    assert meant[-2:] == ["-l", "CORP\\nora"]


@pytest.mark.parametrize("delete", [False, True])
@pytest.mark.parametrize("dry_run", [False, True])
def test_the_server_is_asked_for_what_was_decided(
    tmp_path: Path, sample_folder: Path, dry_run: bool, delete: bool
) -> None:
    profile = a_profile(folders=(str(sample_folder),), delete=delete, scheme=SchemeSettings(allow_delete=True))
    meant, recorded = _recorded(tmp_path, profile, Transfer(dry_run=dry_run))
    _, program, server, flags, *rest = recorded[len(meant) :]
    assert (program, server, rest[-2:]) == ("rsync", "--server", [".", "amamac/"])
    assert flags.startswith("-n") is dry_run
    assert ("--delete" in rest) is delete


@pytest.mark.parametrize("odd", [odd for odd in ODD if "${" not in odd])  # which ssh would always look up
def test_ssh_finds_the_key_and_the_known_hosts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sshd: RealSshd, odd: str
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / odd))
    profile = towards(sshd, key=Key(file=str(tmp_path / odd / "key")))
    key_files.make(profile.key_path, "test", None)
    let_in(sshd, profile)
    signed_in = sign_in(profile)
    assert signed_in.returncode != OWN_FAILURE, signed_in.stderr
    assert signed_in.stderr == ""


def test_ssh_trusts_no_key_but_the_confirmed_one(sshd: RealSshd, home: Path) -> None:
    profile = towards(sshd)
    key_files.make(profile.key_path, "test", None)
    let_in(sshd, profile)
    sshd.change_host_keys()
    (home / ".ssh/known_hosts").write_text("".join(f"* {key}\n" for key in sshd.public_host_keys))
    signed_in = sign_in(profile)
    assert signed_in.returncode == OWN_FAILURE
    assert "REMOTE HOST IDENTIFICATION HAS CHANGED" in signed_in.stderr


def test_ssh_offers_no_key_but_the_backup_s_own(sshd: RealSshd, home: Path, agent: Agent) -> None:
    profile = towards(sshd)
    key_files.make(profile.key_path, "test", None)
    let_in(sshd, profile)
    key_files.make(home / ".ssh/id_ed25519", "the person's own", None)
    agent.add(home / ".ssh/id_ed25519")
    sshd.authorized_keys.write_text((home / ".ssh/id_ed25519.pub").read_text())
    assert "Permission denied (publickey)" in sign_in(profile).stderr


def test_ssh_takes_nothing_from_the_person_or_the_computer() -> None:
    argv = over_ssh.ssh_command(a_profile(), ClientFacts(known_hosts=paths.known_hosts()))
    shown = subprocess.run([*argv, "-G", "--", "host"], capture_output=True, text=True, check=True).stdout
    settings = dict(line.split(" ", 1) for line in shown.lower().splitlines() if " " in line)
    wanted = {
        "identitiesonly": {"yes"},
        "globalknownhostsfile": {"none"},
        "stricthostkeychecking": {"yes", "true"},
        "updatehostkeys": {"no", "false"},
        "preferredauthentications": {"publickey"},
        "passwordauthentication": {"no"},
        "kbdinteractiveauthentication": {"no"},
        "forwardagent": {"no"},
        "forwardx11": {"no"},
        "requesttty": {"no", "false"},
        "clearallforwardings": {"yes"},
        "user": {"amanda"},
    }
    assert {name: settings[name] for name in wanted if settings[name] not in wanted[name]} == {}
