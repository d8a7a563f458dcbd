"""Servers that mean no good: whatever they do, it ends, in little memory and with words of its own."""

from __future__ import annotations

import json
import resource
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.support import programs
from tests.support.attacks.hostile_servers import (
    ESCAPES,
    HOST,
    STAGES,
    HostileSsh,
    Stage,
    endless,
    once,
    silent,
    talking,
)
from tests.support.data.profiles import a_profile
from tests.support.data.profiles import towards as towards_real
from tests.support.quick import sampled
from wizard import trouble
from wizard.client import access
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.client.keys import daemon_password, protected_key
from wizard.client.ssh.dial import Target
from wizard.failure import Failure, Kind
from wizard.profile import SchemeSettings, Server
from wizard.running import report
from wizard.server import destination, locks
from wizard.server.reaching import probe, sign_in

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.support.attacks.hostile_servers import Talk
    from tests.support.secret_service import SecretService
    from tests.support.servers.real_sshd import RealSshd
    from tests.support.table import AddCount, AddRow
    from wizard.client.access import Access
    from wizard.profile import Profile

    Tell = Callable[[str, object], None]

TABLE = "Hostile servers"
MOST_MEGABYTES = 64
MANY = 1_000_000
GREETING = b"SSH-2.0-OpenSSH_9.2p1\r\n"
DAEMON_GREETING = b"@RSYNCD: 31.0 sha512 sha256 sha1 md5 md4\n"


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little, so that the tests wait for as little."""
    monkeypatch.setattr(probe, "_SECONDS", 1.0)
    monkeypatch.setattr(probe, "_PAUSES", (0.0, 0.1))
    monkeypatch.setattr(destination, "_TIMES_THE_TIMEOUT", 2)


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "letter.txt").write_text("Dear Sir or Madam")
    return folder


@pytest.fixture
def tell(add_row: AddRow, add_count: AddCount) -> Tell:
    """Put what became of one into the table."""

    def add(server: str, ending: object) -> None:
        add_row(TABLE, server, ending)
        add_count("hostile servers", 1)

    return add


async def told_by(failing: Awaitable[object], profile: Profile | None = None) -> trouble.Trouble:
    """What a person reads of it, which may hold nothing that a terminal obeys, after no great feast."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Failure) as failed:
        await failing
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < MOST_MEGABYTES
    told = trouble.explain(failed.value, profile)
    shown = "\n".join((told.what, told.to_do, told.forward, told.raw))
    assert not set(shown) & {"\x1b", "\x07", "\r"}
    assert told.kind is not Kind.UNKNOWN, failed.value.raw
    return told


def towards(server: HostileSsh, documents: Path) -> tuple[Profile, Access]:
    """A backup whose key is made, and to which the server's host key is the confirmed one."""
    at = Server(host=HOST, port=server.port, user="amanda", host_keys=(server.known.fingerprint,))
    profile = a_profile(server=at, folders=(str(documents),), scheme=SchemeSettings())
    known_hosts.trust(profile, [server.known])
    protected_key.ensure(profile)
    admitted = access.prepare(profile)
    return profile, replace(admitted, facts=replace(admitted.facts, timeout=1))


@pytest.mark.parametrize(
    ("talk", "kind"),
    [
        (silent, Kind.TIMED_OUT),
        (endless(b"hello\r\n" * 100), Kind.NOT_SSH),
        (endless(b"x" * 10000), Kind.NOT_SSH),
        (endless(ESCAPES * 100), Kind.NOT_SSH),
        (endless(b"\xff" * 1000, first=GREETING), Kind.NOT_SSH),
        (once(GREETING), Kind.TIMED_OUT),
        (once(ESCAPES + b"\r\n" + GREETING), Kind.TIMED_OUT),
        (once(GREETING + b"\0\0\0\x0c\x0a\x14" + b"\xff" * 40), Kind.NOT_SSH),
    ],
    ids=["silent", "lines", "one line", "escapes", "noise after the greeting", "greeting", "preface", "bad packet"],
)
async def test_before_anyone_signs_in(talk: Talk, kind: Kind, request: pytest.FixtureRequest, tell: Tell) -> None:
    with talking(talk) as port:
        told = await told_by(probe.host_keys(Target(HOST, port)))
    assert told.kind is kind, told
    tell(f"before the sign-in: {request.node.callspec.id}", told.kind)


@pytest.mark.parametrize("stage", sampled.first(len(STAGES) + 1, [*STAGES, Stage.BANNERS, Stage.OUTPUT, Stage.ERRORS]))
async def test_while_signing_in(stage: str, documents: Path, tell: Tell) -> None:
    with HostileSsh(stage) as server:
        profile, admitted = towards(server, documents)
        told = await told_by(sign_in.attempt(profile, admitted), profile)
    assert told.kind is Kind.TIMED_OUT
    tell(f"at the sign-in: {stage}", told.kind)


