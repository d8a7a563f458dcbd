"""One connection for all that is asked of a server in a row: signing in costs more than most questions."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wizard import schemes
from wizard.client import ssh
from wizard.failure import ProgramFailed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wizard.client.access import Access
    from wizard.profile import Profile

_LONGEST_PATH = 85  # a socket's may have 103 bytes on a Mac, and ssh begins with one that is longer than the last


@contextlib.asynccontextmanager
async def shared(profile: Profile, access: Access) -> AsyncIterator[Access]:
    """Sign in; what uses the access that is yielded asks over this connection, which ends with the block.

    Should the connection break, the next question makes one of its own.

    Raises:
        ProgramFailed: we were not let in, and ssh says why on its standard error.
        Failure: as for `ssh.run`.
    """
    if not schemes.of(profile).uses_ssh:
        yield access
        return
    with tempfile.TemporaryDirectory(prefix="backup-wizard-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "ssh"
        if len(os.fsencode(path)) > _LONGEST_PATH:
            yield access
            return
        over_it = replace(access, facts=replace(access.facts, connection=path))
        try:
            signed_in = await ssh.connect(profile, over_it)
            if signed_in.exit_code:
                raise ProgramFailed("ssh", signed_in.exit_code, signed_in.stderr)
            yield over_it
        finally:
            await ssh.disconnect(profile, over_it)
