"""The command `check`, as cron runs it: what it ends with, what it prints where, and what it leaves alone."""

from __future__ import annotations

import subprocess
from argparse import Namespace
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.support import processes
from tests.support.commands import Ran, backup_wizard
from tests.support.data.trees import tree
from tests.support.servers import placing, weaknesses
from tests.support.servers.office import ACCOUNT, Office
from wizard.client.host_keys import known_hosts
from wizard.commands import server
from wizard.failure import Failure, Kind
from wizard.running import backing_up
from wizard.schemes.parts import layout
from wizard.server import locks
from wizard.server.receipts import vouched
from wizard.storage import profiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.table import AddRow
    from wizard.client.access import Access
    from wizard.profile import Profile

TABLE = "Locks: what each probe tells, and of what"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    place = tmp_path / "office"
    place.mkdir()
    with Office(place) as running_one:
        running_one.start_sshd(*weaknesses.SSHD_USUAL)
        yield running_one


def settled(office: Office, kind: str, folder: Path, **changes: object) -> tuple[Profile, Access]:
    profile = placing.profile_for(office, kind, folder, **changes)  # type: ignore[arg-type]
    return profile, placing.settle(office, profile)


def test_check_ends_with_what_it_found(office: Office, sample_folder: Path) -> None:
    profile, _ = settled(office, "rrsync", sample_folder)
    assert backup_wizard("status", "--json").json["backups"][0]["last_check"] is None
    checked = backup_wizard("check", profile.name, "--json")
    assert backup_wizard("status", "--json").json["backups"][0]["last_check"]
    assert (checked.exit_code, checked.json["profile"], checked.json["verdict"]) == (0, "amamac", "locked")
    assert {key for finding in checked.json["findings"] for key in finding} == {
        "id",
        "title",
        "held",
        "testable",
        "detail",
        "fix",
    }
    exported = office.path(weaknesses.KEYS).read_text()
    office.path(weaknesses.KEYS).write_text(exported.replace("restrict,", "restrict,pty,"))
    checked = backup_wizard("check", profile.name, "--json")
    told = [finding for finding in checked.json["findings"] if finding["held"] is False]
    assert (checked.exit_code, [finding["id"] for finding in told]) == (1, ["terminal"])
    assert told[0]["fix"].endswith(exported.splitlines()[-2])
    plainly = backup_wizard("check", profile.name)
    assert plainly.exit_code == 1
    assert "✗ A terminal: Asked for a terminal. The server allowed it." in plainly.stdout
    assert told[0]["fix"] in plainly.stdout


def checked_here(profile: Profile, capsys: pytest.CaptureFixture[str]) -> Ran:
    """The command in this process, which spares the start of another."""
    capsys.readouterr()
    exit_code = server.check(Namespace(name=profile.name, json=True))
    return Ran(exit_code, *capsys.readouterr())


def confirmed(profile: Profile) -> None:
    """It was seen before."""


def vouched_for(profile: Profile) -> None:
    """The admin's receipt named it, and the server was not reached then."""
    known_hosts.forget(profile.name)
    vouched.keep(profile, profile.server.host_keys)


@pytest.mark.parametrize(
    ("before", "key_type", "says"),
    [
        (confirmed, "ed25519", "The server's fingerprint is not the one you confirmed"),
        (confirmed, "ecdsa", "The server's fingerprint is of another type"),
        (vouched_for, "ed25519", "Stop: your admin's receipt names another fingerprint"),
    ],
    ids=["changed", "another type", "against the receipt"],
)
def test_another_server_is_found_and_told_nothing(
    before: Callable[[Profile], None],
    key_type: str,
    says: str,
    office: Office,
    sample_folder: Path,
    capsys: pytest.CaptureFixture[str],
    add_row: AddRow,
) -> None:
    profile, _ = settled(office, "rrsync", sample_folder)
    before(profile)
    office.run("rm", "/etc/backup-wizard-test-host-key")
    office.run("ssh-keygen", "-q", "-t", key_type, "-N", "", "-f", "/etc/backup-wizard-test-host-key")
    office.start_sshd()
    profiles.save(placing.at_port(profile, office.port))
    homes = tree(office.home)
    checked = checked_here(profile, capsys)
    found = {finding["id"]: finding for finding in checked.json["findings"]}
    open_doors = [id for id, finding in found.items() if finding["held"] is False]
    add_row(TABLE, "rrsync", "host-key", f"another host key ({says})", f"told by {', '.join(open_doors)}")
    assert (checked.exit_code, checked.json["verdict"], open_doors) == (1, "open", ["host-key"])
    assert found["host-key"]["detail"].startswith(says)
    assert "SHA256" in found["host-key"]["fix"] or "SHA256" in checked.stderr
    assert [finding["held"] for id, finding in found.items() if id != "host-key"] == [None] * (len(found) - 1)
    assert checked.stderr.startswith(f"{says}")
    assert "Send your admin this:" in checked.stderr
    assert not {"Accepted", "Failed publickey", "Postponed"} & set(office.log().split())
    assert tree(office.home) == homes


