"""Doing something with less than a computer has, in a thread that alone goes without it: no network, no privilege.

What the thread starts goes without it as well.
"""

from __future__ import annotations

import asyncio
import ctypes
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from tests.support import programs

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")

_NEW_NETWORK = 0x40000000  # CLONE_NEWNET
_DROP_FROM_BOUNDING_SET = 24  # PR_CAPBSET_DROP
_READ_AND_WRITE_ALL = (1, 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH


def no_network() -> None:
    """A network of one's own, with nothing in it."""
    _must(ctypes.CDLL(None, use_errno=True).unshare(_NEW_NETWORK))


def no_way() -> None:
    """A network that knows no way to 198.51.100.0/24."""
    no_network()
    ip = programs.require("ip")
    for words in ("link set lo up", "route add default dev lo", "route add unreachable 198.51.100.0/24"):
        subprocess.run([ip, *words.split()], check=True)


def no_privilege() -> None:
    """Whatever root starts may open no more than its owner's rights tell."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in _READ_AND_WRITE_ALL:
        _must(libc.prctl(_DROP_FROM_BOUNDING_SET, capability, 0, 0, 0))


async def of(lack: Callable[[], None], act: Callable[[], Coroutine[object, object, T]]) -> T:
    """Do it without that."""

    def run() -> T:
        lack()
        return asyncio.run(act())

    with ThreadPoolExecutor(max_workers=1) as alone:
        return await asyncio.get_running_loop().run_in_executor(alone, run)


def _must(result: int) -> None:
    if result:
        raise OSError(ctypes.get_errno(), "not allowed")
