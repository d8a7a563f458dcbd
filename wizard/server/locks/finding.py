"""What the probes found, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from wizard.schemes import security_checks

if TYPE_CHECKING:
    from collections.abc import Sequence

Verdict = Literal["locked", "open", "unknown"]

_ANYTHING = frozenset({"shell", "command"})
_MOST_REASONS = 3


@dataclass(frozen=True)
class Finding:
    """What one probe found: `held` is `None` where it was not tested, or can't be from here (not `testable`).

    `detail` is what was asked and what came back; `fix` the text the admin has to change, where the door is open.
    """

    id: str
    title: str
    held: bool | None
    testable: bool
    detail: str
    fix: str = ""


def opens_by_password_alone(findings: Sequence[Finding]) -> bool:
    """Whether the key is locked, and all that is open is the account's own password."""
    others = [one for one in findings if one.id != security_checks.PASSWORD.id]
    return verdict(findings) == "open" and verdict(others) == "locked"


def opens_everything(findings: Sequence[Finding]) -> bool:
    """Whether the key starts whatever it is asked for."""
    return {finding.id for finding in findings if finding.held is False} >= _ANYTHING


def verdict(findings: Sequence[Finding]) -> Verdict:
    """One word for all findings: `locked` only if all that can be tested was, and is shut."""
    if any(finding.held is False for finding in findings):
        return "open"
    testable = [finding for finding in findings if finding.testable]
    return "locked" if testable and all(finding.held for finding in testable) else "unknown"


def why_untested(findings: Sequence[Finding]) -> list[str]:
    """What kept the probes from an answer, each reason once, the first few of them."""
    reasons = (one.detail for one in findings if one.held is None and one.testable)
    return list(dict.fromkeys(reasons))[:_MOST_REASONS]
