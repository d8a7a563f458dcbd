"""Child processes that are never left behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

_MOST_OUTPUT = 1 << 20
_FIRST_ANSWER = 1024
_GRACE_SECONDS = 0.7
_PIPE_TAKES = 4096  # by POSIX at least so much, with nobody reading yet


class Finished(msgspec.Struct, frozen=True):
    """How a program ended and what it printed, of each stream the first mebibyte."""

    exit_code: int
    stdout: str
    stderr: str


@contextlib.asynccontextmanager
async def child(
    argv: Sequence[str],
    env: Mapping[str, str],
    stdin: bytes | int = b"",
    *,
    stdout: int = asyncio.subprocess.PIPE,
    holding: Sequence[int] = (),
    umask: int = -1,
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start a program that can't reach the terminal; it and all it started are ended with the block.

    `stdin` is a line or two, which a pipe takes whole, or a file descriptor. `stdout` is a file descriptor in place of
    a pipe, and `holding` are those that the program keeps open. `umask` is the program's, or -1 for ours.
    """
    given = _pipe_with(stdin) if stdin and isinstance(stdin, bytes) else None
    nothing = asyncio.subprocess.DEVNULL
    # Shielded: a start that is cancelled halfway would leave a running program behind.
    loop = asyncio.get_running_loop()
    start = asyncio.ensure_future(
        loop.subprocess_exec(
            lambda: asyncio.subprocess.SubprocessStreamProtocol(_MOST_OUTPUT, loop),
            *argv,
            env=env,
            stdin=stdin if isinstance(stdin, int) else nothing if given is None else given,
            stdout=stdout,
            pass_fds=holding,
            umask=umask,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    )
    try:
        transport, protocol = await asyncio.shield(start)
    except asyncio.CancelledError:
        transport, protocol = await start
        await _end(asyncio.subprocess.Process(transport, protocol, loop), transport)
        raise
    finally:
        if given is not None:
            os.close(given)
    process = asyncio.subprocess.Process(transport, protocol, loop)
    try:
        yield process
    finally:
        await _end(process, transport)


def _pipe_with(content: bytes) -> int:
    """The end of a pipe to read that from; asyncio's own would complain of a program that ends without reading it."""
    assert len(content) <= _PIPE_TAKES
    read_end, write_end = os.pipe()
    with os.fdopen(write_end, "wb") as writer:
        writer.write(content)
    return read_end


async def finish(argv: Sequence[str], env: Mapping[str, str], timeout: float) -> Finished:
    """Run a program to its end.

    Raises:
        TimeoutError: it took more than `timeout` seconds, and was ended.
        OSError: it could not be started.
    """
    async with child(argv, env) as process, asyncio.timeout(timeout):
        assert process.stdout and process.stderr
        stdout, stderr = await asyncio.gather(head(process.stdout), head(process.stderr))
        return Finished(await process.wait(), stdout, stderr)


async def first_answer(argv: Sequence[str], env: Mapping[str, str], said: bytes, timeout: float) -> bytes:
    """What a program answers first, or nothing; unlike with `child`, its standard input stays open until then.

    Raises:
        TimeoutError, OSError: as for `finish`.
    """
    read_end, write_end = os.pipe()
    try:
        os.write(write_end, said)
        async with child(argv, env, read_end) as process, asyncio.timeout(timeout):
            assert process.stdout
            return await process.stdout.read(_FIRST_ANSWER)
    finally:
        os.close(read_end)
        os.close(write_end)


async def head(stream: asyncio.StreamReader) -> str:
    """The stream's first mebibyte as text; the rest is read and dropped."""
    kept = bytearray()
    while chunk := await stream.read(1 << 16):
        kept += chunk[: _MOST_OUTPUT - len(kept)]
    return kept.decode(errors="backslashreplace")


async def _end(process: asyncio.subprocess.Process, transport: asyncio.SubprocessTransport) -> None:
    try:
        if process.returncode is None:
            _signal_group(process, signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_GRACE_SECONDS):
                    await process.wait()
    finally:  # also where the wait is cancelled, as when the whole program ends
        _signal_group(process, signal.SIGKILL)
        for stream in (1, 2):  # a program that it started, and that left its group, may hold our pipes' other ends
            if pipe := transport.get_pipe_transport(stream):
                pipe.close()
        try:
            await process.wait()
        finally:
            transport.close()  # not before: it would ask for the exit code itself, which asyncio then finds taken


def _signal_group(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
