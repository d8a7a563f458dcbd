"""Blocking work in threads that nothing waits for at the end: a dead network disk must not keep the wizard open."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


async def in_background(work: Callable[[], T]) -> T:
    """Do blocking work in a thread of its own; whatever it raises is raised here."""
    promise: Future[T] = Future()

    def keep_promise() -> None:
        promise.set_running_or_notify_cancel()
        try:
            promise.set_result(work())
        except Exception as error:  # noqa: BLE001 - it is raised where the work is awaited
            promise.set_exception(error)

    threading.Thread(target=keep_promise, daemon=True).start()
    return await asyncio.wrap_future(promise)
