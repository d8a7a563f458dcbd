"""Ask your admin: the text for the server's admin, and the moment from which the server lets this computer in."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from wizard import console, trouble
from wizard.client import access
from wizard.client.keys import daemon_password
from wizard.client.process.background import in_background
from wizard.failure import Failure, Kind
from wizard.server import exports, handed_over
from wizard.server.by_password import install
from wizard.server.reaching import sign_in
from wizard.server.receipts import receipt, receipt_text
from wizard.storage import files, paths, profiles
from wizard.text.language import _
from wizard.trouble import diagnose
from wizard.trouble.diagnosis import Diagnosis, Sure
from wizard.walk.description import Description, Help, Hidden, Lines, May, MayNot
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator

    from wizard.client.access import Access
    from wizard.client.keys.secrets import Secret
    from wizard.profile import Profile
    from wizard.schemes.facts import ClientFacts
    from wizard.walk.context import WalkContext
    from wizard.walk.description import Answers, Pass

LET_IN = _("The server accepts this computer.")
NOT_YET = _("The server doesn't accept this computer yet. Your admin needs to act first.")
STILL_WAITING = _(
    "This step waits for your admin. Once they have set up the server, you can continue. You can quit with"
    " Ctrl+Q; everything is saved."
)
LOOKING = _("Checking whether the server accepts this computer")
MAY_ASK = _("Your keyring may be asking for its password in another window. Esc goes back.")
ALSO_SEND = _("Your admin needs the password too (tab “Secrets”). Send it separately from this text.")
REPLACES = _("Your settings changed. Send this new text; it replaces the old one.")

_GROWTH = 1.5
_WAITING = _("{not_yet} The wizard keeps checking. You can quit with Ctrl+Q and come back.")
_IN_DEMO = _(
    "The server doesn't accept this computer yet. In this demo, you are also the admin: press a (“Apply as the admin”)."
)
_INSTALL = _("Know the account's password? Press i, and the wizard adds the key for you.")
_ASK = _("To check, the wizard needs your key's passphrase. “Check now” asks for it.")
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


class LetIn(msgspec.Struct, frozen=True):
    "The server accepts this computer."


class NotYet(msgspec.Struct, frozen=True):
    """It does not yet, or can't be asked.

    `sentence` is for somebody who watches; `why` is what was found out. `is_admins` is whether the admin has just not
    acted yet, and `goes_on` whether it makes sense to look again without asking the person.
    """

    failure: Failure
    sentence: str
    why: str = ""
    is_admins: bool = False
    goes_on: bool = True


class Stopped(msgspec.Struct, frozen=True):
    """There is nothing to wait for."""

    failure: Failure


News = LetIn | NotYet | Stopped


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
            return NotYet(failure, _ASK, goes_on=False)
        if told.waits_for_admin and self._context.is_demo:
            return NotYet(failure, _IN_DEMO, is_admins=True)
        if told.waits_for_admin:
            why = await self._why(failure)
            waiting = _WAITING.format(not_yet=NOT_YET)
            sentence = " ".join(filter(None, (waiting, why, _INSTALL if self.may_install else "")))
            return NotYet(failure, sentence, why, is_admins=True)
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


class Asked(msgspec.Struct, frozen=True):
    """The message to the admin, and what came of the latest look whether it was used."""

    message: str
    admission: Admission
    news: News


def prepare(profile: Profile) -> ClientFacts:
    """Have all that the text tells of: a daemon's password, and the command that is recorded.

    Raises:
        Failure: it can't be made or kept.
    """
    daemon_password.ensure(profile)
    return access.facts(profile)


async def look(profile: Profile, context: WalkContext, before: Asked | None = None) -> Asked:
    """Write the text, and sign in once."""
    if before is None:
        facts = await in_background(partial(prepare, profile))
        message = exports.export(profile, facts, "text") if context.is_attended else ""
        handed_over.keep(profile, facts)
        before = Asked(message, Admission(profile, context), LetIn())
        if context.is_attended:
            if handed_over.replaces_another(profile.name):
                context.tell(REPLACES)
            context.tell(_("Send this to your admin. It starts and ends with a line of dashes."))
            context.tell(f"{'-' * 40}\n{message.rstrip()}\n{'-' * 40}")
    if doubt := context.warned.get(Step.HAND_OVER):
        return msgspec.structs.replace(before, news=Stopped(doubt))
    if context.is_attended:
        context.tell(f"{LOOKING} …")
    return msgspec.structs.replace(before, news=await before.admission.look())


def judged(news: News | None) -> Pass:
    """Whoever is let in may go on."""
    match news:
        case LetIn():
            return May(LET_IN)
        case Stopped(failure):
            return MayNot(failure=failure)
        case NotYet() if news.is_admins:
            return MayNot(" ".join(filter(None, (NOT_YET, news.why))), news.failure)
        case NotYet():
            return MayNot(failure=news.failure)
    return MayNot(STILL_WAITING)


def may_pass(profile: Profile, found: Asked, answers: Answers) -> Pass:
    """The same of the latest look."""
    return judged(found.news)


def helps(profile: Profile, found: Asked, context: WalkContext) -> Iterator[Help]:
    """To save the text, to use the admin's receipt, and to do the admin's part oneself."""
    yield Help("s", _("save the text as a file"), (), partial(_save, context, found.message), looks_again=False)
    if Step.HAND_OVER in context.warned:
        return
    end = receipt_text.END.format(name=profile.name)
    paste = Lines(id="receipt", label=_("Paste the receipt"), is_whole=lambda text: end in text)
    yield Help("r", _("use your admin's receipt"), (paste,), partial(_use_receipt, context))
    if found.admission.may_install:
        label = _("Password of {user} on {host} (not saved anywhere)")
        password = Hidden(id="password", label=label.format(user=profile.server.user, host=profile.server.host))
        title = _("let the wizard add the key, if you know the account's password")
        yield Help("i", title, (password,), partial(_install, context))


async def _save(context: WalkContext, message: str, profile: Profile, answers: Answers) -> Profile:
    path = files.free(Path.home() / f"backup-wizard-{profile.name}.txt")
    files.create(path, message.encode(), 0o644)
    context.tell(_("Saved as {file}.").format(file=paths.shown(path)))
    return profile


async def _use_receipt(context: WalkContext, profile: Profile, answers: Answers) -> Profile:
    taken = await receipt.take(profile, answers["receipt"])
    profiles.save(taken.profile)
    context.tell(console.receipt(taken))
    return taken.profile


async def _install(context: WalkContext, profile: Profile, answers: Answers) -> Profile:
    reached: list[install.InstallStage] = []

    def tell(stage: install.InstallStage) -> None:
        reached.append(stage)
        context.tell(f"  {install.STAGES[stage]} …")

    password: Secret = answers["password"]
    try:
        await install.install(profile, await context.access(profile), password, tell)
    except Failure as failure:
        if install.InstallStage.UNDOING in reached and failure.kind is not Kind.NOT_UNDONE:
            context.tell(install.TAKEN_BACK)
        raise
    return profile


DESCRIPTION = Description(
    question=_("Send this to your admin"),
    look=look,
    may_pass=may_pass,
    helps=helps,
    warnings=frozenset({Kind.RECEIPT_DIFFERS}),
)
