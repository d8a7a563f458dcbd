"""rsync run for real, its output as typed events."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
from typing import TYPE_CHECKING, Self

from wizard.client.folders.mount_watch import MountWatch
from wizard.client.process import children
from wizard.client.rsync.complaints import Complaints, problem_in
from wizard.client.rsync.events import Ended, Event, Hidden, MountsChanged, Problem, Progress, Totals
from wizard.client.rsync.listed import Entries, Entry
from wizard.client.rsync.output import Output
from wizard.failure import Failure, Kind

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence

    from wizard.client.access import Access

__all__ = [
    "Ended",
    "Entries",
    "Entry",
    "Event",
    "Hidden",
    "MountsChanged",
    "Problem",
    "Progress",
    "Totals",
    "problems",
    "run",
]

_CHUNK = 1 << 20
_USUAL_PIPE = 1 << 16
_FIRST_PAUSE_SECONDS, _SHORT_PAUSE_SECONDS, _LONG_PAUSE_SECONDS = 0.001, 0.01, 0.04
_SET_PIPE_SIZE = getattr(fcntl, "F_SETPIPE_SZ", None)


async def run(
    argv: Sequence[str], access: Access, *, holding: Sequence[int] = (), umask: int = -1
) -> AsyncGenerator[Event]:
    """Run an rsync command; closing the generator ends rsync and its ssh.

    `holding` are file descriptors that rsync keeps open, so that a lock lasts as long as the last of both. `umask` is
    what new files are closed by, where that is not as usual.

    Raises:
        Failure: `NO_RSYNC` if it can't be started.
    """
    output, wakes = Output(), asyncio.Event()
    complaints = Complaints(wakes.set)
    try:
        with _Pipe() as pipe, MountWatch(wakes.set) as mounts:
            yield MountsChanged()  # what is known of the folders may be older than this watch
            # The child is left first: rsync has to have ended before the pipe is closed.
            async with children.child(
                argv, access.environment, _stdin(access), stdout=pipe.writer, holding=holding, umask=umask
            ) as process:
                pipe.close_writer()
                assert process.stderr
                reading = asyncio.create_task(complaints.read(process.stderr))
                ending = asyncio.create_task(process.wait())
                try:
                    async for chunk in pipe.chunks(ending, wakes):
                        wakes.clear()
                        for event in _kept(output.feed(chunk), complaints):
                            yield event
                        if mounts.take():
                            yield MountsChanged()
                    await reading
                finally:
                    reading.cancel()
                    ending.cancel()
                for event in _kept(output.end(), complaints):
                    yield event
                yield Ended(await process.wait(), output.totals(), complaints.text, complaints.untold, output.hidden)
    except FileNotFoundError as error:
        raise Failure(Kind.NO_RSYNC, argv[0], str(error)) from None


def problems(stderr: str) -> list[Problem]:
    """What rsync complained of, file by file; its closing summary is left out."""
    return [problem for line in stderr.splitlines() if (problem := problem_in(line))]


def _kept(events: Sequence[Event], complaints: Complaints) -> Iterator[Event]:
    for event in events:
        if isinstance(event, Problem):
            complaints.add(event)
        else:
            yield event
    yield from complaints.take()


def _stdin(access: Access) -> bytes:
    return f"{access.password.reveal()}\n".encode() if access.password else b""


class _Pipe:
    """A pipe for what rsync prints, read in large pieces: each reading costs more than what is read."""

    def __init__(self) -> None:
        self._reader, self.writer = os.pipe()
        os.set_blocking(self._reader, False)
        self._room = _USUAL_PIPE
        self._buffer = memoryview(bytearray(_CHUNK))  # reused: a new buffer for each read would cost page faults
        if _SET_PIPE_SIZE:
            with contextlib.suppress(OSError):  # there is a limit to the pipes of one user
                self._room = fcntl.fcntl(self._reader, _SET_PIPE_SIZE, _CHUNK)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close_writer()
        os.close(self._reader)

    def close_writer(self) -> None:
        """Leave the writing end to rsync."""
        if self.writer >= 0:
            os.close(self.writer)
            self.writer = -1

    async def chunks(self, ending: asyncio.Task[int], wakes: asyncio.Event) -> AsyncIterator[bytes]:
        """What is printed, until `ending` is done and all is read; or nothing: at times, and once something `wakes`."""
        pause = _FIRST_PAUSE_SECONDS
        while True:
            size = self._read()
            if size == 0 or (size is None and ending.done()):
                return
            yield bytes(self._buffer[: size or 0])
            # A pause and no poll: once a pipe has been polled, the kernel wakes us for each line that rsync writes.
            waking = asyncio.ensure_future(wakes.wait())
            await asyncio.wait({ending, waking}, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
            waking.cancel()
            # The pipe fills quickly: pause for less time, so that rsync never has to wait for room in it.
            is_filling = size is not None and size > self._room // 3
            pause = min(2 * pause, _SHORT_PAUSE_SECONDS if is_filling else _LONG_PAUSE_SECONDS)

    def _read(self) -> int | None:
        """How many bytes are in the buffer now; 0 at the end, `None` where nothing is printed yet."""
        try:
            return os.readv(self._reader, [self._buffer])
        except BlockingIOError:
            return None
