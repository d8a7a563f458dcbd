"""Signing in with the real ssh."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from wizard.client import children
from wizard.failure import Failure, Kind
from wizard.schemes import over_ssh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.client.access import Access
    from wizard.client.children import Finished
    from wizard.profile import Profile

_OWN_FAILURE = 255
_LINGERS_SECONDS = 5
_PATIENCES = 3  # for the connection, the sign-in and the answer
_PATIENCES_WITH_A_KEYRING = 8  # whose owner may have to unlock it first


async def run(
    profile: Profile, access: Access, request: Sequence[str], timeout: float | None = None, *, verbose: bool = False
) -> Finished:
    """Ask the server for a command, or with an empty `request` for a shell; `verbose` has ssh tell each thing it does.

    `timeout` is in seconds, and as a rule made from the patience that `access` has.

    Raises:
        Failure: `TIMED_OUT` or `NO_SSH`.
    """
    program, *options = over_ssh.ssh_command(profile, access.facts)
    log_level = ["-o", "LogLevel=DEBUG1"] if verbose else []  # of two, ssh takes the first
    return await _finish([program, *log_level, *options, "--", profile.server.host, *request], profile, access, timeout)


async def _finish(argv: Sequence[str], profile: Profile, access: Access, timeout: float | None = None) -> Finished:
    try:
        return await children.finish(argv, access.environment, timeout or _PATIENCES * access.facts.patience)
    except TimeoutError:
        raise Failure(Kind.TIMED_OUT, profile.server.host) from None
    except OSError as error:
        raise Failure(Kind.NO_SSH, "ssh", str(error)) from None


async def connect(profile: Profile, access: Access) -> Finished:
    """Sign in, and leave a connection behind at the place that `access` names; the exit code is 0 where it is there.

    It ends some seconds after its last use by itself, should nobody be left to end it.

    Raises:
        Failure: `TIMED_OUT` or `NO_SSH`.
    """
    program, *options = over_ssh.ssh_command(profile, access.facts)
    to_stay = ["-M", "-N", "-o", f"ControlPersist={_LINGERS_SECONDS}"]
    argv = [program, *to_stay, *options, "--", profile.server.host]
    return await _finish(argv, profile, access, _PATIENCES_WITH_A_KEYRING * access.facts.patience)


async def disconnect(profile: Profile, access: Access) -> None:
    """End the connection that is at the place that `access` names, if there is one."""
    assert access.facts.connection
    if access.facts.connection.exists():
        to_end = [*over_ssh.ssh_command(profile, access.facts), "-O", "exit", profile.server.host]
        with contextlib.suppress(Failure):  # it ends by itself as well
            await _finish(to_end, profile, access)


def is_let_in(finished: Finished) -> bool:
    """Whether the server let us in, whatever it answered then.

    ssh ends with 255 for a failure of its own, and has printed nothing then; rsync's daemon ends with it as well.
    """
    return finished.exit_code != _OWN_FAILURE or bool(finished.stdout)
