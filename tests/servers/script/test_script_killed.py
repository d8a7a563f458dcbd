"""The setup script, killed at each of its commands in turn: no file is half-written, and running it again ends it.

It is run again from a part of the states; `make test-attacks` does so from every one (`--every-case`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers.script.test_script import context_for
from tests.support.data.trees import tree
from tests.support.kills.stopping import Gates
from tests.support.quick import sampled
from tests.support.servers import setting_up
from tests.support.servers.setting_up import SCRIPT, SetUpOffice
from wizard.profile import VersionsSettings
from wizard.server.exports import script

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.data.trees import Entry
    from tests.support.secret_service import SecretService
    from tests.support.table import AddCount, AddRow

Kept = dict[str, tuple[str, int, tuple[int, int], str]]
TABLE = "The script killed at each command"
# All that the script changes, temporary files and locks included.
_TOUCHED = (
    "etc/passwd* etc/shadow* etc/group* etc/gshadow* etc/sub[ug]id* etc/.pwd.lock etc/rsyncd* etc/.backup-wizard.new"
    " etc/ssh/sshd_config* etc/backup-wizard etc/cron.d usr/local/sbin home var/lib/backup-wizard"
)
_KEEP = f"cd / && tar -cf {{}} $(ls -d {_TOUCHED} 2>/dev/null)"
_RESTORE = f"cd / && rm -rf $(ls -d {_TOUCHED} 2>/dev/null | grep -v '^home$') home/* && tar -xpf {{}}"
_ACCOUNT_FILES = ("passwd", "shadow", "group", "gshadow", "subuid", "subgid")
_FILES = (
    "/etc/passwd",
    "/etc/rsyncd.conf",
    "/etc/rsyncd-amamac.secrets",
    "/home/amanda/.ssh/authorized_keys",
    "/etc/backup-wizard/amamac@amanda.conf",
    "/etc/ssh/sshd_config.d/backup-wizard-amanda.conf",
    "/etc/backup-wizard/versions/amanda/amamac/settings",
    "/etc/backup-wizard/versions/amanda/amamac/rsnapshot.conf",
    "/etc/cron.d/backup-wizard-versions",
    "/usr/local/sbin/backup-wizard-versions",
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path), None) as running:
        running.start_sshd("PidFile none")  # it is not reloaded each time
        yield running


@pytest.mark.long
@pytest.mark.timeout(1200)  # the script is run dozens of times
@pytest.mark.parametrize(
    ("kind", "lived_in"),
    sampled.first(1, [("daemon-over-ssh", False), ("rrsync with versions", True), ("daemon", True)]),
)
def test_a_kill_at_any_command_leaves_whole_files_and_a_job_to_be_finished(
    kind: str,
    lived_in: bool,
    every: int,
    office: SetUpOffice,
    sample_folder: Path,
    secret_service: SecretService,
    add_row: AddRow,
    add_count: AddCount,
) -> None:
    if lived_in:
        office.live_in()
    setting_up.install(office, script_for(office, kind, sample_folder))
    office.run("sh", "-c", _KEEP.format("/srv/before.tar"))
    before = {path: content(office, path) for path in _FILES}
    untouched = kept(office)
    assert office.script().exit_code == 0
    after = {path: content(office, path) for path in _FILES}
    whole = kept(office)
    office.run("sh", "-c", _RESTORE.format("/srv/before.tar"))
    assert kept(office) == untouched

    commands, states = 0, {repr(kept(office)): "/srv/before.tar"}
    for _ in Gates(office.path("/srv/gates"), "/srv/gates").stops(office.inside("dash", SCRIPT)):
        commands += 1
        for path in _FILES:
            assert content(office, path) in {before[path], after[path]}, f"{path} is half-written at {commands}"
        state = repr(kept(office))
        if state not in states:
            states[state] = f"/srv/{commands}.tar"
            office.run("sh", "-c", _KEEP.format(states[state]))
    assert kept(office) == whole
    assert commands > 80
    assert len(states) > 12

    begun_again = list(states.values())[lived_in::every]
    for number, kept_at in enumerate(begun_again):
        office.run("sh", "-c", _RESTORE.format(kept_at))
        again = office.script()
        assert again.exit_code == 0, f"{kept_at}: {again.stderr}"
        assert kept(office) == whole, kept_at
        if number % 16 == 0:
            assert office.script("--undo").exit_code == 0
            assert kept(office) == untouched, kept_at
    add_count("states that a kill -9 of the script leaves", len(states))
    server = "on a server that was lived in" if lived_in else "on a new server"
    add_row(
        TABLE,
        kind,
        server,
        f"before each of {commands} commands",
        f"begun again from {len(begun_again)} of {len(states)} states",
    )


@pytest.mark.long
@pytest.mark.timeout(1200)  # the script is run dozens of times
@pytest.mark.every_case
@pytest.mark.parametrize("kind", ["daemon-over-ssh", "daemon", "rrsync with versions"])
def test_an_undo_that_was_killed_is_ended_by_the_next_and_leaves_no_list(
    kind: str, every: int, office: SetUpOffice, sample_folder: Path, secret_service: SecretService, add_count: AddCount
) -> None:
    setting_up.install(office, script_for(office, kind, sample_folder))
    untouched = kept(office)
    assert office.script().exit_code == 0
    states: dict[str, str] = {}
    gates = Gates(office.path("/srv/gates"), "/srv/gates")
    for command, _ in enumerate(gates.stops(office.inside("dash", SCRIPT, "--undo"))):
        state = repr(kept(office))
        if state not in states:
            states[state] = f"/srv/{command}.tar"
            office.run("sh", "-c", _KEEP.format(states[state]))
    assert kept(office) == untouched
    for kept_at in list(states.values())[:: min(every, 3)]:
        office.run("sh", "-c", _RESTORE.format(kept_at))
        undone = office.script("--undo")
        assert undone.exit_code == 0, f"{kept_at}: {undone.stderr}"
        assert kept(office) == untouched, kept_at
        assert not office.path("/var/lib/backup-wizard").exists(), kept_at
    assert len(states) > 8
    add_count("states that a kill -9 of --undo leaves", len(states))


def script_for(office: SetUpOffice, kind: str, folder: Path) -> str:
    """The script of a backup of that scheme, "with versions" or without."""
    kind, *versions = kind.split(" with ")
    settings = VersionsSettings(keep="server" if versions else "none")
    return script.render(context_for(office, kind, folder, versions=settings)[0])


def content(office: SetUpOffice, path: str) -> tuple[bytes, int] | None:
    place = office.path(path)
    return (place.read_bytes(), place.stat().st_mode) if place.exists() else None


def kept(office: SetUpOffice) -> Kept:
    """What the script has changed, but for times, the copies that the account tools make, and what a run begins with
    throwing away."""
    found: dict[str, Entry] = {}
    for top in ("/home", "/var/lib/backup-wizard", "/usr/local/sbin"):
        if office.path(top).exists():
            found |= {f"{top}/{path}": entry for path, entry in tree(office.path(top)).items()}
    for path in office.path("/etc").iterdir():
        if path.name.startswith((*_ACCOUNT_FILES, "rsyncd", ".backup-wizard", "backup-wizard")) or path.name in {
            "ssh",
            "cron.d",
        }:
            found |= {f"/etc/{path.name}/{inner}": entry for inner, entry in tree(path).items()}
    return {
        path: (entry.kind, entry.mode, entry.owner, entry.content)
        for path, entry in found.items()
        if not path.startswith("/var/lib/backup-wizard/run") and not path.endswith("-/.")
    }
