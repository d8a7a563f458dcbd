"""What lets a backup be read, put in place by message, script and playbook: it opens that alone, and goes again."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.servers.message.test_message import DONE, REFUSED
from tests.servers.script.test_script import context_for
from tests.support.data.message import block, line_after
from tests.support.data.trees import tree
from tests.support.quick import sampled
from tests.support.servers import placing, root_shell, setting_up
from tests.support.servers.office import ACCOUNT, Office
from tests.support.servers.playbook import play
from tests.support.servers.setting_up import SSHD_USUAL, SetUpOffice
from wizard.client.keys import daemon_password, reading_key
from wizard.client.session import Session
from wizard.restore import second_key
from wizard.running import report
from wizard.schemes import reading
from wizard.server import exports, locks
from wizard.server.exports import ansible, script
from wizard.storage import state_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.secret_service import SecretService
    from wizard.client.keys.reading_key import Asked
    from wizard.profile import Profile

KEYS = f"/home/{ACCOUNT}/.ssh/authorized_keys"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path), None) as running:
        running.start_sshd()
        running.live_in()
        running.put("/etc/rsyncd.conf", "", mode=0o644)
        running.start_daemon()
        yield running


async def backed_up(office: Office, kind: str, folder: Path) -> Profile:
    profile = placing.profile_for(office, kind, folder)
    await report.backup(profile, placing.settle(office, profile))
    return profile


def asked_for(profile: Profile) -> Asked:
    asked = reading_key.kept(profile.name)
    assert asked
    return asked


def password_of(profile: Profile) -> str:
    secret = daemon_password.fetch(reading.reader(profile, ""))
    assert secret
    return secret.reveal()


async def require_locked(profile: Profile) -> None:
    with Session() as session:
        opened = await second_key.open_door(profile, session, asked_for(profile))
    assert locks.verdict(opened.findings) == "locked", opened.findings


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("kind", "shell"), sampled.first(1, [("rrsync", "zsh"), ("daemon", "dash")]))
async def test_a_message_opens_the_backup_for_reading_and_leaves_nothing_behind(
    kind: str, shell: str, office: SetUpOffice, sample_folder: Path, secret_service: SecretService
) -> None:
    profile = await backed_up(office, kind, sample_folder)
    before = office.standing()
    text = exports.rendered(second_key.ask(profile), "text")
    said = root_shell.paste(office, block(text), shell)
    assert DONE.search(said), said
    if kind == "daemon":
        with office.path("/etc/rsyncd-amamac+restore.secrets").open("a") as file:
            file.write(f"{ACCOUNT}:{password_of(profile)}\n")
    await require_locked(profile)
    again = root_shell.paste(office, block(text), shell)
    assert REFUSED.search(again), again

    # Asked for anew after its time, it takes the place of what was there.
    past = msgspec.structs.replace(asked_for(profile), expires=datetime.now(UTC) - timedelta(hours=1))
    state_files.save(profile.name, "restore-key.json", past)
    renewed = exports.rendered(second_key.ask(profile), "text")
    said = root_shell.paste(office, block(renewed), shell)
    assert DONE.search(said), said
    there = office.path(KEYS if kind == "rrsync" else "/etc/rsyncd.conf").read_text()
    assert there.count("# backup-wizard begin amamac+restore\n") == 1
    await require_locked(profile)
    said = root_shell.paste(office, line_after(renewed, "To take it back"), shell)
    assert office.standing() == before, said


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("kind", "runs"), sampled.first(1, [("rrsync", "busybox"), ("daemon", "dash")]))
async def test_a_script_opens_what_a_script_has_set_up(
    kind: str, runs: str, office: SetUpOffice, sample_folder: Path, secret_service: SecretService
) -> None:
    own, access = context_for(office, kind, sample_folder)
    setting_up.install(office, script.render_many([own]))
    assert office.script(shell=runs).exit_code == 0
    await report.backup(own.profile, access)
    before = office.standing()
    setting_up.install(office, script.render_many([second_key.ask(own.profile)]))
    checked = office.script("--check", shell=runs)
    assert checked.exit_code == 0, checked.stderr
    applied = office.script(shell=runs)
    assert (applied.exit_code, applied.changes) == (0, checked.changes), applied.stderr
    assert office.script(shell=runs).changes == []
    await require_locked(own.profile)
    undone = office.script("--undo", shell=runs)
    assert undone.exit_code == 0, undone.stderr
    setting_up.install(office, script.render_many([own]))
    assert office.standing() == before, undone.stdout


@pytest.mark.long
@pytest.mark.timeout(400)
@pytest.mark.every_case
@pytest.mark.parametrize("kind", ["rrsync", "daemon"])
async def test_the_playbook_does_the_same(
    kind: str, sample_folder: Path, tmp_path: Path, secret_service: SecretService
) -> None:
    place = tmp_path / "office"
    place.mkdir()
    with Office(place) as office:
        office.start_sshd(*SSHD_USUAL)
        office.run("cp", "/etc/backup-wizard-test-sshd", "/etc/ssh/sshd_config")
        office.put("/etc/rsyncd.conf", "", mode=0o644)
        if kind == "daemon":
            office.start_daemon()
        profile = await backed_up(office, kind, sample_folder)
        context = second_key.ask(profile)
        playbook, vault = tmp_path / "reading.yml", tmp_path / "passwords.yml"
        playbook.write_text(ansible.render_many([context]))
        passwords = {"amamac+restore": password_of(profile)} if kind == "daemon" else {}
        vault.write_text(json.dumps({"backup_passwords": passwords}))
        places = ("/home", "/srv", "/etc/rsyncd.conf")
        before = {place: contents(office, place) for place in places}
        foretold = play(office.run, playbook, f"--extra-vars=@{vault}", "--check", "--diff")
        done = play(office.run, playbook, f"--extra-vars=@{vault}")
        assert done.changed == foretold.changed != []
        await require_locked(profile)
        play(office.run, playbook, f"--extra-vars=@{vault}", "--tags=remove")
        assert {place: contents(office, place) for place in places} == before
        assert list(office.path("/etc").glob("*+restore*")) == []


def contents(office: Office, place: str) -> dict[str, object]:
    path = office.path(place)
    return {name: one.content for name, one in tree(path).items()} if path.is_dir() else {"": path.read_text()}
