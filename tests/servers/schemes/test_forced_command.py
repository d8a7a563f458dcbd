"""The exact forced command: dry runs that are dry, and no rsync that isn't the one in the server's line."""

from __future__ import annotations

import os
import shlex
import subprocess
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.support import programs
from tests.support.commands import backup_wizard
from tests.support.data.trees import tree
from tests.support.servers import placing
from tests.support.servers.office import Office
from wizard import schemes
from wizard.client import access
from wizard.client.rsync import recorder
from wizard.failure import Failure, Kind
from wizard.running import report
from wizard.schemes.base import Transfer
from wizard.schemes.facts import ServerFacts
from wizard.server import handed_over
from wizard.storage import profiles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wizard.client.access import Access
    from wizard.profile import Profile

DELETING = {"delete": True, "scheme": {"allow_delete": True}}
_ONE_COMMAND = ServerFacts(shell="rssh")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    place = tmp_path / "office"
    place.mkdir()
    with Office(place) as running:
        running.start_sshd()
        yield running


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "letter.txt").write_text("Dear Sir or Madam")
    return folder


async def set_up(office: Office, documents: Path, **changes: Any) -> tuple[Profile, Access]:
    """A backup that has run once, and a file that is on the server alone since."""
    profile = placing.profile_for(office, "forced-command", documents, **changes)
    admitted = placing.settle(office, profile)
    await report.backup(profile, admitted)
    office.as_account(f"echo gone > backup/{profile.name}/documents/gone.txt")
    return profile, admitted


def bare_dry_run(profile: Profile, admitted: Access) -> None:
    """rsync's own dry run, without anything that the wizard does before it."""
    command = schemes.of(profile).client_command(profile, admitted.facts, Transfer(dry_run=True))
    subprocess.run(["timeout", "--kill-after=1", "4", *command], stdin=subprocess.DEVNULL, capture_output=True)


def change(profile: Profile, **changes: Any) -> Profile:
    """Change what is decided, as the wizard does."""
    changed = msgspec.structs.replace(profile, **changes)
    profiles.save(changed)
    return changed


def put_around_rsync(folder: Path, monkeypatch: pytest.MonkeyPatch, options: str) -> None:
    """Put a script in rsync's place that adds options, as another version or an alias might."""
    script = folder / "bin/rsync"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(programs.require("rsync"))} {options} "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")


async def see_it_refused_and_mended(office: Office, profile: Profile) -> None:
    """Nothing is started, the new line is handed over, and with it in place all is well."""
    before, connections = tree(office.home), office.connections()
    ran = backup_wizard("dry-run", profile.name)
    assert ran.exit_code == 69, ran.stdout + ran.stderr
    with pytest.raises(Failure) as refused:
        await report.backup(profile, access.prepare(profile))
    assert refused.value.kind is Kind.COMMAND_DRIFTED
    assert office.connections() == connections + 1  # which is the counting itself
    assert tree(office.home) == before

    admitted = placing.hand_over(office, profile)
    line = (office.home / ".ssh/authorized_keys").read_text().splitlines()[-2]
    assert line.startswith("restrict,")
    assert line in ran.stderr.splitlines()
    kept = tree(office.path(placing.ROOT))
    await report.dry_run(profile, admitted)
    assert tree(office.path(placing.ROOT)) == kept
    result = await report.backup(profile, admitted)
    assert result.exit_code == 0


@pytest.mark.parametrize("line", [ServerFacts(), _ONE_COMMAND], ids=["two commands", "one command"])
async def test_only_two_commands_keep_a_bare_dry_run_dry(office: Office, documents: Path, line: ServerFacts) -> None:
    profile, admitted = await set_up(office, documents, **DELETING)
    placing.hand_over(office, profile, line)
    gone = office.path(f"{profile.destination}documents/gone.txt")
    before = tree(gone.parent)
    bare_dry_run(profile, admitted)
    assert (tree(gone.parent) == before) is (line == ServerFacts())
    assert gone.exists() is (line == ServerFacts())


async def test_a_line_of_one_command_is_noticed_before_a_dry_run(office: Office, documents: Path) -> None:
    profile, admitted = await set_up(office, documents, **DELETING)
    placing.hand_over(office, profile, _ONE_COMMAND)
    before = tree(office.path(placing.ROOT))
    for kind in (report.dry_run, report.backup):
        with pytest.raises(Failure) as refused:
            await kind(profile, admitted)
        assert refused.value.kind is Kind.COMMAND_DRIFTED
    assert tree(office.path(placing.ROOT)) == before


async def test_a_new_line_that_is_not_in_place_yet_is_noticed(office: Office, documents: Path) -> None:
    profile, _ = await set_up(office, documents)
    changed = change(profile, compress=True)
    admitted = access.prepare(changed)
    handed_over.keep(changed, admitted.facts)
    before = tree(office.path(placing.ROOT))
    with pytest.raises(Failure) as refused:
        await report.backup(changed, admitted)
    assert refused.value.kind is Kind.COMMAND_DRIFTED
    assert tree(office.path(placing.ROOT)) == before


@pytest.mark.parametrize("changes", [{"delete": True}, {"compress": True}], ids=["delete", "compress"])
async def test_a_changed_setting_is_noticed_before_rsync_starts(
    office: Office, documents: Path, changes: dict[str, Any]
) -> None:
    profile, _ = await set_up(office, documents, scheme={"allow_delete": True})
    await see_it_refused_and_mended(office, change(profile, **changes))


@pytest.mark.parametrize("options", ["-z", "-A", "-v"])
async def test_another_rsync_is_noticed_before_it_starts(
    office: Office, documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: str
) -> None:
    profile, _ = await set_up(office, documents, **DELETING)
    put_around_rsync(tmp_path, monkeypatch, options)
    await see_it_refused_and_mended(office, profile)


@pytest.mark.parametrize("options", ["-s", "--no-dry-run", "-n"])
async def test_an_rsync_that_no_line_can_be_made_for_is_refused(
    office: Office, documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: str
) -> None:
    profile, _ = await set_up(office, documents)
    put_around_rsync(tmp_path, monkeypatch, options)
    exported = backup_wizard("export", profile.name, "--format", "authorized-keys")
    assert (exported.exit_code, exported.stdout) == (69, "")
    assert "not a script" in exported.stderr


@pytest.mark.parametrize("changes", [{}, DELETING], ids=["keeping", "deleting"])
async def test_what_is_left_out_is_no_part_of_the_line(
    office: Office, documents: Path, changes: dict[str, Any]
) -> None:
    profile, before = await set_up(office, documents, **changes)
    (documents / "draft.tmp").write_text("not to be sent")
    changed = change(profile, exclude=("*.tmp", "it's $(x)"))
    admitted = access.prepare(changed)
    assert admitted.facts.recorded == before.facts.recorded
    await report.dry_run(changed, admitted)
    await report.backup(changed, admitted)
    there = {path.name for path in office.path(f"{profile.destination}documents").iterdir()}
    assert there == {"letter.txt"} | (set() if profile.delete else {"gone.txt"})


def test_the_person_s_own_settings_of_rsync_are_no_part_of_the_line(
    office: Office, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = placing.profile_for(office, "forced-command", documents)
    plain = access.facts(profile).recorded
    monkeypatch.setenv("RSYNC_PROTECT_ARGS", "1")
    assert access.facts(profile).recorded == plain
    assert recorder.record(profile, access.computer(), os.environ) != plain
