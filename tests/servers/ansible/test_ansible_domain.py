r"""The playbook for an account of a Windows domain (DOMAIN\user), which the server knows from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers.script.test_domain_account import HOME, USER, domain_context, domain_office
from tests.servers.script.test_script import back_up
from tests.support.servers.playbook import play
from wizard.server.exports import ansible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.servers.setting_up import SetUpOffice


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with domain_office(tmp_path) as running:
        yield running


@pytest.mark.every_case  # the script's tests have such an account too
@pytest.mark.long
@pytest.mark.timeout(400)
async def test_it_is_let_in_and_taken_back(office: SetUpOffice, sample_folder: Path, tmp_path: Path) -> None:
    office.run("mkdir", "-p", "/etc/ssh/sshd_config.d")
    context, admitted = domain_context(office, "daemon-over-ssh", sample_folder)
    playbook = tmp_path / "backups.yml"
    playbook.write_text(ansible.render_many([context]))
    before = office.standing()
    play(office.run, playbook)
    assert office.path("/etc/backup-wizard/amamac@CORP=nora.conf").exists()
    await back_up(context, admitted)
    assert office.path(f"{HOME}/backup/amamac/{sample_folder.name}").is_dir()
    assert play(office.run, playbook).changed == []
    office.run("rm", "-r", f"{HOME}/backup/amamac")
    play(office.run, playbook, "--tags=remove")
    assert USER in office.run("cut", "-d:", "-f1", "/etc/passwd").split("\n")
    assert office.standing() == before
