"""No child process outlives the block it was started for, nor does anything that it has started."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from wizard.client.process import children

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.network.lifeline import Lifeline

# Each writes "ready" once it and its grandchild are there; both hold the lifeline open for as long as they live.
FAMILY = 'exec 3>"$0"; sleep 600 & echo ready; wait'
DEAF_FAMILY = "trap '' TERM; " + FAMILY
ORPHAN = 'exec 3>"$0"; sleep 600 & echo ready; exit 0'


@pytest.fixture
def little_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "_GRACE_SECONDS", 0.05)


async def _ready(process: asyncio.subprocess.Process) -> None:
    assert process.stdout
    assert await process.stdout.readline() == b"ready\n"


@pytest.mark.usefixtures("little_grace")
@pytest.mark.parametrize("family", [FAMILY, DEAF_FAMILY, ORPHAN], ids=["family", "deaf", "orphan"])
async def test_leaving_the_block_ends_the_whole_family(lifeline: Lifeline, family: str) -> None:
    async with children.child(["sh", "-c", family, lifeline.path], os.environ) as process:
        await _ready(process)
    await asyncio.to_thread(lifeline.wait)
    assert process.returncode is not None


# As ssh's kept connection does with the streams of what goes over it, for as long as a line is silent.
async def test_a_program_that_left_the_family_with_its_streams_is_not_waited_for() -> None:
    leaves = 'trap "" TERM; setsid sh -c "echo \\$\\$; exec sleep 600" & wait'
    async with asyncio.timeout(60), children.child(["sh", "-c", leaves], os.environ) as process:
        assert process.stdout
        left = int(await process.stdout.readline())
    assert process.returncode == -signal.SIGKILL
    os.kill(left, signal.SIGKILL)


@pytest.mark.usefixtures("little_grace")
@pytest.mark.parametrize("family", [FAMILY, DEAF_FAMILY], ids=["family", "deaf"])
async def test_cancelling_ends_the_whole_family(lifeline: Lifeline, family: str) -> None:
    there = asyncio.Event()

    async def work() -> None:
        async with children.child(["sh", "-c", family, lifeline.path], os.environ) as process:
            await _ready(process)
            there.set()
            await process.wait()

    task = asyncio.create_task(work())
    await there.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert task.cancelled()
    await asyncio.to_thread(lifeline.wait)


async def test_a_family_is_ended_even_if_its_end_is_cancelled(lifeline: Lifeline) -> None:
    there: asyncio.Future[asyncio.subprocess.Process] = asyncio.get_running_loop().create_future()
    ending = asyncio.Event()

    async def work() -> None:
        async with children.child(["sh", "-c", DEAF_FAMILY, lifeline.path], os.environ) as process:
            await _ready(process)
            there.set_result(process)
            try:
                await process.wait()
            finally:
                asyncio.get_running_loop().call_soon(ending.set)

    task = asyncio.create_task(work())
    process = await there
    task.cancel()
    await ending.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert process.returncode is not None
    await asyncio.to_thread(lifeline.wait)


async def test_an_error_in_the_block_ends_the_family_and_is_not_hidden(lifeline: Lifeline) -> None:
    with pytest.raises(ZeroDivisionError):
        async with children.child(["sh", "-c", FAMILY, lifeline.path], os.environ) as process:
            await _ready(process)
            raise ZeroDivisionError
    await asyncio.to_thread(lifeline.wait)


async def test_a_program_that_takes_too_long_is_ended(lifeline: Lifeline) -> None:
    with pytest.raises(TimeoutError):
        await children.finish(["sh", "-c", FAMILY, lifeline.path], os.environ, timeout=0.3)
    await asyncio.to_thread(lifeline.wait)


async def test_a_finished_program_is_told_whole() -> None:
    finished = await children.finish(["sh", "-c", "printf 'a\\377b'; echo wrong >&2; exit 7"], os.environ, timeout=60)
    assert finished == children.Finished(7, "a\\xffb", "wrong\n")


async def test_a_program_ended_by_a_signal_is_told() -> None:
    finished = await children.finish(["sh", "-c", "kill -9 $$"], os.environ, timeout=60)
    assert finished.exit_code == -9


async def test_too_much_output_is_read_to_its_end_and_cut() -> None:
    script = "head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; exit 3"
    finished = await children.finish(["sh", "-c", script], os.environ, timeout=60)
    assert (finished.exit_code, len(finished.stdout), len(finished.stderr)) == (3, 1 << 20, 1 << 20)


@pytest.fixture
def open_standard_input() -> Iterator[None]:
    """Something to read on our own standard input, as a terminal has."""
    before, (reader, writer) = os.dup(0), os.pipe()
    os.dup2(reader, 0)
    yield
    os.dup2(before, 0)
    for descriptor in (before, reader, writer):
        os.close(descriptor)


@pytest.mark.usefixtures("open_standard_input")
async def test_a_child_can_t_read_the_terminal_nor_reach_it() -> None:
    script = "import os; print(os.path.samestat(os.fstat(0), os.stat(os.devnull)), os.getsid(0) == os.getpid())"
    finished = await children.finish([sys.executable, "-c", script], os.environ, timeout=60)
    assert finished.stdout == "True True\n"


async def test_a_child_gets_the_environment_it_is_given_and_no_more() -> None:
    finished = await children.finish(["/usr/bin/env"], {"ONE": "1"}, timeout=60)
    assert finished.stdout == "ONE=1\n"


async def test_a_missing_program_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await children.finish([str(tmp_path / "none")], os.environ, timeout=60)


async def test_a_program_that_reads_nothing_leaves_no_complaint_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    complaints: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    start = loop.subprocess_exec

    async def ended_at_once(*argv: Any, **options: Any) -> tuple[Any, Any]:
        transport, protocol = await start(*argv, **options)
        await asyncio.subprocess.Process(transport, protocol, loop).wait()
        return transport, protocol

    monkeypatch.setattr(loop, "subprocess_exec", ended_at_once)
    async with children.child(["true"], os.environ, b"a password\n"):
        await asyncio.sleep(0)
    gc.collect()
    await asyncio.sleep(0)
    assert not complaints


async def test_a_program_reads_what_it_is_given() -> None:
    async with children.child(["cat"], os.environ, b"a password\n") as process:
        assert process.stdout
        assert await process.stdout.read() == b"a password\n"


async def test_nothing_stays_open_where_each_wait_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when a screen ends, and then the whole program."""

    async def cancelled(_: object) -> None:
        raise asyncio.CancelledError

    with suppress(asyncio.CancelledError):
        async with children.child(["sleep", "600"], os.environ) as process:
            monkeypatch.setattr(asyncio.subprocess.Process, "wait", cancelled)
    assert process._transport.is_closing()  # type: ignore[attr-defined]


@pytest.mark.usefixtures("little_grace")
async def test_nothing_stays_open_to_a_program_that_went_its_own_way() -> None:
    theirs, ours = os.pipe()
    before = set(os.listdir("/proc/self/fd"))
    argv = ["sh", "-c", "exec 3<&0; setsid sh -c 'echo ready; exec cat' <&3 & wait"]
    try:
        async with children.child(argv, os.environ, theirs) as process:
            await _ready(process)
        await asyncio.sleep(0)
        assert set(os.listdir("/proc/self/fd")) == before
    finally:
        os.close(theirs)
        os.close(ours)
