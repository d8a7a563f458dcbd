"""Signing in for real, to see whether the server lets us."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.client import ssh
from wizard.failure import ProgramFailed

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
        ProgramFailed: ssh was not let in, and says why on its standard error.
        Failure: ssh could not be run to its end.
    """
    finished = await ssh.run(profile, access, HARMLESS)
    if finished.exit_code == ssh.OWN_FAILURE:
        raise ProgramFailed("ssh", finished.exit_code, finished.stderr)
