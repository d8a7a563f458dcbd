"""The setup script, run for real as root in a throw-away view of the server's files, by dash and by busybox."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.support import programs
from tests.support.quick import sampled
from tests.support.servers import placing, setting_up
from tests.support.servers.office import ACCOUNT
from tests.support.servers.setting_up import SetUpOffice
from wizard import schemes
from wizard.client import access
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.client.keys import daemon_password, protected_key
from wizard.running import report
from wizard.server import exports, handed_over, locks
from wizard.server.exports import script
from wizard.server.receipts import receipt_text
from wizard.storage import profiles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.secret_service import SecretService
    from tests.support.servers.office import Office
    from wizard.client.access import Access
    from wizard.server.exports.context import ExportContext

KINDS = ["rrsync", "forced-command", "daemon-over-ssh", "daemon", "login"]
KEYS = f"/home/{ACCOUNT}/.ssh/authorized_keys"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path), None) as running:
        running.start_sshd()
        yield running


def context_for(
    office: Office, kind: str, folder: Path, name: str = "amamac", root: str = placing.ROOT, **changes: Any
) -> tuple[ExportContext, Access]:
    profile = placing.profile_for(office, kind, folder, **changes)
    server = msgspec.structs.replace(profile.server, root=root)
    profile = msgspec.structs.replace(profile, name=name, server=server)
    profiles.save(profile)
    if schemes.of(profile).uses_ssh:
        known_hosts.trust(profile, [HostKey(*office.host_key)])
        protected_key.ensure(profile)
    daemon_password.ensure(profile)
    admitted = access.prepare(profile)
    handed_over.keep(profile, admitted.facts)
    return exports.context_of(profile, admitted.facts, secret=admitted.password), admitted


def set_up(office: SetUpOffice, *contexts: ExportContext) -> None:
    setting_up.install(office, script.render_many(contexts))


async def tried(context: ExportContext, admitted: Access) -> list[tuple[str, bool | None]]:
    async with aclosing(locks.check(context.profile, admitted)) as findings:
        return [(finding.id, finding.held) async for finding in findings]


async def back_up(context: ExportContext, admitted: Access) -> None:
    assert (await report.dry_run(context.profile, admitted)).exit_code == 0
    done = await report.backup(context.profile, admitted)
    assert done.exit_code == 0
    assert done.totals.new > 10


@pytest.mark.long
@pytest.mark.parametrize(
    ("shell", "lived_in"), [("dash", True), pytest.param("busybox", False, marks=pytest.mark.every_case)]
)
async def test_every_scheme_is_set_up_foretold_and_taken_back(
    shell: str, lived_in: bool, office: SetUpOffice, sample_folder: Path, secret_service: SecretService
) -> None:
    if lived_in:
        office.live_in()
        office.start_daemon()
    for kind in KINDS:
        context, admitted = context_for(office, kind, sample_folder)
        set_up(office, context)
        before, standing = office.snapshot(), office.standing()
        checked = office.script("--check", shell=shell)
        assert checked.exit_code == 0, checked.stderr
        assert office.snapshot() == before

        applied = office.script(shell=shell)
        assert applied.exit_code == 0, applied.stderr
        assert applied.changes == checked.changes != []
        after = office.snapshot()
        again = office.script(shell=shell)
        assert (again.exit_code, again.changes) == (0, [])
        assert office.snapshot() == after

        if kind == "daemon" and not lived_in:
            office.start_daemon()  # which needs settings, and these are the first
            context, admitted = context_for(office, kind, sample_folder)
        await back_up(context, admitted)
        if kind == "rrsync":
            assert ("password", True) in await tried(context, admitted)
        office.run("rm", "-r", f"{placing.ROOT}/{context.profile.name}")
        undone = office.script("--undo", shell=shell)
        assert undone.exit_code == 0, undone.stderr
        assert office.standing() == standing, kind


async def test_backups_stay_when_the_rest_is_taken_back(office: SetUpOffice, sample_folder: Path) -> None:
    context, admitted = context_for(office, "rrsync", sample_folder)
    set_up(office, context)
    assert office.script().exit_code == 0
    await back_up(context, admitted)
    undone = office.script("--undo")
    assert undone.exit_code == 0
    assert f"kept: {placing.ROOT} is not empty" in undone.stdout
    assert ACCOUNT not in office.path("/etc/passwd").read_text()
    # Whoever gets the account's number next gets nothing of it.
    for folder in (f"/home/{ACCOUNT}", placing.ROOT):
        assert office.run("stat", "-c", "%u %a", folder) == "0 700\n"
    assert office.path(f"{placing.ROOT}/amamac/{sample_folder.name}/plain.txt").exists()


@pytest.mark.every_case
def test_many_backups_share_one_script_an_account_and_a_daemon(
    office: SetUpOffice, sample_folder: Path, secret_service: SecretService
) -> None:
    office.live_in()
    kinds = {"one": "rrsync", "two": "daemon-over-ssh", "three": "daemon"}
    # A module may hold the folders of several computers, and so lies apart from those that a key is locked to.
    roots = {"daemon": f"/home/{ACCOUNT}/modules"}
    contexts = [
        context_for(office, kind, sample_folder, name, roots.get(kind, placing.ROOT))[0] for name, kind in kinds.items()
    ]
    set_up(office, *contexts)
    before = office.standing()
    checked = office.script("--check")
    applied = office.script()
    assert applied.exit_code == 0, applied.stderr
    assert applied.changes == checked.changes
    keys = office.path(KEYS).read_text()
    assert keys.startswith(f"{setting_up.FOREIGN_KEYS}\n# backup-wizard begin one\n")
    assert [receipt_text.parse(applied.stdout, name).name for name in kinds] == list(kinds)
    disk, free = office.run("df", "-Pk", placing.ROOT).splitlines()[1].split()[:4:3]
    told = receipt_text.parse(applied.stdout, "one").room
    assert told
    assert abs(told // 1024 - int(free)) < int(free) // 10  # other tests write to that disk, too

    # Where the account has a quota on that disk, that is the room there is.
    lines = [f"Disk quotas for user {ACCOUNT}:", "Filesystem blocks quota limit grace", f"{disk} 1000* 4000 5000"]
    office.put("/usr/local/bin/quota", "\n".join(["#!/bin/sh", "cat <<END", *lines, "END", ""]), mode=0o755)
    assert [receipt_text.parse(office.script().stdout, name).room for name in kinds] == 3 * [4000 * 1024]
    office.run("rm", "/usr/local/bin/quota")

    # One goes by a script of its own, in whatever order they came.
    set_up(office, contexts[0])
    assert office.script("--undo").exit_code == 0
    assert "begin one" not in office.path(KEYS).read_text()
    assert "begin two" in office.path(KEYS).read_text()
    set_up(office, *contexts)
    assert office.script("--undo").exit_code == 0
    set_up_before = {path: entry for path, entry in before.items() if path != setting_up.SCRIPT}
    assert {path: entry for path, entry in office.standing().items() if path != setting_up.SCRIPT} == set_up_before


def test_a_changed_request_replaces_its_lines(office: SetUpOffice, sample_folder: Path) -> None:
    office.live_in()
    set_up(office, context_for(office, "rrsync", sample_folder)[0])
    before = office.snapshot()
    assert office.script().exit_code == 0
    set_up(office, context_for(office, "rrsync", sample_folder, scheme={"from": ("192.0.2.7",)})[0])
    changed = office.script()
    assert changed.changes == [f"let in the key of amamac: lines in {KEYS}"]
    assert office.path(KEYS).read_text().count("begin amamac") == 1
    assert 'from="192.0.2.7"' in office.path(KEYS).read_text()
    assert office.script("--undo").exit_code == 0
    assert office.snapshot().keys() == before.keys()
    assert office.path(KEYS).read_text() == setting_up.FOREIGN_KEYS


@pytest.mark.every_case
def test_only_a_password_that_nobody_uses_is_shut_out(office: SetUpOffice, sample_folder: Path) -> None:
    office.live_in()
    contexts = [context_for(office, "rrsync", sample_folder, name)[0] for name in ("one", "two")]
    set_up(office, *contexts)
    config = "/etc/ssh/sshd_config"
    office.run("sed", "-i", "/^Include/d", config)
    before = office.standing()
    for password in ("$6$salt$hash", ""):
        office.run("sed", "-i", f"s/^amanda:[^:]*/amanda:{password}/", "/etc/shadow")
        warning = (
            "sshd lets amanda sign in with a password from anywhere: if nobody needs it, run usermod -p '*' amanda"
        )
        for option in ("--check", ""):
            ran = office.script(option)
            assert ran.exit_code == 0
            assert f"careful: {warning}" in ran.stdout
        assert any(one.startswith(warning) for one in receipt_text.parse(ran.stdout, "one").warnings)
        assert office.standing()[config] == before[config]

    # In settings that include no others, it is the last thing, and goes with the account's last backup.
    office.run("sed", "-i", "s/^amanda:[^:]*/amanda:*/", "/etc/shadow")
    checked = office.script("--check")
    assert office.script().changes == checked.changes != []
    assert (
        office.path(config)
        .read_text()
        .endswith("KbdInteractiveAuthentication no\n# backup-wizard end account amanda\n")
    )
    assert "passwordauthentication no" in office.run(programs.require("sshd"), "-T", "-C", "user=amanda")
    assert "passwordauthentication yes" in office.run(programs.require("sshd"), "-T", "-C", "user=petra")
    assert office.script().changes == []
    office.run("sh", "-c", "echo '* * reload yes' >>/var/lib/backup-wizard/made")  # killed before sshd knew
    assert [change.partition(" (")[0] for change in office.script().changes] == ["reload the sshd settings"]
    assert office.script().changes == []
    for context, is_shut in ((contexts[0], True), (contexts[1], False)):
        set_up(office, context)
        assert office.script("--undo").exit_code == 0
        assert ("account amanda" in office.path(config).read_text()) is is_shut
    assert office.standing()[config] == before[config]


def test_a_password_that_is_not_in_the_script_is_read_and_shown_nowhere(
    office: SetUpOffice, sample_folder: Path, secret_service: SecretService
) -> None:
    office.put("/etc/rsyncd.conf", "", mode=0o644)
    office.start_daemon()
    context, admitted = context_for(office, "daemon", sample_folder)
    setting_up.install(office, script.render(replace(context, secret=None)))
    assert admitted.password
    refused = office.script()
    assert refused.exit_code == 1
    assert "no password" in refused.stderr
    assert not office.path("/etc/rsyncd-amamac.secrets").exists()
    done = office.script(said=f"{admitted.password.reveal()}\n")
    assert done.exit_code == 0, done.stderr
    assert admitted.password.reveal() not in done.stdout + done.stderr
    assert f"amanda:{admitted.password.reveal()}\n" in office.path("/etc/rsyncd-amamac.secrets").read_text()
    assert office.run("stat", "-c", "%U %a", "/etc/rsyncd-amamac.secrets") == "root 600\n"
    assert office.script().changes == []


@pytest.mark.parametrize("directive", sampled.first(1, ["&include", "&merge"]))
def test_a_module_goes_where_the_settings_include_others(
    directive: str, office: SetUpOffice, sample_folder: Path, secret_service: SecretService
) -> None:
    office.run("mkdir", "/etc/rsyncd.d")
    office.put("/etc/rsyncd.conf", f"max connections = 9\n{directive} /etc/rsyncd.d\n", mode=0o644)
    set_up(office, context_for(office, "daemon", sample_folder)[0])
    before = office.standing()
    applied = office.script()
    assert applied.exit_code == 0, applied.stderr
    ending = "conf" if directive == "&include" else "inc"
    assert "[amanda]" in office.path(f"/etc/rsyncd.d/backup-wizard-amamac.{ending}").read_text()
    assert "amanda" not in office.path("/etc/rsyncd.conf").read_text()
    assert office.script("--undo").exit_code == 0
    assert office.standing() == before


def test_a_module_of_that_name_is_not_mixed_with_ours(
    office: SetUpOffice, sample_folder: Path, secret_service: SecretService
) -> None:
    office.put("/etc/rsyncd.conf", "[ Amanda ]\npath = /srv\n", mode=0o644)
    set_up(office, context_for(office, "daemon", sample_folder)[0])
    before = office.snapshot()
    refused = office.script()
    assert refused.exit_code == 1
    assert "already has another module named amanda" in refused.stderr
    assert office.snapshot() == before
