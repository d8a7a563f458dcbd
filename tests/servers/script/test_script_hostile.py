"""The setup script and requests that ask for more than a backup: nobody's folder, and no way in, is given away."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.servers.script.test_script import KEYS, back_up, context_for, set_up
from tests.support.quick import sampled
from tests.support.servers import setting_up
from tests.support.servers.office import ACCOUNT
from tests.support.servers.setting_up import SCRIPT, SetUpOffice
from wizard.server import exports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.data.trees import Entry
    from wizard.server.exports.context import ExportContext

SHARED = "/srv/backup"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path)) as running:
        running.start_sshd()
        running.run("useradd", "--create-home", "--no-log-init", "-p", "*", "-s", "/bin/sh", "petra")
        running.run("install", "-d", "-m", "2775", "-o", "root", "-g", "users", SHARED)
        yield running


def for_folder(context: ExportContext, folder: str, account: str = ACCOUNT) -> ExportContext:
    """The same for a folder that the profile's own rules may refuse."""
    directory = msgspec.structs.replace(context.setup.directories[0], path=folder)
    return replace(context, setup=msgspec.structs.replace(context.setup, directories=(directory,), account=account))


def test_folders_that_are_no_backup_s_are_refused(office: SetUpOffice, sample_folder: Path) -> None:
    context = context_for(office, "rrsync", sample_folder)[0]
    office.run("mkdir", "-p", "/srv/homes/omar")
    office.run("useradd", "--no-log-init", "-d", "/srv/homes/omar", "omar")
    office.as_account("mkdir -m 700 .ssh .config; ln -s .ssh hidden; ln -s /home/petra coworker")
    office.run("ln", "-s", "/etc", "/srv/link")
    office.run("install", "-d", "-o", "petra", "/srv/photos/petra")
    office.run("install", "-d", "/srv/photos/all")
    before: dict[str, Entry] = {}
    for folder in (
        "/amamac", "/home/amamac", "/home/petra", "/home/petra/amamac", "/etc/amamac", "/etc/cron.d", "/root/amamac",
        "/usr/local/bin", "/var/spool/cron/crontabs", "/var/lib/amamac", "/srv/link/amamac", "/srv/homes",
        "/srv/homes/omar", "/srv/photos/petra", "/srv/photos/all",
        f"/home/{ACCOUNT}", "amamac", ".ssh", ".ssh/amamac", ".config/amamac", "hidden/amamac", "coworker/amamac",
    ):  # fmt: skip
        set_up(office, for_folder(context, folder))
        before = before or office.snapshot()
        before[SCRIPT] = office.snapshot()[SCRIPT]
        refused = office.script()  # it begins with what --check does
        assert refused.exit_code == 1, f"{folder}: {refused.stdout}"
        assert office.snapshot() == before, folder


def test_root_s_own_links_are_followed(office: SetUpOffice, sample_folder: Path) -> None:
    office.run("sh", "-c", f"mv /home/{ACCOUNT} /srv/homes-{ACCOUNT} && ln -s ../srv/homes-{ACCOUNT} /home/{ACCOUNT}")
    office.run("ln", "-s", SHARED, "/srv/link")
    office.run("usermod", "-aG", "users", ACCOUNT)
    set_up(office, context_for(office, "rrsync", sample_folder, root="/srv/link")[0])
    before = office.standing()
    applied = office.script()
    assert applied.exit_code == 0, applied.stderr
    assert office.script().changes == []
    assert office.run("stat", "-c", "%U", f"{SHARED}/amamac", f"/srv/homes-{ACCOUNT}/.ssh") == "amanda\namanda\n"
    assert office.script("--undo").exit_code == 0
    assert office.standing() == before


async def test_two_accounts_share_a_root(office: SetUpOffice, sample_folder: Path) -> None:
    hers, admitted = context_for(office, "rrsync", sample_folder, root=SHARED)
    his = replace(
        for_folder(hers, f"{SHARED}/petrapc", "petra"), profile=msgspec.structs.replace(hers.profile, name="petrapc")
    )
    set_up(office, hers, his)
    refused = office.script()
    assert refused.exit_code == 1  # neither is in the group yet
    assert f"amanda can't create or use the folder {SHARED}/amamac" in refused.stderr
    for account in (ACCOUNT, "petra"):
        office.run("usermod", "-aG", "users", account)
    before = office.run("stat", "-c", "%U:%G %a", SHARED)
    applied = office.script()
    assert applied.exit_code == 0, applied.stderr
    assert office.script().changes == []
    assert office.run("stat", "-c", "%U:%G %a", SHARED) == before == "root:users 2775\n"
    assert office.run("stat", "-c", "%U %a", f"{SHARED}/amamac", f"{SHARED}/petrapc") == "amanda 2700\npetra 2700\n"
    assert f"chmod +t {SHARED}" in applied.stdout
    await back_up(hers, admitted)

    # What is there already is its owner's.
    set_up(office, for_folder(hers, f"{SHARED}/petrapc"))
    standing = office.snapshot()
    refused = office.script()
    assert refused.exit_code == 1
    assert f"{SHARED}/petrapc belongs to petra" in refused.stderr
    assert office.snapshot() == standing


