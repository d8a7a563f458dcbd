"""A message that a stranger asked for changes and opens nothing of anybody else's, and neither does taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.servers.message.test_message import DONE
from tests.support.data.message import block, line_after
from tests.support.data.requests import a_request
from tests.support.quick import sampled
from tests.support.servers import root_shell, setting_up
from tests.support.servers.setting_up import FOREIGN_SETTINGS, SetUpOffice
from wizard.client.keys.secrets import Secret
from wizard.profile import SchemeSettings, Server
from wizard.server import exports
from wizard.server.exports import covering_message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wizard.client.request import Request
    from wizard.profile import SchemeKind

MODULES, SECRETS = "/etc/rsyncd.conf", "/etc/rsyncd-amamac.secrets"
HERS = a_request(
    "daemon",
    server=Server(host="files.example.lan", user="amanda", root="/srv/backup"),
    scheme=SchemeSettings(kind="daemon", auth=True),
)
EVES_SERVER = Server(host="files.example.lan", user="eve", root="/srv/eve")
OF_ANOTHER = "backup-wizard: /etc/rsyncd.conf already has a backup amamac of another account: choose another name"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path), None) as running:
        running.start_sshd()
        running.live_in()
        running.run("useradd", "--create-home", "--no-log-init", "-p", "*", "-s", "/bin/sh", "eve")
        yield running


def text_of(request: Request) -> str:
    return covering_message.render(exports.context_of_request(request, secret=Secret("secret")))


def by_eve(name: str, *, purpose: str = "", module: str = "", auth: bool = True) -> str:
    scheme = SchemeSettings(kind="daemon", auth=auth, module=module)
    asked = msgspec.structs.replace(HERS, name=name, server=EVES_SERVER, scheme=scheme)
    return text_of(msgspec.convert(msgspec.to_builtins(asked) | {"purpose": purpose}, type(asked)))


@pytest.mark.parametrize("shell", sampled.first(1, root_shell.SHELLS))
@pytest.mark.parametrize(
    ("there", "module"),
    [("hers", "amanda"), ("hers", "AmanDa"), ("included", "other"), ("merged", "other"), ("named", "other")],
)
def test_no_second_module_gets_the_name_of_one_that_is_there(
    there: str, module: str, shell: str, office: SetUpOffice
) -> None:
    assert DONE.search(root_shell.paste(office, block(text_of(HERS)), shell))
    office.run("mkdir", "-p", "/etc/rsync files")
    including = {
        "included": "&include /etc/rsync files",
        "merged": " &Merge  /etc/rsync files \r",
        "named": "&include /etc/rsync files/a.conf",
    }
    office.put(MODULES, f"{including.get(there, '')}\n{office.path(MODULES).read_text()}", mode=0o644)
    office.put("/etc/rsync files/a.conf", "[first]\n  path = /srv", mode=0o644)
    office.put("/etc/rsync files/b.inc", "[first]\n  path = /srv", mode=0o644)
    file = "/etc/rsync files/b.inc" if there == "merged" else "/etc/rsync files/a.conf"
    office.put(file, "[first]\n  path = /srv\n\t[ Other\t] ; x\n  path = /srv", mode=0o644)
    before = office.standing()
    said = root_shell.paste(office, block(by_eve("evepc", module=module, auth=False)), shell)
    taken = f"backup-wizard: /etc/rsyncd.conf already has another module named {module.lower()}: choose another name"
    assert taken in " ".join(said.split()), said
    assert not DONE.search(said)
    assert office.standing() == before
    assert DONE.search(root_shell.paste(office, block(by_eve("evepc", module="third", auth=False)), shell))


@pytest.mark.parametrize("shell", sampled.first(1, root_shell.SHELLS))
@pytest.mark.parametrize("purpose", ["", "adopt", "restore"])
def test_the_module_and_password_of_another_account_stay(purpose: str, shell: str, office: SetUpOffice) -> None:
    hers = msgspec.convert(msgspec.to_builtins(HERS) | {"purpose": purpose if purpose == "restore" else ""}, type(HERS))
    label = "amamac+restore" if purpose == "restore" else "amamac"
    secrets = f"/etc/rsyncd-{label}.secrets"
    for folder in ("/srv/backup/amamac", "/srv/eve/amamac"):
        account = "eve" if "eve" in folder else "amanda"
        office.run("install", "-d", "-o", account, "-m", "700", folder.rpartition("/")[0], folder)
        office.put(f"{folder}/.backup-complete", "", owner=account)
    text = text_of(hers)
    assert DONE.search(root_shell.paste(office, block(text), shell))
    for password in ("", "# the password\namanda:hers\n"):
        office.put(secrets, password)
        before = office.standing()
        eves = by_eve("amamac", purpose=purpose)
        said = root_shell.paste(office, block(eves), shell)
        assert OF_ANOTHER.replace("amamac", label) in said, said
        assert not DONE.search(said)
        said = root_shell.paste(office, line_after(eves, "To take it back"), shell)
        assert f"The lines of {label} are still there" in said
        after = office.standing()
        # What only Eve's account can have made is taken away as ever.
        assert {path: one for path, one in after.items() if path in before} == after
        assert {path for path in before if path not in after} <= {"/srv/eve/amamac", "/srv/eve"}
    root_shell.paste(office, line_after(text, "To take it back"), shell)
    assert not office.path(secrets).exists()
    assert "amamac" not in office.path(MODULES).read_text()


def test_nobody_s_password_is_used_or_deleted_without_a_module(office: SetUpOffice) -> None:
    office.put(SECRETS, "amanda:hers\n")
    before, eves = office.standing(), by_eve("amamac")
    said = root_shell.paste(office, block(eves))
    assert f"backup-wizard: {SECRETS} has a password of another account: choose another name" in said
    assert office.standing() == before
    root_shell.paste(office, line_after(eves, "To take it back"))
    assert office.standing() == before


def test_who_takes_over_shuts_nothing_of_another_account_s(office: SetUpOffice) -> None:
    office.run("install", "-d", "-o", "amanda", "-m", "700", "/srv/backup", "/srv/backup/amamac")
    office.put("/srv/backup/amamac/.backup-complete", "", owner="amanda")
    reads = text_of(msgspec.structs.replace(HERS, purpose="restore"))
    assert DONE.search(root_shell.paste(office, block(reads)))
    hers = office.path(MODULES).read_text()
    assert hers.startswith(FOREIGN_SETTINGS)
    assert DONE.search(root_shell.paste(office, block(by_eve("amamac", purpose="adopt"))))
    assert office.path(MODULES).read_text().startswith(hers)


@pytest.mark.parametrize("shell", sampled.first(1, root_shell.SHELLS))
@pytest.mark.parametrize("kind", ["rrsync", "daemon"])
def test_no_folder_is_opened_for_reading_that_holds_other_backups(
    kind: SchemeKind, shell: str, office: SetUpOffice
) -> None:
    folder, others = "/srv/data/amamac", "/srv/data/amamac/pc1"
    office.run("install", "-d", "-o", "amanda", "-m", "700", "/srv/data", folder, others)
    office.put(f"{others}/.backup-folder-pc1", "", owner="amanda")
    office.put(f"{folder}/.backup-folder-another", "", owner="amanda")
    server = msgspec.structs.replace(HERS.server, root="/srv/data")
    scheme = SchemeSettings(kind=kind, write_only=True)
    asked = a_request(kind, server=server, scheme=scheme, purpose="restore")
    before = office.standing()
    said = root_shell.paste(office, block(text_of(asked)), shell)
    assert "backup-wizard: there is no backup amamac in /srv/data/amamac\n" in said
    assert not DONE.search(said)
    assert office.standing() == before
    for mark in (".backup-folder-amamac", ".backup-wizard", ".backup-complete", ".backup-complete-2026-11-29"):
        office.put(f"{folder}/{mark}", "", owner="amanda")
        assert DONE.search(said := root_shell.paste(office, block(text_of(asked)), shell)), said
        root_shell.paste(office, line_after(text_of(asked), "To take it back"), shell)
        office.run("rm", f"{folder}/{mark}")


HAS_ONE, HAS_NONE = "\tAUTH  Users = amanda\n", "# auth users = x\nauth users =\n"


@pytest.mark.parametrize("shell", sampled.first(1, root_shell.SHELLS))
@pytest.mark.parametrize("file", sampled.first(1, [MODULES, "/etc/rsync files/b.inc"]))
@pytest.mark.parametrize(
    ("path", "hers", "auth"),
    sampled.first(
        2,
        [
            ("/srv/eve", HAS_ONE, False),
            ("/srv/eve", HAS_NONE, True),
            (" /srv//eve/. \r", HAS_NONE, False),
            ("/srv/link", HAS_ONE, False),
            ("/srv/eve", "", True),
        ],
    ),
)
def test_no_module_without_a_password_opens_the_folder_of_another(
    path: str, hers: str, auth: bool, file: str, shell: str, office: SetUpOffice
) -> None:
    office.run("install", "-d", "-o", "eve", "/srv/eve")
    office.run("ln", "-s", "eve", "/srv/link")
    office.run("mkdir", "-p", "/etc/rsync files")
    office.put(MODULES, "&merge /etc/rsync files\n[first]\n  path = /srv\n", mode=0o644)
    there = f"[first]\n  path = /srv\n[hers]\n\t PATH={path}\n{hers}[last]\npath = /home\nauth users = eve\n"
    office.put(file, f"&merge /etc/rsync files\n{there}", mode=0o644)
    before = office.standing()
    said = root_shell.paste(office, block(by_eve("evepc", auth=auth)), shell)
    why = "backup-wizard: /etc/rsyncd.conf has another module for /srv/eve, and one of the two has no password"
    assert f"{why}: choose another folder\n" in said, said
    assert not DONE.search(said)
    assert office.standing() == before
    office.put(file, there.replace(hers, HAS_ONE) if hers else there.replace("PATH", f"{HAS_ONE}\nPATH"), mode=0o644)
    assert DONE.search(root_shell.paste(office, block(by_eve("evepc")), shell))
