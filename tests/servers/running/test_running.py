"""A real backup as it is run from then on: looked at afterwards, gone on with, told of, and kept in mind."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.support.commands import backup_wizard
from tests.support.network.gate import Gate
from tests.support.servers import placing
from wizard.client import access
from wizard.failure import Failure
from wizard.running import backing_up
from wizard.schemes.parts.over_ssh import PARTIAL_FOLDER
from wizard.server import kept_facts
from wizard.storage import profiles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.secret_service import SecretService
    from tests.support.servers.office import Office
    from wizard.profile import Profile

LARGE = 6_000_000


async def run(profile: Profile, at: Callable[[backing_up.Event], object] = lambda event: None) -> backing_up.Result:
    async for event in backing_up.run(profile, access.prepare(profile), pauses=()):
        at(event)
    assert isinstance(event, backing_up.Result)
    return event


@pytest.mark.parametrize(("kind", "how"), [("rrsync", "sample"), ("forced-command", "dry-run"), ("daemon", "sample")])
async def test_what_was_sent_is_looked_at_on_the_server_and_a_difference_is_found(
    kind: str, how: str, office: Office, sample_folder: Path, secret_service: SecretService
) -> None:
    profile = placing.profile_for(office, kind, sample_folder)
    placing.settle(office, profile)
    first = await run(profile)
    assert first.verification
    assert (first.verification.how, first.verification.differing) == (how, ())
    assert first.verification.looked_at > 0
    assert first.is_whole

    there = office.path(f"{placing.ROOT}/amamac/{sample_folder.name}/plain.txt")
    (sample_folder / "plain.txt").write_text("new text")

    def spoil(event: backing_up.Event) -> None:
        if isinstance(event, backing_up.Looking):
            status = there.stat()
            there.write_text("old text" if how == "sample" else "of another size")
            os.utime(there, ns=(status.st_atime_ns, status.st_mtime_ns))

    # The file was written before the run, so that it has not been changed since.
    second = await run(profile, spoil)
    assert second.verification
    assert second.verification.differing == (f"{sample_folder.name}/plain.txt",)
    assert not second.is_whole
    third = await run(profile)  # since the last good run, the file has changed here
    assert third.is_whole
    assert there.read_text() == "new text"


def test_what_is_excluded_by_now_keeps_its_folder_there_and_nothing_is_complained_of(
    office: Office, sample_folder: Path
) -> None:
    old = sample_folder / "old"
    old.mkdir()
    for name in ("draft.tmp", "letter"):
        (old / name).write_text(name)
    profile = placing.profile_for(office, "rrsync", sample_folder, delete=True, scheme={"allow_delete": True})
    placing.settle(office, profile)
    assert backup_wizard("run", "amamac").exit_code == 0
    profiles.save(replace(profile, exclude=("*.tmp",)))
    shutil.rmtree(old)
    result = backup_wizard("run", "amamac")
    assert result.exit_code == 0
    assert "1 deleted" in result.stdout
    assert "not backed up" not in result.stdout
    assert os.listdir(office.path(f"{placing.ROOT}/amamac/{sample_folder.name}/old")) == ["draft.tmp"]


def test_a_folder_there_that_is_a_file_here_by_now_is_told_as_what_it_is(office: Office, sample_folder: Path) -> None:
    (sample_folder / "old").mkdir()
    (sample_folder / "old" / "letter").write_text("kept")
    placing.settle(office, placing.profile_for(office, "rrsync", sample_folder, delete=False))
    assert backup_wizard("run", "amamac").exit_code == 0
    shutil.rmtree(sample_folder / "old")
    (sample_folder / "old").write_text("a file by now")
    for command in ("dry-run", "run"):
        told = backup_wizard(command, "amamac")
        assert told.exit_code == 1
        line = f"Your backup has something else of this name, and keeps it: {sample_folder.name}/old\n"
        assert told.stdout.count(line) == 1
        assert "folders with names that you now use for files" in told.stdout
        assert "couldn't be read" not in told.stdout
    assert office.path(f"{placing.ROOT}/amamac/{sample_folder.name}/old/letter").read_text() == "kept"


async def test_where_nothing_can_be_practised_it_is_said_that_nothing_was_looked_at(
    office: Office, sample_folder: Path
) -> None:
    profile = placing.profile_for(office, "forced-command", sample_folder)
    placing.settle(office, profile, kept_facts.learn(profile, shell="/usr/bin/rssh"))
    result = await run(profile)
    assert result.verification
    assert result.verification.how == "none"
    assert result.unmarked == ""
    assert "rssh" in result.verification.sentence


async def test_on_a_daemon_a_file_that_was_cut_off_goes_on_and_is_never_seen_under_its_name(
    office: Office, tmp_path: Path, secret_service: SecretService
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "large").write_bytes(os.urandom(LARGE))
    profile = placing.profile_for(office, "daemon", source, delete=True, scheme={"allow_delete": True})
    placing.settle(office, profile)
    landed = office.path(f"{placing.ROOT}/amamac/source")
    with Gate(office.daemon_port) as gate:
        gate.holds.update(dict.fromkeys(range(100), 3_000_000))  # which nothing but the backup itself comes to
        running = asyncio.create_task(run(placing.at_port(profile, gate.port)))
        async with asyncio.timeout(60):
            # A reset throws away what the daemon has not read yet.
            while not any(path.stat().st_size for path in landed.glob(".large.*")):
                await asyncio.sleep(0.01)
        gate.cut()
        with pytest.raises(Failure):
            await running
    part = landed / PARTIAL_FOLDER / "large"
    async with asyncio.timeout(60):
        while not part.exists():  # the daemon puts it away once it sees that the sender is gone
            await asyncio.sleep(0.01)
    assert 0 < part.stat().st_size < LARGE
    assert not (landed / "large").exists()
    assert (await run(profile)).is_whole
    assert [path.name for path in landed.iterdir()] == ["large"]
    compare = ("rsync", "-naic", "--delete", *placing.stored(profile))
    assert office.run(*compare, f"{source}/", f"{placing.OWN}/source/") == ""


def test_the_command_tells_what_was_done_and_when(office: Office, sample_folder: Path, tmp_path: Path) -> None:
    profile = placing.profile_for(office, "rrsync", sample_folder)
    placing.settle(office, profile)
    before = backup_wizard("show", profile.name)
    assert re.search(r"^# backup: +No backup yet", before.stdout, re.MULTILINE)
    done = backup_wizard("run", profile.name, "--json")
    assert done.exit_code == 0
    assert done.json["whole"] is True
    assert done.json["tries"] == 1
    assert done.json["verified"]["how"] == "sample"
    assert done.json["new"] > 10
    again = backup_wizard("run", profile.name)
    assert again.stdout.splitlines()[-1].startswith("Done. ")
    assert "Last good backup" in backup_wizard("show", profile.name).stdout

    listed = backup_wizard("dry-run", profile.name, "--output", tmp_path / "list")
    assert listed.exit_code == 0
    assert (tmp_path / "list").read_text() == ""
    refused = backup_wizard("dry-run", profile.name, "--output", tmp_path / "list")
    assert refused.exit_code == 2
