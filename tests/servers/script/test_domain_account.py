r"""An account of a Windows domain (DOMAIN\user): set up by script and by message, backed up to, and taken back."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.servers.script.test_script import back_up, context_for, tried
from tests.support.data.message import block, line_after
from tests.support.quick import sampled
from tests.support.servers import root_shell, setting_up
from tests.support.servers.setting_up import SetUpOffice
from wizard import schemes
from wizard.client import access
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.server import exports, handed_over
from wizard.server.exports import script
from wizard.server.receipts import receipt_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wizard.client.access import Access
    from wizard.server.exports.context import ExportContext

USER = "CORP\\nora"
HOME = "/home/CORP/nora"
KINDS = ("rrsync", "forced-command", "daemon-over-ssh", "login")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with domain_office(tmp_path) as running:
        yield running


@contextmanager
def domain_office(tmp_path: Path) -> Iterator[SetUpOffice]:
    """A server that knows the account as winbind's would: in no file that useradd writes."""
    with SetUpOffice(setting_up.place(tmp_path), None) as running:
        number = running.run("sed", "-n", "s/^UID_MIN //p", "/etc/login.defs").strip()
        with running.path("/etc/passwd").open("a") as accounts:
            accounts.write(f"{USER}:*:{number}:{number}::{HOME}:/bin/sh\n")
        running.run("mkdir", "-p", HOME)
        running.run("chown", number, HOME)
        running.start_sshd()
        yield running


def domain_context(office: SetUpOffice, kind: str, folder: Path) -> tuple[ExportContext, Access]:
    context, _ = context_for(office, kind, folder)
    profile = msgspec.structs.replace(
        context.profile, server=msgspec.structs.replace(context.profile.server, user=USER, root="backup")
    )
    known_hosts.trust(profile, [HostKey(*office.host_key)])
    admitted = access.prepare(profile)
    handed_over.keep(profile, admitted.facts)
    return exports.context_of(profile, admitted.facts, secret=None), admitted


def empty(office: SetUpOffice) -> None:
    """What was backed up stays, and the folder with it."""
    office.run("find", f"{HOME}/backup/amamac", "-mindepth", "1", "!", "-name", ".backup-folder*", "-delete")


@pytest.mark.parametrize("kind", sampled.first(1, KINDS))
async def test_the_script_sets_it_up_and_takes_it_back(office: SetUpOffice, kind: str, sample_folder: Path) -> None:
    context, admitted = domain_context(office, kind, sample_folder)
    setting_up.install(office, script.render_many([context]))
    before = office.standing()
    foretold = office.script("--check")
    assert foretold.exit_code == 0, foretold.stderr
    done = office.script()
    assert done.exit_code == 0, done.stderr
    assert receipt_text.parse(done.stdout, "amamac").account == USER
    assert "usermod" not in done.stdout
    await back_up(context, admitted)
    assert office.path(f"{HOME}/backup/amamac/{sample_folder.name}").is_dir()
    if schemes.of(context.profile).locks_key:
        assert {id for id, held in await tried(context, admitted) if held is False} == {
            "password"
        }  # which the domain may know
    assert office.script().changes == []
    empty(office)
    undone = office.script("--undo")
    assert undone.exit_code == 0, undone.stderr
    assert office.standing() == before


@pytest.mark.parametrize(("kind", "shell"), sampled.first(1, zip(KINDS, root_shell.SHELLS, strict=True)))
async def test_the_message_sets_it_up_and_takes_it_back(
    office: SetUpOffice, kind: str, shell: str, sample_folder: Path
) -> None:
    office.put("/usr/local/bin/systemctl", '#!/bin/sh\necho "$@" >>/srv/reloaded\n', mode=0o755)
    office.run("mkdir", "-p", "/etc/ssh/sshd_config.d")
    office.run("cp", "/etc/backup-wizard-test-host-key.pub", "/etc/ssh/ssh_host_test_key.pub")
    context, admitted = domain_context(office, kind, sample_folder)
    text = exports.export(context.profile, admitted.facts, "text")
    before = office.standing()
    said = root_shell.paste(office, block(text), shell, "022")
    assert "Done." in said
    await back_up(context, admitted)
    assert office.path(f"{HOME}/backup/amamac/{sample_folder.name}").is_dir()
    if optional := line_after(text, "Optional"):
        root_shell.paste(office, optional, shell, "022")
        assert "passwordauthentication no" in office.run("sshd", "-T", "-C", f"user={USER},host=x,addr=192.0.2.1")
    office.run("rm", "-r", f"{HOME}/backup/amamac")
    root_shell.paste(office, line_after(text, "To take it back"), shell, "022")
    after = office.standing()
    assert ("/srv/reloaded" in after) is bool(optional)
    after.pop("/srv/reloaded", None)
    assert after == before


def test_an_account_that_the_server_does_not_know_is_not_made(office: SetUpOffice, sample_folder: Path) -> None:
    context, _ = domain_context(office, "rrsync", sample_folder)
    office.run("sed", "-i", "/^CORP/d", "/etc/passwd")
    setting_up.install(office, script.render_many([context]))
    before = office.standing()
    for option in ("--check", ""):
        refused = office.script(option)
        assert refused.exit_code == 1
        assert f"there is no account {USER}: this server has to know the domain" in refused.stderr
    assert office.standing() == before
