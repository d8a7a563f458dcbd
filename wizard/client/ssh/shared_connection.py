"""One connection for all that is asked of a server in a row: signing in costs more than most questions."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from wizard import schemes
from wizard.client.process.background import in_background
from wizard.client.ssh import signing_in
from wizard.failure import Failure, Kind, ProgramFailed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wizard.client.access import Access
    from wizard.profile import Profile

_TIMES_THE_TIMEOUT = 8  # a keyring's owner may have to unlock it first


@contextlib.asynccontextmanager
async def shared(profile: Profile, access: Access) -> AsyncIterator[Access]:
    """Sign in; what uses the access that is yielded asks over this connection, which ends with the block.

    A sign-in that has begun already is waited for, and an access that is over a connection stays on it. Should the
    connection break, the next question makes one of its own.

    Raises:
        ProgramFailed: we were not let in, and ssh says why on its standard error.
        Failure: `TIMED_OUT` or `NO_SSH`.
    """
    connection = None if access.facts.connection else _connection(profile, access)
    if connection is None:
        yield access
        return
    try:
        try:
            async with asyncio.timeout(_TIMES_THE_TIMEOUT * access.facts.timeout):
                exit_code = await in_background(connection.wait)
        except TimeoutError:
            raise Failure(Kind.TIMED_OUT, profile.server.host) from None
        if exit_code:
            raise ProgramFailed("ssh", exit_code, connection.said)
        yield connection.access
    finally:
        await asyncio.to_thread(connection.close)


def _connection(profile: Profile, access: Access) -> signing_in.SigningIn | None:
    if not schemes.of(profile).uses_ssh:
        return None
    begun = access.signing_in
    return begun if begun and not begun.is_closed else signing_in.begin(profile, access)
