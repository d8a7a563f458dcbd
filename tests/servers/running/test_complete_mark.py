"""Each complete run leaves its date on the server, also one that changes nothing, and no other run does."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support import deprived
from tests.support.servers import placing
from wizard import console
from wizard.client import access
from wizard.running import backing_up, report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.servers.office import Office
    from wizard.profile import Profile

OLD = "2020-01-01T00:00:00Z\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "Documents"
    folder.mkdir()
    (folder / "letter").write_text("Dear Amanda")
    return folder


async def run(profile: Profile, at: Callable[[backing_up.Event], object] = lambda event: None) -> backing_up.Result:
    async for event in backing_up.run(profile, access.prepare(profile), pauses=()):
        at(event)
    assert isinstance(event, backing_up.Result)
    return event


def age(mark: Path) -> None:
    """As if the mark had been left years ago."""
    mark.write_text(OLD)
    os.utime(mark, (1, 1))


async def test_each_complete_run_leaves_its_date_and_counts_it_nowhere(office: Office, source: Path) -> None:
    may_delete = {"allow_delete": True}
    profile = placing.profile_for(office, "rrsync", source, delete=True, exclude=(".*",), scheme=may_delete)
    admitted = placing.settle(office, profile)
    mark = office.path(f"{placing.OWN}/.backup-complete")
    first = await run(profile)
    assert (first.report.totals.files, first.report.totals.new, first.unmarked) == (2, 2, "")
    age(mark)
    second = await run(profile)
    assert (second.report.totals.new, second.report.totals.changed, second.report.totals.bytes_to_send) == (0, 0, 0)
    assert second.is_whole
    assert mark.read_text() != OLD
    totals = (await report.dry_run(profile, admitted)).totals
    assert (totals.new, totals.changed, totals.deleted, totals.files) == (0, 0, 0, 2)


async def test_a_run_that_is_not_good_leaves_none(office: Office, source: Path) -> None:
    profile = placing.profile_for(office, "rrsync", source)
    placing.settle(office, profile)
    mark = office.path(f"{placing.OWN}/.backup-complete")
    assert (await run(profile)).is_complete
    age(mark)
    closed = [source / "closed", source / "closed, too"]  # half of what is there
    for one in closed:
        one.write_text("for nobody")
        one.chmod(0)

    async def unread() -> backing_up.Result:
        return await run(profile)

    result = await deprived.of(deprived.no_privilege, unread)
    assert (result.report.exit_code, result.is_complete) == (23, False)
    assert mark.read_text() == OLD
    for one in closed:
        one.unlink()
    (source / "letter").write_text("Dear all")
    there = office.path(f"{placing.OWN}/Documents/letter")

    def spoil(event: backing_up.Event) -> None:
        if isinstance(event, backing_up.Looking):
            status = there.stat()
            there.write_text("Dear ALL")
            os.utime(there, ns=(status.st_atime_ns, status.st_mtime_ns))

    assert (await run(profile, spoil)).verification
    assert mark.read_text() == OLD


async def test_a_file_that_stays_old_under_append_only_doesn_t_hide_the_date(office: Office, source: Path) -> None:
    profile = placing.profile_for(office, "rrsync", source, scheme={"append_only": True})
    placing.settle(office, profile)
    await run(profile)
    [mark] = office.path(placing.OWN).glob(".backup-complete-*")
    mark.unlink()
    (source / "letter").write_text("Dear Amanda, dear all")
    result = await run(profile)
    assert (result.is_whole, result.is_complete, result.unmarked) == (False, True, "")
    assert mark.exists()


async def test_without_its_date_there_a_backup_is_as_good_and_that_is_told(office: Office, source: Path) -> None:
    profile = placing.profile_for(office, "rrsync", source)
    placing.settle(office, profile)
    in_the_way = office.path(f"{placing.OWN}/.backup-complete")
    in_the_way.mkdir()
    (in_the_way / "file").write_text("not ours")
    result = await run(profile)
    assert result.is_whole
    assert result.unmarked
    assert "The date of this backup couldn't be left on the server" in console.backup(result)
    assert console.backup(result).endswith(result.sentence)
