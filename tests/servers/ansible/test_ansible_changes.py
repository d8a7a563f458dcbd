"""A playbook that changes, on a server that changes too: what was opened once is shut, or the admin is told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from tests.support.data.profiles import a_profile
from tests.support.data.trees import tree
from tests.support.servers import old_sshd, setting_up
from tests.support.servers.office import HOST, Office
from tests.support.servers.playbook import play
from wizard.profile import SchemeSettings, Server
from wizard.schemes.facts import ClientFacts, ServerFacts
from wizard.server import exports
from wizard.server.exports import ansible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.profile import SchemeKind
    from wizard.server.exports.context import ExportContext

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2xvQmn1JQ6kqS3w3mzvCq0Q9wZbV5Y1kNJxJ0m9nTt"
FOREIGN = f"{KEY[:-4]}mine nadia@elsewhere\n"
SSHD_SETTINGS = """\
Include /etc/ssh/sshd_config.d/*.conf
HostKey /etc/backup-wizard-test-host-key
PasswordAuthentication no
KbdInteractiveAuthentication no
Match Address 192.168.0.0/16
    PasswordAuthentication yes
Match User omar
    AuthorizedKeysFile /etc/ssh/keys/%u
"""
# Left by a playbook that did not know that it has no effect before OpenSSH 8.4.
NO_EFFECT = "/etc/ssh/sshd_config.d/backup-wizard-nadia.conf"
MODULES = "# kept\n[scans]\n    path = /home\n"


def context_of(name: str, account: str, root: str, kind: str) -> ExportContext:
    server = Server(host=HOST, user=account, root=root)
    profile = a_profile(name=name, server=server, scheme=SchemeSettings(kind=cast("SchemeKind", kind), module=name))
    client = ClientFacts(known_hosts=Path("/nowhere"), public_key=f"{KEY} {name}")
    return exports.context_of(profile, client, ServerFacts())


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Office(setting_up.place(tmp_path)) as running:
        for account in ("nadia", "omar"):
            running.run("useradd", "--create-home", "--no-log-init", "-p", "*", "-s", "/bin/sh", account)
        running.run("usermod", "-p", "$6$salt$hash", "omar")
        running.put("/etc/ssh/sshd_config", SSHD_SETTINGS, mode=0o644)
        old_sshd.put(running)
        running.put(NO_EFFECT, "Match User nadia\nPasswordAuthentication no\n", mode=0o644)
        running.put("/etc/rsyncd.conf", MODULES, mode=0o644)
        running.put("/home/nadia/.ssh/authorized_keys", FOREIGN, owner="nadia")
        running.run("chown", "nadia:", "/home/nadia/.ssh")
        yield running


@pytest.mark.long
@pytest.mark.every_case
@pytest.mark.timeout(400)
def test_a_key_that_is_no_longer_needed_goes_and_names_differ_by_case(office: Office, tmp_path: Path) -> None:
    playbook, password = tmp_path / "backups.yml", '--extra-vars={"backup_passwords": {"amamac": "x"}}'
    office.run("usermod", "-p", "*", "amanda")
    office.run("useradd", "--badname", "--create-home", "--no-log-init", "-p", "*", "-s", "/bin/sh", "Amanda")
    other = context_of("Amamac", "Amanda", "/srv/Amanda", "rrsync")
    playbook.write_text(ansible.render_many([context_of("amamac", "amanda", "/srv/amanda", "rrsync"), other]))
    done = play(office.run, playbook, password).printed
    said = office.run("cat", "/etc/ssh/sshd_config.d/backup-wizard-amanda.conf")
    assert "Match User amanda\n" in said
    assert "Match User Amanda\n" in office.run("cat", "/etc/ssh/sshd_config.d/backup-wizard-Amanda.conf")
    assert 0 < done.index("HANDLER [Reload the sshd settings") < done.index("TASK [Add the keys")
    keys, others = (office.path(f"/home/{name}/.ssh/authorized_keys") for name in ("amanda", "Amanda"))
    assert "amamac" in keys.read_text()
    kept = others.read_text()
    assert "Amamac" in kept

    playbook.write_text(ansible.render_many([context_of("amamac", "amanda", "/srv/amamac", "daemon"), other]))
    play(office.run, playbook, password, "--extra-vars=new_keys=amamac")
    assert "amamac" not in keys.read_text()
    assert "[amamac]" in office.path("/etc/rsyncd.conf").read_text()
    assert others.read_text() == kept
    assert play(office.run, playbook, password).changed == []


@pytest.mark.long
@pytest.mark.every_case
@pytest.mark.timeout(400)  # Ansible starts a Python for each thing that it looks at
def test_what_was_opened_is_shut_again(office: Office, tmp_path: Path) -> None:
    playbook = tmp_path / "backups.yml"
    before = tree(office.path("/etc"))

    def run(*options: str, fails: bool = False) -> str:
        password = '--extra-vars={"backup_passwords": {"amamac": "x"}}'
        return play(office.run, playbook, password, *options, fails=fails, path=old_sshd.FOLDER).printed

    omars = context_of("omarpc", "omar", "/srv/backups", "rrsync")
    first = [
        context_of("amamac", "amanda", "/srv/amanda", "daemon"),
        context_of("nadiapc", "nadia", "here", "daemon-over-ssh"),
    ]
    playbook.write_text(ansible.render_many([*first, omars]))
    assert "omar still signs in by password (tried from 192.168.0.0)" in run()
    assert office.path("/etc/ssh/sshd_config").read_text().endswith("# backup-wizard end account nadia\n")
    assert not office.path(NO_EFFECT).exists()
    keys = office.path("/etc/ssh/keys/omar")
    for path, mode in ((keys, 0o644), (keys.parent, 0o755)):
        status = path.stat()
        assert (status.st_uid, status.st_gid, status.st_mode & 0o777) == (0, 0, mode)
    opened = ("/etc/backup-wizard/nadiapc@nadia.conf", "/etc/rsyncd-amamac.secrets")
    assert all(office.path(path).exists() for path in opened)
    assert "[amamac]" in office.path("/etc/rsyncd.conf").read_text()

    # Omar is locked out by hand, and the other two get another scheme.
    keys.write_text(keys.read_text().replace("restrict,", "# shut by hand: restrict,"))
    second = [context_of("amamac", "amanda", "/srv/amanda", "rrsync"), context_of("nadiapc", "nadia", "here", "rrsync")]
    playbook.write_text(ansible.render_many([*second, omars]))
    assert "- # shut by hand: restrict," in run("--extra-vars=new_keys=amamac")
    assert not any(office.path(path).exists() for path in opened)
    assert office.path("/etc/rsyncd.conf").read_text() == MODULES

    # Somebody took a mark out of one file, another file moved, and an account has another name by now.
    half = office.home / ".ssh/authorized_keys"
    whole = half.read_text()
    half.write_text(whole.replace("# backup-wizard end amamac", f"# by hand\n{FOREIGN}"))
    office.run("usermod", "--move-home", "--home", "/home/elsewhere", "nadia")
    moved = office.path("/home/elsewhere/.ssh/authorized_keys")
    assert "nadiapc" in moved.read_text()
    office.run("usermod", "--login", "olaf", "omar")
    said = run("--tags=remove", fails=True)
    assert "/home/amanda/.ssh/authorized_keys has only one of the two marks of amamac" in said
    assert "omar: there is no such account any more" in said
    assert half.read_text().endswith(f"# by hand\n{FOREIGN}\n")
    assert moved.read_text() == FOREIGN
    assert "restrict," in keys.read_text()
    assert office.path("/etc/backup-wizard-ansible.json").exists()
    half.write_text(whole)
    office.run("usermod", "--login", "omar", "olaf")
    run("--tags=remove")
    assert tree(office.path("/etc")).keys() - before.keys() <= {
        "passwd-",
        "shadow-",
        "group-",
        "gshadow-",
        "subuid-",
        "subgid-",
    }
    assert office.path("/etc/ssh/sshd_config").read_text() == SSHD_SETTINGS
    assert list(office.path("/srv").iterdir()) == []
