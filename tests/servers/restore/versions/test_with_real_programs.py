"""What rsnapshot and btrbk have kept, set up by the real script, is listed and comes back on every scheme and rsync."""

from __future__ import annotations

import os
import subprocess
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.servers.restore.restores import back_up
from tests.servers.script.test_script import context_for, set_up
from tests.support.commands import backup_wizard
from tests.support.quick import sampled
from tests.support.servers import old_rsync, placing, setting_up
from tests.support.servers.setting_up import SetUpOffice
from tests.support.versions import office as versioned
from wizard import schemes
from wizard.profile import VersionsSettings
from wizard.restore import second_key
from wizard.server.exports import script

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.secret_service import SecretService
    from wizard.profile import Profile

DAYS = (1, 2)
RSYNCS = [*old_rsync.SUITES, old_rsync.MACHINE]
GONE_ON = 2


@pytest.fixture(autouse=True)
def _server_s_time_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """btrbk names a version by the server's clock, and an office has one time zone."""
    with monkeypatch.context() as changed:
        changed.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path), None) as running:
        running.start_sshd()
        running.live_in()
        versioned.prepare_clocks(running)
        yield running


async def kept(office: SetUpOffice, kind: str, source: Path, disk: str = "") -> Profile:
    """A backup by the product, with versions by the server's own program; a key for reading is let in, if need be."""
    source.mkdir(parents=True)
    (source / "stays").write_text("stays\n")
    (source / "stays").chmod(0o600)
    if kind == "daemon":
        office.start_daemon()
    if disk:
        versioned.mount_disk(office, disk, "8G")
    root = f"{versioned.DISK}/backup" if disk else placing.ROOT
    context, access = context_for(office, kind, source, root=root, versions=VersionsSettings(keep="server"))
    set_up(office, context)
    ran = office.script()
    assert ran.exit_code == 0, ran.stderr
    for day in DAYS:
        (source / "letter").write_text("day\n" * day)  # of another size, as it may be of the same second
        if day == GONE_ON:
            (source / "stays").unlink()
            office.run("rm", f"{root}/amamac/Documents/stays")
        if day > 1:
            versioned.remove_mark(office, f"{root}/amamac")
        await back_up(context.profile, access)
        make(office, day)
    if schemes.of(context.profile).locks_key or kind == "daemon":
        setting_up.install(office, script.render_many([second_key.ask(context.profile)]))
        ran = office.script()
        assert ran.exit_code == 0, ran.stderr
    return context.profile


def make(office: SetUpOffice, day: int) -> None:
    """Have cron's hour come on that day."""
    made = subprocess.run(versioned.on_clock(office, day, "sh", versioned.PROGRAM), capture_output=True, text=True)
    assert (made.returncode, made.stdout, made.stderr) == (0, "", "")


def require_days(profile: Profile, folder: Path) -> None:
    """Both versions are listed, and the older one comes back, by the product's own commands."""
    listed = backup_wizard("versions", profile.name, "--json")
    assert listed.exit_code == 0, listed.stderr
    moments = [datetime.fromtimestamp(versioned.moment(day), UTC) for day in reversed(DAYS)]
    found = listed.json["versions"]
    assert [(one["when"][:10], one["complete"]) for one in found] == [(f"{one:%Y-%m-%d}", True) for one in moments]
    done = backup_wizard("restore", profile.name, "--version", found[1]["id"], "--to", folder, "--json")
    assert (done.exit_code, done.json["version"], done.json["problems"]) == (0, found[1]["id"], []), done.stderr
    assert (folder / "Documents/letter").read_text() == "day\n"
    assert (folder / "Documents/stays").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("kind", "disk"),
    sampled.first(
        2,
        [
            ("forced-command", ""),
            ("login", "btrfs"),
            ("daemon-over-ssh", ""),
            ("daemon", ""),
            ("rrsync", ""),
            ("login", ""),
            ("daemon-over-ssh", "btrfs"),
        ],
    ),
)
async def test_each_day_is_there_with_what_it_had(
    kind: str, disk: str, office: SetUpOffice, tmp_path: Path, home: Path, secret_service: SecretService
) -> None:
    require_days(await kept(office, kind, home / "Documents", disk), tmp_path / "back")


@pytest.mark.every_case
@pytest.mark.long
@pytest.mark.timeout(400)
@pytest.mark.parametrize("there", RSYNCS)
@pytest.mark.parametrize("kind", ["rrsync", "daemon", "login"])
async def test_every_rsync_reads_versions_from_every_other(
    kind: str,
    there: str,
    office: SetUpOffice,
    tmp_path: Path,
    home: Path,
    secret_service: SecretService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And keeps them: the server's own program copies with it, too."""
    if there != old_rsync.MACHINE:
        old_rsync.put(office, there)
    profile = await kept(office, kind, home / "Documents")
    for here in RSYNCS:
        with monkeypatch.context() as changed:
            if here != old_rsync.MACHINE:
                (tmp_path / here).mkdir()
                old_rsync.put_client(here, tmp_path / here / "rsync")
                changed.setenv("PATH", f"{tmp_path / here}:{os.environ['PATH']}")
            require_days(profile, tmp_path / f"back to {here}")
