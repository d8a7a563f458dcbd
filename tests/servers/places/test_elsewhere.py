"""One key with two lines: at its usual places the backup follows what is deleted, and from elsewhere it only adds."""

from __future__ import annotations

import socket
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.servers.schemes.test_restrictions import OTHER_ADDRESS, from_address
from tests.support.servers import placing
from tests.support.servers.office import HOST, open_office
from wizard.running import backing_up, record, report
from wizard.server import locks
from wizard.server.reaching import sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.servers.office import Office
    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.running.events import Result
    from wizard.server.locks import Finding

THERE = f"{placing.OWN}/documents"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path / "office") as running:
        yield running


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    for name in ("letter.txt", "old.txt"):
        (folder / name).write_text(f"{name} as it was\n")
    return folder


def a_profile(office: Office, documents: Path) -> Profile:
    scheme = {"from": [HOST], "elsewhere": "add", "allow_delete": True}
    return placing.profile_for(office, "rrsync", documents, scheme=scheme, delete=True)


async def backed_up(profile: Profile, admitted: Access) -> Result:
    async with aclosing(backing_up.run(profile, admitted, pauses=())) as events:
        async for event in events:
            last = event
    assert isinstance(last, backing_up.Result)
    return last


async def found(profile: Profile, admitted: Access) -> list[Finding]:
    async with aclosing(locks.check(profile, admitted)) as findings:
        return [finding async for finding in findings]


async def test_each_place_gets_its_own_line(office: Office, documents: Path, tmp_path: Path) -> None:
    profile = a_profile(office, documents)
    here = placing.settle(office, profile)
    away = from_address(here, OTHER_ADDRESS, tmp_path)
    for admitted in (here, away):
        await sign_in.attempt(profile, admitted)
    assert (await backed_up(profile, here)).is_whole
    good = record.read(profile.name).last_good

    (documents / "old.txt").unlink()
    (documents / "letter.txt").write_text("the letter, changed\n")
    (documents / "new.txt").write_text("new\n")
    foretold = await report.dry_run(profile, away)
    assert (foretold.totals.new, foretold.totals.changed, foretold.totals.outdated, foretold.totals.deleted) == (
        1,
        0,
        1,
        0,
    )
    added = await backed_up(profile, away)
    assert {path.name for path in office.path(THERE).iterdir()} == {"letter.txt", "old.txt", "new.txt"}
    assert office.path(f"{THERE}/letter.txt").read_text() == "letter.txt as it was\n"
    # What has changed is not on the server, so this was no good backup, and it says so.
    assert not added.is_whole
    assert record.read(profile.name).last_good == good
    assert added.sentence.startswith("Only new files were added, as from here the server allows no more.")
    assert added.verification
    assert "letter.txt" in added.verification.sentence

    followed = await backed_up(profile, here)
    assert followed.is_whole
    assert followed.report.totals.deleted == 1
    assert {path.name for path in office.path(THERE).iterdir()} == {"letter.txt", "new.txt"}
    assert office.path(f"{THERE}/letter.txt").read_text() == "the letter, changed\n"


async def test_the_security_check_says_which_line_it_met(
    office: Office, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = a_profile(office, documents)
    admitted = placing.settle(office, profile)
    planned = [one.id for one in locks.planned(profile)]
    for address, words, only_away in (
        (HOST, f"the server uses the line for {HOST}, and not the one for other addresses", None),
        (OTHER_ADDRESS, f"the server uses the line for other addresses than {HOST}: it only adds files", True),
    ):
        connect = partial(socket.create_connection, source_address=(address, 0))
        with monkeypatch.context() as patched:
            patched.setattr(socket, "create_connection", connect)
            findings = {one.id: one for one in await found(profile, admitted)}
        assert list(findings) == planned
        assert locks.verdict(list(findings.values())) == "locked", findings
        assert words in findings["places"].detail
        assert [findings[id].held for id in ("delete", "replace", "overwrite")] == [only_away] * 3
        assert findings["admitted"].held is True
