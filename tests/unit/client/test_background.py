"""Work that may never end keeps nothing else from going on."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import threading

import pytest

from wizard.client.process.background import in_background
from wizard.failure import Failure, Kind


async def test_the_result_comes_back() -> None:
    assert await in_background(lambda: threading.current_thread() is threading.main_thread()) is False


async def test_a_failure_comes_back() -> None:
    def fail() -> None:
        raise Failure(Kind.KEYRING_LOCKED, "it")

    with pytest.raises(Failure, match="it"):
        await in_background(fail)


async def test_whoever_stops_waiting_goes_on_at_once() -> None:
    over = threading.Event()
    waiting = asyncio.create_task(in_background(over.wait))
    await asyncio.sleep(0)
    waiting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await waiting
    assert waiting.cancelled()
    over.set()


def test_the_program_ends_while_the_work_goes_on() -> None:
    program = (
        "import asyncio, threading\n"
        "from wizard.client.process.background import in_background\n"
        "async def main():\n"
        "    asyncio.create_task(in_background(threading.Event().wait))\n"
        "    await asyncio.sleep(0)\n"
        "asyncio.run(main())\n"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=60).returncode == 0
