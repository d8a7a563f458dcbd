"""What the probes of one security check share: the connection, and what was found out already."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum, auto
from typing import TYPE_CHECKING, TypeVar

from wizard.client.process.background import in_background
from wizard.schemes.parts import layout
from wizard.server import destination
from wizard.server.destination import Holder
from wizard.server.locks.evidence import ProbeResult, untested
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from wizard.client.ssh.connection import Connection, Reply
    from wizard.profile import Profile
    from wizard.server.locks.rsync_runner import Called, RsyncRunner

T = TypeVar("T")

Probe = Callable[["ProbeSession"], Awaitable[ProbeResult]]

_MOST_SECONDS = 8.0
_SILENT = N_("The server didn't answer in time. Try again later.")
_CLOSED = N_("The server ended the connection. Try again later.")
_BUSY = N_(
    "The server is still busy with another request for this folder: a running backup, or one whose connection was lost."
    " Try again in 10 minutes."
)
_BUSY_SIGN = "Another instance of rrsync"


class Silent(Exception):
    """The server gave no answer, for that reason; nothing more is asked of it."""


class Busy(Exception):
    """rrsync takes one request at a time, and there is one."""


class ForcedTarget(StrEnum):
    """What stands behind a key, told by its answer to a request for something else."""

    SHELL = auto()
    RSYNC = auto()
    DAEMON = auto()
    GUARD = auto()
    """A line that refuses in words of its own."""
    UNKNOWN = auto()


@dataclass(frozen=True)
class OwnRequest:
    """How the backup's own dry run, of the markers alone, went; the `holder` is told where it was let in."""

    exit_code: int
    printed: str
    holder: Holder
    place_is_marked: bool

    @property
    def found_ours(self) -> bool:
        """Whether a marker of this backup's is there."""
        return self.exit_code == 0 and self.holder is Holder.US


@dataclass
class ProbeSession:
    """What is known of the server so far, and how it is asked; there is no `connection` where there is no ssh.

    `expects_backup` is whether this backup has come to a good end before, so that its marker has to be there.
    """

    profile: Profile
    connection: Connection | None
    runner: RsyncRunner
    expects_backup: bool = False
    _known: dict[str, asyncio.Task[object]] = field(default_factory=dict)
    _silent: str = ""

    async def ask(self, request: Callable[[Connection], T]) -> T:
        """Ask over the connection.

        Raises:
            Silent: no answer came.
        """
        if self.connection is None or self._silent:
            raise Silent(self._silent or _CLOSED)
        connection = self.connection
        try:
            async with asyncio.timeout(_MOST_SECONDS):
                return await in_background(lambda: request(connection))
        except TimeoutError:
            self._silent = _SILENT
        except Exception:  # noqa: BLE001 - however a hostile server breaks it off, it is no answer
            self._silent = _CLOSED
        raise Silent(self._silent)

    async def request(self, command: str) -> Reply:
        """Ask for a command with nothing to read, so that whatever it starts ends before it does anything.

        Raises:
            Silent: no answer came.
            Busy: rrsync takes one request at a time.
        """
        reply = await self.ask(lambda connection: connection.run(command))
        if _BUSY_SIGN in reply.printed:
            raise Busy
        return reply

    async def rsync(self, *options: str, sources: tuple[str, ...] = (), target: str = "") -> Called:
        """Call rsync; as for `RsyncRunner.module`.

        Raises:
            Silent: it did not end in time.
            Busy: rrsync takes one request at a time.
        """
        return await self.in_time(lambda: self.runner.module(*options, sources=sources, target=target))

    async def stranger(self, target: str, user: str = "") -> Called:
        """Call the server's daemon; as for `RsyncRunner.stranger`.

        Raises:
            Silent: it did not end in time.
        """
        return await self.in_time(lambda: self.runner.stranger(target, user))

    async def own_request(self) -> OwnRequest:
        """What the backup's own dry run comes to; never to be asked of a line that might make it a real one.

        Raises:
            Silent: it did not end in time.
            Busy: rrsync takes one request at a time.
        """
        return await self.once("own_request", self._ask_as_backup)

    async def _ask_as_backup(self) -> OwnRequest:
        told = destination.MarkersSeen(destination.markers(self.profile.name))
        called = await self.in_time(self.runner.as_backup)
        rest = told.take_from(called.entries)
        place = layout.place_marker(self.profile)
        # What is there and has not changed is passed over without a word; under append only, so is all that is there.
        is_missing = any(entry.is_new for entry in rest if entry and entry.path == place)
        is_marked = called.exit_code == 0 and not is_missing
        return OwnRequest(called.exit_code, called.printed, told.holder, is_marked)

    async def in_time(self, call: Callable[[], Awaitable[Called]]) -> Called:
        """What a call brought.

        Raises:
            Silent: it did not end in time.
            Busy: rrsync takes one request at a time.
        """
        if self._silent:
            raise Silent(self._silent)
        try:
            called = await call()
        except TimeoutError:
            self._silent = _SILENT
            raise Silent(_SILENT) from None
        if _BUSY_SIGN in called.printed:
            raise Busy
        return called

    async def once(self, what: str, find_out: Callable[[], Awaitable[T]]) -> T:
        """What several probes ask for, found out by the first."""
        if what not in self._known:
            self._known[what] = asyncio.ensure_future(find_out())
        found: T = await self._known[what]  # type: ignore[assignment]
        return found


async def answered(probe: Probe, session: ProbeSession) -> ProbeResult:
    """What a probe found, or why it could not."""
    try:
        return await probe(session)
    except Busy:
        return untested(_(_BUSY))
    except Silent as silent:
        return untested(_(str(silent)))
