"""Whoever knows a backup's name asks for it, with nothing of its owner's: the admin is asked, or it is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from tests.support.data.profiles import a_profile
from tests.support.data.requests import a_request
from tests.support.data.trees import tree
from tests.support.servers import setting_up
from tests.support.servers.office import HOST, Office
from tests.support.servers.playbook import Played, play
from wizard.profile import SchemeSettings, Server
from wizard.schemes.facts import ClientFacts, ServerFacts
from wizard.server import exports
from wizard.server.exports import ansible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.data.trees import Entry
    from wizard.profile import SchemeKind
    from wizard.server.exports.context import ExportContext

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2xvQmn1JQ6kqS3w3mzvCq0Q9wZbV5Y1kNJxJ0m9nTt"
ASK = "Ask its owner whether they sent this. Only if so: -e new_keys="


def asked_for(
    name: str, account: str, kind: str, *, auth: bool = True, root: str = "", module: str = ""
) -> ExportContext:
    root = root or (f"/srv/{account}/{name}" if kind == "daemon" else f"/srv/{account}")  # the folder is the same
    server = Server(host=HOST, user=account, root=root)
    scheme = SchemeSettings(kind=cast("SchemeKind", kind), module=module or account, auth=auth)
    profile = a_profile(name=name, server=server, scheme=scheme)
    return exports.context_of(profile, ClientFacts(Path("/nowhere"), public_key=f"{KEY} {name}"), ServerFacts())


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Office(setting_up.place(tmp_path)) as running:
        for account in ("nadia", "petra"):
            running.run("useradd", "--create-home", "--no-log-init", "-p", "*", "-s", "/bin/sh", account)
        running.put("/etc/ssh/sshd_config", "HostKey /etc/backup-wizard-test-host-key\n", mode=0o644)
        running.put("/etc/rsyncd.conf", "# kept\n", mode=0o644)
        yield running


def everything(office: Office) -> dict[str, Entry]:
    return {
        f"{top}/{name}": replace(entry, modified_ns=0)
        for top in ("/etc", "/home", "/srv")
        for name, entry in tree(office.path(top)).items()
    }


@pytest.mark.every_case
@pytest.mark.long
@pytest.mark.timeout(400)  # Ansible starts a Python for each thing that it looks at
def test_no_key_and_no_password_is_taken_away_unasked(office: Office, tmp_path: Path) -> None:
    playbook = tmp_path / "backups.yml"
    passwords = json.dumps({"backup_passwords": {"petrapc": "x"}})

    def run(*contexts: ExportContext, agreed: str = "new_keys=", fails: bool = False) -> Played:
        playbook.write_text(ansible.render_many(contexts))
        return play(office.run, playbook, f"--extra-vars={passwords}", f"--extra-vars={agreed}", fails=fails)

    run(asked_for("amamac", "amanda", "rrsync"), asked_for("petrapc", "petra", "daemon"))
    before = everything(office)
    opened = asked_for("amamac", "amanda", "daemon", auth=False)
    said = run(opened, asked_for("petrapc", "petra", "daemon", auth=False), fails=True).printed
    assert f"/home/amanda/.ssh/authorized_keys has a key for amamac, and this would remove it. {ASK}amamac" in said
    assert f"petrapc has a password, and this would remove it. {ASK}petrapc" in said
    assert everything(office) == before
    said = run(asked_for("other", "nadia", "daemon", auth=False, root="/srv/amanda/amamac"), fails=True).printed
    assert "/srv/amanda/amamac is the folder of the backup amamac. Choose another folder for other." in said
    assert everything(office) == before
    agreed = "backup_wizard_new_keys=amamac,petrapc2"  # another name, of which hers is a part
    said = run(opened, asked_for("petrapc", "petra", "rrsync"), agreed=agreed, fails=True).printed
    assert (f"{ASK}amamac" in said, f"{ASK}petrapc" in said) == (False, True)
    assert everything(office) == before

    run(opened, asked_for("petrapc", "petra", "rrsync"), agreed="new_keys=amamac,petrapc")
    assert "amamac" not in office.path("/home/amanda/.ssh/authorized_keys").read_text()
    assert not office.path("/etc/rsyncd-petrapc.secrets").exists()
    assert run(opened, asked_for("petrapc", "petra", "rrsync")).changed == []  # and nobody is asked again


@pytest.mark.every_case
@pytest.mark.long
@pytest.mark.timeout(400)
@pytest.mark.parametrize(("settings", "is_noted"), [("# kept\n", False), ("&include /etc/rsyncd.d\n", True)])
def test_no_module_of_another_account_is_taken_over_or_away(
    office: Office, tmp_path: Path, settings: str, is_noted: bool
) -> None:
    playbook = tmp_path / "backups.yml"
    passwords = json.dumps({"backup_passwords": {"laptop": "x"}})
    office.run("install", "-d", "/etc/rsyncd.d")
    office.put("/etc/rsyncd.conf", settings, mode=0o644)

    def run(context: ExportContext, *options: str, fails: bool = False) -> Played:
        playbook.write_text(ansible.render_many([context]))
        return play(office.run, playbook, f"--extra-vars={passwords}", *options, fails=fails)

    run(asked_for("laptop", "petra", "daemon"))
    if not is_noted:  # as if the setup script had made it
        office.run("rm", "/etc/backup-wizard-ansible.json")
    before = everything(office)
    for thiefs in (asked_for("laptop", "nadia", "daemon", auth=False), asked_for("laptop", "nadia", "daemon")):
        assert "already has a backup laptop of another account. Choose another name." in run(thiefs, fails=True).printed
        assert everything(office) == before
    run(thiefs, "--tags=remove")
    run(asked_for("laptop", "nadia", "rrsync"))
    run(asked_for("laptop", "nadia", "rrsync"), "--tags=remove")
    after = everything(office)
    assert [path for path in before if "rsyncd" in path and before[path] != after.get(path)] == []
    run(asked_for("laptop", "petra", "daemon"), "--tags=remove")
    assert office.path("/etc/rsyncd.conf").read_text() == settings
    assert list(office.path("/etc").glob("rsyncd*/*")) + list(office.path("/etc").glob("*.secrets")) == []


@pytest.mark.every_case
@pytest.mark.long
@pytest.mark.timeout(400)
def test_no_module_without_a_password_opens_the_folder_of_one_that_has_one(office: Office, tmp_path: Path) -> None:
    playbook = tmp_path / "backups.yml"
    passwords = json.dumps({"backup_passwords": {"petrapc": "x", "second": "y"}})

    def run(context: ExportContext, agreed: str = "", *, fails: bool = False) -> Played:
        playbook.write_text(ansible.render_many([context]))
        return play(office.run, playbook, f"--extra-vars={passwords}", f"--extra-vars=new_keys={agreed}", fails=fails)

    def thiefs(name: str, *, auth: bool) -> ExportContext:
        return asked_for(name, "petra", "daemon", auth=auth, root="/srv/petra/petrapc", module=name)

    run(asked_for("petrapc", "petra", "daemon"))
    before = everything(office)
    said = run(thiefs("evilpc", auth=False), fails=True).printed
    assert "/srv/petra/petrapc is the folder of the backup petrapc. Choose another folder for evilpc." in said
    assert everything(office) == before
    record = office.path("/etc/backup-wizard-ansible.json")
    said = run(thiefs("second", auth=True), fails=True).printed
    assert f"second would open the folder of the backup petrapc with another password. {ASK}second" in said
    assert everything(office) == before
    run(thiefs("second", auth=True), agreed="second")
    assert run(thiefs("second", auth=True)).changed == []  # and nobody is asked again
    kinds = {one["name"]: one["kind"] for one in json.loads(record.read_text()).values()}
    assert kinds == {"petrapc": "module", "second": "module"}
    # A module that has lost its password is open, whatever an earlier playbook noted of it.
    office.run("rm", "/etc/rsyncd-petrapc.secrets")
    said = run(thiefs("second", auth=True), fails=True).printed
    assert "/srv/petra/petrapc is the folder of the backup petrapc. Choose another folder for second." in said


def reader(name: str, account: str, kind: SchemeKind, root: str) -> ExportContext:
    server = Server(host=HOST, user=account, root=root)
    scheme = SchemeSettings(kind=kind, write_only=True)
    return exports.context_of_request(a_request(kind, name=name, server=server, scheme=scheme, purpose="restore"))


def written(tmp_path: Path, *, has_third: bool = False) -> Path:
    contexts = [
        reader("Private", "amanda", "rrsync", "Documents"),
        reader("office", "petra", "daemon", "/srv/petra"),
        *([reader("a.b", "nobodyyet", "rrsync", "backup")] if has_third else []),
    ]
    playbook = tmp_path / "backups.yml"
    playbook.write_text(ansible.render_many(contexts))
    return playbook


def play_readers(office: Office, playbook: Path, *, fails: bool = False) -> Played:
    passwords = json.dumps({"backup_passwords": {"office+restore": "x"}})
    return play(office.run, playbook, f"--extra-vars={passwords}", fails=fails)


@pytest.fixture
def unmarked(office: Office) -> tuple[str, str]:
    folders = ("/home/amanda/Documents/Private", "/srv/petra/office")
    office.run("install", "-d", "-o", "amanda", "-m", "700", "/home/amanda/Documents", folders[0])
    office.run("install", "-d", "-o", "petra", "-m", "700", *folders[1:])
    office.put(f"{folders[0]}/.backup-folder-another", "", owner="amanda")
    office.put(f"{folders[1]}/.backup-folder-officer", "", owner="petra")
    return folders


@pytest.mark.timeout(400)
def test_no_folder_is_opened_for_reading_that_has_no_mark_of_that_backup(
    office: Office, unmarked: tuple[str, str], tmp_path: Path
) -> None:
    before = everything(office)
    said = play_readers(office, written(tmp_path, has_third=True), fails=True).printed
    for place in (f"Private in {unmarked[0]}", f"office in {unmarked[1]}", "a.b in /home/nobodyyet/backup/a.b"):
        assert f"There is no backup {place}, so nothing can be read there." in said
    assert everything(office) == before


@pytest.mark.every_case
@pytest.mark.long
@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    "marks", [(".backup-folder-Private", ".backup-wizard"), (".backup-complete", ".backup-complete-1")]
)
def test_a_backup_with_a_mark_is_opened_for_reading(
    marks: tuple[str, str], office: Office, unmarked: tuple[str, str], tmp_path: Path
) -> None:
    for folder, mark, account in zip(unmarked, marks, ("amanda", "petra"), strict=True):
        office.put(f"{folder}/{mark}", "", owner=account)
    playbook = written(tmp_path)  # once: it says until which minute the keys may read
    play_readers(office, playbook)
    assert "[office+restore]" in office.path("/etc/rsyncd.conf").read_text()
    assert "begin Private+restore" in office.path("/home/amanda/.ssh/authorized_keys").read_text()
    assert play_readers(office, playbook).changed == []
