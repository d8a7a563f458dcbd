"""The texts for the admin, one a tab."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from screens.widgets.exports.sheet import Sheet
from wizard.client.keys import daemon_password
from wizard.server import exports, handed_over
from wizard.walk.descriptions import hand_over

if TYPE_CHECKING:
    from wizard.profile import Profile
    from wizard.schemes.facts import ServerFacts


def sheets_for(profile: Profile, server: ServerFacts | None) -> list[Sheet]:
    """The text in each format, noted as handed over.

    Raises:
        Failure: a key or a password that it tells of can't be made or kept.
    """
    facts = hand_over.prepare(profile)
    context, password = exports.context_of(profile, facts, server), partial(daemon_password.fetch, profile)
    sheets = [Sheet.of(format, context, password) for format in exports.formats(profile, facts, server)]
    handed_over.keep(profile, facts)
    return sheets
