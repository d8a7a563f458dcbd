"""Whether the server lets this computer in yet: asked again and again, with growing pauses, until it does or can't."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

import msgspec

from wizard import trouble
from wizard.failure import Failure, Kind
from wizard.server import kept_facts, taking_over
from wizard.server.by_password import install
from wizard.server.reaching import shown_keys, sign_in
from wizard.text.language import _, ngettext
from wizard.trouble import Trouble, diagnose
from wizard.trouble.diagnosis import Diagnosis, Sure

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.walk.context import WalkContext

NOT_YET = _("The server doesn't accept this computer yet. Your admin needs to act first.")

DONE = _("My admin says it's done")

_GROWTH = 1.5
_A_WHILE = 3  # looks
_WAITING = _("{not_yet} The wizard keeps checking. You can quit with Ctrl+Q and come back.")
_IN_DEMO = _(
    "The server doesn't accept this computer yet. In this demo, you are also the admin: press a (“Apply as the admin”)."
)
_INSTALL = _("Know the account's password? Press i, and the wizard adds the key for you.")
_KEEPS_CHECKING = _("The wizard keeps checking.")
_SEND_CHECKS = _("Send your admin this message. Its commands find the cause, and change nothing.")
_ASK = _("To check, the wizard needs your key's passphrase. “Check now” asks for it.")
_NOTHING_TO_WAIT_FOR = frozenset(
    {
        Kind.HOST_KEY_CHANGED,
        Kind.HOST_KEY_TYPE,
        Kind.HOST_KEY_UNKNOWN,
        Kind.HOST_KEY_DIFFERS,
        Kind.RECEIPT_DIFFERS,
        Kind.JUMP_KEY_CHANGED,
        Kind.KEY_MISSING,
        Kind.KEY_UNUSABLE,
    }
)
_NEEDS_THE_PERSON = frozenset({Kind.PASSPHRASE_UNASKED, Kind.PASSPHRASE_WRONG})


class LetIn(msgspec.Struct, frozen=True):
    "The server accepts this computer."


class NotYet(msgspec.Struct, frozen=True):
    """It does not yet, or can't be asked.

    `sentence` is for somebody who watches; `why` is what was found out. `is_admins` is whether the admin has just not
    acted yet, and `goes_on` whether it makes sense to look again without asking the person. Where the admin has acted
    and something is wrong with that, `told` has the message about it.
    """

    failure: Failure
    sentence: str
    why: str = ""
    told: Trouble | None = None
    is_admins: bool = False
    goes_on: bool = True


class Stopped(msgspec.Struct, frozen=True):
    """There is nothing to wait for."""

    failure: Failure


class Unverified(msgspec.Struct, frozen=True):
    """Nobody has confirmed yet which server it is, so it is not signed in to."""

    failure: Failure


News = LetIn | NotYet | Stopped | Unverified


class Admission:
    """Signs in again and again, with growing pauses, until that works or can't.

    `access_at_hand` is what signs in without asking anybody, where there is such.
    """

    def __init__(
        self,
        profile: Profile,
        context: WalkContext,
        access_at_hand: Callable[[], Awaitable[Access | None]] | None = None,
    ) -> None:
        self._profile, self._context, self._access_at_hand = profile, context, access_at_hand
        self._wanted = asyncio.Event()
        self._found: Diagnosis | None = None
        self._since, self._looks = "", 0

    @property
    def looked(self) -> str:
        """How often it was looked, and since when; nothing before the second time."""
        if self._looks < 2:
            return ""
        told = ngettext("Checked once, at {time}.", "Checked {count} times since {time}.", self._looks)
        return told.format(count=self._looks, time=self._since)

    @property
    def may_be_done(self) -> bool:
        """Whether it was waited for so long that the admin may have acted without effect."""
        return self._looks >= _A_WHILE and not self._context.is_demo

    @property
    def may_install(self) -> bool:
        """Whether the wizard could do the admin's part with the account's password."""
        return not self._context.is_demo and shown_keys.is_verified(self._profile) and install.is_offered(self._profile)

    def look_now(self) -> None:
        """Look as soon as the server can bear it."""
        self._wanted.set()

    async def watch(self) -> AsyncGenerator[News]:
        """What comes of each look; the last one is of use, or needs the person."""
        pause, longest = self._context.pauses
        while True:
            news = await self.look()
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

    async def look(self) -> News:
        """What comes of one look."""
        if not shown_keys.is_verified(self._profile):
            return Unverified(Failure(Kind.SERVER_UNVERIFIED, self._profile.server.host))
        self._since = self._since or time.strftime("%H:%M")
        self._looks += 1
        try:
            access = await self._context.access(self._profile)
            await sign_in.attempt(self._profile, access)
            await taking_over.take_over(self._profile, access)
        except Failure as failure:
            return await self._explain(failure)
        return LetIn()

    async def _explain(self, failure: Failure) -> News:
        told = trouble.explain(failure, self._profile)
        if told.kind in _NOTHING_TO_WAIT_FOR:
            return Stopped(failure)
        if told.kind in _NEEDS_THE_PERSON:
            return NotYet(failure, _ASK, goes_on=False)
        if told.waits_for_admin and self._context.is_demo:
            return NotYet(failure, _IN_DEMO, is_admins=True)
        if told.waits_for_admin:
            why = await self._why(failure)
            waiting = _WAITING.format(not_yet=NOT_YET)
            sentence = " ".join(filter(None, (waiting, self.looked, why, _INSTALL if self.may_install else "")))
            return NotYet(failure, sentence, why, is_admins=True)
        if told.forward and kept_facts.was_let_in(self._profile):
            return NotYet(failure, _KEEPS_CHECKING, told=told)
        if told.forward:
            keeps = _("{what} — {who}. The wizard keeps checking.").format(what=told.what, who=told.who.value)
            return NotYet(failure, keeps)
        return NotYet(failure, f"{told.what}. {told.to_do}")

    async def _why(self, failure: Failure) -> str:
        """What can be told of the reason; asked for once, as a server may count the tries."""
        if not self._context.is_attended:
            return ""  # whoever tells of the failure asks
        if self._found is None:
            at_hand = await self._access_at_hand() if self._access_at_hand else None
            self._found = await diagnose.ask(failure, self._profile, at_hand) or Diagnosis()
        if self._found.sure is Sure.CANT_TELL:
            return ""
        return trouble.explain(failure, self._profile, self._found).found

    async def ask_further(self, failure: Failure) -> Trouble:
        """Why the server refuses the key though the admin has acted, and what to send; asked anew each time."""
        at_hand = await self._access_at_hand() if self._access_at_hand else None
        self._found = await diagnose.ask(failure, self._profile, at_hand)
        told = trouble.explain(failure, self._profile, self._found)
        if told.kind is not Kind.KEY_REFUSED or self._found is None or self._found.sure is not Sure.CANT_TELL:
            return told
        return msgspec.structs.replace(told, to_do=_SEND_CHECKS)
