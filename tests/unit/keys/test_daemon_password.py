"""The daemon's password: made once, kept in the keyring, and made anew where it was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.data.profiles import a_profile
from wizard import trouble
from wizard.client import access
from wizard.client.keys import daemon_password, secrets
from wizard.failure import Failure
from wizard.profile import SchemeSettings
from wizard.server import exports
from wizard.walk.descriptions import hand_over

if TYPE_CHECKING:
    from tests.support.secret_service import SecretService

PROFILE = a_profile(scheme=SchemeSettings(kind="daemon"))


def kept() -> str:
    password = access.prepare(PROFILE).password
    assert password
    return password.reveal()


def test_one_that_was_lost_is_made_anew_where_the_words_lead(secret_service: SecretService) -> None:
    hand_over.prepare(PROFILE)
    before = kept()
    hand_over.prepare(PROFILE)
    assert kept() == before
    secrets.remove(PROFILE.name, "daemon-password")
    with pytest.raises(Failure) as lost:
        kept()
    assert "go back to “Ask your admin”" in trouble.explain(lost.value, PROFILE).to_do
    facts = hand_over.prepare(PROFILE)
    after = kept()
    assert after != before
    assert after in exports.export(PROFILE, facts, "secrets", secret=daemon_password.fetch(PROFILE))
