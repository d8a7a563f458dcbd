"""What the person's ssh settings say of a name is read by ssh itself, and only where it says something."""

from __future__ import annotations

import os
import pwd
from typing import TYPE_CHECKING

import pytest

from wizard.client.ssh import ssh_settings
from wizard.client.ssh.ssh_settings import Known

if TYPE_CHECKING:
    from pathlib import Path

ME = pwd.getpwuid(os.getuid()).pw_name
SETTINGS = """\
Host nas
  HostName nas.example.lan
  Port 2222
  User joe
Host inner
  HostName 2001:db8::7
  User joe
  ProxyJump amanda@bastion:2200
Host tunnelled
  ProxyCommand nc %h %p
Host gate
  HostName gate.example.lan
  Port 2200
  User amanda
Host behind-gate
  ProxyJump gate
Host behind-more
  ProxyJump behind-gate
Host behind-two
  ProxyJump amanda@one,amanda@two
Host all-* inner-gate
  ProxyJump amanda@inner-gate
Host odd-jump
  ProxyJump "-oProxyCommand=touch"
Host direct
  ProxyJump none
  IdentityFile ~/.ssh/other
Host odd
  User "two words"
"""


@pytest.fixture
def settings(home: Path) -> Path:
    file = home / ".ssh/config"
    file.parent.mkdir(mode=0o700, exist_ok=True)
    file.write_text(SETTINGS)
    file.chmod(0o600)
    return file


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("nas", Known("nas.example.lan", "2222", "joe")),
        ("inner", Known("2001:db8::7", "22", "joe", "amanda@bastion:2200")),
        ("tunnelled", Known("tunnelled", "22", ME, cant="nc %h %p")),
        ("behind-gate", Known("behind-gate", "22", ME, "amanda@gate.example.lan:2200")),
        ("behind-more", Known("behind-more", "22", ME, cant="behind-gate")),
        ("behind-two", Known("behind-two", "22", ME, cant="amanda@one,amanda@two")),
        ("all-nas", Known("all-nas", "22", ME, "amanda@inner-gate")),
        ("odd-jump", Known("odd-jump", "22", ME, cant='"-oProxyCommand=touch"')),
        ("direct", None),  # what else is set there is no matter of ours
        ("odd", None),
        ("Files.example.lan", None),
        ("-Fnone", None),
        ("", None),
    ],
)
def test_what_a_name_stands_for(name: str, known: Known | None) -> None:
    assert ssh_settings.known(name) == known


def test_settings_that_ssh_would_not_read_are_not_read(settings: Path) -> None:
    settings.chmod(0o620)
    assert ssh_settings.known("nas") is None


def test_no_settings_say_nothing(home: Path) -> None:
    assert not (home / ".ssh/config").exists()
    assert ssh_settings.known("nas") is None


def test_settings_that_ssh_can_not_read_say_nothing(settings: Path) -> None:
    settings.write_text("Nonsense yes\n")
    assert ssh_settings.known("nas") is None


def test_the_settings_of_the_whole_computer_are_read_after_the_person_s(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = tmp_path / "ssh_config"
    system.write_text("Host nas files\n  HostName files.example.lan\n  User amanda\n  Port 2222\n")
    monkeypatch.setattr(ssh_settings, "SYSTEM", system)
    assert ssh_settings.known("files") == Known("files.example.lan", "2222", "amanda")
    own = home / ".ssh/config"
    own.parent.mkdir(mode=0o700)
    own.write_text("Host nas\n  User joe\n")
    assert ssh_settings.known("nas") == Known("files.example.lan", "2222", "joe")
    assert ssh_settings.known("files") == Known("files.example.lan", "2222", "amanda")


@pytest.mark.parametrize(
    "name",
    ["$(touch ran)", "`touch ran`", "a;touch ran", "a|touch ran", "a&touch", "a\ntouch ran", "'a'", "a b", "a$b"],
)
def test_a_command_of_the_settings_is_given_no_name_that_a_shell_could_run(
    name: str, settings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # OpenSSH refuses such names itself since 9.6; before, it would have run them.
    ssh = tmp_path / "ssh"
    ssh.write_text(f"#!/bin/sh\ntouch {tmp_path}/asked\n")
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert settings.exists()
    assert ssh_settings.known(name) is None
    assert not (tmp_path / "asked").exists()
    ssh_settings.known("nas")
    assert (tmp_path / "asked").exists()


def test_a_command_of_the_person_s_own_settings_has_its_say(settings: Path) -> None:
    settings.write_text('Match exec "test %h = nas"\n  HostName nas.example.lan\n')
    assert ssh_settings.known("nas") == Known("nas.example.lan", "22", ME)
    assert ssh_settings.known("files") is None
