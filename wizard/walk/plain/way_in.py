"""The question of how the server lets this computer in, and what it holds it to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from wizard import allowed_from, rules, schemes
from wizard.client import access
from wizard.console import say
from wizard.failure import Failure, Kind
from wizard.profile import check
from wizard.schemes import choosing, restrictions
from wizard.server import facts
from wizard.walk.plain import asker
from wizard.walk.plain.asker import GoBack

if TYPE_CHECKING:
    from wizard.client.session import Session
    from wizard.profile import Profile
    from wizard.rules import Rule
    from wizard.schemes.base import Scheme
    from wizard.schemes.choosing import Offer


def scheme(profile: Profile, _: Session) -> Profile:
    """How the server lets this computer in, and what the key may do."""
    client, server = access.computer(), facts.known(profile)
    chosen = _chosen(choosing.offers(profile, client, server), profile)
    about = chosen.description
    decided = choosing.suited(profile, chosen, server)
    say(about.summary)
    say(f"  On the way: {about.traffic}")
    say(f"  If stolen: {chosen.if_stolen(decided)}")
    say(f"  The admin: {about.admin_does}")
    if chosen.locks_key:
        say("  Always shut for this key: a terminal, tunnels, the agent, windows (X11) and start-up files.")
    if chosen.full_root:
        say(f"  On the server it opens the folder {decided.server.root}; with more choices you can name another.")
    if asker.agrees("More choices, such as from where and into which folder?", default=False):
        decided = _with_more(decided, chosen)
    fit = chosen.fits(client, server, decided)
    if not fit.possible:
        raise Failure(Kind.BAD_VALUE, fit.reason.rstrip("."))
    warning = choosing.warning(decided)
    if warning and not asker.agrees(f"{warning} Take it all the same?", default=False):
        raise GoBack
    return check(decided)


def _chosen(offers: list[Offer], profile: Profile) -> Scheme:
    possible = [offer for offer in offers if offer.fit.possible]
    for offer in offers:
        if not offer.fit.possible:
            say(f"Not possible: {offer.title}. {offer.fit.reason}")
    if not possible:
        raise Failure(Kind.BAD_VALUE, "none of the ways in can work yet")
    kinds: list[str] = [offer.scheme.kind for offer in possible]
    recommended = next((offer.scheme.kind for offer in possible if offer.recommended), kinds[0])
    kind = asker.choice(
        "How shall the server let this computer in?",
        [(offer.scheme.kind, _words(offer)) for offer in possible],
        profile.scheme.kind if profile.scheme.kind in kinds else recommended,
    )
    return next(one for one in schemes.SCHEMES if one.kind == kind)


def _words(offer: Offer) -> str:
    return f"{offer.title}. {offer.fit.reason}" if offer.fit.reason else offer.title


def _with_more(profile: Profile, scheme: Scheme) -> Profile:
    before = profile.scheme
    chosen: dict[str, bool] = {}
    for one in restrictions.WORDINGS:
        excluded = one.id == "append_only" and chosen.get("allow_delete")
        if one.id in scheme.restrictions and not excluded:
            question = f"{one.question} {one.sentence.rstrip('.')}"
            answer = asker.agrees(question, default=getattr(before, one.id) is not one.says_opposite)
            chosen[one.id] = answer is not one.says_opposite
    if chosen.get("allow_delete"):
        chosen["append_only"] = False
    lines: dict[str, Any] = {"from_": _places(before.from_, scheme)}
    if "module" in scheme.restrictions:
        question = "Its name in the service (module)"
        lines["module"] = asker.line(question, before.module or profile.server.user, rules.module)
    root = asker.line("The folder on the server that it opens", profile.server.root, _root_rule(scheme))
    decided = msgspec.structs.replace(before, **chosen, **lines)
    return msgspec.structs.replace(
        profile,
        server=msgspec.structs.replace(profile.server, root=root),
        scheme=decided,
        delete=profile.delete and decided.allow_delete,
    )


def _places(before: tuple[str, ...], scheme: Scheme) -> tuple[str, ...]:
    looked_up = "looks names up (UseDNS yes)" if scheme.uses_ssh else "can look it up"
    say("Only from certain places: addresses (192.0.2.7), networks (192.0.2.0/24) or names, with commas between.")
    say(f"If this computer's address changes, it is locked out. A name works only if the server {looked_up}.")
    anywhere = "anywhere"

    def read(typed: str) -> tuple[str, ...]:
        return () if typed == anywhere else allowed_from.read(typed)

    return read(
        asker.line("From where", allowed_from.text(before) or anywhere, lambda typed: rules.allowed_from(read(typed)))
    )


def _root_rule(scheme: Scheme) -> Rule:
    def rule(typed: str) -> str | None:
        if scheme.full_root and not typed.startswith("/"):
            return "Write it in full, from the first / on, such as /srv/backup: the admin knows it."
        return rules.root(typed)

    return rule
