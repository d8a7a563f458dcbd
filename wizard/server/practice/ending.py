"""Waiting for a descriptor in a way that another thread can end."""

from __future__ import annotations

import os
import selectors
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Ending:
    """A moment that comes once, and that threads wait for together with what they read or write."""

    def __init__(self) -> None:
        self._seen, self._told = os.pipe()
        self._lock = threading.Lock()
        self._has_come = False

    def come(self) -> None:
        """Let every wait end; a second time is no failure."""
        with self._lock:
            if not self._has_come:
                self._has_come = True
                os.close(self._told)

    def turns(self, descriptor: int, event: int) -> Iterator[None]:
        """Yield each time the descriptor is ready, until the moment has come."""
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, event)
            selector.register(self._seen, selectors.EVENT_READ)
            while all(key.fd != self._seen for key, _ in selector.select()):
                yield

    def close(self) -> None:
        """Give the descriptors back, once nobody waits any more."""
        self.come()
        os.close(self._seen)
