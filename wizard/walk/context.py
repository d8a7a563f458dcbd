"""What the steps of one walk share beside the walk itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wizard.server.reaching import sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from wizard.client.access import Access
    from wizard.client.session import Session
    from wizard.failure import Failure
    from wizard.profile import Profile
    from wizard.schemes.facts import ServerFacts
    from wizard.walk.steps import Step


def _say_nothing(text: str) -> None:
    """Screens show what is going on in their own way."""


@dataclass
class WalkContext:
    """The session, how news are told, and what stands in for the admin in a demo.

    `apply_as_admin` takes the profile and its authorized_keys text; `server_facts` are a demo's, in place of what is
    known. `pauses` are seconds: the first and the longest between two sign-ins while the admin is awaited. `back_up`
    makes the first real backup. With `is_attended` false there is nobody to be asked. `warned` holds what was
    found to be wrong at the step at hand.
    """

    session: Session
    tell: Callable[[str], None] = _say_nothing
    is_attended: bool = True
    apply_as_admin: Callable[[Profile, str], None] | None = None
    server_facts: ServerFacts | None = None
    pauses: tuple[float, float] = (sign_in.FIRST_PAUSE_SECONDS, sign_in.LONGEST_PAUSE_SECONDS)
    back_up: Callable[[Profile, Session], object] | None = None
    warned: dict[Step, Failure] = field(default_factory=dict)

    @property
    def is_demo(self) -> bool:
        """Whether a practice server stands in for the person's own."""
        return self.apply_as_admin is not None

    async def access(self, profile: Profile) -> Access:
        """Access to the server, once it is seen to be the one that was confirmed.

        Raises:
            Failure: as for `host_trust.establish` and `Session.access`.
        """
        from wizard.server.reaching import host_trust  # the first screen is there sooner

        await host_trust.establish(profile)
        return await self.session.access(profile)
