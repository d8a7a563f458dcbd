"""What an admin has typed into the form of a request: there again after the pane was killed, until it is exported."""

from __future__ import annotations

import contextlib
import hashlib
from typing import TYPE_CHECKING

import msgspec

from wizard.failure import Failure
from wizard.storage import state_files

if TYPE_CHECKING:
    from wizard.client.request import Request

Draft = dict[str, str]

_NAME = "admin"  # a command, so no backup is called so
_FILE = "typed.json"
_MOST = 200  # forms; those that were left first go first


def of(request: Request) -> Draft:
    """What was typed into its form, by the ids of its fields."""
    return _all().get(_key(request), {})


def keep(request: Request, typed: Draft) -> None:
    """Keep it in place of what was kept for that request; nothing typed is nothing kept."""
    kept, key = _all(), _key(request)
    if kept.get(key, {}) == typed:
        return
    kept.pop(key, None)
    if typed:
        kept[key] = typed
    with contextlib.suppress(Failure):  # on a full disk it is kept for as long as the pane is open
        if kept:
            state_files.save(_NAME, _FILE, dict(list(kept.items())[-_MOST:]), lasting=False)
        else:
            state_files.forget(_NAME, _FILE)


def _all() -> dict[str, Draft]:
    return state_files.load(_NAME, _FILE, dict[str, dict[str, str]], {})


def _key(request: Request) -> str:
    return hashlib.sha256(msgspec.json.encode(request)).hexdigest()
