"""The playbook, run for real on an office's file server: five computers, one for each scheme, in one playbook."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.support import programs
from tests.support.commands import backup_wizard
from tests.support.data.trees import Entry, tree
from tests.support.servers import placing
from tests.support.servers.office import ACCOUNT, Office
from tests.support.servers.playbook import Played, play
from tests.support.servers.setting_up import SSHD_USUAL
from wizard import schemes
from wizard.client import access
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.client.keys import daemon_password, protected_key
from wizard.server import exports, handed_over
from wizard.server.exports import ansible
from wizard.storage import profiles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.secret_service import SecretService
    from wizard.server.exports.context import ExportContext

# One account was there before, with a key and a password of its own; the others are made. Two have the same root.
COMPUTERS = {
    "amamac": ("forced-command", ACCOUNT, "backup"),
    "nadiapc": ("rrsync", "nadia", "backups/all of {{ mine }}"),
    "omarpc": ("daemon-over-ssh", "omar", "/srv/backups"),
    "petrapc": ("daemon", "petra", "/home/backups/petra"),
    "rosapc": ("login", "rosa", "/srv/backups"),
}
FOREIGN_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2xvQmn1JQ6kqS3w3mzvCq0Q9wZbV5Y1kNJxJ0m9nTt amanda@elsewhere"
ACCOUNT_FILES = {
    f"{name}{old}" for name in ("passwd", "shadow", "group", "gshadow", "subuid", "subgid") for old in ("", "-")
}
FOREIGN_MODULE = "# kept\n[scans]\n    path = /home\n"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    place = tmp_path / "office"
    place.mkdir()
    with Office(place) as running:
        running.start_sshd(*SSHD_USUAL)
        running.run("cp", "/etc/backup-wizard-test-sshd", "/etc/ssh/sshd_config")
        running.run("usermod", "-p", "$6$salt$hash", ACCOUNT)
        running.authorize(FOREIGN_KEY)  # without a newline at its end
        running.path(f"/home/{ACCOUNT}/.ssh").chmod(0o755)
        running.path(f"/home/{ACCOUNT}/.ssh/authorized_keys").chmod(0o644)
        running.put("/etc/rsyncd.conf", FOREIGN_MODULE, mode=0o644)
        running.start_daemon()
        yield running


def contexts_of(office: Office, folder: Path) -> list[ExportContext]:
    """What all computers ask for, each of which has walked up to the hand-over."""
    contexts = []
    for name, (kind, user, root) in COMPUTERS.items():
        profile = placing.profile_for(office, kind, folder, scheme={"append_only": kind == "rrsync"})
        server = msgspec.structs.replace(profile.server, user=user, root=root)
        profile = msgspec.structs.replace(profile, name=name, server=server)
        profiles.save(profile)
        if schemes.of(profile).uses_ssh:
            known_hosts.trust(profile, [HostKey(*office.host_key)])
            protected_key.ensure(profile)
        daemon_password.ensure(profile)
        admitted = access.prepare(profile)
        handed_over.keep(profile, admitted.facts)
        contexts.append(exports.context_of(profile, admitted.facts, secret=admitted.password))
    return contexts


def everything(office: Office) -> dict[str, dict[str, Entry]]:
    return {folder: tree(office.path(folder)) for folder in ("/etc", "/home", "/srv")}


@pytest.mark.every_case
@pytest.mark.long
@pytest.mark.timeout(400)  # Ansible starts a Python for each thing that it looks at
def test_all_schemes_work_and_are_taken_back(
    office: Office, sample_folder: Path, tmp_path: Path, secret_service: SecretService
) -> None:
    contexts = contexts_of(office, sample_folder)
    playbook, vault = tmp_path / "backups.yml", tmp_path / "passwords.yml"
    playbook.write_text(ansible.render_many(contexts))
    passwords = {context.profile.name: context.secret.reveal() for context in contexts if context.secret}
    assert passwords
    vault.write_text(json.dumps({"backup_passwords": passwords}))

    def run(*options: str) -> Played:
        return play(office.run, playbook, f"--extra-vars=@{vault}", *options)

    untouched = everything(office)
    foretold = run("--check", "--diff")
    assert everything(office) == untouched

    done = run()
    assert done.changed == foretold.changed
    for password in passwords.values():
        assert password not in playbook.read_text() + foretold.printed + done.printed
    sshd_reads_again(office)
    for name in ("nadiapc", "omarpc"):
        checked = backup_wizard("check", name, "--json")
        assert checked.json["verdict"] == "locked", checked.stdout
    for context in contexts:
        backed_up = backup_wizard("run", context.profile.name)
        assert backed_up.exit_code == 0, backed_up.stderr
    said = office.run(programs.require("sshd"), "-T", "-C", "user=nadia")
    assert {"passwordauthentication no", "kbdinteractiveauthentication no"} <= set(said.splitlines())
    shut = {path.name for path in office.path("/etc/ssh/sshd_config.d").iterdir()}
    assert shut == {f"backup-wizard-{name}.conf" for name in ("nadia", "omar")}
    assert "amanda still signs in by password" in done.printed
    filled = everything(office)
    private = tree(office.path("/etc/backup-wizard"))
    assert {name: (one.mode, one.owner) for name, one in private.items()} == {
        ".": (0o755, (0, 0)),
        "omarpc@omar.conf": (0o644, (0, 0)),
    }
    shared = filled["/srv"]
    assert (shared["backups"].mode, shared["backups"].owner) == (0o755, (0, 0))
    for name, account in (("omarpc", "omar"), ("rosapc", "rosa")):
        assert shared[f"backups/{name}"].mode == 0o700
        assert shared[f"backups/{name}"].owner == filled["/home"][account].owner
    assert run().changed == []
    assert everything(office) == filled

    # One backup is deleted by the admin first, and with it goes the account that was made for nothing else.
    office.run("rm", "-r", "/srv/backups/rosapc")
    kept = everything(office)["/home"]
    run("--tags=remove")
    assert office.path(f"/home/{ACCOUNT}/.ssh/authorized_keys").read_text().rstrip("\n") == FOREIGN_KEY
    assert office.path("/etc/rsyncd.conf").read_text() == FOREIGN_MODULE
    left = everything(office)
    assert differing(left["/etc"], untouched["/etc"]) <= ACCOUNT_FILES | {".", "rsyncd.conf", "ssh/sshd_config.d"}
    for name, entry in untouched["/home"].items():
        assert (left["/home"][name].mode, left["/home"][name].owner) == (entry.mode, entry.owner)
    assert kept.keys() - left["/home"].keys() == {
        *(f"{name}/.ssh{part}" for name in ("nadia", "omar", "rosa") for part in ("", "/authorized_keys")),
        *(name for name in kept if name == "rosa" or name.startswith("rosa/")),
    }
    accounts = office.path("/etc/passwd").read_text()
    assert "rosa" not in accounts
    assert "nadia" in accounts


def sshd_reads_again(office: Office) -> None:
    """As the playbook has it done where there is a service manager."""
    sign = "Server listening on"
    starts = office.log().count(sign)
    office.run("sh", "-c", "kill -HUP $(cat /var/lib/sshd.pid)")
    office.wait_until_logged(sign, starts + 1)


def differing(one: dict[str, Entry], other: dict[str, Entry]) -> set[str]:
    """The names of what is in one alone, or not the same in both."""
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
