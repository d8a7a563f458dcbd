"""Trying the doors that must be shut."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from wizard import schemes
from wizard.client import ssh

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.schemes.base import Refusal

Verdict = Literal["locked", "open", "unknown"]

# Words that every login shell (csh and fish too) and none but a shell turns into the sum.
_SUM_REQUEST, _SUM = ("expr", "271828", "+", "314159"), "585987"
_ADMIN_MENDS = (
    "Put the exported authorized_keys line in place of the one that is there, and no other line with this key."
)


@dataclass(frozen=True)
class Finding:
    """What one probe found: `held` is `None` where it can't be told from here."""

    id: str
    title: str
    held: bool | None
    detail: str
    fix: str = ""


async def check(profile: Profile, access: Access) -> AsyncGenerator[Finding]:
    """Try every door that the scheme says is shut, each as it becomes known.

    Raises:
        Failure: the sign-in could not be tried.
    """
    probes = [asyncio.create_task(_probe(refusal, profile, access)) for refusal in refusals(profile)]
    try:
        for finding in asyncio.as_completed(probes):
            yield await finding
    finally:
        for probe in probes:
            probe.cancel()
        await asyncio.gather(*probes, return_exceptions=True)


def refusals(profile: Profile) -> tuple[Refusal, ...]:
    """The doors that `check` will try."""
    return schemes.of(profile).must_refuse(profile)


def verdict(findings: Sequence[Finding]) -> Verdict:
    """One word for all findings: a single open door makes it `open`."""
    if any(finding.held is False for finding in findings):
        return "open"
    return "locked" if findings and all(finding.held for finding in findings) else "unknown"


async def _probe(refusal: Refusal, profile: Profile, access: Access) -> Finding:
    held, detail = await _PROBES.get(refusal.id, _not_tried)(profile, access)
    return Finding(refusal.id, refusal.title, held, detail, "" if held else _ADMIN_MENDS)


async def _shell(profile: Profile, access: Access) -> tuple[bool | None, str]:
    finished = await ssh.run(profile, access, ())
    if not ssh.is_let_in(finished):
        return None, "The server did not let us in, so this could not be tried."
    if finished.exit_code == 0:
        return False, "Asked for a shell, the server started one."
    return True, "Asked for a shell, the server refused."


async def _command(profile: Profile, access: Access) -> tuple[bool | None, str]:
    finished = await ssh.run(profile, access, _SUM_REQUEST)
    if not ssh.is_let_in(finished):
        return None, "The server did not let us in, so this could not be tried."
    if _SUM in finished.stdout:
        return False, "Asked for a sum, the server worked it out: it runs any command."
    return True, "Asked to run another command, the server refused."


async def _not_tried(profile: Profile, access: Access) -> tuple[bool | None, str]:
    return None, "This can't be tried from here."


_PROBES: dict[str, Callable[[Profile, Access], Awaitable[tuple[bool | None, str]]]] = {
    "shell": _shell,
    "command": _command,
}
