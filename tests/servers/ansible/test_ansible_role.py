"""The role in a folder of its own, with the computers of a server as its variables; one of them is thrown out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.data.profiles import a_profile
from tests.support.servers import setting_up
from tests.support.servers.office import HOST, Office
from tests.support.servers.playbook import play
from wizard.failure import Failure, Kind
from wizard.profile import SchemeSettings, Server
from wizard.schemes.facts import ClientFacts, ServerFacts
from wizard.server import exports
from wizard.server.exports import ansible, saving

if TYPE_CHECKING:
    from wizard.server.exports.context import ExportContext

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2xvQmn1JQ6kqS3w3mzvCq0Q9wZbV5Y1kNJxJ0m9nTt"


def context_of(name: str, account: str, host: str = HOST) -> ExportContext:
    server = Server(host=host, user=account, root="/srv/backups")
    profile = a_profile(name=name, server=server, scheme=SchemeSettings(kind="rrsync"))
    return exports.context_of(profile, ClientFacts(Path("/nowhere"), public_key=f"{KEY} {name}"), ServerFacts())


@pytest.mark.long
@pytest.mark.every_case  # its tasks are the playbook's
@pytest.mark.timeout(400)
def test_one_computer_is_thrown_out(tmp_path: Path) -> None:
    saving.save(
        exports.FORMATS["ansible"], [context_of("amamac", "amanda"), context_of("omarpc", "omar")], f"{tmp_path}/role/"
    )
    site, computers = tmp_path / "role/site.yml", tmp_path / f"role/host_vars/{HOST}.yml"
    with Office(setting_up.place(tmp_path)) as office:
        office.put("/etc/ssh/sshd_config", "HostKey /etc/backup-wizard-test-host-key\n", mode=0o644)
        assert play(office.run, site, "--check").changed == play(office.run, site).changed != []
        assert play(office.run, site).changed == []
        by_tag = [play(office.run, site, "--check", f"--tags={tag}") for tag in ("remove", "backup_wizard_remove")]
        assert by_tag[0].changed == by_tag[1].changed != []
        own = site.with_name("own.yml")
        own.write_text("- hosts: all\n  become: true\n  gather_facts: false\n  roles: [backup_wizard]\n")
        of_another = play(office.run, own, "--tags=remove")
        assert of_another.changed == []
        assert "To undo it: --tags backup_wizard_remove" in of_another.printed
        assert play(office.run, own, "--check", "--tags=backup_wizard_remove").changed == by_tag[0].changed
        keys = office.home / ".ssh/authorized_keys"
        kept = keys.read_text()
        assert "amamac" in kept
        assert "omar:" in office.path("/etc/passwd").read_text()

        # That an account will then hold nothing is not known before.
        computers.write_text(computers.read_text().replace('id: "omarpc', 'state: absent\n    id: "omarpc'))
        foretold = play(office.run, site, "--check").changed
        done = play(office.run, site).changed
        assert (
            [change for change in done if not change[0].endswith("Remove created accounts that are now empty")]
            == foretold
            != []
        )
        assert keys.read_text() == kept
        assert "omar:" not in office.path("/etc/passwd").read_text()
        assert [folder.name for folder in office.path("/srv/backups").iterdir()] == ["amamac"]
        assert play(office.run, site).changed == []
        play(office.run, site, "--extra-vars=backup_wizard_state=absent")
        assert not keys.exists() or not keys.read_text()
        assert not office.path("/srv/backups").exists()
        assert not office.path("/etc/backup-wizard-ansible.json").exists()


def test_a_folder_holds_all_that_the_playbook_does_and_is_never_overwritten(tmp_path: Path) -> None:
    contexts = [context_of("amamac", "amanda"), context_of("omarpc", "omar", "files.example.lan")]
    format, place = exports.FORMATS["ansible"], f"{tmp_path}/role/"
    saving.save(format, contexts, place)
    files = {str(path.relative_to(place)): path.read_text() for path in Path(place).rglob("*") if path.is_file()}
    assert {"site.yml", f"host_vars/{HOST}.yml", "host_vars/files.example.lan.yml"} <= files.keys()
    assert "omarpc" not in files[f"host_vars/{HOST}.yml"]
    assert KEY in files["host_vars/files.example.lan.yml"]
    playbook = "".join(map(str.strip, ansible.render_many(contexts).splitlines()))
    for name, text in files.items():
        # Of versions and the status, the playbook has only what is wanted.
        if (
            name.startswith("roles/")
            and "/meta/" not in name
            and not name.endswith(("main.yml", "/README.md", "/vars/main/files.yml", "/versions.sh", "/status.sh"))
        ):
            assert "".join(map(str.strip, text.removeprefix("---\n").splitlines())) in playbook, name
    assert Path(place).stat().st_mode & 0o777 == 0o700
    with pytest.raises(Failure) as refused:
        saving.save(format, contexts[:1], place)
    assert refused.value.kind is Kind.FILE_EXISTS
    assert "omarpc" in Path(place, "host_vars/files.example.lan.yml").read_text()
