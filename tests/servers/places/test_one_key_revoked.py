"""A key that was locked out with one backup, and has a line for another: it stays out until that is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers.places.test_one_key import (
    FROM_ANYWHERE,
    KEYS,
    OTHER_ADDRESS,
    apply,
    commands_met,
    contexts_for,
    standing,
)
from tests.servers.script.test_script import context_for, set_up
from tests.servers.status.test_status import put_status, status_of
from tests.support import programs
from tests.support.data.message import block
from tests.support.quick import sampled
from tests.support.servers import root_shell, setting_up
from tests.support.servers.office import HOST
from tests.support.servers.playbook import play
from tests.support.servers.setting_up import FOREIGN_KEYS, SetUpOffice
from wizard.client.keys import protected_key
from wizard.server import exports
from wizard.server.exports import ansible, rsyncd
from wizard.server.receipts import receipt_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.secret_service import SecretService
    from wizard.server.exports.context import ExportContext

_REFUSED = "not let in: office has a key of laptop, which was locked out (to take that back: sh {} --readmit laptop)"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path), None) as started:
        started.start_sshd("PidFile none")
        started.live_in()
        yield started


def is_refused(office: SetUpOffice, context: ExportContext) -> bool:
    """Whether the key opens nothing, from either address."""
    return all("Permission denied" in said for said in commands_met(office, context).values())


def lock_out(office: SetUpOffice, both: dict[str, ExportContext]) -> None:
    """Let both in, and lock the laptop out, whose key the office's lines have too."""
    set_up(office, *both.values())
    assert office.script("--new-key").exit_code == 0
    assert commands_met(office, both["office"]) == {OTHER_ADDRESS: "office", HOST: "laptop"}
    revoked = apply(office, both["laptop"], "--revoke laptop")
    assert revoked.exit_code == 1
    assert "the key of laptop is also let in as the backup office" in revoked.stderr


@pytest.mark.parametrize("shell", sampled.first(1, ["dash", "busybox"]))
def test_another_backup_s_script_takes_it_out_and_lets_the_others_in(
    shell: str, office: SetUpOffice, sample_folder: Path
) -> None:
    both = contexts_for(office, sample_folder, FROM_ANYWHERE, knows_other=False)
    lock_out(office, both)
    set_up(office, both["office"], context_for(office, "rrsync", sample_folder, "third")[0], both["laptop"])
    put_status(office, *both.values())
    assert "it has a key of laptop, which was locked out" in status_of(office, code=1).stdout
    words, before = _REFUSED.format(setting_up.SCRIPT.rpartition("/")[2]), office.standing()
    foretold = office.script("--check", shell=shell)
    assert office.standing() == before
    done = office.script(shell=shell)
    assert (foretold.exit_code, done.exit_code) == (0, 0), done.stderr
    assert foretold.changes == done.changes
    assert f"remove the lines of office from {KEYS}" in done.changes
    assert f"let in the key of third: lines in {KEYS}" in done.changes
    assert words in foretold.stdout
    assert words in done.stdout
    assert "To end what it may have open: sh backup-wizard-setup.sh --revoke office" in done.stdout
    assert is_refused(office, both["office"])
    assert receipt_text.parse(done.stdout, "office").revoked > 1_700_000_000
    assert receipt_text.parse(done.stdout, "third").revoked == 0

    again = office.script(shell=shell)
    assert (again.exit_code, again.changes) == (0, [])
    assert words in again.stdout
    assert "all of it is in place" not in again.stdout
    assert office.script("--revoke laptop", shell=shell).exit_code == 0

    # The script of the other backup alone can take it back.
    assert "office itself is not locked out" in apply(office, both["office"], "--readmit office", shell).stdout
    assert office.script(shell=shell).changes == []
    assert "laptop is not locked out any more" in office.script("--readmit laptop", shell=shell).stdout
    assert office.script(shell=shell).changes == [f"let in the key of office: lines in {KEYS}"]
    assert commands_met(office, both["office"])[OTHER_ADDRESS] == "office"

    # Where both were locked out, the key stays out until both are taken back.
    assert office.script("--revoke office", shell=shell).exit_code == 0
    assert apply(office, both["laptop"], "--revoke laptop", shell).exit_code == 0
    assert "its key still is, as a key of laptop: --readmit laptop" in office.script("--readmit office").stdout
    assert "let in the key of" not in apply(office, both["office"], shell=shell).stdout


@pytest.mark.every_case
def test_lines_that_can_t_be_taken_out_are_told_and_keep_no_other_from_being_set_up(
    office: SetUpOffice, sample_folder: Path, secret_service: SecretService
) -> None:
    both = contexts_for(office, sample_folder, FROM_ANYWHERE, knows_other=False)
    lock_out(office, both)
    module, _ = context_for(office, "daemon", sample_folder, "four", "/srv/modules")
    set_up(office, both["office"], module)
    office.as_account("chmod 500 .ssh")
    done = office.script()
    assert done.exit_code == 1
    assert f"can't change {KEYS}" in done.stderr
    assert "a key that was locked out may still be let in: see above. All the rest is done" in done.stderr
    assert "let in the key of" not in done.stdout
    assert "begin four" in office.path("/etc/rsyncd.conf").read_text()
    office.as_account("chmod 700 .ssh")
    assert office.script().exit_code == 0
    assert is_refused(office, both["office"])


