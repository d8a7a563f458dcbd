"""rsync's command to a daemon on its own port, without ssh."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.schemes.parts import over_ssh

if TYPE_CHECKING:
    from wizard.profile import Profile
    from wizard.schemes.base import Transfer
    from wizard.schemes.facts import ClientFacts

USUAL_PORT = 873
_SSH_PORT = 22
_SILENCES = 12  # a daemon that looks through a big folder says nothing meanwhile


def port(profile: Profile) -> int:
    """The daemon's port; a profile that says ssh's says nothing of it."""
    return USUAL_PORT if profile.server.port == _SSH_PORT else profile.server.port


def rsync_command(profile: Profile, facts: ClientFacts, transfer: Transfer, module: str) -> list[str]:
    """The rsync command to a module; a password is read from standard input, and stands in no argument."""
    return [
        *over_ssh.rsync_options(profile, facts, transfer, *over_ssh.LASTING),
        *connecting(profile, facts),
        *([] if transfer.sample and not transfer.dry_run else [long_silence(facts)]),
        "--",
        *over_ssh.rsync_sources(profile, transfer),
        place(profile, f"{module}/{profile.name}/"),
    ]


def connecting(profile: Profile, facts: ClientFacts) -> list[str]:
    """The options by which rsync finds the daemon and signs in to it."""
    password = ["--password-file=-"] if profile.scheme.auth else []
    return [f"--port={port(profile)}", f"--contimeout={facts.timeout}", *password]


def long_silence(facts: ClientFacts) -> str:
    """The option that gives up a daemon which says nothing for too long."""
    return f"--timeout={_SILENCES * facts.timeout}"


def place(profile: Profile, path: str) -> str:
    """A folder of the daemon's, from its module on, as rsync takes it."""
    user = f"{profile.server.user}@" if profile.scheme.auth else ""
    return f"{user}{over_ssh.rsync_host(profile)}::{path}"
