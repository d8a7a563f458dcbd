"""Fingerprint: is it really the server? Only a person who compares, or the admin's receipt, can say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from wizard import console, trouble
from wizard.client.host_keys import host_identity, known_hosts
from wizard.client.host_keys.host_identity import HostKeyStatus
from wizard.failure import Failure, Kind
from wizard.server.reaching import host_trust, shown_keys
from wizard.server.receipts import admin_answer, receipt_text
from wizard.storage import profiles
from wizard.text.language import _
from wizard.walk.description import Alternative, Description, Lines, May, MayNot, OneOf, Text
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wizard.client.host_keys.host_identity import Identity
    from wizard.client.host_keys.known_hosts import HostKey
    from wizard.profile import Profile
    from wizard.trouble import Trouble
    from wizard.walk.context import WalkContext
    from wizard.walk.description import Answers, Pass, Question

SAME, PASTE, RECEIPT, LATER = "same", "paste", "receipt", "later"

_COMPARED = Alternative(
    SAME, _("I compared it: it's the same"), _("It matches the one your admin gave you, character by character.")
)
_AS_BEFORE = Alternative(SAME, _("It's the same server as before"), _("Nothing has changed, so continue."))
_PASTE = Alternative(PASTE, _("My admin sent me a fingerprint"), _("Paste it, and the wizard compares it."))
_RECEIPT = Alternative(
    RECEIPT, _("I have my admin's receipt"), _("Paste all of it. The wizard finds the fingerprint and compares it.")
)
_LATER = Alternative(
    LATER,
    _("I don't have it yet"),
    _("Continue: your message will ask for it. Until then, nothing is sent to the server."),
)
_CONTRADICTED = _(
    "This computer has seen that server before, with a different fingerprint. The server was reinstalled, or someone"
    " is intercepting the connection"
)
GOES_ON = _("Your message will ask your admin for the fingerprint. Until then, nothing is sent to the server.")


class Met(msgspec.Struct, frozen=True):
    """The keys that the server shows, and how they stand to what is known.

    `default` is the answer that Enter alone gives. `differs` is whether a fingerprint or a receipt already turned out
    to be another server's: then nobody's own word is enough.
    """

    identity: Identity
    default: str = LATER
    differs: bool = False

    @property
    def standing(self) -> HostKeyStatus:
        """What is known of the keys."""
        return self.identity.status

    @property
    def compared(self) -> tuple[HostKey, ...]:
        """The keys that a person compares: those that are known, or else the best."""
        return self.identity.as_expected or self.identity.offered[:1]


async def look(profile: Profile, context: WalkContext, before: Met | None = None) -> Met:
    """Ask the server for its host keys.

    Raises:
        Failure: as for `host_trust.meet`.
    """
    identity = await host_trust.meet(profile)
    # Enter alone vouches for no server, except for a demo's, where nobody else could.
    default = SAME if context.is_demo or identity.status is HostKeyStatus.KNOWN else LATER
    return Met(identity, default, differs=Step.FINGERPRINT in context.warned)


def words(profile: Profile, met: Met) -> str:
    """What the server shows, in a sentence; a changed fingerprint is told by `changed`."""
    host = profile.server.host
    match met.standing:
        case HostKeyStatus.NEW:
            return _("{host} shows this fingerprint. Is it the one your admin gave you?").format(host=host)
        case HostKeyStatus.KNOWN:
            return _("This computer has connected to {host} before, and saw this fingerprint then.").format(host=host)
        case HostKeyStatus.CONFIRMED:
            return _("{host} shows the fingerprint that was confirmed for this backup.").format(host=host)
        case HostKeyStatus.CONTRADICTED | HostKeyStatus.CHANGED:
            return changed(profile, met).sentence


def changed(profile: Profile, met: Met) -> Trouble:
    """What is to be said of a server that shows other keys than before."""
    identity = met.identity
    raw = "\n".join([_("Before:"), *identity.expected, _("Now:"), *map(_line, identity.offered)])
    if met.standing is HostKeyStatus.CHANGED:
        return replace(trouble.explain(host_trust.stranger(profile, identity.offered), profile), raw=raw)
    told = trouble.explain(Failure(Kind.HOST_KEY_CHANGED, profile.server.host, raw), profile)
    return replace(told, what=_CONTRADICTED)


def choice(met: Met) -> OneOf | None:
    """The answers there are; none where the server is known to be the right one, or seems to be another."""
    match met.standing:
        case HostKeyStatus.NEW:
            listed: tuple[Alternative, ...] = (_COMPARED, _PASTE, _RECEIPT, _LATER)
        case HostKeyStatus.KNOWN:
            listed = (_AS_BEFORE, _PASTE, _RECEIPT)
        case _:
            return None
    if met.differs:
        listed = (replace(listed[0], disabled=True), *listed[1:])
    default = PASTE if met.differs and met.default == SAME else met.default
    return OneOf(id="answer", label=_("Is this really your server?"), alternatives=listed, default=default)


def pasted(default: str = "") -> Text:
    """The line for a fingerprint."""
    label, hint = _("The fingerprint your admin sent"), _("starts with SHA256:")
    return Text(id="pasted", label=label, default=default, hint=hint, rule=host_identity.complaint)


def questions(profile: Profile, met: Met, answers: Answers) -> Iterator[Question]:
    """How the person knows the server, and then what was sent to them."""
    if met.standing is HostKeyStatus.CONFIRMED:
        return
    answer = PASTE
    if asked := choice(met):
        yield asked
        answer = answers.get(asked.id, "")
    if answer == PASTE:
        yield pasted()
    elif answer == RECEIPT:
        end = receipt_text.END.format(name=profile.name)
        yield Lines(id="receipt", label=_("Paste the receipt"), is_whole=lambda text: end in text)


def may_pass(profile: Profile, met: Met, answers: Answers) -> Pass:
    """Nobody may whose server is not confirmed by an answer that fits what it shows."""
    if met.standing is HostKeyStatus.CONFIRMED:
        return May(_("The server shows the fingerprint that was confirmed."))
    answer = _answer(met, answers)
    if answer == LATER:
        return May(GOES_ON)
    if answer == RECEIPT or (answer == SAME and not met.differs):
        return May()
    if answer == PASTE and host_identity.matching(answers.get("pasted", ""), met.identity.offered):
        return May(_("The fingerprint is the same: it's your server."))
    return MayNot(failure=_differs(profile, met, answers))


async def settle(profile: Profile, met: Met, answers: Answers, context: WalkContext) -> Profile:
    """Trust the keys that were confirmed; `shown` among the answers is the one that was compared.

    Without a fingerprint to compare with, what the server shows is kept for the message, and trusted by nothing.

    Raises:
        Failure: as for `admin_answer.take`, or our folder can't be written to.
    """
    if met.standing is HostKeyStatus.CONFIRMED:
        known_hosts.trust(profile, met.identity.offered)
        return profile
    match _answer(met, answers):
        case "later":
            shown_keys.keep(profile, met.identity.offered)
            return profile
        case "same":
            shown = [key for key in met.identity.offered if key.fingerprint == answers.get("shown")]
            return host_trust.confirm(profile, met.identity.as_expected or shown or met.compared)
        case "receipt":
            taken = await admin_answer.take(profile, answers["receipt"])
            profiles.save(taken.profile)
            context.tell(console.receipt(taken))
            return taken.profile
    return host_trust.confirm(profile, host_identity.matching(answers["pasted"], met.identity.offered))


def _told(profile: Profile, met: Met) -> Iterable[str]:
    yield words(profile, met)
    if met.standing in {HostKeyStatus.CHANGED, HostKeyStatus.CONTRADICTED}:
        told = changed(profile, met)
        yield from filter(None, (told.forward, told.raw))
    else:
        yield from (f"  {_line(key)}" for key in met.compared)
        others = [key for key in met.identity.offered if key not in met.compared]
        if others and met.standing is HostKeyStatus.NEW:
            yield _("The server's other fingerprints, in case your admin sent one of these:")
            yield from (f"  {_line(key)}" for key in others)


def _answer(met: Met, answers: Answers) -> str:
    """How the server is known; whoever can't be asked doesn't know it yet, and doesn't go on to a changed one."""
    is_open = met.standing in {HostKeyStatus.NEW, HostKeyStatus.KNOWN}
    return str(answers.get("answer", PASTE if answers or not is_open else LATER))


def _differs(profile: Profile, met: Met, answers: Answers) -> Failure:
    if not answers.get("pasted"):  # nobody is there who could paste one
        return host_trust.stranger(profile, met.identity.offered)
    sent = ", ".join(host_identity.fingerprints(answers["pasted"]))
    shown = answers.get("shown") or ", ".join(key.fingerprint for key in met.identity.offered)
    return Failure(Kind.HOST_KEY_DIFFERS, sent, shown)


def _line(key: HostKey) -> str:
    return f"{key.type_name} {key.fingerprint}"


DESCRIPTION = Description(
    question=_("Is this really your server?"),
    look=look,
    told=_told,
    questions=questions,
    may_pass=may_pass,
    settle=settle,
    warnings=frozenset({Kind.HOST_KEY_DIFFERS, Kind.RECEIPT_DIFFERS}),
)