@pytest.mark.parametrize("stage", [Stage.ANSWER, Stage.OUTPUT, Stage.ERRORS])
async def test_while_rsync_speaks(stage: str, documents: Path, tell: Tell) -> None:
    with HostileSsh(stage) as server:
        profile, admitted = towards(server, documents)
        told = await told_by(destination.holder(profile, admitted), profile)
    assert told.kind in {Kind.TIMED_OUT, Kind.SERVER_SHELL_TALKS}
    tell(f"at the practice run: {stage}", told.kind)


async def test_a_host_key_that_changes_between_two_connections(documents: Path, tell: Tell) -> None:
    with HostileSsh(Stage.NEVER) as server:
        profile, admitted = towards(server, documents)
        server.change_host_key()
        told = await told_by(sign_in.attempt(profile, admitted), profile)
        assert told.kind is Kind.HOST_KEY_CHANGED
        told = await told_by(destination.holder(profile, admitted), profile)
    assert told.kind is Kind.HOST_KEY_CHANGED
    tell("another host key on the next connection", told.kind)


async def test_one_that_lets_any_key_in_is_not_called_locked(documents: Path, tell: Tell) -> None:
    with HostileSsh(Stage.NEVER) as server:
        profile, admitted = towards(server, documents)
        found = [finding async for finding in locks.check(profile, admitted)]
    assert locks.verdict(found) != "locked"
    tell("any key is let in", locks.verdict(found))


@pytest.mark.every_case
async def test_a_million_lines_of_errors(sshd: RealSshd, documents: Path, tell: Tell) -> None:
    profile = towards_real(sshd, folders=(str(documents),))
    protected_key.ensure(profile)
    known_hosts.trust(profile, [HostKey(*key.split()) for key in sshd.public_host_keys])
    admitted = access.prepare(profile)
    Path(profile.destination).mkdir(parents=True)
    complaint = f'rsync: [receiver] mkstemp "{ESCAPES.decode()}/x" failed: Permission denied (13)'
    rrsync = shlex.join([programs.require("rrsync"), "-wo", profile.destination])
    flood = f"yes {shlex.quote(complaint)} | head -n {MANY} >&2; exec {rrsync}"
    script = sshd.folder / "rsync-with-errors"
    script.write_text(f"#!/bin/sh\n{flood}\n")
    script.chmod(0o755)
    sshd.install(f'restrict,command="{script}" {admitted.facts.public_key}')
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = await report.dry_run(profile, admitted)
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < MOST_MEGABYTES
    assert result.totals.new > 0
    assert len(result.problems) + result.untold == MANY
    assert "\\x1b" not in json.dumps(result.as_json())
    tell(f"{MANY:,} lines of errors", f"{len(result.problems)} kept, all counted")


@pytest.mark.parametrize(
    ("talk", "kind"),
    [
        (silent, Kind.TIMED_OUT),
        (endless(b"x" * 10000), Kind.HUNG_UP),
        (endless(b"x" * 10000, first=b"@RSYNCD: "), Kind.HUNG_UP),
        (endless(b"Number of files: 7\n" * 100, first=DAEMON_GREETING), Kind.TIMED_OUT),
        (endless(ESCAPES + b"\n", first=DAEMON_GREETING), Kind.TIMED_OUT),
        (endless(b"x" * 10000, first=DAEMON_GREETING), Kind.NOT_RSYNCD),
        (once(DAEMON_GREETING + b"@ERROR: " + ESCAPES + b"auth failed\n"), Kind.DAEMON_SAYS_NO),
    ],
    ids=["silent", "one line", "giant greeting", "endless motd", "escapes in the motd", "giant motd", "error"],
)
async def test_a_daemon(
    talk: Talk,
    kind: Kind,
    documents: Path,
    request: pytest.FixtureRequest,
    secret_service: SecretService,
    tell: Tell,
) -> None:
    with talking(talk) as port:
        at = Server(host=HOST, port=port, user="amanda", root="/srv/backup")
        profile = a_profile(server=at, folders=(str(documents),), scheme=SchemeSettings(kind="daemon"))
        daemon_password.ensure(profile)
        admitted = access.prepare(profile)
        admitted = replace(admitted, facts=replace(admitted.facts, timeout=1))
        told = await told_by(sign_in.attempt(profile, admitted), profile)
    assert told.kind is kind, told
    tell(f"a daemon: {request.node.callspec.id}", told.kind)
