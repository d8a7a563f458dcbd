"""An office whose account has a password, and a backup towards it that waits for the admin."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import msgspec

from tests.support import canary
from tests.support.servers import placing
from tests.support.servers.office import ACCOUNT, Office
from wizard.client import access
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.client.keys import protected_key
from wizard.client.keys.secrets import Secret
from wizard.server import handed_over
from wizard.storage import profiles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wizard.profile import Profile

PASSWORD = Secret(canary.SECRET)
HOME = f"/home/{ACCOUNT}"
KEYS = f"{HOME}/.ssh/authorized_keys"
FOREIGN = "# mine\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2xvQmn1JQ6kqS3w3mzvCq0Q9wZbV5Y1kNJxJ0m9nTt amanda's \\ é"


@contextlib.contextmanager
def office_with_password(place: Path) -> Iterator[Office]:
    """The office, with an sshd that takes the password."""
    with Office(place) as office:
        office.run("sh", "-c", f"echo {ACCOUNT}:{canary.SECRET} | chpasswd --crypt-method SHA512")
        office.start_sshd("PasswordAuthentication yes", f"SetEnv PATH={HOME}/bin:/usr/bin:/bin")
        yield office


def furnish(office: Office) -> None:
    """Make the account's home anew, as that of a person who signs in from elsewhere by a key."""
    office.run("sh", "-c", f"rm -rf {HOME} && cp -r /etc/skel {HOME} && chown -R {ACCOUNT}: {HOME}")
    office.run("usermod", "-s", "/bin/sh", ACCOUNT)
    office.authorize(FOREIGN)  # without a newline at its end
    office.path(KEYS).chmod(0o640)


def begun(office: Office, folder: Path, kind: str = "rrsync", root: str = "back up/of 'mine'") -> Profile:
    """A backup that has come to the hand-over."""
    profile = placing.profile_for(office, kind, folder)
    profile = msgspec.structs.replace(profile, server=msgspec.structs.replace(profile.server, root=root))
    profiles.save(profile)
    known_hosts.trust(profile, [HostKey(*office.host_key)])
    protected_key.ensure(profile)
    handed_over.keep(profile, access.facts(profile))
    return profile
