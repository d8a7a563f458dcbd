"""What the playbook has let in by files of their own, the setup script finds there and can shut."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.servers.script.test_script import set_up
from tests.support.data.requests import a_request
from tests.support.servers import setting_up
from tests.support.servers.office import HOST
from tests.support.servers.playbook import Played, play
from tests.support.servers.setting_up import SetUpOffice
from wizard.client.keys.secrets import Secret
from wizard.profile import SchemeSettings, Server
from wizard.server import exports
from wizard.server.exports import ansible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MODULE, SECRETS = "/etc/rsyncd.d/backup-wizard-amamac.conf", "/etc/rsyncd-amamac.secrets"
PASSWORD = "Pa55-of-amanda"
HERS = exports.context_of_request(
    a_request(
        "daemon",
        server=Server(host=HOST, user="amanda", root="/srv/backup"),
        scheme=SchemeSettings(kind="daemon", auth=True),
    ),
    secret=Secret(PASSWORD),
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path), None) as running:
        running.start_sshd()
        running.live_in()
        running.run("install", "-d", "/etc/rsyncd.d")
        running.put("/etc/rsyncd.conf", "&include /etc/rsyncd.d\n", mode=0o644)
        yield running


def played(office: SetUpOffice, tmp_path: Path, *options: str) -> Played:
    playbook = tmp_path / "backups.yml"
    playbook.write_text(ansible.render(HERS))
    passwords = json.dumps({"backup_passwords": {"amamac": PASSWORD}})
    return play(office.run, playbook, f"--extra-vars={passwords}", *options)


def texts(office: SetUpOffice) -> list[list[str]]:
    return [office.path(file).read_text().splitlines() for file in (MODULE, SECRETS)]


def settings(lines: list[str]) -> list[str]:
    """The lines without those that only explain one, which the script leaves out."""
    return [line for line in lines if not line.lstrip().startswith("#")]


@pytest.mark.timeout(400)
def test_who_is_locked_out_has_no_module_and_no_password_any_more(office: SetUpOffice, tmp_path: Path) -> None:
    played(office, tmp_path)
    set_up(office, HERS)
    revoked = office.script("--revoke amamac")
    assert revoked.exit_code == 0, revoked.stderr
    assert "verified: no line of amamac is left" in revoked.stdout
    assert not office.path(SECRETS).exists()
    assert "[amanda]" not in office.run("sh", "-c", "cat /etc/rsyncd.conf /etc/rsyncd.d/*; :")


@pytest.mark.every_case
@pytest.mark.long
@pytest.mark.timeout(400)
def test_files_of_an_earlier_playbook_get_the_marks(office: SetUpOffice, tmp_path: Path) -> None:
    played(office, tmp_path)
    marked = texts(office)
    for lines in marked:
        assert lines[0] == "# backup-wizard begin amamac"
        assert lines[-1] == "# backup-wizard end amamac"
    assert played(office, tmp_path).changed == []
    for file, lines in zip((MODULE, SECRETS), marked, strict=True):
        office.path(file).write_text("\n".join([*lines[1:-1], ""]))
    foretold = played(office, tmp_path, "--check", "--diff")
    assert texts(office) != marked
    done = played(office, tmp_path)
    assert done.changed == foretold.changed != []
    assert f"write {MODULE}" in done.printed
    assert PASSWORD not in done.printed + foretold.printed
    assert texts(office) == marked
    assert played(office, tmp_path).changed == []

    # The script takes them for its own, and what it has shut the playbook doesn't open again.
    set_up(office, HERS)
    assert office.script().exit_code == 0
    assert settings(texts(office)[0]) == settings(marked[0])
    assert texts(office)[1] == marked[1]
    assert office.script("--revoke amamac").exit_code == 0
    said = played(office, tmp_path).printed
    assert "amamac is not let in: it was locked out" in said
    assert not office.path(MODULE).exists()
    assert not office.path(SECRETS).exists()


@pytest.mark.every_case
@pytest.mark.long
@pytest.mark.timeout(400)
def test_they_are_removed(office: SetUpOffice, tmp_path: Path) -> None:
    before = office.run("find", "/etc", "-name", "rsyncd*")
    played(office, tmp_path)
    played(office, tmp_path, "--tags=remove")
    assert office.run("find", "/etc", "-name", "rsyncd*") == before
    assert office.run("ls", "/etc/rsyncd.d") == ""
