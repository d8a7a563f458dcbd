"""Older versions that a server keeps: listed, restored from, and found again when their folders get other names."""

from __future__ import annotations

import os
import stat
from contextlib import aclosing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.servers.restore.test_second_key import KEYS, use
from tests.servers.restore.versions import kept_versions
from tests.support.commands import backup_wizard
from tests.support.servers import placing
from tests.support.servers.office import ACCOUNT
from wizard.client.session import Session
from wizard.failure import Failure, Kind
from wizard.profile import VersionsSettings
from wizard.restore import restoring, second_key, versions
from wizard.restore.order import Order
from wizard.running import backing_up
from wizard.storage import profiles

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.secret_service import SecretService
    from tests.support.servers.office import Office
    from wizard.client.access import Access
    from wizard.profile import Profile

DAYS = [datetime(2026, 11, day, 3, tzinfo=UTC).astimezone() for day in (24, 25, 26)]
IDS = [f"{day:%Y-%m-%dT%H%M}" for day in DAYS]
WORDS = {"letter.txt": "as on {day}", "closed.txt": "nobody else's", "program": "#!/bin/sh"}
MODES = {"letter.txt": 0o644, "closed.txt": 0o600, "program": 0o755}


async def kept(office: Office, kind: str, source: Path, days: int = 3) -> Profile:
    """A backup with three versions; each day a letter changes, and on the second a file was there that is gone."""
    source.mkdir(parents=True)
    (source / "shut").mkdir(mode=0o700)
    (source / "shut/inner.txt").write_text("inner")
    scheme = {} if kind == "login" else {"allow_delete": True}
    profile = placing.profile_for(office, kind, source, scheme=scheme, versions=VersionsSettings(keep="server"))
    profile = msgspec.structs.replace(profile, delete=kind != "login")
    access = placing.settle(office, profile)
    kept_versions.begin(office)
    for number, day in enumerate(DAYS[:days]):
        for name, words in WORDS.items():
            (source / name).write_text(words.format(day=number))
            (source / name).chmod(MODES[name])
            changed = (day if name == "letter.txt" else DAYS[0]).timestamp()
            os.utime(source / name, (changed, changed))
        if number == 1:
            (source / "report.txt").write_text("only on the second day")
        else:
            (source / "report.txt").unlink(missing_ok=True)
        async for _ in backing_up.run(profile, access, pauses=()):
            pass
        kept_versions.add(office, day)
    if kind != "login":
        use(office, profile)
    return profile


async def opened(profile: Profile, session: Session) -> tuple[Profile, Access]:
    asked = second_key.require(profile, versions=True)
    assert asked
    found = await second_key.open_door(profile, session, asked)
    return found.reader, found.access


@pytest.mark.parametrize("kind", ["rrsync", "login", pytest.param("daemon", marks=pytest.mark.every_case)])
async def test_a_day_is_chosen_and_comes_back_as_it_was(
    kind: str, office: Office, home: Path, tmp_path: Path, secret_service: SecretService
) -> None:
    if kind == "daemon":
        office.put("/etc/rsyncd.conf", "", mode=0o644)
        office.start_daemon()
    source = home / "Documents"
    profile = await kept(office, kind, source)
    listed = backup_wizard("versions", profile.name, "--json")
    assert listed.json == {
        "profile": "amamac",
        "kept_by": "server",
        "versions": [
            {"id": id, "when": f"{day.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", "complete": True}
            for id, day in zip(reversed(IDS), reversed(DAYS), strict=True)
        ],
    }
    [known] = backup_wizard("status", "--json").json["backups"]
    assert (known["versions"]["count"], known["versions"]["newest"]) == (len(IDS), listed.json["versions"][0]["when"])
    assert f"Older versions, just now: {len(IDS)}, the newest of " in backup_wizard("status").stdout
    for number, wanted in ((0, IDS[0]), (1, "2026-11-25"))[: 2 if kind == "login" else 1]:
        to = tmp_path / f"restored {number}"
        done = backup_wizard("restore", profile.name, "--version", wanted, "--to", to, "--json")
        assert done.exit_code == 0, (done.stdout, done.stderr)
        assert (done.json["version"], done.json["problems"]) == (wanted, [])
        back = to / f"{source}".lstrip("/") if (to / f"{source}".lstrip("/")).exists() else to / "Documents"
        assert (back / "letter.txt").read_text() == f"as on {number}"
        assert {name: stat.S_IMODE((back / name).stat().st_mode) for name in MODES} == MODES
        assert stat.S_IMODE((back / "shut").stat().st_mode) == 0o700
        assert (back / "report.txt").exists() == (number == 1)

    if kind != "login":  # the key for reading is tried each time
        return
    told = backup_wizard("versions", profile.name).stdout
    assert f"  {IDS[0]}  Tuesday, 24 November 2026\n" in told
    # In place, only what differs is written: that the group may read it there is no difference.
    done = backup_wizard(
        "restore", profile.name, "--version", IDS[0], "--in-place", "--overwrite", "if-changed", "--json"
    )
    assert (done.json["restored"], done.exit_code) == (1, 0), done.stdout
    assert (source / "letter.txt").read_text() == "as on 0"
    assert stat.S_IMODE((source / "closed.txt").stat().st_mode) == 0o600
    gone = backup_wizard("restore", profile.name, "--version", "2026-11-01")
    assert (gone.exit_code, "has no version “2026-11-01”" in gone.stderr) == (2, True), gone.stderr


