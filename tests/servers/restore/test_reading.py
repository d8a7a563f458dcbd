"""How each scheme is read: lists, practice runs and real ones, all or some of it, by every rsync, here and there."""

from __future__ import annotations

import os
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from tests.support.data.samples import NAMES
from tests.support.data.trees import tree
from tests.support.servers import old_rsync, placing
from wizard import schemes
from wizard.client import rsync
from wizard.client.rsync import recorder
from wizard.restore import selection
from wizard.running import report
from wizard.schemes.base import Reading
from wizard.schemes.facts import ClientFacts

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.secret_service import SecretService
    from tests.support.servers.office import Office
    from wizard.client.access import Access
    from wizard.profile import Profile

READING: dict[str, Any] = {"scheme": {"write_only": False}}
READABLE = ["rrsync", "daemon-over-ssh", "daemon", "login"]
VERSIONS = [*old_rsync.SUITES, old_rsync.MACHINE]


async def read(profile: Profile, access: Access, reading: Reading, program: str = "rsync") -> list[rsync.Entry]:
    facts = replace(access.facts, rsync=program)
    command = schemes.of(profile).read_command(profile, facts, reading)
    listed: list[rsync.Entry] = []
    async with aclosing(rsync.run(command, access)) as events:
        async for event in events:
            if isinstance(event, rsync.Entries):
                listed += event
    assert isinstance(event, rsync.Ended)
    assert event.exit_code == 0, event.stderr
    return [one for one in listed if one.path != "./"]


def old_client(tmp_path: Path, version: str) -> str:
    """That version as a client's program."""
    if version == old_rsync.MACHINE:
        return "rsync"
    return str(old_rsync.put_client(version, tmp_path / f"rsync-{version}"))


@pytest.mark.parametrize("kind", READABLE)
async def test_any_part_of_a_backup_can_be_listed_and_read(
    kind: str, office: Office, sample_folder: Path, tmp_path: Path, secret_service: SecretService
) -> None:
    label = sample_folder.name
    odd = "odd [x*]\\?"
    (sample_folder / odd / "deep").mkdir(parents=True)
    (sample_folder / odd / "deep/a*b").write_text("wanted")
    (sample_folder / "odd xx" / "deep").mkdir(parents=True)
    (sample_folder / "odd xx/deep/a*b").write_text("not wanted")
    profile = placing.profile_for(office, kind, sample_folder, **READING)
    access = placing.settle(office, profile)
    await report.backup(profile, access)
    assert schemes.of(profile).may_read(profile)
    stored = tree(office.path(placing.ROOT))

    empty, filled = tmp_path / "empty", tmp_path / "filled"
    empty.mkdir()
    with selection.kept(selection.inside("")) as top:
        assert [one.path for one in await read(profile, access, Reading(empty, True, chosen=top))] == [f"{label}/"]
    with selection.kept(selection.inside(label)) as inside:
        listed = {one.path for one in await read(profile, access, Reading(empty, True, chosen=inside))}
    shown = {
        f"{label}/{path.name}{'/' if path.is_dir() and not path.is_symlink() else ''}"
        for path in sample_folder.iterdir()
    }
    assert listed == {f"{label}/", *shown}
    whole = {one.path.rstrip("/") for one in await read(profile, access, Reading(empty, True))}
    assert {f"{label}/{name}" for name in NAMES} < whole
    assert not any(path.startswith(".") for path in whole)
    assert list(empty.iterdir()) == []

    wanted = [f"{label}/{odd}", f"{label}/plain.txt", f"{label}/line\nbreak.txt", f"{label}/link"]
    filled.mkdir()
    with selection.kept(selection.of(wanted)) as chosen:
        await read(profile, access, Reading(filled, False, chosen=chosen))
    got = {path for path, entry in tree(filled / label).items() if entry.kind != "d"}
    assert got == {f"{odd}/deep/a*b", "plain.txt", "line\nbreak.txt", "link"}
    assert (filled / label / "link").readlink().as_posix() == "/rsyncd-munged/plain.txt"
    assert tree(office.path(placing.ROOT)) == stored


@pytest.mark.every_case
@pytest.mark.parametrize("there", VERSIONS)
async def test_every_rsync_reads_from_every_other(
    there: str, office: Office, sample_folder: Path, tmp_path: Path, secret_service: SecretService
) -> None:
    if there != old_rsync.MACHINE:
        old_rsync.put(office, there)
    for kind in ("rrsync", "daemon-over-ssh", "login"):
        profile = placing.profile_for(office, kind, sample_folder, **READING)
        access = placing.settle(office, profile)
        await report.backup(profile, access)
        for here in VERSIONS:
            program, to = old_client(tmp_path, here), tmp_path / f"{kind} {here}"
            to.mkdir()
            await read(profile, access, Reading(to, False), program)
            differing = await read(profile, access, Reading(to, True, by_content=True), program)
            assert [one for one in differing if one.change[0] != "."] == [], (kind, here)
            got, source = tree(to / sample_folder.name), tree(sample_folder)
            assert {path: one.content for path, one in got.items() if one.kind == "-"} == {
                path: one.content for path, one in source.items() if one.kind == "-"
            }
            # What was disarmed on the server arrives disarmed once more where its rrsync is too old to arm it.
            link = os.readlink(to / sample_folder.name / "link")  # noqa: PTH115
            assert link.removeprefix("/rsyncd-munged/").removeprefix("/rsyncd-munged/") == "plain.txt", (kind, here)
        office.run("rm", "-r", placing.ROOT)


@pytest.mark.parametrize("kind", ["rrsync", "forced-command"])
def test_what_is_chosen_changes_nothing_that_the_server_is_asked_for(kind: str, office: Office, tmp_path: Path) -> None:
    profile = placing.profile_for(office, kind, tmp_path)
    plain = Reading(tmp_path, False)
    chosen = replace(plain, chosen=tmp_path / "patterns", here=("--existing", f"--compare-dest={tmp_path}"))
    (tmp_path / "patterns").write_bytes(b"/x\0")
    for dry_run in (False, True):
        for by_content in (False, True):
            asked = {
                recorder.asked_to_read(profile, ClientFacts(tmp_path), dict(os.environ), one)
                for reading in (plain, chosen)
                for one in (replace(reading, dry_run=dry_run, by_content=by_content),)
            }
            assert len(asked) == 1
