"""The locks are tried for real: each slip of an admin's is told by one probe, and what was handed over by none."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import sys
import time
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from msgspec.structs import replace

from tests.support.attacks import thief
from tests.support.data.trees import tree
from tests.support.quick import sampled
from tests.support.servers import placing, weaknesses
from tests.support.servers.office import ACCOUNT, Office, open_office
from wizard.client.keys import key_files, protected_key
from wizard.client.keys.secrets import Secret
from wizard.client.process.background import in_background
from wizard.client.session import Session
from wizard.client.ssh import connection, sending
from wizard.profile import Key
from wizard.running import report
from wizard.server import locks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from paramiko import Channel

    from tests.support.agent import Agent
    from tests.support.secret_service import SecretService
    from tests.support.table import AddRow
    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.server.locks import Finding

TABLE = "Locks: what each probe tells, and of what"
LOCKED = ["rrsync", "forced-command", "daemon-over-ssh", "daemon"]
GIVEN_AT_ONCE = {b"expr 271828 + 314159\n", b"\0\0\0\5\1\0\0\0\3", b"\0"}  # to a shell, sftp and scp
SHELLS = ["/bin/bash", "/usr/bin/fish", "/bin/csh"]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path / "office", *weaknesses.SSHD_USUAL) as running:
        running.authorize("")
        yield running


@pytest.fixture
def server(kind: str, office: Office, documents: Path) -> Server:
    return Server(office, kind, documents)


@pytest.fixture
def a_socket(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A program's socket on the server, at one of the places where they usually are."""
    path = "/home/program.sock"
    with socket.socket(socket.AF_UNIX) as program:
        program.bind(str(office.path(path)))
        office.path(path).chmod(0o666)
        program.listen()
        monkeypatch.setattr(connection, "USUAL_SOCKETS", ("/nonexistent", path))
        yield


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "letter.txt").write_text(thief.LETTER)
    return folder


async def found(profile: Profile, access: Access) -> list[Finding]:
    async with aclosing(locks.check(profile, access)) as findings:
        return [finding async for finding in findings]


def names(findings: list[Finding], held: bool | None) -> list[str]:
    return [finding.id for finding in findings if finding.held is held]


class Server:
    """The office with one backup's text in place, by whichever sshd a slip is in."""

    def __init__(self, office: Office, kind: str, documents: Path) -> None:
        self.office, self.kind, self.documents = office, kind, documents
        self._ports = {weaknesses.SSHD_USUAL: office.port}
        self._exported: dict[str, tuple[Profile, Access, dict[Path, str]]] = {}

    def as_exported(self, scheme: Mapping[str, bool], sshd: tuple[str, ...]) -> tuple[Profile, Access]:
        """Put the text for that choice in place, unchanged."""
        if str(scheme) not in self._exported:
            profile = placing.profile_for(self.office, self.kind, self.documents, scheme=dict(scheme))
            access = placing.settle(self.office, profile)
            files = [file for name in weaknesses.FILES if (file := self.office.path(name)).exists()]
            self._exported[str(scheme)] = (profile, access, {file: file.read_text() for file in files})
        profile, access, texts = self._exported[str(scheme)]
        for file, text in texts.items():
            file.write_text(text)
        return (profile if self.kind == "daemon" else placing.at_port(profile, self._port(sshd))), access

    def _port(self, sshd: tuple[str, ...]) -> int:
        if sshd not in self._ports:
            usual = self.office.port
            self.office.start_sshd(*sshd)
            self._ports[sshd], self.office.port = self.office.port, usual
        return self._ports[sshd]


