"""The message's commands, pasted as they stand into a root shell: the backup works, and nobody else's things change."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.support.commands import backup_wizard
from tests.support.servers import placing, setting_up
from tests.support.servers.office import ACCOUNT, Office
from wizard import rules
from wizard.schemes.facts import ClientFacts
from wizard.server import exports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.secret_service import SecretService
    from wizard.profile import Profile

BEGIN, END = "# backup-wizard commands begin\n", "# backup-wizard commands end\n"
KEYS = f"/home/{ACCOUNT}/.ssh/authorized_keys"
KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIGLXpIcJgjzkAYFZMHxNPmnBTq3H6mEBwcy8XIPgLBN/"
NO_NEWLINE = f"# mine\nssh-ed25519 {KEY} laptop"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Office(setting_up.place(tmp_path), None) as office:
        yield office


def _begun(office: Office, kind: str, folder: Path, tmp_path: Path, root: str) -> Profile:
    profile = placing.profile_for(office, kind, folder)
    profile = msgspec.structs.replace(profile, server=msgspec.structs.replace(profile.server, root=root))
    placing.begin(profile, tmp_path)
    return profile


def _paste(office: Office, profile: Profile, shell: str = "dash", umask: str = "022") -> str:
    return _paste_text(office, placing.exported(profile, "text"), shell, umask)


def _paste_text(office: Office, text: str, shell: str = "dash", umask: str = "022") -> str:
    commands = text.partition(BEGIN)[2].partition(END)[0]
    assert commands
    argv = office.inside(shell, "-c", f"umask {umask}; exec {shell} -s")
    ran = subprocess.run(argv, input=commands, capture_output=True, text=True)
    return ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("kind", "root", "umask", "shell", "account_is_there"),
    [
        ("rrsync", "backup", "022", "dash", False),
        ("rrsync", "/srv/my backups/here", "077", "bash", True),
        ("forced-command", "backup", "077", "dash", True),
        ("daemon-over-ssh", "my backup", "077", "bash", False),
        ("login", "backup", "022", "dash", True),
    ],
)
def test_the_backup_works_and_taking_it_back_leaves_what_was_there(
    kind: str,
    root: str,
    umask: str,
    shell: str,
    account_is_there: bool,
    office: Office,
    sample_folder: Path,
    tmp_path: Path,
    secret_service: SecretService,
) -> None:
    if account_is_there:
        office.run("useradd", "--create-home", "-s", "/bin/sh", "-p", "*", ACCOUNT)
        office.authorize(NO_NEWLINE)
    office.start_sshd()
    profile = _begun(office, kind, sample_folder, tmp_path, root)
    assert _paste(office, profile, shell, umask) == ""
    ran = backup_wizard("run", profile.name)
    assert ran.exit_code == 0, ran.stderr + office.log()
    folder = office.path(root if root.startswith("/") else f"/home/{ACCOUNT}/{root}") / profile.name
    assert (folder / sample_folder.name / "plain.txt").exists()
    assert folder.stat().st_mode & 0o077 == 0
    text = office.path(KEYS).read_text()
    assert text.startswith(NO_NEWLINE if account_is_there else "\n# backup-wizard begin")

    before = office.path(KEYS).read_bytes()
    told = _paste(office, profile, shell, umask)
    assert "already" in told
    assert office.path(KEYS).read_bytes() == before


def _owners(office: Office) -> str:
    return office.run("find", "/etc", "/home", "/srv", "-printf", r"%p %u:%g %m %l\n")


@pytest.mark.parametrize("root", ["/home/bob", "/home/bob/inner", "/srv/bobs", "/srv/link", "/srv/shared/door"])
def test_nobody_s_folder_changes_owner_or_mode(
    root: str, office: Office, sample_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for account in (ACCOUNT, "bob"):
        office.run("useradd", "--create-home", "-s", "/bin/sh", "-p", "*", account)
    office.run("install", "-d", "-o", "bob", "-m", "755", "/home/bob", "/home/bob/inner", "/srv/bobs")
    office.run("install", "-d", "-g", "users", "-m", "2775", "/srv/shared")
    office.run("ln", "-s", "/home/bob/inner", "/srv/link")
    office.run("su", "-s", "/bin/sh", "bob", "-c", "ln -s /etc /srv/bobs/amamac; ln -s /home/bob /srv/bobs/door")
    office.run("usermod", "-aG", "users", "bob")
    office.run("su", "-s", "/bin/sh", "bob", "-c", "ln -s /etc /srv/shared/door")
    office.start_sshd()
    profile = placing.profile_for(office, "rrsync", sample_folder)
    # As the text would be if no rule refused such a folder.
    monkeypatch.setattr(rules, "root", lambda _: None)
    profile = msgspec.structs.replace(profile, server=msgspec.structs.replace(profile.server, root=root))
    client = ClientFacts(known_hosts=tmp_path, public_key=f"ssh-ed25519 {KEY}")
    before = _owners(office)
    told = _paste_text(office, exports.export(profile, client, "text"))
    assert "does not belong to amanda" in told or "denied" in told, told
    changed = set(_owners(office).splitlines()) ^ set(before.splitlines())
    assert all(line.startswith(f"/home/{ACCOUNT}/.ssh") for line in changed), changed


def test_in_a_shared_folder_the_account_makes_its_own(
    office: Office, sample_folder: Path, tmp_path: Path, secret_service: SecretService
) -> None:
    office.run("useradd", "--create-home", "-s", "/bin/sh", "-p", "*", "-G", "users", ACCOUNT)
    office.run("install", "-d", "-g", "users", "-m", "2775", "/srv/shared")
    office.start_sshd()
    profile = _begun(office, "rrsync", sample_folder, tmp_path, "/srv/shared")
    assert _paste(office, profile) == ""
    assert office.run("stat", "-c", "%U %a", "/srv/shared/amamac", "/srv/shared") == "amanda 2700\nroot 2775\n"