def test_an_older_line_that_deletes_is_found_before_it_is_called_old(
    office: Office, sample_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is there yet, and nothing is there afterwards."""
    deleting, _ = settled(office, "forced-command", sample_folder, delete=True, scheme={"allow_delete": True})
    profiles.save(msgspec.structs.replace(deleting, delete=False))
    before = tree(office.home)
    checked = checked_here(deleting, capsys)
    told = {finding["id"]: finding for finding in checked.json["findings"] if finding["held"] is False}
    assert (checked.exit_code, list(told)) == (1, ["delete"])
    assert "--delete" not in told["delete"]["fix"]
    assert tree(office.home) == before


def test_an_older_line_that_opens_nothing_is_called_old(office: Office, sample_folder: Path) -> None:
    profile, _ = settled(office, "forced-command", sample_folder)
    profiles.save(msgspec.structs.replace(profile, compress=True))
    with pytest.raises(Failure) as refused:
        server.check(Namespace(name=profile.name, json=True))
    assert refused.value.kind is Kind.COMMAND_DRIFTED


@contextmanager
def an_rrsync(office: Office) -> Iterator[subprocess.Popen[str]]:
    """One that has begun, and waits for what it was asked for."""
    request = "env SSH_ORIGINAL_COMMAND='rsync --server -re.iLsfxCIvu . another/'"
    as_account = ("setpriv", "--reuid", ACCOUNT, "--regid", ACCOUNT, "--init-groups", "sh", "-c")
    argv = office.inside(*as_account, f"exec {request} rrsync -wo {placing.ROOT}/amamac")
    process = subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout
        assert len(process.stdout.read(4)) == 4  # rsync's greeting comes after rrsync's lock
        yield process
    finally:
        processes.end(process)


async def test_an_rrsync_that_is_open_on_the_folder_keeps_nobody_waiting(office: Office, sample_folder: Path) -> None:
    """A thief, or a connection that was cut off, could hold rrsync's lock for as long as they like."""
    profile, access = settled(office, "rrsync", sample_folder)
    with an_rrsync(office):
        beside = backup_wizard("check", profile.name, "--json")
        [*_, event] = [one async for one in backing_up.run(profile, access, pauses=())]
    assert isinstance(event, backing_up.Result)
    assert (event.tries, event.is_whole) == (1, True)
    assert (beside.exit_code, beside.json["verdict"]) == (0, "locked")


async def test_append_only_is_tested_before_the_first_backup(office: Office, sample_folder: Path) -> None:
    profile, access = settled(office, "rrsync", sample_folder, scheme={"append_only": True})
    before = tree(office.path(placing.ROOT))
    exported = office.path(weaknesses.KEYS).read_text()
    assert (await overwriting(profile, access)).held is True
    office.path(weaknesses.KEYS).write_text(exported.replace("o=--ignore-existing", "o="))
    assert (await overwriting(profile, access)).held is False
    office.path(f"{profile.destination}{layout.place_marker(profile)}").unlink()
    without = await overwriting(profile, access)
    assert without.held is None
    assert "Run the security check again after the first backup" in without.detail
    assert sorted(before)[:1] == sorted(tree(office.path(placing.ROOT)))[:1]


async def overwriting(profile: Profile, access: Access) -> locks.Finding:
    return next(finding for finding in [one async for one in locks.check(profile, access)] if finding.id == "overwrite")
