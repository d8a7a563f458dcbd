"""Which of a key's two lines the server takes for this computer: that depends on from where it is seen to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from wizard import allowed_from, schemes
from wizard.client.ssh import program
from wizard.schemes.parts import elsewhere
from wizard.server.reaching.sign_in import HARMLESS
from wizard.text.language import _

if TYPE_CHECKING:
    from wizard.client.access import Access
    from wizard.client.ssh.connection import Connection
    from wizard.profile import Profile
    from wizard.schemes.facts import ClientFacts
    from wizard.schemes.setup import ServerSetup


async def met(profile: Profile, access: Access) -> Profile:
    """The backup as the line has it that is in force here; the same profile where there is only one.

    Where nothing is said of it, that is the line for the profile's places: what comes next is refused in its own words.

    Raises:
        Failure: `TIMED_OUT` or `NO_SSH`.
    """
    if not elsewhere.is_wanted(profile):
        return profile
    finished = await program.run(profile, access, HARMLESS)
    return _by_answer(finished.stdout + finished.stderr, profile, access.facts)


def over(connection: Connection, profile: Profile, client: ClientFacts) -> Profile:
    """The same over a connection of our own."""
    if not elsewhere.is_wanted(profile):
        return profile
    try:
        return _by_answer(connection.run(" ".join(HARMLESS)).printed, profile, client)
    except Exception:  # noqa: BLE001 - however a hostile server breaks it off, it is no answer
        return elsewhere.at_its_places(profile)


def _by_answer(printed: str, profile: Profile, client: ClientFacts) -> Profile:
    away, said = elsewhere.away(profile), [line.strip() for line in printed.splitlines()]
    is_away = any(words in said for words in schemes.of(away).line_says(away, client))
    return away if is_away else elsewhere.at_its_places(profile)


def first_in(setup: ServerSetup, met: Profile) -> ServerSetup:
    """The setup with the line first that was met, for whoever tells what has to be changed in it."""
    by_place = sorted(setup.key_lines, key=lambda line: any(one.name == "from" for one in line.options))
    return replace(setup, key_lines=tuple(by_place)) if elsewhere.is_away(met) else setup


def in_words(profile: Profile, met: Profile) -> str:
    """Which one that was."""
    addresses = allowed_from.text(profile.scheme.from_)
    if elsewhere.is_away(met):
        return _(
            "From here, the server uses the line for other addresses than {addresses}: it only adds files."
        ).format(addresses=addresses)
    return _("From here, the server uses the line for {addresses}, and not the one for other addresses.").format(
        addresses=addresses
    )
