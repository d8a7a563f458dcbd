"""Hostile values and requests, and a hostile account, against the playbook."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from msgspec.structs import replace as replace_fields

from tests.support.attacks import hostile
from tests.support.data.profiles import a_profile
from tests.support.data.trees import tree
from tests.support.servers import setting_up
from tests.support.servers.office import Office
from tests.support.servers.playbook import play
from wizard.failure import Failure, Kind
from wizard.profile import SchemeSettings, Server
from wizard.schemes.facts import ClientFacts, ServerFacts
from wizard.server import exports
from wizard.server.exports import ansible, authorized_keys, rsyncd
from wizard.server.exports.ansible import entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.attacks.hostile import Hostile
    from tests.support.data.trees import Entry
    from wizard.profile import SchemeKind
    from wizard.server.exports.context import ExportContext

HOST = "127.0.0.1"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2xvQmn1JQ6kqS3w3mzvCq0Q9wZbV5Y1kNJxJ0m9nTt someone@elsewhere"
SSHD_SETTINGS = "HostKey /etc/backup-wizard-test-host-key\nInclude /etc/ssh/sshd_config.d/*.conf\n"
TASKS = """
    values:
{values}
  tasks:
    - ansible.builtin.copy:
        dest: {dest}
        content: "{{{{ {{'computers': backup_wizard_computers, 'values': values}} | to_json }}}}"
"""


def context_of(found: Hostile, kind: str, name: str) -> ExportContext:
    client = ClientFacts(known_hosts=Path("/nowhere"), public_key=f"ssh-ed25519 AAAA {found.comment}")
    return exports.context_of(replace_fields(hostile.profile(found, kind), name=name), client, ServerFacts())


@pytest.mark.every_case
@pytest.mark.long
def test_at_least_2000_values_come_out_as_they_went_in(tmp_path: Path) -> None:
    drawn = hostile.batch(hostile.one_spoilt(host=HOST), 900)
    contexts: list[ExportContext] = []
    names: set[str] = set()
    for number, one in enumerate(filter(hostile.passes, drawn)):
        for kind in ("rrsync", "daemon-over-ssh"):  # of one name, no two are taken
            context = context_of(one, kind, f"{kind}-{number}" if one.name in names else one.name)
            if not is_refused(context):
                contexts.append(context)
                names.add(context.name)
    raw = [text for one in hostile.batch(hostile.values(), 300) for text in texts(one) if "\udcff" not in text]
    assert len({context.profile.server.root for context in contexts}) > 50
    assert len(raw) + len(contexts) > 2000

    head = (
        ansible.render_many(contexts).partition("\n    # ---- What follows")[0].replace("become: true", "become: false")
    )
    listed = "\n".join(f"      - {entries.quoted(text)}" for text in raw)
    playbook, out = tmp_path / "hostile.yml", tmp_path / "out.json"
    playbook.write_text(head + TASKS.format(values=listed, dest=json.dumps(str(out))))
    play(local, playbook)

    found = json.loads(out.read_text())
    assert found["values"] == raw
    for context, computer in zip(contexts, found["computers"], strict=True):
        profile = context.profile
        assert (computer["name"], computer["account"]) == (profile.name, profile.server.user)
        assert Path(computer["folder"]).parts[-2:] == Path(context.setup.directories[0].path).parts[-2:]
        assert computer["key"] == authorized_keys.body(context)
        if "private" in computer:
            assert computer["private"]["text"] == rsyncd.body(context)


@pytest.mark.parametrize("root", ["two\nlines", "two\rlines", "not-utf8-\udcff"])
def test_a_folder_that_would_not_stay_in_its_line_is_refused(root: str) -> None:
    with pytest.raises(Failure) as refused:
        ansible.render(asked_for("amamac", "amanda", root))
    assert refused.value.kind is Kind.BAD_VALUE


def is_refused(context: ExportContext) -> bool:
    try:
        ansible.render(context)
    except Failure:
        assert "\udcff" in context.profile.server.root + context.setup.key_lines[0].key
        return True
    return False


def texts(one: Hostile) -> tuple[str, ...]:
    return (one.name, one.host, one.user, one.root, one.module, one.comment, *one.from_, *one.exclude)


def local(*argv: str) -> str:
    ended = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def asked_for(name: str, account: str, root: str, kind: str = "rrsync") -> ExportContext:
    """What a computer asks for, be it good or not."""
    server = Server(host=HOST, user=account, root=root)
    profile = a_profile(name=name, server=server, scheme=SchemeSettings(kind=cast("SchemeKind", kind), module=name))
    client = ClientFacts(known_hosts=Path("/nowhere"), public_key=KEY)
    return exports.context_of(profile, client, ServerFacts())


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Amanda's and Nadia's accounts, with sshd's settings in place."""
    with Office(setting_up.place(tmp_path)) as running:
        running.run("useradd", "--create-home", "--no-log-init", "-p", "*", "-s", "/bin/sh", "nadia")
        running.put("/etc/ssh/sshd_config", SSHD_SETTINGS, mode=0o644)
        running.put("/home/nadia/.ssh/authorized_keys", KEY, owner="nadia")
        running.put("/home/nadia/letter.txt", "mine", owner="nadia")
        yield running