def test_folders_of_root_go_with_the_last_backup_in_them(office: SetUpOffice, sample_folder: Path) -> None:
    office.run("userdel", "-r", ACCOUNT)
    before = office.standing()
    contexts = []
    for name, account in (("amamac", ACCOUNT), ("petrapc", "petra")):
        context = context_for(office, "daemon-over-ssh", sample_folder, name, "/srv/new/place")[0]
        server = msgspec.structs.replace(context.profile.server, user=account)
        profile = msgspec.structs.replace(context.profile, server=server)
        assert context.client
        contexts.append(exports.context_of(profile, context.client))
    set_up(office, *contexts)
    applied = office.script()
    assert applied.exit_code == 0, applied.stderr
    assert office.run("stat", "-c", "%U %a", "/srv/new/place", "/srv/new/place/petrapc") == "root 755\npetra 700\n"
    set_up(office, contexts[0])
    undone = office.script("--undo")
    assert undone.exit_code == 0, undone.stderr
    assert "careful" not in undone.stdout
    assert office.run("ls", "/etc/backup-wizard", "/srv/new/place").split() == [
        "/etc/backup-wizard:",
        "petrapc@petra.conf",
        "/srv/new/place:",
        "petrapc",
    ]
    set_up(office, contexts[1])
    assert office.script("--undo").exit_code == 0
    set_up_before = {path: entry for path, entry in before.items() if path != SCRIPT}
    assert {path: entry for path, entry in office.standing().items() if path != SCRIPT} == set_up_before


@pytest.mark.parametrize("shell", sampled.first(1, ["/bin/sh", "/usr/sbin/nologin"]))
def test_settings_that_an_account_plants_start_nothing(shell: str, office: SetUpOffice, sample_folder: Path) -> None:
    set_up(office, context_for(office, "daemon-over-ssh", sample_folder)[0])
    office.run("usermod", "-s", shell, ACCOUNT)
    proof = "/srv/backup/proof"
    office.run("chmod", "777", SHARED)
    for name in (".backup-wizard-amamac.conf", "rsyncd.conf", ".rsyncd.conf"):
        office.as_account(f"printf 'early exec = id >{proof}\\n[amanda]\\npath = /\\n' >{name}")
    for option in ("--check", "", "", "--undo"):
        assert office.script(option).exit_code == 0
        assert not office.path(proof).exists()
    assert not office.path("/etc/backup-wizard").exists()


def test_keys_go_where_sshd_looks_for_them(office: SetUpOffice, sample_folder: Path) -> None:
    set_up(office, context_for(office, "rrsync", sample_folder)[0])
    before = office.standing()
    for setting, file, owner in (
        ("/etc/ssh/keys/%u", "/etc/ssh/keys/amanda", "root 644"),
        ("/etc/ssh/100%%/%u/%U .ssh/authorized_keys", None, "root 644"),
        ("%h/.keys/mine .ssh/authorized_keys", "/home/amanda/.keys/mine", "amanda 600"),
    ):
        office.run("cp", "/etc/ssh/sshd_config", "/srv/config")
        office.run("sed", "-i", f"1i AuthorizedKeysFile {setting}", "/etc/ssh/sshd_config")
        place = file or f"/etc/ssh/100%/amanda/{office.run('id', '-u', ACCOUNT).strip()}"
        applied = office.script()
        assert applied.exit_code == 0, applied.stderr
        assert office.run("stat", "-c", "%U %a", place) == f"{owner}\n"
        assert "command=" in office.path(place).read_text()
        assert not office.path(KEYS).exists()
        assert office.script().changes == []
        assert office.script("--undo").exit_code == 0
        office.run("cp", "/srv/config", "/etc/ssh/sshd_config")
        office.run("rm", "/srv/config")
        assert office.standing() == before


@pytest.mark.parametrize(
    "setting",
    [
        "AuthorizedKeysFile none",
        "AuthorizedKeysFile none\nAuthorizedKeysCommand /usr/bin/true\nAuthorizedKeysCommandUser nobody",
        "Match Address 192.168.0.0/16\n    AuthorizedKeysFile none",
    ],
)
def test_a_key_that_sshd_would_never_read_is_refused(setting: str, office: SetUpOffice, sample_folder: Path) -> None:
    set_up(office, context_for(office, "rrsync", sample_folder)[0])
    office.put("/etc/ssh/sshd_config.d/keys.conf", f"{setting}\n", mode=0o644)
    before = office.snapshot()
    for option in ("--check", ""):
        refused = office.script(option)
        assert refused.exit_code == 1
        assert "no key file works for amanda" in refused.stderr
        assert office.snapshot() == before


def test_nothing_secret_is_kept(office: SetUpOffice, sample_folder: Path) -> None:
    office.run("userdel", "-r", ACCOUNT)
    set_up(office, context_for(office, "rrsync", sample_folder)[0])
    assert office.script().exit_code == 0
    assert office.run("ls", "/var/lib/backup-wizard").split() == ["lock", "made"]
    kept = office.path("/var/lib/backup-wizard/made").read_text()
    assert "ssh-ed25519" not in kept
    assert "*:" not in kept
