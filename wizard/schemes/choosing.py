"""Which schemes can be chosen for a backup, which one is recommended, and the profile as each would have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from wizard import schemes
from wizard.schemes.parts import over_network
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from wizard.profile import Profile
    from wizard.schemes.base import Scheme
    from wizard.schemes.facts import ClientFacts, ServerFacts
    from wizard.schemes.fit import Fit

_OPEN = N_("It also asks for no password: anyone on the network can write to this backup.")


@dataclass(frozen=True)
class Offer:
    """One scheme, whether it can work here and there, and whether it is the one to take."""

    scheme: Scheme
    fit: Fit
    recommended: bool = False

    @property
    def title(self) -> str:
        """What it is called, with the recommendation."""
        if not self.recommended:
            return self.scheme.description.title
        # Nobody recommends what gives much away.
        title = self.scheme.description.title
        return (_("{title} (works here)") if self.scheme.description.warning else _("{title} (recommended)")).format(
            title=title
        )


def offers(profile: Profile, client: ClientFacts, server: ServerFacts) -> list[Offer]:
    """All schemes in order; the first that can work without a warning is recommended, or else the first that can."""
    fits = [(one, one.fits(client, server, suited(profile, one, server))) for one in schemes.SCHEMES]
    possible = [one for one, fit in fits if fit.possible]
    unwarned = [one for one, fit in fits if fit.possible and not fit.reason]
    best = next(iter(unwarned or possible), None) if len(fits) > 1 else None
    return [Offer(one, fit, one is best) for one, fit in fits]


def suited(profile: Profile, scheme: Scheme, server: ServerFacts) -> Profile:
    """The profile with that scheme, its folder written as the scheme needs it, and the port where it answers."""
    root = full_root(profile) if scheme.full_root else profile.server.root
    return msgspec.structs.replace(
        profile,
        server=msgspec.structs.replace(profile.server, root=root, port=_port(profile, scheme, server)),
        scheme=msgspec.structs.replace(profile.scheme, kind=scheme.kind),
    )


def full_root(profile: Profile) -> str:
    """The folder on the server from the first / on; where the account's home is, is a guess that can be changed."""
    server = profile.server
    if server.root.startswith("/"):
        return server.root
    home = "/root" if server.user == "root" else f"/home/{server.user}"
    return f"{home}/{server.root}"


def warning(profile: Profile) -> str:
    """What has to be said and agreed to before the profile's scheme is taken; nothing for most."""
    scheme = schemes.of(profile)
    is_open = "auth" in scheme.restrictions and not schemes.has_password(profile)
    return " ".join(filter(None, (scheme.description.warning, _(_OPEN) if is_open else "")))


def _port(profile: Profile, scheme: Scheme, server: ServerFacts) -> int:
    if scheme.uses_ssh:
        return server.ssh_port or profile.server.port
    if server.daemon_port in {0, over_network.port(profile)}:
        return profile.server.port
    return server.daemon_port
