"""Every kind of failure has words, and can happen."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from tests.servers.trouble_rows import ROWS
from tests.support.data.profiles import a_profile
from wizard import trouble
from wizard.failure import Failure, Kind
from wizard.profile import SchemeSettings
from wizard.schedule import trial
from wizard.trouble.words import WORDS, Who
from wizard.walk import steps
from wizard.walk.steps import Step

_RAISED = re.compile(r"(?:\(\s*|else |= |: |foreign=)Kind\.(\w+)(?!: )")
_CODE = Path(trouble.__file__).parents[2]


def test_every_kind_is_told_in_words() -> None:
    assert set(WORDS) == set(Kind)


def test_no_kind_is_there_that_never_happens() -> None:
    sources = [
        path.read_text()
        for folder in ("wizard", "screens")
        for path in (_CODE / folder).rglob("*.py")
        if path.parts[-2] != "trouble" or path.name == "crash.py"
    ]
    raised = {Kind[name] for source in sources for name in _RAISED.findall(source)}
    read = {
        kind for kind in Kind if f"backup-wizard-askpass: {kind}" in (_CODE / "wizard/trouble/patterns.py").read_text()
    }
    assert set(Kind) == raised | read | {row.kind for row in ROWS} | ALONE


# What a program's end alone tells, or disks of kinds that this computer can't make; `test_patterns` has their words.
ALONE = {
    Kind.SERVER_CANT_WRITE,
    Kind.UNKNOWN,
    Kind.SERVER_NAMES_REFUSED,
    Kind.SERVER_CANT_HOLD,
    Kind.SERVER_FILES_REFUSED,
}


@pytest.mark.parametrize("kind", Kind)
def test_words_are_whole_and_short_enough_for_a_small_window(kind: Kind) -> None:
    told, words = trouble.explain(Failure(kind, "it")), WORDS[kind]
    assert not told.what.endswith("."), "the sentence goes on after it"
    assert told.to_do.endswith((".", ").", "it")) or "{raw}" in words.to_do, told.to_do
    assert bool(words.forward) == (words.who is Who.ADMIN) or kind in {Kind.DESTINATION_TAKEN, Kind.WAITING_FOR_ADMIN}
    fields = {
        name for text in (words.what, words.to_do, words.forward) for _, name, _, _ in string.Formatter().parse(text)
    }
    assert "lines" in fields or len(told.what + told.to_do + told.forward) < 640


@pytest.mark.parametrize("kind", [*(kind for kind in Kind if kind.startswith("keyring_")), Kind.SECRET_MISSING])
def test_where_a_password_is_asked_for_no_words_lead_to_a_key(kind: Kind) -> None:
    profile = a_profile(scheme=SchemeSettings(kind="daemon", auth=True))
    assert Step.KEY not in steps.applicable(profile)
    failure = Failure(kind, "it")
    told = [trouble.explain(failure, profile).sentence, *trial.answer(69, kind, "", profile).in_words]
    assert not re.search(r"“Key”|\bkey\b|passphrase", " ".join(told))
    of_a_key = [trouble.explain(failure, a_profile()).sentence, *trial.answer(69, kind, "", a_profile()).in_words]
    assert re.search(r"“Key”|\bkey\b|passphrase", " ".join(of_a_key)) or kind is Kind.KEYRING_LOCKED
