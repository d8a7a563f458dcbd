"""Whether a scheme can work, and why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from wizard.profile import Profile
    from wizard.schemes.facts import ClientFacts, ServerFacts
    from wizard.schemes.restrictions import Restriction


class Fit(msgspec.Struct, frozen=True):
    """Whether a scheme can work; `reason` says why not, or what to think of first."""

    possible: bool
    reason: str = ""

    @classmethod
    def yes(cls) -> Fit:
        """It can work here."""
        return cls(possible=True)

    @classmethod
    def warn(cls, reason: str) -> Fit:
        """It can work here; `reason` is what to think of first."""
        return cls(possible=True, reason=reason)

    @classmethod
    def no(cls, reason: str) -> Fit:
        """It can't work here; `reason` says why."""
        return cls(possible=False, reason=reason)


NEEDS_RSYNC = Fit.no("This Mac has Apple's openrsync: install the real one (brew install rsync).")


def lacks(profile: Profile, *restrictions: Restriction) -> Fit | None:
    """Why a scheme without those restrictions can't be taken, if the profile asks for one of them."""
    if profile.scheme.append_only and "append_only" in restrictions:
        return Fit.no("It can't keep files that are there from being changed (append only, under More choices).")
    return None


def needs_of_ssh(client: ClientFacts, server: ServerFacts) -> Fit:
    """Whether a scheme can work that runs rsync through the account's login shell."""
    if client.openrsync:
        return NEEDS_RSYNC
    if server.ssh_open is False:
        return Fit.no("The server takes no ssh connections.")
    if server.shell_is("false", "nologin"):
        shell = server.shell.rsplit("/", 1)[-1]
        return Fit.no(f"The account's shell ({shell}) blocks rsync too: the admin would have to give it /bin/sh.")
    return Fit.yes()
