"""Signing in with the real ssh."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

from wizard.client.process import children
from wizard.failure import Failure, Kind
from wizard.schemes.parts import over_ssh

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wizard.client.access import Access
    from wizard.client.process.children import Finished
    from wizard.profile import Profile

_OWN_FAILURE = 255
_RRSYNC = re.compile(r"^\S*rrsync: |^Restricted directory does not exist", re.MULTILINE)
_TIMES_THE_TIMEOUT = 3  # for the connection, the sign-in and the answer


async def run(
    profile: Profile, access: Access, request: Sequence[str], timeout: float | None = None, *, verbose: bool = False
) -> Finished:
    """Ask the server for a command, or with an empty `request` for a shell; `verbose` has ssh tell each thing it does.

    `timeout` is in seconds; without one, it is three times that of `access`.

    Raises:
        Failure: `TIMED_OUT` or `NO_SSH`.
    """
    argv = _command(profile, access, request, verbose=verbose)
    with _told(profile):
        return await children.finish(argv, access.environment, timeout or _TIMES_THE_TIMEOUT * access.facts.timeout)


async def first_answer(profile: Profile, access: Access, request: Sequence[str], said: bytes, timeout: float) -> bytes:
    """What the command that is asked for answers first when it is told something, or nothing if it ends before that.

    Raises:
        Failure: `TIMED_OUT` or `NO_SSH`.
    """
    with _told(profile):
        return await children.first_answer(_command(profile, access, request), access.environment, said, timeout)


def _command(profile: Profile, access: Access, request: Sequence[str], *, verbose: bool = False) -> list[str]:
    program, *options = over_ssh.ssh_command(profile, access.facts)
    log_level = ["-o", "LogLevel=DEBUG1"] if verbose else []  # the first of two values counts for ssh
    return [program, *log_level, *options, "--", profile.server.host, *request]


@contextlib.contextmanager
def _told(profile: Profile) -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise Failure(Kind.TIMED_OUT, profile.server.host) from None
    except OSError as error:
        raise Failure(Kind.NO_SSH, "ssh", str(error)) from None


def is_let_in(finished: Finished) -> bool:
    """Whether the server let us in, whatever it answered then.

    ssh ends with 255 for a failure of its own, and has printed nothing then; rsync's daemon ends with it as well, and
    so does an rrsync in Perl that refuses.
    """
    return finished.exit_code != _OWN_FAILURE or bool(finished.stdout) or bool(_RRSYNC.search(finished.stderr))
