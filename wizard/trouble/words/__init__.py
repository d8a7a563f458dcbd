"""What each kind of failure is told as: plain words, with a place for each fact; one file a subject."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.trouble.words import (
    backup,
    daemon,
    here,
    jump,
    keys,
    let_in,
    profiles,
    reaching,
    restore,
    schedule,
    second_key,
    wizard,
)
from wizard.trouble.words.form import Who, Words
from wizard.trouble.words.keys import OF_A_PASSWORD

if TYPE_CHECKING:
    from wizard.failure import Kind

__all__ = ["OF_A_PASSWORD", "WORDS", "Who", "Words"]

_SUBJECTS = (profiles, here, keys, reaching, jump, let_in, daemon, backup, restore, schedule, second_key, wizard)
WORDS: dict[Kind, Words] = {kind: words for subject in _SUBJECTS for kind, words in subject.WORDS.items()}