async def test_a_version_that_gets_another_folder_meanwhile_is_fetched_again(
    office: Office, home: Path, tmp_path: Path, secret_service: SecretService
) -> None:
    source = home / "Documents"
    profile = await kept(office, "rrsync", source)
    to, again = tmp_path / "restored", 0
    with Session() as session:
        reader, access = await opened(profile, session)
        run = restoring.run(profile, access, Order((), str(to), "never", IDS[1]), reader=reader, pauses=())
        async for event in run:
            if isinstance(event, restoring.Comparing):
                again += 1
                if again == 1:
                    kept_versions.add(office, datetime(2026, 11, 27, 3, tzinfo=UTC))
        assert again == 2
        assert (to / "Documents/letter.txt").read_text() == "as on 1"
        assert (to / "Documents/report.txt").exists()

        [newest, *_, oldest] = await versions.listed(reader, access, "Documents/report.txt")
        assert (newest.item, oldest.item) == (None, None)
        found = [one.id for one in await versions.listed(reader, access, "Documents/report.txt") if one.item]
        assert found == [IDS[1]]

        # What a try before has fetched from what had the folder's name then is not put in its place.
        wanted = Order((), f"{to} 2", "never", IDS[0])
        async with aclosing(restoring.run(profile, access, wanted, reader=reader, pauses=())) as run:
            async for event in run:
                if isinstance(event, restoring.Comparing):
                    break
        [stage] = to.parent.glob(".backup-wizard-restore-*/tree")
        (stage / "Documents/report.txt").write_text("of another day")
        async for _ in restoring.run(profile, access, wanted, reader=reader, pauses=()):
            pass
        assert not (to.parent / "restored 2/Documents/report.txt").exists()
        assert (to.parent / "restored 2/Documents/letter.txt").read_text() == "as on 0"


async def test_a_line_that_lets_versions_be_written_is_told(
    office: Office, home: Path, secret_service: SecretService
) -> None:
    source = home / "Documents"
    profile = await kept(office, "rrsync", source, days=1)
    exported = office.path(KEYS).read_text()
    of_backup, _module, of_versions = exported.rpartition("[versions]")
    for content, opened_are in (
        (exported, set()),
        (f"{of_backup}[versions]{of_versions.replace('read only = true', 'read only = false')}", {"write", "remove"}),
    ):
        office.put(KEYS, content, owner=ACCOUNT)
        with Session() as session:
            asked = second_key.require(profile, versions=True)
            assert asked
            found = await second_key.open_door(profile, session, asked)
        assert {one.id for one in found.findings if one.held is False} == opened_are


@pytest.mark.every_case
async def test_without_versions_the_backup_is_read_and_none_are_listed(
    office: Office, home: Path, tmp_path: Path, secret_service: SecretService
) -> None:
    source = home / "Documents"
    profile = await kept(office, "rrsync", source)
    office.run("rm", kept_versions.PLACE)
    assert backup_wizard("versions", profile.name, "--json").json["versions"] == []
    assert "Older versions, just now: there were none yet." in backup_wizard("status").stdout
    assert backup_wizard("restore", profile.name, "--to", tmp_path / "latest").exit_code == 0
    profiles.save(msgspec.structs.replace(profile, versions=VersionsSettings()))
    assert backup_wizard("versions", profile.name, "--json").json == {
        "profile": "amamac",
        "kept_by": "none",
        "versions": [],
    }
    refused = backup_wizard("restore", profile.name, "--version", IDS[0])
    assert (refused.exit_code, refused.stderr.partition(" — ")[0]) == (2, "No older versions of this backup are kept")


def test_only_what_was_listed_can_be_meant() -> None:
    with pytest.raises(Failure) as failure:
        versions.chosen([], "2026-11-24")
    assert failure.value.kind is Kind.NO_SUCH_VERSION