def test_nor_does_a_message_let_it_in(office: SetUpOffice, sample_folder: Path, secret_service: SecretService) -> None:
    both = contexts_for(office, sample_folder, FROM_ANYWHERE, knows_other=False)
    lock_out(office, both)
    assert apply(office, both["office"]).exit_code == 0
    module, _ = context_for(office, "daemon", sample_folder, "four", "/srv/modules")
    set_up(office, module)
    assert office.script("--revoke four").exit_code == 0
    before = standing(office)
    for context in (both["office"], module):
        said = root_shell.paste(office, block(exports.rendered(context, "text")))
        assert f"{context.name} or its key was locked out here: " in said
        assert standing(office) == before
    assert apply(office, both["office"], "--readmit laptop").exit_code == 0
    said = root_shell.paste(office, block(exports.rendered(both["office"], "text")))
    assert "locked out here" not in said.partition("Done.")[0].rpartition("\n")[2]
    assert commands_met(office, both["office"])[OTHER_ADDRESS] == "office"


@pytest.mark.every_case
def test_it_stays_out_when_the_computer_gets_another_key(office: SetUpOffice, sample_folder: Path) -> None:
    both = contexts_for(office, sample_folder, FROM_ANYWHERE, knows_other=False)
    lock_out(office, both)
    assert apply(office, both["office"]).exit_code == 0
    key = both["laptop"].profile.key_path
    key.rename(key.with_name("lost"))
    key.with_name("key.pub").unlink()
    protected_key.ensure(both["laptop"].profile)
    new = contexts_for(office, sample_folder, FROM_ANYWHERE, knows_other=False)["laptop"]
    assert "laptop was locked out with another key. Ask its owner" in apply(office, new).stderr
    assert office.script("--new-key").exit_code == 0
    assert office.script().changes == []  # and nobody is asked again
    assert commands_met(office, new) == {OTHER_ADDRESS: "laptop", HOST: "laptop"}
    put_status(office, new)
    assert "locked out" not in status_of(office, code=1).stdout
    key.unlink()
    key.with_name("lost").rename(key)
    for one in both.values():
        assert "not let in: " in apply(office, one, "--new-key").stdout
        assert is_refused(office, one)


def test_a_restore_asked_for_before_is_not_let_in_either(office: SetUpOffice, sample_folder: Path) -> None:
    """Nor does a run that fails forget who was locked out."""
    one, _ = context_for(office, "rrsync", sample_folder, "one")
    two, _ = context_for(office, "rrsync", sample_folder, "two")
    set_up(office, one)
    assert office.script("--revoke one").exit_code == 0
    set_up(office, one, two)
    fails = f'#!/bin/sh\ncase $* in *authorized_keys*) exit 1 ;; esac\nexec {programs.require("mv")} "$@"\n'
    office.put("/srv/broken/mv", fails, mode=0o755)
    assert "the changes are undone" in office.script(path="/srv/broken").stderr
    done = office.script()
    assert done.exit_code == 0
    assert "not let in: one was locked out" in done.stdout
    text = office.path(setting_up.SCRIPT).read_text().replace("name='one'", "name='one+restore'")
    new = two.setup.key_lines[0].key.split()[1]
    old = one.setup.key_lines[0].key.split()[1]
    setting_up.install(office, text)
    assert "not let in: one+restore has a key of one, which was locked out" in office.script().stdout
    setting_up.install(office, text.replace(old, new[:-1] + ("A" if new[-1] != "A" else "B")))
    refused = office.script()
    assert refused.exit_code == 1
    assert "one was locked out with another key. Ask its owner" in refused.stderr


@pytest.mark.every_case
@pytest.mark.long
@pytest.mark.timeout(400)  # Ansible starts a Python for each thing that it looks at
def test_playbooks_keep_it_out_too(
    office: SetUpOffice, sample_folder: Path, tmp_path: Path, secret_service: SecretService
) -> None:
    both = contexts_for(office, sample_folder, FROM_ANYWHERE, knows_other=False)
    module, _ = context_for(office, "daemon", sample_folder, "four", "/srv/modules")
    set_up(office, module)
    assert office.script().exit_code == 0
    assert office.script("--revoke four").exit_code == 0
    lock_out(office, both)
    settings = office.path("/etc/rsyncd.conf")
    settings.write_text(f"{settings.read_text()}\n{rsyncd.render(module)}")
    third, playbook = context_for(office, "rrsync", sample_folder, "third")[0], tmp_path / "backups.yml"
    playbook.write_text(exports.FORMATS["ansible"].render_all([*both.values(), module, third]))
    before = office.standing()
    checked = play(office.run, playbook, "--check")
    assert office.standing() == before
    done = play(office.run, playbook)
    for said in (checked.printed, done.printed):
        assert "office is not let in: it has a key of laptop, which was locked out" in said
        assert "laptop is not let in: it was locked out" in said
    assert "four is not let in: it was locked out" in done.printed
    assert "begin four" not in settings.read_text()
    keys = office.path(KEYS).read_text()
    assert "begin third" in keys
    assert both["office"].setup.key_lines[0].key not in keys
    assert is_refused(office, both["office"])
    assert play(office.run, playbook).changed == []
    assert apply(office, both["office"], "--readmit laptop").exit_code == 0
    playbook.write_text(ansible.render(both["office"]))
    play(office.run, playbook)
    assert commands_met(office, both["office"])[OTHER_ADDRESS] == "office"
    assert office.path(KEYS).read_text().startswith(FOREIGN_KEYS)
