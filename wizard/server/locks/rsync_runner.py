"""The real rsync, as a probe calls it: over the session's one connection, or over the network to a daemon."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wizard import schemes
from wizard.client import rsync
from wizard.client.process import children
from wizard.client.process.background import in_background
from wizard.client.ssh.sending import end_input, send
from wizard.schemes.base import Reading, Transfer
from wizard.schemes.parts import daemon_modules, over_network
from wizard.schemes.parts.over_ssh import quoted_for_rsync, rsync_host
from wizard.server import destination

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from collections.abc import AsyncIterator, Callable

    from paramiko import Channel

    from wizard.client.access import Access
    from wizard.client.ssh.connection import Connection
    from wizard.profile import Profile

_SECONDS = 10.0
_CHUNK = 1 << 16

# What rsync starts in ssh's place: it says what rsync asks for, and passes on what both sides say then. Whatever it
# complained of, such as an end that has closed, would be taken for the server's words.
_REMOTE_SHELL = """\
import os, _socket, sys, _thread
line = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
line.connect(sys.argv[1])
def pass_on(chunk):
    while chunk:
        chunk = chunk[line.send(chunk):]
def send():
    try:
        while chunk := os.read(0, 65536):
            pass_on(chunk)
        line.shutdown(_socket.SHUT_WR)
    except OSError:
        pass
pass_on(os.fsencode(" ".join(sys.argv[3:])) + b"\\0")
_thread.start_new_thread(send, ())
try:
    while chunk := line.recv(65536):
        while chunk:
            chunk = chunk[os.write(1, chunk):]
except OSError:
    pass
os._exit(0)
"""


@dataclass(frozen=True)
class Called:
    """How rsync ended, what it listed, and all that it and the server printed, the server first."""

    exit_code: int
    listed: str
    printed: str

    @property
    def entries(self) -> rsync.Entries:
        """What it listed, where it was asked to in `listed.OUT_FORMAT`."""
        return rsync.Entries(self.listed.encode("utf-8", "surrogateescape"))


@dataclass(frozen=True)
class RsyncRunner:
    """Calls rsync for a profile: over a connection or, without any, over the network."""

    profile: Profile
    access: Access
    connection: Connection | None

    async def module(self, *options: str, sources: tuple[str, ...] = (), target: str = "") -> Called:
        """Send local `sources` to a target under the lock or, without any, ask for that target.

        Raises:
            TimeoutError: rsync did not end in time.
        """
        return await self._call([*self._password_option(), *options], sources, self._place(target), self._password())

    async def stranger(self, target: str, user: str) -> Called:
        """Ask the server's daemon to list a target of its own, with an empty password; without a `user`, as nobody.

        Raises:
            TimeoutError: rsync did not end in time.
        """
        return await self._call(
            ["--list-only"], (), f"{user}{'@' if user else ''}{rsync_host(self.profile)}::{target}", ""
        )

    async def as_backup(self) -> Called:
        """Ask for the backup's own dry run, of the markers alone and of the one that marks its place.

        Raises:
            TimeoutError: rsync did not end in time.
        """
        markers = (*destination.markers(self.profile.name), destination.place_marker(self.profile))
        transfer = Transfer(dry_run=True, markers=markers, markers_alone=True)

        def argv(way: _Way) -> list[str]:
            facts = replace(self.access.facts, remote_shell=way.remote_shell)
            return schemes.of(self.profile).client_command(self.profile, facts, transfer)

        return await self._run(argv, self._password())

    async def as_restore(self, *here: str) -> Called:
        """Ask for the dry run of a restore into an empty folder; `here` are more options, such as rules.

        Raises:
            TimeoutError: rsync did not end in time.
        """
        with tempfile.TemporaryDirectory(prefix="backup-wizard-") as folder:
            reading = Reading(Path(folder), dry_run=True, here=here)

            def argv(way: _Way) -> list[str]:
                facts = replace(self.access.facts, remote_shell=way.remote_shell)
                return schemes.of(self.profile).read_command(self.profile, facts, reading)

            return await self._run(argv, self._password())

    async def _call(self, options: list[str], sources: tuple[str, ...], place: str, password: str) -> Called:
        def argv(way: _Way) -> list[str]:
            return [self.access.facts.rsync, *way.options, *options, "--", *sources, place]

        return await self._run(argv, password)

    async def _run(self, argv: Callable[[_Way], list[str]], password: str) -> Called:
        async with asyncio.timeout(_SECONDS), _way(self.profile, self.connection) as way:
            async with children.child(argv(way), self.access.environment, f"{password}\n".encode()) as process:
                assert process.stdout and process.stderr
                stdout, stderr = await asyncio.gather(children.head(process.stdout), children.head(process.stderr))
                code = await process.wait()
            await way.ended.wait()
        return Called(code, stdout, "".join([*way.said, stderr, stdout]))

    def _place(self, target: str) -> str:
        if not schemes.of(self.profile).uses_module:
            return f"{rsync_host(self.profile)}:{target}"
        user = f"{self.profile.server.user}@" if self._password_option() else ""
        return f"{user}{rsync_host(self.profile)}::{daemon_modules.name(self.profile)}/{target}"

    def _password_option(self) -> list[str]:
        return ["--password-file=-"] if schemes.has_password(self.profile) else []

    def _password(self) -> str:
        return self.access.password.reveal() if self.access.password else ""


@dataclass
class _Way:
    options: list[str]
    remote_shell: str = ""
    said: list[str] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)


@contextlib.asynccontextmanager
async def _way(profile: Profile, connection: Connection | None) -> AsyncIterator[_Way]:
    if connection is None:
        way = _Way([f"--port={over_network.port(profile)}", "--contimeout=5"])
        way.ended.set()
        yield way
        return

    async def take(reader: StreamReader, writer: StreamWriter) -> None:
        with contextlib.suppress(Exception):  # rsync itself tells what becomes of it
            await _pass_on(reader, writer, connection, way.said)
        writer.close()
        way.ended.set()

    with tempfile.TemporaryDirectory(prefix="backup-wizard-") as folder:
        path = Path(folder) / "rsync"
        words = [sys.executable, "-I", "-S", "-c", _REMOTE_SHELL, str(path)]
        remote_shell = " ".join(map(quoted_for_rsync, words))
        way = _Way([f"--rsh={remote_shell}"], remote_shell)
        async with await asyncio.start_unix_server(take, path):
            yield way


async def _pass_on(reader: StreamReader, writer: StreamWriter, connection: Connection, said: list[str]) -> None:
    asked = (await reader.readuntil(b"\0"))[:-1].decode("utf-8", "surrogateescape")
    channel = await in_background(lambda: connection.start(asked))
    sending = asyncio.create_task(_send(reader, channel))
    try:
        while chunk := await in_background(lambda: channel.recv(_CHUNK)):
            writer.write(chunk)
            await writer.drain()
        said.append((await in_background(lambda: channel.recv_stderr(_CHUNK))).decode(errors="replace"))
    finally:
        sending.cancel()
        channel.close()


async def _send(reader: StreamReader, channel: Channel) -> None:
    with contextlib.suppress(OSError):  # the server may have hung up already
        while chunk := await reader.read(_CHUNK):
            await in_background(partial(send, channel, chunk))
        end_input(channel)
