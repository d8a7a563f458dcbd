"""The playbook where older versions are wanted, and the script that shows who backs up: put in place, and undone."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.servers.ansible.scripts import running
from tests.servers.ansible.test_ansible_role import context_of
from tests.support.data.trees import tree
from tests.support.servers import setting_up
from tests.support.servers.office import ACCOUNT, Office
from tests.support.servers.playbook import play
from tests.support.versions.office import LINK, OWN, PROGRAM
from wizard.profile import VersionsSettings
from wizard.server import exports
from wizard.server.exports import ansible, saving
from wizard.storage import paths

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.data.trees import Entry
    from wizard.server.exports.context import ExportContext

PLACE = f"/home/backup-wizard-versions/{ACCOUNT}/amamac"
STATUS = "/usr/local/sbin/backup-wizard-status"
ASK = "Ask its owner whether they sent this. Only if so: -e new_keys=amamac"
VERSIONS = VersionsSettings(keep="server", daily=3, weekly=2, monthly=1)


def versioned() -> ExportContext:
    """What asks for versions of a folder in a home."""
    context = context_of("amamac", ACCOUNT)
    server = msgspec.structs.replace(context.profile.server, root="backup")
    profile = msgspec.structs.replace(context.profile, server=server, versions=VERSIONS)
    assert context.client
    return exports.context_of(profile, context.client)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Office(setting_up.place(tmp_path)) as running:
        running.put("/etc/ssh/sshd_config", "HostKey /etc/backup-wizard-test-host-key\n", mode=0o644)
        running.run("mkdir", "-p", "/usr/local/sbin")
        yield running


def everything(office: Office) -> dict[str, Entry]:
    """All of the server that the play could touch, but for folders' times."""
    return {
        f"{top}/{name}": replace(entry, modified_ns=0)
        for top in ("/etc", "/home", "/srv", "/usr/local/sbin", "/var/lib")
        for name, entry in tree(office.path(top)).items()
    }


@pytest.mark.long
@pytest.mark.every_case  # the scripts' own tests are below, and versions.sh has its own
@pytest.mark.timeout(400)
def test_versions_are_kept_and_undone(office: Office, tmp_path: Path) -> None:
    saving.save(exports.FORMATS["ansible"], [versioned()], f"{tmp_path}/role/")
    site = tmp_path / "role/site.yml"
    before = everything(office)
    foretold = play(office.run, site, f"--extra-vars=backup_wizard_status={STATUS}", "--check")
    assert everything(office) == before
    done = play(office.run, site, f"--extra-vars=backup_wizard_status={STATUS}")
    assert done.changed == foretold.changed
    assert office.run("readlink", LINK) == f"{PLACE}\n"
    assert office.run("stat", "-c", "%U:%G %a", PLACE, PROGRAM, STATUS) == (
        f"root:{ACCOUNT} 750\nroot:root 755\nroot:root 755\n"
    )
    text = (paths.assets() / "templates" / "versions.sh").read_text()
    assert office.path(PROGRAM).read_text() == text
    told = subprocess.run(office.inside("sh", STATUS, "--no-sizes"), capture_output=True, text=True)
    assert "amamac" in told.stdout, told.stderr
    settled = everything(office)
    assert play(office.run, site, f"--extra-vars=backup_wizard_status={STATUS}").changed == []
    assert everything(office) == settled

    # Fewer, or none, are kept only if the admin says so.
    playbook = tmp_path / "backups.yml"
    asked = versioned()
    for versions, words in (
        (msgspec.structs.replace(VERSIONS, daily=2), "fewer older versions of amamac would be kept than now"),
        (VersionsSettings(), "no older versions of amamac would be kept any more"),
    ):
        profile = msgspec.structs.replace(asked.profile, versions=versions)
        assert asked.client
        playbook.write_text(ansible.render(exports.context_of(profile, asked.client)))
        assert f"{words}. {ASK}" in play(office.run, playbook, fails=True).printed
        assert everything(office) == settled
    foretold = play(office.run, playbook, "--check", "--extra-vars=new_keys=amamac")
    assert everything(office) == settled
    agreed = play(office.run, playbook, "--extra-vars=new_keys=amamac")
    assert set() < set(foretold.changed) <= set(agreed.changed)
    assert play(office.run, playbook).changed == []  # and nobody is asked again
    play(office.run, site, f"--extra-vars=backup_wizard_status={STATUS}")
    assert everything(office) == settled

    # The same as one text, and without the script that shows who backs up.
    playbook.write_text(ansible.render(versioned()))
    play(office.run, playbook)
    assert not office.path(STATUS).exists()
    office.put(STATUS, "the admin's own\n")
    assert play(office.run, playbook).changed == []
    assert office.path(STATUS).read_text() == "the admin's own\n"
    office.path(STATUS).unlink()
    assert office.path(PROGRAM).read_text() == text
    office.as_account("echo one >backup/amamac/letter; echo >backup/amamac/.backup-complete")
    made = subprocess.run(office.inside("sh", PROGRAM, "--now", ACCOUNT, "amamac"), capture_output=True, text=True)
    assert (made.returncode, made.stderr) == (0, "")
    undone = play(office.run, playbook, "--tags=remove")
    assert f"kept: the versions in {PLACE}" in undone.printed
    assert office.path(f"{PLACE}/daily.0/files/letter").read_text() == "one\n"
    office.run("rm", "-r", "/home/backup-wizard-versions", f"/home/{ACCOUNT}/backup")
    assert everything(office) == before