def everything(office: Office) -> dict[str, Entry]:
    """All of the server that the play could touch, but for folders' times."""
    return {
        f"{top}/{name}": replace(entry, modified_ns=0)
        for top in ("/etc", "/home", "/srv")
        for name, entry in tree(office.path(top)).items()
    }


@pytest.mark.long
@pytest.mark.timeout(400)
def test_a_hostile_request_gives_nobody_s_folder_away(office: Office, tmp_path: Path) -> None:
    office.run("install", "-d", "-o", "nadia", "/srv/backup", "/srv/backup/taken", "/srv/module")
    office.run("install", "-d", "-m", "2775", "-g", "users", "/srv/shared")
    office.run("ln", "-s", "/etc", "/srv/link")
    office.run(
        "sh", "-c", "cd /home/amanda && ln -s /home/nadia there && ln -s .ssh way && mkdir .ssh && chown amanda: .ssh"
    )
    for account in ("omar", "petra", "rosa"):
        office.run("useradd", "--create-home", "--no-log-init", "-p", "*", "-s", "/bin/sh", account)
    office.put("/home/petra/.ssh/authorized_keys", f"# backup-wizard begin half\n{KEY}\n", owner="petra")
    office.run("chown", "petra:", "/home/petra/.ssh")
    settings = office.path("/etc/ssh/sshd_config").read_text()
    office.put("/etc/ssh/sshd_config", f"{settings}Match User omar\nAuthorizedKeysFile none\n", mode=0o644)
    requests = {
        ("a1", "amanda", "/home/nadia", "rrsync"): "/home/nadia is the home of nadia, or contains it",
        ("a2", "amanda", "/home/nadia/letters", "daemon"): "/home/nadia belongs to nadia",
        ("a3", "amanda", "/etc", "rrsync"): "/etc is a system folder",
        ("a4", "amanda", "/etc/cron.d", "daemon"): "/etc/cron.d is a system folder",
        ("a5", "amanda", "/home", "rrsync"): "/home is the home of",
        ("a6", "amanda", ".ssh", "forced"): "/home/amanda/.ssh is in a hidden folder",
        ("a7", "amanda", "/home/amanda", "daemon"): "/home/amanda is the home of amanda",
        ("taken", "amanda", "/srv/backup", "rrsync"): "/srv/backup belongs to nadia",
        ("a8", "amanda", "/srv/module", "daemon"): "/srv/module belongs to nadia",
        ("a9", "amanda", "/srv/shared", "rrsync"): "amanda can't create /srv/shared/a9",
        ("b1", "amanda", "/srv/link", "rrsync"): "amanda can't create /srv/link/b1",
        ("b2", "amanda", "there", "rrsync"): "/home/amanda/there belongs to nadia",
        ("b3", "amanda", "way", "rrsync"): "/home/amanda/way leads to a hidden folder",
        ("b4", "root", "/srv/mine", "rrsync"): "root is root",
        ("b5", "omar", "backup", "rrsync"): "omar: sshd reads no file of keys",
        ("half", "petra", "backup", "rrsync"): "authorized_keys has only one of the two marks of half",
        ("good", "rosa", "backup", "rrsync"): "",
    }
    contexts = [asked_for(*request[:3], request[3].replace("forced", "rrsync")) for request in requests]
    playbook = tmp_path / "hostile.yml"
    playbook.write_text(ansible.render_many(contexts))
    before = everything(office)
    passwords = json.dumps(
        {"backup_passwords": {context.profile.name: "x" for context in contexts if context.setup.secrets}}
    )
    played = play(office.run, playbook, f"--extra-vars={passwords}", fails=True)
    assert everything(office) == before
    assert played.changed == []
    for request, why in requests.items():
        assert why in played.printed, request
    assert "good" not in played.printed.partition("Make sure there are no problems")[2]
