"""Another key for a backup that is set up: whoever asks for it, it never replaces the one in place unasked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.servers.script.test_script import KEYS, context_for, set_up
from tests.support.data.message import block
from tests.support.servers import root_shell, setting_up
from tests.support.servers.playbook import play
from tests.support.servers.setting_up import SetUpOffice
from wizard.client import request as requests
from wizard.server import exports
from wizard.server.exports import ansible, covering_message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wizard.client.request import Purpose
    from wizard.server.exports.context import ExportContext

THIEFS = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGLXpIcJgjzkAYFZMHxNPmnBTq3H6mEBwcy8XIPgLBN/ amanda@laptop"


READING = (
    "# backup-wizard begin amamac+restore\nrestrict ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample lost\n"
    "# backup-wizard end amamac+restore\n"
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path), None) as running:
        running.start_sshd()
        running.live_in()
        yield running


def asked_by_a_thief(context: ExportContext, purpose: Purpose) -> ExportContext:
    """What an admin makes of a request that says all that Amanda's says, but for the key."""
    assert context.client
    client = msgspec.structs.replace(context.client, public_key=THIEFS)
    return exports.context_of_request(requests.of(context.profile, client, purpose=purpose))


def test_the_script_asks_before_it_replaces_a_key(office: SetUpOffice, sample_folder: Path) -> None:
    amandas, _access = context_for(office, "rrsync", sample_folder)
    set_up(office, amandas)
    assert office.script().exit_code == 0
    before = office.standing()
    purposes: tuple[Purpose, ...] = ("", "adopt")
    for purpose in purposes:
        set_up(office, asked_by_a_thief(amandas, purpose))
        refused = office.script()
        assert refused.exit_code == 1
        assert "amanda has another key for amamac: SHA256:" in refused.stderr
        assert "Ask its owner" in refused.stderr
        foretold = office.script("--check")
        assert foretold.exit_code == 0
        assert "! amanda has another key for amamac: SHA256:" in foretold.stdout
        assert {path: entry for path, entry in office.standing().items() if path != setting_up.SCRIPT} == {
            path: entry for path, entry in before.items() if path != setting_up.SCRIPT
        }
    office.authorize(READING + office.path(KEYS).read_text())
    done = office.script("--new-key")
    assert done.exit_code == 0, done.stderr
    assert "! amanda has another key for amamac: SHA256:" in done.stdout
    keys = office.path(KEYS).read_text()
    assert (keys.count("backup-wizard begin"), keys.count("ssh-ed25519 "), THIEFS in keys) == (1, 2, True)
    assert "lost" not in keys
    again = office.script()  # it is the key in place now
    assert (again.exit_code, again.changes) == (0, [])


@pytest.mark.parametrize("kind", ["rrsync", "daemon-over-ssh"])
def test_the_message_replaces_a_key_only_for_one_who_takes_over(
    kind: str, office: SetUpOffice, sample_folder: Path
) -> None:
    amandas, _access = context_for(office, kind, sample_folder)
    assert "Done." in root_shell.paste(office, block(covering_message.render(amandas)))
    before = office.standing()
    said = root_shell.paste(office, block(covering_message.render(asked_by_a_thief(amandas, ""))))
    assert "take it back first" in said
    assert office.standing() == before
    office.authorize(READING + office.path(KEYS).read_text())
    message = covering_message.render(asked_by_a_thief(amandas, "adopt"))
    assert "make sure that it's really me" in " ".join(message.split())
    assert "Done." in root_shell.paste(office, block(message))
    keys = office.path(KEYS).read_text()
    assert (keys.count("backup-wizard begin"), keys.count("ssh-ed25519 "), THIEFS in keys) == (1, 2, True)
    assert keys.startswith("# mine\n")
    assert "lost" not in keys


@pytest.mark.long
@pytest.mark.every_case
@pytest.mark.timeout(400)  # Ansible starts a Python for each thing that it looks at
def test_the_playbook_asks_before_it_replaces_a_key(office: SetUpOffice, sample_folder: Path, tmp_path: Path) -> None:
    amandas, _access = context_for(office, "rrsync", sample_folder)
    playbook = tmp_path / "backups.yml"
    playbook.write_text(ansible.render(amandas))
    play(office.run, playbook)
    before = office.path(KEYS).read_text()
    playbook.write_text(ansible.render(asked_by_a_thief(amandas, "adopt")))
    assert "has another key for amamac. Ask its owner" in play(office.run, playbook, fails=True).printed
    assert office.path(KEYS).read_text() == before
    private = "/etc/backup-wizard/amamac+restore@amanda.conf"
    office.put(private, "[backup]\n", mode=0o644)
    office.authorize(READING + before)
    play(office.run, playbook, "--extra-vars=new_keys=bobpc,amamac")
    keys = office.path(KEYS).read_text()
    assert (keys.count("backup-wizard begin"), keys.count("ssh-ed25519 "), THIEFS in keys) == (1, 2, True)
    assert "lost" not in keys
    assert not office.path(private).exists()
    assert play(office.run, playbook).changed == []
