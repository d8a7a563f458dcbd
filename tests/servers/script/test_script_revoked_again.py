"""Locking a computer out: killed halfway and run again, on a server that resists, and what later runs do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.servers.script.test_script import KEYS, context_for, set_up
from tests.servers.script.test_script_killed import _KEEP, _RESTORE, Kept, kept
from tests.servers.status.test_status import put_status, status_of
from tests.support.kills.stopping import Gates
from tests.support.servers import setting_up
from tests.support.servers.office import ACCOUNT
from tests.support.servers.setting_up import SCRIPT, SetUpOffice
from wizard.client.keys import protected_key
from wizard.server.exports import authorized_keys
from wizard.server.receipts import receipt_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MADE = "/var/lib/backup-wizard/made"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path), None) as running:
        running.start_sshd("PidFile none")
        yield running


def test_later_runs_let_it_in_only_with_another_key_or_when_it_is_taken_back(
    office: SetUpOffice, sample_folder: Path
) -> None:
    office.live_in()
    one, two = (context_for(office, "rrsync", sample_folder, name)[0] for name in ("one", "two"))
    set_up(office, one, two)
    put_status(office, one, two)
    before = office.standing()
    assert office.script().exit_code == 0
    keys = office.path(KEYS).read_text()
    for wrong in ("--revoke", "--revoke three", f"--revoke one {ACCOUNT}x"):
        assert office.script(wrong).exit_code in {1, 2}
    assert office.path(KEYS).read_text() == keys

    revoked = office.script(f"--revoke one {ACCOUNT}")
    assert (revoked.exit_code, revoked.stderr) == (0, "")
    assert revoked.changes == [f"remove the lines of one from {KEYS}"]
    receipt = receipt_text.parse(revoked.stdout, "one")
    assert receipt.revoked > 1_700_000_000
    only_two = office.path(KEYS).read_text()
    assert "begin one" not in only_two
    assert "begin two" in only_two
    assert "one (account amanda): locked out on 20" in status_of(office, code=1).stdout

    for option in ("--check", "--new-key"):
        ran = office.script(option)
        assert (ran.exit_code, ran.changes) == (0, []), ran.stderr
        assert "not let in: one was locked out" in ran.stdout
        assert office.path(KEYS).read_text() == only_two
    told = office.script("--receipt").stdout
    assert [receipt_text.parse(told, name).revoked for name in ("one", "two")] == [receipt.revoked, 0]

    # Another key is the admin's decision, who has to ask the owner.
    one.profile.key_path.unlink()
    one.profile.key_path.with_name(f"{one.profile.key_path.name}.pub").unlink()
    protected_key.ensure(one.profile)
    set_up(office, context_for(office, "rrsync", sample_folder, "one")[0], two)
    refused = office.script()
    assert refused.exit_code == 1
    assert "one was locked out with another key. Ask its owner" in refused.stderr
    assert office.path(KEYS).read_text() == only_two
    let_in = office.script("--new-key")
    assert "begin one" in office.path(KEYS).read_text()
    assert receipt_text.parse(let_in.stdout, "one").revoked == 0

    assert office.script("--revoke one").exit_code == 0
    assert "is not locked out any more" in office.script("--readmit one").stdout
    assert "begin one" not in office.path(KEYS).read_text()
    assert office.script().changes == [f"let in the key of one: lines in {KEYS}"]
    assert office.script("--revoke one").exit_code == 0
    undone = office.script("--undo")
    assert undone.exit_code == 0, undone.stderr
    after = office.standing()
    assert {path: one for path, one in after.items() if path != SCRIPT} == {
        path: one for path, one in before.items() if path != SCRIPT
    }


def test_what_resists_is_told_and_keeps_nothing_else_from_being_done(office: SetUpOffice, sample_folder: Path) -> None:
    context = context_for(office, "daemon-over-ssh", sample_folder)[0]
    set_up(office, context)
    assert office.script().exit_code == 0
    assert context.setup.daemon
    office.put(f"/home/{ACCOUNT}/.ssh/authorized_keys2", context.setup.key_lines[0].key + "\n", owner=ACCOUNT)
    second = f"/home/{ACCOUNT}/.ssh/authorized_keys2"
    revoked = office.script("--revoke amamac")
    assert revoked.exit_code == 1
    assert f"another line of {second} still allows a key of amamac" in revoked.stderr
    assert "\nrevoked-verified: no\n" in revoked.stdout
    assert not office.path(context.setup.daemon.path).exists()
    assert not office.path(KEYS).exists()
    key = context.setup.key_lines[0].key
    office.put(second, f"# backup-wizard begin two\n{key}\n# backup-wizard end two\n", owner=ACCOUNT)
    assert "the key of amamac is also let in as the backup two: " in office.script("--revoke amamac").stderr
    office.run("rm", second)
    assert office.script("--revoke amamac").exit_code == 0

    # Lines that somebody has put there by hand, and with another key between the marks.
    office.authorize(authorized_keys.render(context) + "# mine\n")
    text = office.path(KEYS).read_text().replace("# backup-wizard end", "ssh-ed25519 AAAAx x\n# backup-wizard end")
    office.authorize(text)
    revoked = office.script("--revoke amamac")
    assert revoked.exit_code == 0, revoked.stderr
    assert office.path(KEYS).read_text() == "# mine\n"
    # A link in the place of the key file.
    office.as_account("mv .ssh/authorized_keys .ssh/moved && ln -s moved .ssh/authorized_keys")
    revoked = office.script("--revoke amamac")
    assert revoked.exit_code == 1
    assert f"{KEYS} is a symbolic link" in revoked.stderr
    assert "verified: no" not in revoked.stdout.replace("revoked-verified: no", "")


def test_killed_between_two_files_it_is_done_by_the_next_run(office: SetUpOffice, sample_folder: Path) -> None:
    context = context_for(office, "daemon-over-ssh", sample_folder)[0]
    set_up(office, context)
    assert office.script().exit_code == 0
    assert context.setup.daemon
    gates = Gates(office.path("/srv/gates"), "/srv/gates")
    for _ in gates.stops(office.inside("dash", SCRIPT, "--revoke", "amamac")):
        if not office.path(KEYS).exists():
            break
    assert office.path(context.setup.daemon.path).exists()
    again = office.script("--revoke amamac")
    assert (again.exit_code, again.stderr) == (0, "")
    assert "\nrevoked-verified: yes\n" in again.stdout
    assert not office.path(context.setup.daemon.path).exists()


@pytest.mark.long
@pytest.mark.every_case
@pytest.mark.timeout(400)  # the script is stopped hundreds of times
def test_killed_at_any_command_it_is_done_by_the_next_run(office: SetUpOffice, sample_folder: Path) -> None:
    office.live_in()
    one, two = (context_for(office, "daemon-over-ssh", sample_folder, name)[0] for name in ("one", "two"))
    set_up(office, one, two)
    assert office.script().exit_code == 0
    office.run("sh", "-c", _KEEP.format("/srv/before.tar"))
    whole = {office.path(KEYS).read_text()}
    assert office.script("--revoke one").exit_code == 0
    whole.add(office.path(KEYS).read_text())
    done = without_the_time(kept(office), office)
    office.run("sh", "-c", _RESTORE.format("/srv/before.tar"))

    states: dict[str, str] = {}
    gates = Gates(office.path("/srv/gates"), "/srv/gates")
    for stop, _ in enumerate(gates.stops(office.inside("dash", SCRIPT, "--revoke", "one"))):
        assert office.path(KEYS).read_text() in whole, f"half-written at {stop}"
        state = repr(without_the_time(kept(office), office))
        if state not in states:
            states[state] = f"/srv/{stop}.tar"
            office.run("sh", "-c", _KEEP.format(states[state]))
    assert len(states) > 4
    for kept_at in states.values():
        office.run("sh", "-c", _RESTORE.format(kept_at))
        again = office.script("--revoke one")
        assert again.exit_code == 0, f"{kept_at}: {again.stderr}"
        assert without_the_time(kept(office), office) == done, kept_at


def without_the_time(found: Kept, office: SetUpOffice) -> object:
    """What is there, but for when the computer was locked out, and for notes of which --undo looks what they are of."""
    lines = re.sub("revoked [0-9]+", "revoked", office.path(MADE).read_text()).splitlines()
    noted = [line for line in lines if not line.startswith("* * new ")]
    return noted, {path: entry for path, entry in found.items() if path != MADE}
