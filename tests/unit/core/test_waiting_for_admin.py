"""A refusal means that the admin has still to act only until the server has let this way in work."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.support.data.profiles import a_profile
from wizard import trouble
from wizard.failure import Kind, ProgramFailed
from wizard.profile import SchemeSettings
from wizard.server import kept_facts
from wizard.storage import profiles
from wizard.walk import steps, unattended
from wizard.walk.steps import Step, Walk

REFUSED = ProgramFailed("ssh", 255, "amanda@files.example.lan: Permission denied (publickey).")
UNKNOWN = ProgramFailed("rsync", 5, "@ERROR: Unknown module 'amanda'\nrsync error: error starting")
BEFORE = (
    (SchemeSettings(), REFUSED, Kind.KEY_NO_LONGER_ACCEPTED),
    (SchemeSettings(kind="daemon"), UNKNOWN, Kind.DAEMON_NO_LONGER_ACCEPTS),
)


@pytest.mark.parametrize(("scheme", "failure", "kind"), BEFORE, ids=["ssh", "daemon"])
@pytest.mark.usefixtures("home")
def test_what_was_let_in_once_is_not_waited_for(scheme: SchemeSettings, failure: ProgramFailed, kind: Kind) -> None:
    profile = a_profile(scheme=scheme)
    steps.record(Walk(profile, Step.HAND_OVER, Step.HAND_OVER))
    assert trouble.explain(unattended.awaited(failure, profile), profile).exit_code == 75
    kept_facts.note_let_in(profile)
    told = trouble.explain(unattended.awaited(failure, profile), profile)
    assert (told.kind, told.exit_code) == (kind, 69)


@pytest.mark.usefixtures("home")
def test_another_account_service_or_key_is_waited_for_anew() -> None:
    profile = a_profile()
    profiles.save(profile)
    kept_facts.note_let_in(profile)
    assert kept_facts.was_let_in(profile)
    for other in (
        replace(profile, server=replace(profile.server, user="bob")),
        replace(profile, server=replace(profile.server, port=2222)),
        replace(profile, key=replace(profile.key, file="~/.ssh/another")),
        replace(profile, scheme=SchemeSettings(kind="daemon")),
    ):
        assert not kept_facts.was_let_in(other)
