"""Blocking work that may never end: a keyring that waits for its owner, a dead network disk, a silent server."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


async def in_background(work: Callable[[], T]) -> T:
    """Do blocking work in a thread of its own, and return or raise what it does.

    Nothing waits for the thread: the caller may be cancelled, and the program may end, while it still works.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(settle: Callable[[Any], None], outcome: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop may be gone by now
            loop.call_soon_threadsafe(lambda: None if done.done() else settle(outcome))

    def do() -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits
            tell(done.set_exception, error)
        else:
            tell(done.set_result, result)

    threading.Thread(target=do, daemon=True).start()
    return await done
