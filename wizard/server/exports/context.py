"""What the server's admin is asked for, as every export takes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.client.keys.secrets import Secret
    from wizard.profile import Profile
    from wizard.schemes.facts import ClientFacts
    from wizard.schemes.setup import ServerSetup


@dataclass(frozen=True)
class Order:
    """One backup and what the server needs for it; `secret` is a daemon's password, where it is known.

    `client` is what was known of the computer that asks; `shown` are the fingerprints that the server showed it and
    that nobody has confirmed.
    """

    profile: Profile
    setup: ServerSetup
    secret: Secret | None = None
    client: ClientFacts | None = None
    shown: tuple[str, ...] = ()
