"""What the server's rsync leaves of a file when it is killed: it goes with a run that deletes, or is told."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.servers.running.test_faults import run
from tests.support import processes
from tests.support.network.lossy_line import THE_BACKUP, LossyLine, lossy_line
from wizard import console
from wizard.client import access
from wizard.failure import Failure
from wizard.profile import with_delete
from wizard.running import history, record
from wizard.server import exports
from wizard.storage import profiles, state_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers.real_sshd import RealSshd

LARGE = 3_000_000
HELD_AT = 1_500_000


@pytest.fixture
def line(sshd: RealSshd, tmp_path: Path) -> Iterator[LossyLine]:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a-large").write_bytes(os.urandom(LARGE))
    with lossy_line(sshd, source) as line:
        yield line


async def with_the_server_s_rsync_killed(line: LossyLine) -> None:
    """A run that fails in the large file, for good."""
    line.gate.holds[THE_BACKUP] = HELD_AT
    failing = asyncio.create_task(run(line.profile))
    assert await asyncio.to_thread(line.gate.held.wait, 60)
    while not left(line):
        await asyncio.sleep(0.01)
    serving = [pid for pid in processes.descendants(line.sshd._process.pid) if is_rsync(pid)]  # type: ignore[union-attr]
    for sent in (signal.SIGSTOP, signal.SIGKILL):  # one that saw the other end would take its file with it
        for pid in serving:
            os.kill(pid, sent)
    line.gate.release()
    with pytest.raises(Failure):
        await failing


def is_rsync(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip() == "rsync"
    except (FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
        return False


def left(line: LossyLine) -> list[str]:
    folder = line.backup / line.source.name
    return [path.name for path in folder.iterdir() if path.name != "a-large"] if folder.exists() else []


async def test_it_stays_where_nothing_is_deleted_and_the_next_good_run_says_so_once(line: LossyLine) -> None:
    await with_the_server_s_rsync_killed(line)
    assert record.read(line.profile.name).cut == {"source/a-large": LARGE}
    told = await run(line.profile)
    (stays,) = left(line)
    assert re.fullmatch(r"\.a-large\..{6}", stays)
    said = console.backup(told)
    assert "The connection was lost while sending source/a-large (3.0 MB)." in said
    assert "called “.a-large.” and six characters. Backups don't remove that; your admin can." in said
    assert told.cut == {"source/a-large": LARGE}
    again = await run(line.profile)
    assert again.cut == {}
    assert "The connection was lost" not in console.backup(again)


async def test_a_run_that_deletes_removes_it_and_has_nothing_to_tell(line: LossyLine) -> None:
    line = LossyLine(with_delete(line.profile, True), line.sshd, line.gate, line.source, line.backup)
    profiles.save(line.profile)
    line.sshd.authorized_keys.write_text(exports.export(line.profile, access.facts(line.profile), "authorized-keys"))
    await with_the_server_s_rsync_killed(line)
    assert left(line)
    told = await run(line.profile)
    assert left(line) == []
    assert (told.report.totals.deleted, told.cut) == (1, {})


async def test_one_whose_name_is_no_utf_8_is_kept_as_well(line: LossyLine) -> None:
    name = os.fsdecode(b"Vid\xe9o.avi")
    (line.source / "a-large").rename(line.source / name)
    line.gate.cuts[THE_BACKUP] = HELD_AT
    with pytest.raises(Failure):
        await run(line.profile)
    kept = record.read(line.profile.name)
    assert (kept.result, kept.cut) == ("failed", {f"source/{name}": LARGE})
    assert history.read(line.profile.name)[0].result == "failed"


async def test_a_run_that_was_cut_and_went_on_tells_it_too(line: LossyLine) -> None:
    line.gate.cuts[THE_BACKUP] = HELD_AT
    told = await run(line.profile, (0.2,) * 25)
    assert told.tries > 1
    assert told.cut == {"source/a-large": LARGE}
    assert (await run(line.profile)).cut == {}


async def test_no_part_takes_the_place_of_what_another_computer_has_backed_up(line: LossyLine) -> None:
    scheme = msgspec.structs.replace(line.profile.scheme, write_only=False)
    profile = msgspec.structs.replace(line.profile, scheme=scheme)
    profiles.save(profile)
    line.sshd.authorized_keys.write_text(exports.export(profile, access.facts(profile), "authorized-keys"))
    assert (await run(profile)).is_whole
    good = line.source / "a-large"
    before = good.read_bytes()
    state_files.forget(profile.name, "last-run.json")
    record.note_adopted(profile.name)
    good.write_bytes(os.urandom(LARGE))
    for number in range(line.gate.connections, line.gate.connections + 2):
        line.gate.cuts[number] = HELD_AT
    with pytest.raises(Failure):
        await run(profile)
    server = line.sshd._process
    assert server
    while any(is_rsync(pid) for pid in processes.descendants(server.pid)):  # it sees only now that nobody sends
        await asyncio.sleep(0.01)
    assert (line.backup / "source/a-large").read_bytes() == before
