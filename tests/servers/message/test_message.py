"""The message's commands, pasted into a root shell: the backup works, and taking it back leaves what was there."""

from __future__ import annotations

import re
from itertools import cycle
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.servers.schemes.test_every_option import OPTIONS
from tests.support.data.message import block, line_after
from tests.support.servers import placing, root_shell, setting_up
from tests.support.servers.office import ACCOUNT
from tests.support.servers.setting_up import FOREIGN_KEYS, FOREIGN_SETTINGS, SetUpOffice
from wizard.client import access
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.client.keys import daemon_password, protected_key
from wizard.running import report
from wizard.server import exports, handed_over
from wizard.storage import profiles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.secret_service import SecretService
    from wizard.profile import Profile

ROOTS = ("backup", "/srv/Amanda's backups/here", "my backup", "/backups")
RELOADED = "/srv/reloaded"
# What is said, and not what is typed, where a quote is before it.
BRING_BACK = "Should I ever lose this computer"
DONE = re.compile(r'(?<!")Done\.')
REFUSED = re.compile(r'(?<!")backup-wizard: .*take (it|them) back first')


def _cases() -> Iterator[Any]:
    shells, umasks, roots = cycle(root_shell.SHELLS), cycle(("022", "077")), cycle(ROOTS)
    for kind, options in OPTIONS.items():
        for number, changes in enumerate((*options, options[0])):
            root = next(root for root in roots if kind != "daemon" or root.startswith("/"))
            is_there = number % 2 == 1
            told = f"{kind} {number} {'there' if is_there else 'new'} {root}"
            marks = [] if number < 2 else [pytest.mark.every_case]
            yield pytest.param(kind, changes, root, is_there, next(shells), next(umasks), id=told, marks=marks)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path), None, own_root=True) as running:
        # Nothing asks the machine's own sshd to look at its settings.
        running.put("/usr/local/bin/systemctl", f'#!/bin/sh\necho "$@" >>{RELOADED}\n', mode=0o755)
        running.run("cp", "/etc/backup-wizard-test-host-key.pub", "/etc/ssh/ssh_host_test_key.pub")
        running.start_sshd()
        yield running


@pytest.mark.parametrize(("kind", "changes", "root", "is_there", "shell", "umask"), _cases())
async def test_the_backup_works_and_taking_it_back_leaves_what_was_there(
    kind: str,
    changes: dict[str, Any],
    root: str,
    is_there: bool,
    shell: str,
    umask: str,
    office: SetUpOffice,
    sample_folder: Path,
    secret_service: SecretService,
) -> None:
    if is_there:
        office.live_in()
        office.authorize(f"{FOREIGN_KEYS}\n")
        office.put("/etc/rsyncd.conf", f"{FOREIGN_SETTINGS}\n", mode=0o644)
    profile = placing.profile_for(office, kind, sample_folder, **changes)
    profile = msgspec.structs.replace(profile, server=msgspec.structs.replace(profile.server, root=root))
    text = handed_over_text(office, profile)
    before = office.standing()

    said = root_shell.paste(office, block(text), shell, umask)
    assert DONE.search(said), said
    assert kind == "daemon" or office.fingerprint in said
    if kind == "daemon":
        profile = serve(office, profile)
    await report.backup(profile, access.prepare(profile))
    folder = f"{root if root.startswith('/') else f'/home/{ACCOUNT}/{root}'}/{profile.name}"
    compared = ("rsync", "-naic", "--delete", *placing.stored(profile), f"{sample_folder}/")
    assert office.run(*compared, f"{folder}/{sample_folder.name}/") == ""
    locked = folder if kind != "daemon" else root
    assert office.run("stat", "-c", "%U %a", locked) == f"{ACCOUNT} 700\n"

    if is_there:
        bring_back(office, text, sample_folder, shell, umask)
    again = root_shell.paste(office, block(text), shell, umask)
    assert REFUSED.search(again), again
    assert not DONE.search(again)
    optional = line_after(text, "Optional")
    if optional:
        root_shell.paste(office, optional, shell, umask)
        assert "passwordauthentication no" in office.run("sshd", "-T", "-C", f"user={ACCOUNT},host=x,addr=192.0.2.1")

    office.run("rm", "-r", folder)
    said = root_shell.paste(office, line_after(text, "To take it back"), shell, umask)
    after = office.standing()
    reloads = after.pop(RELOADED, None)
    assert (reloads is not None) is bool(optional)
    assert after == before, said


def bring_back(office: SetUpOffice, text: str, source: Path, shell: str, umask: str) -> None:
    """Without the computer: all files, in a new folder of the account's, which no second try changes."""
    folder, line = "/srv/amamac+restored", line_after(text, BRING_BACK)
    office.run("mkdir", "-p", "/srv")
    said = root_shell.paste(office, line, shell, umask)
    assert f"Done: {folder}" in said, said
    compared = ("rsync", "-nric", "--exclude=link", "--delete", f"{source}/", f"{folder}/{source.name}/")
    assert office.run(*compared) == ""
    assert (
        office.run("find", folder, "(", "-perm", "/077", "-o", "-not", "-user", ACCOUNT, ")", "-not", "-type", "l")
        == ""
    )
    assert office.path(folder).joinpath(source.name, "link").is_symlink()
    again = root_shell.paste(office, line, shell, umask)
    assert "File exists" in again, again
    assert f"Done: {folder}" not in again, again
    office.run("rm", "-r", folder)


def handed_over_text(office: SetUpOffice, profile: Profile) -> str:
    """What the person sends, once all is decided."""
    profiles.save(profile)
    if profile.scheme.kind != "daemon":
        known_hosts.trust(profile, [HostKey(*office.host_key)])
        protected_key.ensure(profile)
    daemon_password.ensure(profile)
    facts = access.facts(profile)
    handed_over.keep(profile, facts)
    return exports.export(profile, facts, "text")


def serve(office: SetUpOffice, profile: Profile) -> Profile:
    """Do what the message asks for besides, and start the daemon."""
    if profile.scheme.auth:
        password = daemon_password.fetch(profile)
        assert password
        with office.path(f"/etc/rsyncd-{profile.name}.secrets").open("a") as secrets:
            secrets.write(f"{ACCOUNT}:{password.reveal()}\n")
    office.start_daemon()
    at_port = placing.at_port(profile, office.daemon_port)
    profiles.save(at_port)
    return at_port