@pytest.mark.long
@pytest.mark.timeout(300)  # two dozen visits
@pytest.mark.parametrize("kind", sampled.first(2, ["rrsync", "daemon", "forced-command", "daemon-over-ssh"]))
async def test_each_slip_is_told_by_one_probe_and_no_other(
    kind: str, server: Server, secret_service: SecretService, add_row: AddRow, a_socket: None
) -> None:
    await report.backup(*server.as_exported({}, weaknesses.SSHD_USUAL))
    shut: dict[str, list[Finding]] = {}
    wrong = []
    for weakness in weaknesses.OF[kind]:
        profile, access = server.as_exported(weakness.scheme, weaknesses.SSHD_USUAL)
        if str(weakness.scheme) not in shut:
            shut[str(weakness.scheme)] = await found(profile, access)
        profile, access = server.as_exported(weakness.scheme, weakness.sshd)
        weakness.spoil(server.office)
        before = tree(server.office.home)
        findings = await found(profile, access)
        told = names(findings, held=False)
        add_row(TABLE, kind, ", ".join(weakness.opens), weakness.slip, f"told by {', '.join(told) or 'none'}")
        has_fixes = all(finding.fix for finding in findings if finding.held is False)
        if told != list(weakness.opens) or not has_fixes or tree(server.office.home) != before:
            wrong.append((weakness.slip, findings))
    assert wrong == []
    assert {choice: locks.verdict(findings) for choice, findings in shut.items()} == dict.fromkeys(shut, "locked")
    tried = {finding.id for findings in shut.values() for finding in findings}
    add_row(TABLE, kind, "(as exported)", f"{len(tried)} doors", "told by none")
    assert tried - {door for weakness in weaknesses.OF[kind] for door in weakness.opens} == NOT_WEAKENED[kind]


