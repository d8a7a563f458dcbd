"""The watch for the moment when the server lets this computer in, and what there is to tell meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizard import trouble
from wizard.failure import Failure, Kind
from wizard.server.by_password import install
from wizard.server.reaching import sign_in
from wizard.trouble import diagnose
from wizard.trouble.diagnosis import Diagnosis, Sure

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from screens.context import Context
    from screens.widgets.note import Tone
    from wizard.client.access import Access
    from wizard.profile import Profile

_GROWTH = 1.5
_WAITING = (
    "The server doesn't let this computer in yet. The wizard keeps looking; you can leave with Ctrl+Q and come back."
)
_IN_DEMO = "The server doesn't let this computer in yet. In this demo you are its admin too: “Apply as the admin” (a)."
_INSTALL = "If you have the account's password, “i” does it for you."
_ASK = "To look, the wizard needs the passphrase of your key: “Look now” asks for it."
_NOTHING_TO_WAIT_FOR = frozenset(
    {
        Kind.HOST_KEY_CHANGED,
        Kind.HOST_KEY_TYPE,
        Kind.HOST_KEY_UNKNOWN,
        Kind.RECEIPT_DIFFERS,
        Kind.KEY_MISSING,
        Kind.KEY_UNUSABLE,
    }
)
_NEEDS_THE_PERSON = frozenset({Kind.PASSPHRASE_UNASKED, Kind.PASSPHRASE_WRONG})


@dataclass(frozen=True)
class LetIn:
    """The server lets this computer in."""


@dataclass(frozen=True)
class NotYet:
    """It does not yet, or can't be asked; what is to be told of that, and whether the watch goes on by itself."""

    sentence: str
    tone: Tone
    goes_on: bool = True


@dataclass(frozen=True)
class Stopped:
    """There is nothing to wait for."""

    failure: Failure


News = LetIn | NotYet | Stopped


class Admission:
    """Signs in again and again, with growing pauses, until that works or can't.

    `access_at_hand` is what signs in without asking anybody, where there is such.
    """

    def __init__(
        self, profile: Profile, context: Context, access_at_hand: Callable[[], Awaitable[Access | None]]
    ) -> None:
        self._profile, self._context, self._access_at_hand = profile, context, access_at_hand
        self._wanted = asyncio.Event()
        self._found: Diagnosis | None = None

    @property
    def may_install(self) -> bool:
        """Whether the wizard could do the admin's part with the account's password."""
        return not self._context.is_demo and install.is_offered(self._profile)

    def look_now(self) -> None:
        """Look as soon as the server can bear it."""
        self._wanted.set()

    async def watch(self) -> AsyncGenerator[News]:
        """What comes of each look; the last one is of use, or needs the person."""
        pause, longest = self._context.pauses
        while True:
            news = await self._look()
            yield news
            if not (isinstance(news, NotYet) and news.goes_on):
                return
            least = min(pause, sign_in.LEAST_PAUSE_SECONDS)
            await asyncio.sleep(least)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause - least):
                    await self._wanted.wait()
            self._wanted.clear()
            pause = min(pause * _GROWTH, longest)

    async def _look(self) -> News:
        try:
            await sign_in.attempt(self._profile, await self._context.access(self._profile))
        except Failure as failure:
            return await self._explain(failure)
        return LetIn()

    async def _explain(self, failure: Failure) -> News:
        told = trouble.explain(failure, self._profile)
        if told.kind in _NOTHING_TO_WAIT_FOR:
            return Stopped(failure)
        if told.kind in _NEEDS_THE_PERSON:
            return NotYet(_ASK, "warn", goes_on=False)
        if told.waits_for_admin and self._context.is_demo:
            return NotYet(_IN_DEMO, "busy")
        if told.waits_for_admin:
            parts = (_WAITING, await self._why(failure), _INSTALL if self.may_install else "")
            return NotYet(" ".join(filter(None, parts)), "busy")
        if told.forward:
            return NotYet(f"{told.what} — {told.who.value}. The wizard keeps looking.", "warn")
        return NotYet(f"{told.what}. {told.to_do}", "warn")

    async def _why(self, failure: Failure) -> str:
        """What can be told of the reason; asked for once, as a server may count the tries."""
        if self._found is None:
            self._found = await diagnose.ask(failure, self._profile, await self._access_at_hand()) or Diagnosis()
        if self._found.sure is Sure.CANT_TELL:
            return ""
        return trouble.explain(failure, self._profile, self._found).found
