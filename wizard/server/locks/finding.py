"""What the probes found, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from wizard.schemes import doors

if TYPE_CHECKING:
    from collections.abc import Sequence

Verdict = Literal["locked", "open", "unknown"]


@dataclass(frozen=True)
class Finding:
    """What one probe found: `held` is `None` where it can't be told from here.

    `detail` is what was tried and what came back; `fix` the text the admin has to change, where the door is open.
    """

    id: str
    title: str
    held: bool | None
    detail: str
    fix: str = ""

    @property
    def is_beyond_proof(self) -> bool:
        """Whether it could not be told, and never can."""
        return self.held is None and self.id in doors.BEYOND_PROOF


def opens_by_password_alone(findings: Sequence[Finding]) -> bool:
    """Whether the key is locked, and all that is open is the account's own password."""
    return {finding.id for finding in findings if finding.held is False} == {doors.PASSWORD.id}


def verdict(findings: Sequence[Finding]) -> Verdict:
    """One word for all findings: a single open door makes it `open`; what can never be told is passed over."""
    if any(finding.held is False for finding in findings):
        return "open"
    told = [finding for finding in findings if not finding.is_beyond_proof]
    return "locked" if told and all(finding.held for finding in told) else "unknown"