def test_the_scripts_say_what_they_change(office: Office) -> None:
    text = (paths.assets() / "templates" / "versions.sh").read_text()
    office.as_account("mkdir -p backup/amamac")
    asked = [ACCOUNT, "amamac", "backup/amamac", "3 2 1"]
    assert running.run(office, "foresee_versions", text, told=[*asked, f"{OWN}/settings"]) == (0, "")
    _, refused = running.run(office, "foresee_versions", text, told=[*asked[:3], "3 2 x", "-"])
    assert refused.startswith("no versions can be kept of amamac: ")
    assert running.said(office, "write_file", "root", PROGRAM, "755", *text.split("\n")[:-1])[0] == 0
    settings = (f"account={ACCOUNT}", "name=amamac", "folder=backup/amamac", "keep=3 2 1")
    before = everything(office)
    foretold = running.said(office, "write_file", "root", f"{OWN}/settings", "644", *settings, dry=True)[1]
    assert everything(office) == before
    assert running.said(office, "write_file", "root", f"{OWN}/settings", "644", *settings) == (0, foretold)
    assert "| + keep=3 2 1\n" in foretold
    # The owner has asked for those, and may not have asked for fewer.
    for keep, has_more in (("3 2 1", False), ("4 2 1", False), ("4 1 1", True)):
        one = [*asked[:3], keep, f"{OWN}/settings"]
        told = f"fewer older versions of amamac would be kept than now. {ASK}\n" if has_more else ""
        assert running.run(office, "foresee_versions", text, told=one) == (0, told)
        assert running.run(office, "foresee_versions", text, told=[*one[:-1], "-"]) == (0, "")
    for option, said in (("--set-up", "keep versions"), ("--take-down", "keep no more versions")):
        for dry in (True, False):
            ended, printed = running.said(office, "run_versions", "root", PROGRAM, option, ACCOUNT, "amamac", dry=dry)
            assert ended == 0
            assert f"| {said}" in printed
    # Where others can write, nothing is run as root.
    office.run("chmod", "g+w", "/usr/local/sbin")
    ended, printed = running.said(office, "run_versions", "root", PROGRAM, "--set-up", ACCOUNT, "amamac")
    assert ended == 1
    assert "others than root can write" in printed
