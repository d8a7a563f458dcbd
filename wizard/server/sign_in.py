"""Signing in for real, to see whether the server lets us."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard import schemes
from wizard.client import ssh
from wizard.failure import Failure, Kind, ProgramFailed
from wizard.server import destination, facts, shells

if TYPE_CHECKING:
    from wizard.client.access import Access
    from wizard.profile import Profile

HARMLESS = ("true",)

# OpenSSH 9.8 and later shut out an address that fails to sign in more often than every 5 seconds
# (sshd_config, PerSourcePenalties), so asking whether the admin is done keeps well clear of that, and an impatient
# person is kept from it too.
LEAST_PAUSE_SECONDS = 5.0
FIRST_PAUSE_SECONDS = 7.0
LONGEST_PAUSE_SECONDS = 30.0


async def attempt(profile: Profile, access: Access) -> None:
    """Sign in and ask for nothing of consequence.

    Raises:
        ProgramFailed: we were not let in, and ssh or rsync says why on its standard error.
        Failure: `SERVER_SHELL_BLOCKS` if the account's shell is one that does, or ssh could not be run to its end.
    """
    if not schemes.of(profile).uses_ssh:
        await destination.holder(profile, access)
        return
    finished = await ssh.run(profile, access, HARMLESS)
    if finished.exit_code == ssh.OWN_FAILURE:
        raise ProgramFailed("ssh", finished.exit_code, finished.stderr)
    if shell := shells.blocking(finished):
        facts.learn(profile, shell=shell)
        raise Failure(Kind.SERVER_SHELL_BLOCKS, shell, finished.stdout + finished.stderr)
