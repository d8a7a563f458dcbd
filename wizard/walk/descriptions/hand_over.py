"""Ask your admin: the text for the server's admin, and the moment from which the server lets this computer in."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from wizard import console
from wizard.client import access
from wizard.client.keys import daemon_password
from wizard.client.process.background import in_background
from wizard.failure import Failure, Kind
from wizard.running import record
from wizard.server import exports, handed_over
from wizard.server.by_password import install
from wizard.server.reaching import shown_keys
from wizard.server.receipts import admin_answer, receipt_text
from wizard.storage import files, paths, profiles
from wizard.text.language import _
from wizard.walk.admission import DONE, NOT_YET, Admission, LetIn, News, NotYet, Stopped, Unverified
from wizard.walk.description import Description, Help, Hidden, Lines, May, MayNot
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.client.keys.secrets import Secret
    from wizard.profile import Profile
    from wizard.schemes.facts import ClientFacts
    from wizard.walk.context import WalkContext
    from wizard.walk.description import Answers, Pass

LET_IN = _("The server accepts this computer.")
STILL_WAITING = _(
    "This step waits for your admin. Once they have set up the server, you can continue. You can quit with"
    " Ctrl+Q; everything is saved."
)
UNVERIFIED = _(
    "Send the message. It asks for the server's fingerprint. Paste your admin's answer here. Until then, nothing is"
    " sent to the server."
)
VERIFIED = _("It's your server: it shows the fingerprint that your admin sent.")
LOOKING = _("Checking whether the server accepts this computer")
MAY_ASK = _("Your keyring may be asking for its password in another window. Esc goes back.")
ALSO_SEND = _("Your admin needs the password too (tab “Secrets”). Send it separately from this text.")
REPLACES = _("Your settings changed. Send your admin this new text. It has to take the place of the old one.")
TAKES_OVER = _(
    "Once your admin uses this text, the old computer's key no longer works. Tell your admin yourself that it's from"
    " you, because a thief could send it, too."
)


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
            if words := about_earlier(profile):
                context.tell(words)
            context.tell(_("Send this to your admin. It starts and ends with a line of dashes."))
            context.tell(console.ToPaste(f"{'-' * 40}\n{message.rstrip()}\n{'-' * 40}"))
    if doubt := context.warned.get(Step.HAND_OVER):
        return msgspec.structs.replace(before, news=Stopped(doubt))
    if context.is_attended and shown_keys.is_verified(profile):
        context.tell(f"{LOOKING} …")
    return msgspec.structs.replace(before, news=await before.admission.look())


def about_earlier(profile: Profile) -> str:
    """What the text takes the place of, if anything."""
    if profile.adopting:
        return TAKES_OVER
    return REPLACES if handed_over.replaces_another(profile.name) else ""


def verified(profile: Profile) -> str:
    """What is said once the admin has confirmed a server that nobody had anything to compare with; or nothing."""
    return VERIFIED if shown_keys.of(profile) and profile.server.host_keys else ""


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
        case Unverified(failure):
            return MayNot(UNVERIFIED, failure)
    return MayNot(STILL_WAITING)


def may_pass(profile: Profile, found: Asked, answers: Answers) -> Pass:
    """The same of the latest look."""
    return judged(found.news)


def helps(profile: Profile, found: Asked, context: WalkContext) -> Iterator[Help]:
    """To save the text, to use the admin's answer, and to do the admin's part oneself."""
    yield Help("s", _("save the text as a file"), (), partial(_save, context, found.message), looks_again=False)
    if Step.HAND_OVER in context.warned:
        return
    end = receipt_text.END.format(name=profile.name)
    paste = Lines(id="answer", label=_("Paste your admin's answer"), is_whole=lambda text: end in text)
    yield Help("r", _("use your admin's answer"), (paste,), partial(_use_answer, context))
    if isinstance(found.news, NotYet) and found.news.is_admins and not context.is_demo:
        yield Help("d", DONE, (), partial(_ask_further, context, found), looks_again=False)
    if found.admission.may_install:
        label = _("Password of {user} on {host} (not saved anywhere)")
        password = Hidden(id="password", label=label.format(user=profile.server.user, host=profile.server.host))
        title = _("let the wizard add the key, if you know the account's password")
        yield Help("i", title, (password,), partial(_install, context))


async def settle(profile: Profile, found: object, answers: Answers, context: WalkContext) -> Profile:
    """The profile of a backup that is this computer's, also where it was another's before.

    Raises:
        Failure: our folder can't be written to.
    """
    if profile.adopting:
        record.note_adopted(profile.name)
    return msgspec.structs.replace(profile, adopting="")


async def _save(context: WalkContext, message: str, profile: Profile, answers: Answers) -> Profile:
    path = files.free(Path.home() / f"backup-wizard-{profile.name}.txt")
    files.create(path, message.encode(), 0o644)
    context.tell(_("Saved as {file}.").format(file=paths.shown(path)))
    return profile


async def _use_answer(context: WalkContext, profile: Profile, answers: Answers) -> Profile:
    taken = await admin_answer.take(profile, answers["answer"])
    profiles.save(taken.profile)
    context.tell(console.receipt(taken))
    return taken.profile


async def _ask_further(context: WalkContext, found: Asked, profile: Profile, answers: Answers) -> Profile:
    if isinstance(found.news, NotYet):
        told = await found.admission.ask_further(found.news.failure)
        for words in filter(None, (told.sentence, told.found, console.ToPaste(told.forward))):
            context.tell(words)
    return profile


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
    if profile.versions.are_kept:
        context.tell(install.VERSIONS_NEED_ADMIN)
    return profile


DESCRIPTION = Description(
    question=_("Send this to your admin"),
    look=look,
    may_pass=may_pass,
    settle=settle,
    helps=helps,
    warnings=frozenset({Kind.HOST_KEY_DIFFERS, Kind.RECEIPT_DIFFERS}),
)
