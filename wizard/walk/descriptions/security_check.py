"""Security check: what a thief of the key would try is tried, and the server has to refuse it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from wizard import console, trouble
from wizard.failure import Failure, Kind
from wizard.running import record
from wizard.server import locks
from wizard.server.reaching import sign_in
from wizard.text.language import _
from wizard.walk.description import Description, May, MayIfConfirmed, MayNot

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Sequence

    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.server.locks import Finding
    from wizard.trouble import Trouble
    from wizard.walk.context import WalkContext
    from wizard.walk.description import Answers, Pass

INTRO = _("The wizard tries what a thief would try. The server has to refuse it.")
_OPEN = MayIfConfirmed(
    _("Not everything is locked"),
    _(
        "If someone steals your key, they could do more on the server than the key is meant for. You lose nothing"
        " by waiting until your admin has fixed this."
    ),
    yes=_("Continue anyway"),
    no=_("Stay here"),
)
_OPEN_BY_PASSWORD = MayIfConfirmed(
    _("The account's password still works"),
    _(
        "Your key is locked. But anyone who learns the account's password can sign in with it and do everything"
        " the account can do. That was possible before this backup, too."
    ),
    yes=_("Continue and keep the password"),
    no=_("Stay here"),
)


async def tried(profile: Profile, access: Access) -> AsyncGenerator[Finding]:
    """Sign in, and try all that must be refused; each finding as it becomes known.

    Raises:
        Failure: as for `sign_in.attempt` and `locks.check`.
    """
    await sign_in.attempt(profile, access)
    async for finding in locks.check(profile, access, expects_backup=not record.is_first(profile)):
        yield finding


async def look(profile: Profile, context: WalkContext, before: object = None) -> list[Finding]:
    """Try everything, and tell each finding."""
    context.tell(INTRO)
    findings = []
    async for finding in tried(profile, await context.access(profile)):
        context.tell(console.finding(finding))
        findings.append(finding)
    return findings


def open_ones(profile: Profile, findings: Sequence[Finding]) -> Trouble:
    """What is open and who closes it, with the letter to the admin."""
    titles = ", ".join(finding.title for finding in findings if finding.held is False)
    kind = Kind.PASSWORD_OPEN if locks.opens_by_password_alone(findings) else Kind.LOCK_OPEN
    told = trouble.explain(Failure(kind, titles), profile)
    return msgspec.structs.replace(told, forward=locks.letter(profile, findings))


def may_pass(profile: Profile, findings: Sequence[Finding], answers: Answers) -> Pass:
    """What is open is accepted in words; what could not be tested is told."""
    if not findings:
        return MayNot(_("Finish the security check first."))
    if locks.verdict(findings) != "open":
        return May()
    return _OPEN_BY_PASSWORD if locks.opens_by_password_alone(findings) else _OPEN


def verdict(findings: Sequence[Finding]) -> str:
    """What everything comes to, with the reasons for what could not be tested."""
    untested = locks.why_untested(findings) if locks.verdict(findings) == "unknown" else []
    return "\n".join([console.verdict(findings), *untested])


def is_another_server(failure: Failure | None, profile: Profile) -> bool:
    """Whether the server may not be the one that was confirmed: then its fingerprint is to be compared first."""
    return failure is not None and trouble.kind_of(failure, profile) in locks.ANOTHER_SERVER


def _told(profile: Profile, findings: Sequence[Finding]) -> Iterator[str]:
    yield "\n".join([console.verdict(findings), *console.why_untested(profile.name, findings)])
    if locks.verdict(findings) == "open":
        told = open_ones(profile, findings)
        yield told.to_do
        yield _("Send this to your admin:")
        yield console.ToPaste(told.forward)


def _is_locked(profile: Profile, findings: Sequence[Finding]) -> bool:
    return locks.verdict(findings) == "locked"


DESCRIPTION = Description(
    question=_("What could a thief do with your key?"), look=look, told=_told, may_pass=may_pass, is_good=_is_locked
)
