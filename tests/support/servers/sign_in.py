"""Signing in with the real ssh, as the wizard would."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from wizard.client import access
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.client.keys import key_files
from wizard.schemes.facts import ClientFacts
from wizard.schemes.parts import over_ssh
from wizard.storage import paths

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.servers.real_sshd import RealSshd
    from wizard.profile import Profile

# It answers without the account's shell, whose start-up files are the person's who runs the tests.
HARMLESS = 'restrict,command="internal-sftp"'
OWN_FAILURE = 255


def let_in(sshd: RealSshd, profile: Profile, options: str = HARMLESS) -> None:
    """Have the server take the profile's key, which is there already, and trust the server here."""
    sshd.install(f"{options} {key_files.public_line(profile.key_path)}")
    known_hosts.trust(profile, [HostKey(*key.split()) for key in sshd.public_host_keys])


def sign_in(profile: Profile, asking: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Sign in once, with `asking` in the environment; 255 is ssh's own failure."""
    argv = over_ssh.ssh_command(profile, ClientFacts(known_hosts=paths.known_hosts()))
    return subprocess.run(
        [*argv, "--", profile.server.host],
        env=access.environment() | dict(asking or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
