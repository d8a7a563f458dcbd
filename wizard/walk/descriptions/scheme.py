"""Sign in: the scheme by which the server lets this computer in, and what the server allows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from wizard import allowed_from as places
from wizard import profile as profiles
from wizard import rules, schemes
from wizard.client import access
from wizard.schemes import choosing
from wizard.schemes.parts import daemon_modules
from wizard.schemes.restrictions import SAY_OPPOSITE, WORDINGS, settings
from wizard.server import kept_facts
from wizard.text.language import _
from wizard.walk.description import Alternative, Description, May, MayIfConfirmed, MayNot, OneOf, Text, YesNo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.profile import Profile
    from wizard.schemes.base import Scheme
    from wizard.schemes.choosing import Offer
    from wizard.schemes.facts import ClientFacts, ServerFacts
    from wizard.schemes.fit import Fit
    from wizard.walk.context import WalkContext
    from wizard.walk.description import Answers, Pass, Question

QUESTION = _("How should this computer sign in?")
NONE_WORKS = _("None of these can work yet; each says why. Go back, or ask your admin for help.")
BOTH = _("Deleting and “append only” contradict each other. Choose one.")
ALWAYS_LOCKED = _(
    "Always blocked for this key: a terminal, tunnels, the agent, remote windows (X11) and start-up files."
)
PLACES = _("An address (192.0.2.7), a network (192.0.2.0/24) or a name (pc.example.lan).")
MAY_CHANGE = _("If this computer's address changes, it can't sign in until your admin updates the server.")
ONLY_ADDS = _("From any other address, files are only added. Deletions and changes wait.")
IN_FULL = _("This option needs the full path, starting with /. Your admin knows it; this one is a guess.")

RESTRICTIONS = tuple(
    YesNo(
        id=one.id,
        label=one.label,
        sentence=one.sentence,
        ask=_("{question} {sentence}").format(question=one.question, sentence=one.sentence),
    )
    for one in WORDINGS
)
_MORE = YesNo(
    id="more",
    label=_("More choices"),
    ask=_("See more choices, such as the folder on the server?"),
)
_ANYWHERE = _("anywhere")


class Offers(msgspec.Struct, frozen=True):
    """What is known of both sides."""

    client: ClientFacts
    server: ServerFacts

    def of(self, profile: Profile) -> list[Offer]:
        """All schemes, with how each fits."""
        return choosing.offers(profile, self.client, self.server)

    def fit(self, profile: Profile) -> Fit:
        """How the profile's own scheme fits, as it is set."""
        return schemes.of(profile).fits(self.client, self.server, profile)


def known(profile: Profile) -> Offers:
    """What is known of both sides, learnt in a moment."""
    return Offers(access.computer(), kept_facts.known(profile))


async def look(profile: Profile, context: WalkContext, before: object = None) -> Offers:
    """What is known of both sides."""
    return known(profile)


def scheme_of(way: str) -> Scheme | None:
    """The scheme that an answer stands for."""
    return next((scheme for scheme in schemes.SCHEMES if scheme.kind == way), None)


def way(profile: Profile, offers: Offers, before: str = "") -> OneOf:
    """The schemes in order of recommendation; one that can't work says why. `before` was chosen in an earlier visit."""
    listed = offers.of(profile)
    possible = {offer.scheme.kind for offer in listed if offer.fit.possible}
    recommended = [offer.scheme.kind for offer in listed if offer.recommended]
    wanted = (before, profile.scheme.kind, *recommended)
    default = next((kind for kind in wanted if kind in possible), "")
    return OneOf(id="way", label=QUESTION, alternatives=tuple(map(alternative, listed)), default=default)


def alternative(offer: Offer, *, is_chosen: bool = False) -> Alternative:
    """A scheme as one of several; the chosen one stays when an option makes it impossible."""
    is_shut = not offer.fit.possible and not is_chosen
    return Alternative(offer.scheme.kind, offer.title, offer.fit.reason if is_shut else "", disabled=is_shut)


def restrictions(profile: Profile, scheme: Scheme) -> list[YesNo]:
    """What the server can be asked to hold this computer to."""
    return [
        msgspec.structs.replace(one, default=is_yes(profile, one.id))
        for one in RESTRICTIONS
        if one.id in scheme.restrictions
    ]


def folder(profile: Profile, scheme: Scheme | None) -> Text:
    """The folder on the server."""

    def rule(typed: str) -> str | None:
        if complaint := rules.root(typed):
            return complaint
        if scheme and scheme.full_root and not typed.startswith("/"):
            return _("Type the full path, starting with / (for example /srv/backup). Your admin knows it.")
        return None

    return Text(
        id="root",
        label=_("Folder on the server for this backup"),
        default=profile.server.root,
        hint=_("for example backup"),
        rule=rule,
    )


def allowed_from(profile: Profile) -> Text:
    """From where the server lets this computer in."""
    return Text(
        id="from",
        label=_("Only from these addresses (comma-separated)"),
        default=places.text(profile.scheme.from_),
        hint=_("empty: from anywhere") if not profile.server.jump else _("the jump host's; empty: from anywhere"),
        nothing=_ANYWHERE,
        rule=lambda typed: rules.allowed_from(places.read(typed)),
    )


def module(profile: Profile) -> Text:
    """The module of rsync's own service."""
    return Text(
        id="module",
        label=_("Name in the rsync service (module)"),
        default=profile.scheme.module,
        hint=_("empty: {name}").format(name=daemon_modules.usual_name(profile)),
        nothing=daemon_modules.usual_name(profile),
        rule=lambda typed: rules.module(typed) if typed else None,
    )


