"""No sentence has a hole: each is whole with what is known in any case, and with a whole profile."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from tests.support.data.profiles import a_profile
from wizard import trouble
from wizard.client.rsync import Problem, Totals
from wizard.failure import Failure, Kind
from wizard.profile import Profile, Server
from wizard.running.report import Report, left_out
from wizard.trouble.words import WORDS

# What comes after the last placeholder has none; and some are there only where there is more to say.
_ANYTHING = {"": "", "places": "(?s:.*)", "exit_code": "(?s:.*)", "advice": "(?s:.*)"}
_PROFILES = {
    "none": None,
    "undecided": Profile(name="amamac"),
    "no account": Profile(name="amamac", server=Server(host="files.example.lan")),
    "whole": a_profile(),
}


@pytest.mark.parametrize("profile", _PROFILES.values(), ids=_PROFILES)
@pytest.mark.parametrize("kind", Kind)
def test_whatever_a_sentence_names_is_known(kind: Kind, profile: Profile | None) -> None:
    told = trouble.explain(Failure(kind, "this thing", "It said so."), profile)
    for words in _texts(kind):
        parts = Formatter().parse(words)
        pattern = "".join(re.escape(text) + _ANYTHING.get(name or "", "(?s:.+)") for text, name, _, _ in parts)
        assert any(re.fullmatch(pattern, text) for text in (told.what, told.to_do, told.forward)), words


def _texts(kind: Kind) -> list[str]:
    return [text for text in (WORDS[kind].what, WORDS[kind].to_do, WORDS[kind].forward) if text]


def test_the_admin_is_told_where_and_whose_files_are_closed() -> None:
    closed = Problem("letter.txt", 'mkstemp "/backup/amamac/.letter.txt.x" failed: Permission denied (13)')
    profile = a_profile()
    told = left_out(Report(profile, Totals(files=3, new=2), 1.0, (closed,), 23))
    assert told
    assert f"in {profile.destination} don't belong to {profile.server.user}" in told.forward