@pytest.mark.parametrize("kind", ["rrsync"])
async def test_a_socket_that_another_visit_holds_is_asked_for_again(
    kind: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile, access = server.as_exported({}, weaknesses.SSHD_SOCKETS)
    weaknesses.LISTENS_ON_SOCKETS.spoil(server.office)
    with socket.socket(socket.AF_UNIX) as another:
        another.bind(bytes(_MOST_OF_A_SOCKETS_NAME))
        # By the time that the usual sockets are tried, the other session is over.
        monkeypatch.setattr(connection.Connection, "_connects_to_a_socket", lambda self: another.close())
        assert names(await found(profile, access), held=False) == ["tunnel-socket"]


@pytest.mark.parametrize("kind", ["forced-command"])
async def test_what_refuses_before_it_is_given_anything_is_heard(
    kind: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = sending.send
    waited_for: list[bytes] = []

    def give_late(channel: Channel, what: bytes) -> None:
        while what in GIVEN_AT_ONCE and not channel.closed:
            time.sleep(0.001)
        waited_for.extend({what} & GIVEN_AT_ONCE)
        given(channel, what)

    monkeypatch.setattr(connection, "send", give_late)
    findings = await found(*server.as_exported({}, weaknesses.SSHD_USUAL))
    assert (locks.verdict(findings), names(findings, held=None)) == ("locked", ["x11"])
    assert set(waited_for) == GIVEN_AT_ONCE


@pytest.mark.parametrize("kind", ["forced-command", "login"])
async def test_any_login_shell_and_a_single_session_will_do(kind: str, server: Server) -> None:
    for shell in SHELLS:
        server.office.run("usermod", "-s", shell, ACCOUNT)
        findings = await found(*server.as_exported({}, ("MaxSessions 1",)))
        shut = set(names(findings, held=True))
        if kind == "login":
            assert (locks.verdict(findings), shut) == ("open", SHUT_FOR_A_LOGIN), (shell, findings[:2])
        else:
            assert (locks.verdict(findings), set(names(findings, held=None))) == ("locked", {"x11"}), (shell, findings)


@pytest.mark.parametrize("kind", ["rrsync", "daemon-over-ssh"])
async def test_a_running_backup_is_not_disturbed(kind: str, server: Server, documents: Path, tmp_path: Path) -> None:
    (documents / "large").write_bytes(random.Random(5).randbytes(2 * _PASSED_ON))
    profile, access = server.as_exported({}, weaknesses.SSHD_USUAL)
    ssh, is_held, go_on = held_up(tmp_path)
    held = replace(access, facts=replace(access.facts, ssh=str(ssh)))
    running = asyncio.create_task(report.backup(profile, held))
    stopped = asyncio.create_task(in_background(is_held.read_text))
    await asyncio.wait([running, stopped], return_when=asyncio.FIRST_COMPLETED)
    assert stopped.done(), await running
    findings = await found(profile, access)
    assert not running.done()
    await in_background(lambda: go_on.write_text(""))
    assert (await running).exit_code == 0
    there = server.office.path(f"{profile.destination}documents")
    contents = [{path.name: path.read_bytes() for path in folder.iterdir()} for folder in (there, documents)]
    assert contents[0] == contents[1]
    assert names(findings, held=False) == []
    assert (locks.verdict(findings), set(names(findings, held=None)) - {"x11"}) == ("locked", set())


@pytest.mark.parametrize("key", ["keyring", "typed", "agent"])
async def test_a_key_can_be_used_wherever_its_passphrase_is(
    key: str, office: Office, documents: Path, secret_service: SecretService, agent: Agent, tmp_path: Path
) -> None:
    path = tmp_path / "key"
    profile = placing.profile_for(office, "forced-command", documents)
    if key == "agent":
        key_files.make(path, "", None)
        agent.add(path)
        path.unlink()
        profile = msgspec.structs.replace(profile, key=Key(protection="ask", file=f"{path}.pub"))
    else:
        profile = msgspec.structs.replace(
            profile, key=Key(protection="keyring" if key == "keyring" else "ask", file=str(path))
        )
        protected_key.ensure(profile, Secret("open sesame"))
    with Session() as session:
        if key == "typed":
            session.remember(path, Secret("open sesame"))
        placing.settle(office, profile)
        findings = await found(profile, await session.access(profile))
    assert locks.verdict(findings) == "locked"


def held_up(folder: Path) -> tuple[Path, Path, Path]:
    """An ssh that stops in the middle of a backup, what can be read once it has, and what it waits for."""
    ssh, is_held, go_on = (folder / name for name in ("held-up-ssh", "held", "go"))
    os.mkfifo(is_held)
    os.mkfifo(go_on)
    words = repr((_PASSED_ON, str(is_held), str(go_on)))
    # A first line can't hold a space, which the folder of the tests' own Python may have.
    ssh.write_text(f"#!{Path(sys.executable).resolve()}\nMOST, IS_HELD, GO_ON = {words}\n{_STOPPING}")
    ssh.chmod(0o755)
    return ssh, is_held, go_on


# It ends with ssh, for which rsync waits before it closes what ssh reads.
_STOPPING = """
import os, subprocess, sys, threading
ssh = subprocess.Popen(["ssh", *sys.argv[1:]], stdin=subprocess.PIPE)
def pass_on():
    passed = 0
    while chunk := os.read(0, 65536):
        if passed < MOST <= passed + len(chunk):
            open(IS_HELD, "w").close()
            open(GO_ON).read()
        passed += len(chunk)
        ssh.stdin.write(chunk)
        ssh.stdin.flush()
    ssh.stdin.close()
threading.Thread(target=pass_on, daemon=True).start()
os._exit(ssh.wait())
"""
_PASSED_ON = 300_000
_MOST_OF_A_SOCKETS_NAME = 108
SHUT_FOR_A_LOGIN = {"admitted", "folder", "host-key", "password"}
# Another server is told by test_check; that files can be read on the way, nothing prevents.
NOT_WEAKENED = {
    "rrsync": {"host-key", "admitted", "folder"},
    "forced-command": {"host-key", "admitted", "folder"},
    "daemon-over-ssh": {"host-key", "admitted", "folder"},
    "daemon": {"clear-text", "admitted", "folder", "neighbour"},
}