def about_places(profile: Profile) -> str:
    """What is to be known of the places that the server lets this computer in from."""
    listed = profile.scheme.from_
    if jump := profile.server.jump_host:
        return _("The server sees the address of the jump host ({jump}), not this computer's.").format(jump=jump.host)
    if not listed:
        return PLACES
    if not any(map(places.is_name, listed)):
        return ONLY_ADDS if profile.scheme.elsewhere else MAY_CHANGE
    if schemes.of(profile).uses_ssh:
        return _("A name works only if the server looks up names (UseDNS yes): ask your admin.")
    return _("A name works only if the server can look it up: ask your admin.")


def about(profile: Profile) -> list[tuple[str, str, str]]:
    """What is to be known of the profile's scheme: id, title and words."""
    scheme = schemes.of(profile)
    return [
        ("traffic", _("In transit"), scheme.description.traffic),
        ("stolen", _("If stolen"), scheme.if_stolen(profile)),
        ("admin", _("Your admin"), scheme.description.admin_does),
    ]


def questions(profile: Profile, offers: Offers, answers: Answers) -> Iterator[Question]:
    """The scheme, and its options for those who want them."""
    asked = way(profile, offers)
    if not asked.default:
        return
    yield _with_about(profile, offers, asked)
    scheme = scheme_of(answers.get("way", ""))
    if scheme is None:
        return
    yield _MORE
    if not answers.get("more"):
        return
    suited = choosing.suited(profile, scheme, offers.server)
    offered = {one.id: one for one in restrictions(suited, scheme)}
    from_elsewhere = offered.pop("elsewhere", None)
    for one in offered.values():
        if one.id != "append_only" or not answers.get("allow_delete"):
            yield one
    yield allowed_from(suited)
    if from_elsewhere and answers.get("from") and not answers.get("append_only") and not answers.get("write_only"):
        yield from_elsewhere
    if "module" in scheme.restrictions:
        yield module(suited)
    yield folder(suited, scheme)


def decided(profile: Profile, offers: Offers, answers: Answers) -> Profile:
    """The profile with the scheme and the options that were answered; what was not asked stays as it is."""
    scheme = scheme_of(answers.get("way", ""))
    if scheme is None:
        return profile
    suited = choosing.suited(profile, scheme, offers.server)
    before = suited.scheme
    asked = {one.id: answers[one.id] is not (one.id in SAY_OPPOSITE) for one in RESTRICTIONS if one.id in answers}
    if asked.get("allow_delete") and "append_only" not in asked:
        asked["append_only"] = False
    from_ = places.read(answers["from"]) if "from" in answers else before.from_
    # There are no others, or the key is to do no more than that from all of them, or to read.
    if not from_ or asked.get("append_only") or not asked.get("write_only", before.write_only):
        asked["elsewhere"] = False
    changed = msgspec.structs.replace(
        before,
        **settings(asked),
        from_=from_,
        module=answers.get("module", before.module),
    )
    return msgspec.structs.replace(
        suited,
        server=msgspec.structs.replace(suited.server, root=answers.get("root", suited.server.root)),
        scheme=changed,
        delete=suited.delete and changed.allow_delete,
    )


def may_pass(profile: Profile, offers: Offers, answers: Answers) -> Pass:
    """Whoever has chosen a scheme that can work; one that gives much away is confirmed in words."""
    if not answers.get("way"):
        return May() if offers.fit(profile).possible else MayNot(offers.fit(profile).reason or NONE_WORKS)
    if answers.get("append_only") and answers.get("allow_delete"):
        return MayNot(BOTH)
    wanted = decided(profile, offers, answers)
    fit = offers.fit(wanted)
    if not fit.possible:
        return MayNot(fit.reason)
    warning, scheme = choosing.warning(wanted), schemes.of(wanted)
    if not warning:
        return May()
    where = _("Folder on the server: {folder}. You can choose another under “More choices”.")
    words = f"{warning}\n\n{where.format(folder=wanted.server.root)}" if scheme.full_root else warning
    return MayIfConfirmed(scheme.description.title, words, yes=_("Use it anyway"), no=_("Choose another"))


async def settle(profile: Profile, offers: Offers, answers: Answers, context: WalkContext) -> Profile:
    """The profile with what was decided.

    Raises:
        BadProfile: a value in it can't be taken.
    """
    return profiles.check(decided(profile, offers, answers)) if answers else profile


def is_yes(profile: Profile, restriction: str) -> bool:
    """Whether the question of a restriction is answered with yes."""
    return bool(getattr(profile.scheme, restriction)) is not (restriction in SAY_OPPOSITE)


def _told(profile: Profile, offers: Offers) -> Iterator[str]:
    if not way(profile, offers).default:
        yield NONE_WORKS


def _with_about(profile: Profile, offers: Offers, asked: OneOf) -> OneOf:
    listed = []
    for one in asked.alternatives:
        suited = decided(profile, offers, {"way": one.id})
        lines = [
            schemes.of(suited).description.summary,
            *(f"  {title}: {words}" for _id, title, words in about(suited)),
        ]
        if schemes.of(suited).locks_key:
            lines.append(f"  {ALWAYS_LOCKED}")
        listed.append(msgspec.structs.replace(one, about="\n".join(lines)))
    return msgspec.structs.replace(asked, alternatives=tuple(listed))


DESCRIPTION = Description(
    question=QUESTION, look=look, told=_told, questions=questions, may_pass=may_pass, settle=settle
)
