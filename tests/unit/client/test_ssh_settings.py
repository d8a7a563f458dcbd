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
        ("tunnelled", Known("tunnelled", "22", pwd.getpwuid(os.getuid()).pw_name, "nc %h %p")),
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
