"""Doing it for the admin with the account's password, and what must be true where it fails."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import pytest

from tests.support import canary
from tests.support.data.trees import Entry, tree
from tests.support.servers.with_password import PASSWORD
from wizard.client import access
from wizard.failure import Failure
from wizard.server.by_password import install

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.servers.office import Office
    from wizard.client.keys.secrets import Secret
    from wizard.profile import Profile
    from wizard.server.by_password.install import InstallStage


def silent(_: InstallStage) -> None:
    """Tell nobody."""


async def do_it(profile: Profile, password: Secret = PASSWORD, tell: Callable[[InstallStage], None] = silent) -> None:
    await install.install(profile, access.prepare(profile), password, tell)


def contents(office: Office) -> dict[str, tuple[str, int, tuple[int, int], str]]:
    """All of the home but its times: a file that is written back has another."""
    return {name: _timeless(entry) for name, entry in tree(office.home).items()}


def _timeless(entry: Entry) -> tuple[str, int, tuple[int, int], str]:
    return entry.kind, entry.mode, entry.owner, entry.content


async def failed(office: Office, profile: Profile, **options: object) -> Failure:
    """Why it failed, once it is seen that it left nothing behind and the password nowhere."""
    before = contents(office)
    with pytest.raises(Failure) as raised:
        await do_it(profile, **options)  # type: ignore[arg-type]
    assert contents(office) == before
    told = traceback.TracebackException.from_exception(raised.value, capture_locals=True)
    assert canary.SECRET not in "".join(told.format())
    return raised.value
