"""Whether a scheme can work, and why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from wizard.schemes.facts import BLOCKING_SHELLS, ONE_COMMAND_SHELLS
from wizard.text.language import _

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


def needs_rsync() -> Fit:
    """No scheme works with Apple's openrsync."""
    return Fit.no(_("This Mac has Apple's openrsync. Install the full version first (brew install rsync)."))


def lacks(profile: Profile, *restrictions: Restriction) -> Fit | None:
    """Why a scheme without those restrictions can't be taken, if the profile asks for one of them."""
    if profile.scheme.append_only and "append_only" in restrictions:
        return Fit.no(_("It doesn't support append only (under More choices)."))
    if profile.scheme.elsewhere and "elsewhere" in restrictions:
        return Fit.no(_("It can't tell addresses apart (adding files from others, under More choices)."))
    return None


def needs_of_ssh(client: ClientFacts, server: ServerFacts, profile: Profile, *, one_command: bool = False) -> Fit:
    """Whether a scheme can work that runs rsync through the account's login shell.

    `one_command` is whether all that it runs there is one plain command.
    """
    if client.openrsync:
        return needs_rsync()
    if server.ssh_open is False:
        return Fit.no(_("The server doesn't accept ssh connections."))
    if server.dropbear_version is not None and profile.scheme.from_:
        return Fit.no(_("The server's ssh (Dropbear) can't limit a key to addresses (under More choices)."))
    if server.shell_is(*BLOCKING_SHELLS, *(() if one_command else ONE_COMMAND_SHELLS)):
        blocks = _("Your account's login shell ({shell}) blocks it. Your admin would have to change it to /bin/sh.")
        return Fit.no(blocks.format(shell=server.shell.rsplit("/", 1)[-1]))
    return Fit.yes()
