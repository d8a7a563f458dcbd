"""The security check of the key for reading: each slip of an admin's is told, and what was handed over by none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers.restore.test_second_key import KEYS, asked_for, backed_up, use
from tests.support.servers import placing
from tests.support.servers.office import ACCOUNT
from tests.support.servers.weaknesses import wrapped
from wizard.client.session import Session
from wizard.failure import Failure, Kind
from wizard.restore import second_key
from wizard.server import locks

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.secret_service import SecretService
    from tests.support.servers.office import Office
    from wizard.profile import Profile
    from wizard.server.locks import Finding

_REQUEST = "$SSH_ORIGINAL_COMMAND"
_BEFORE = '#!/bin/sh\ncase "$SSH_ORIGINAL_COMMAND" in\n{slip}\nesac\n'
SLIPS = {
    "write": f'"rsync --server -"*"vu . .") cd {placing.OWN}; exec {_REQUEST};;',
    "remove": f"*--delete*) cd {placing.OWN}; exec {_REQUEST};;",
    "read-others": f"*' /etc/passwd') exec {_REQUEST};;",
    "command": f"expr*) exec {_REQUEST};;",
    "sftp": "*sftp*) exec /usr/lib/openssh/sftp-server;;",
}
SETTINGS = {
    "write": ("read only = true", "read only = false"),
    "no-password": (f"auth users = {ACCOUNT}\n", "\n"),
}


async def found(profile: Profile) -> tuple[Finding, ...]:
    with Session() as session:
        return (await second_key.open_door(profile, session, asked_for(profile))).findings


def opened(findings: tuple[Finding, ...]) -> set[str]:
    return {one.id for one in findings if one.held is False}


@pytest.mark.long
@pytest.mark.timeout(200)
async def test_each_slip_in_the_key_line_is_told(
    office: Office, sample_folder: Path, secret_service: SecretService
) -> None:
    profile = await backed_up(office, "rrsync", sample_folder)
    own = office.path(KEYS).read_text()
    use(office, profile)
    exported = office.path(KEYS).read_text().removeprefix(own)
    honest = await found(profile)
    assert locks.verdict(honest) == "locked"
    assert [one.id for one in honest if one.held is None] == ["x11"]
    for id, slip in SLIPS.items():
        spoilt = wrapped(office, exported, _BEFORE.format(slip=slip), "/etc/backup-wizard-test-wrapper")
        office.put(KEYS, own + spoilt, owner=ACCOUNT)
        told = await found(profile)
        assert opened(told) == {id}, told
        assert all("expiry-time" in one.fix for one in told if one.held is False)
    office.put(KEYS, own + exported.replace("restrict,", ""), owner=ACCOUNT)
    assert {"terminal", "tunnel-out", "tunnel-in"} <= opened(await found(profile))

    # Another folder is not even asked for a file: the line itself tells it.
    office.run("cp", "-a", placing.OWN, f"{placing.ROOT}/other")
    office.as_account(f"mv {placing.ROOT}/other/.backup-by-* {placing.ROOT}/other/.backup-by-0123456789abcdef")
    office.as_account(f"mkdir {placing.ROOT}/empty")
    for folder in ("other", "empty"):
        office.put(KEYS, own + exported.replace(f"' {placing.OWN}", f"' {placing.ROOT}/{folder}"), owner=ACCOUNT)
        with pytest.raises(Failure) as failure:
            await found(profile)
        assert failure.value.kind is Kind.COMMAND_DRIFTED


@pytest.mark.long
async def test_each_slip_in_the_module_is_told(
    office: Office, sample_folder: Path, secret_service: SecretService
) -> None:
    profile = await backed_up(office, "daemon", sample_folder)
    own = office.path("/etc/rsyncd.conf").read_text()
    use(office, profile)
    exported = office.path("/etc/rsyncd.conf").read_text().removeprefix(own)
    honest = await found(profile)
    assert locks.verdict(honest) == "locked", honest
    for id, (said, slip) in SETTINGS.items():
        assert said in exported
        office.put("/etc/rsyncd.conf", own + exported.replace(said, slip), mode=0o644)
        told = await found(profile)
        assert id in opened(told), told
    office.put("/etc/rsyncd.conf", own + exported.replace(f"{placing.OWN}\n", f"{placing.ROOT}\n"), mode=0o644)
    told = await found(profile)
    assert locks.verdict(told) == "unknown", told
    assert "contains none of this backup" in told[0].detail
