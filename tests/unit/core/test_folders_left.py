"""A folder that is taken off the list takes along what was skipped in it, and nothing that was typed is dropped."""

from __future__ import annotations

from wizard.profile import Profile, check
from wizard.walk.descriptions.folders import Chosen

_BOTH = Profile(
    name="amamac",
    folders=("/home/amanda/Documents", "/home/amanda/Music"),
    exclude=("/Music/old/", "/home/amanda/Music/raw/", "*.iso"),
)


def test_what_was_skipped_in_a_folder_goes_with_it() -> None:
    own = "/Music/old/, /home/amanda/Music/raw/, *.iso"
    left = Chosen(("/home/amanda/Documents",), frozenset(), own, delete=False).applied(_BOTH)
    assert left.exclude == ("*.iso",)
    check(left)


def test_what_names_nothing_is_left_to_be_refused() -> None:
    typed = Chosen(_BOTH.folders, frozenset(), "/Films/, *.iso", delete=False).applied(_BOTH)
    assert typed.exclude == ("/Films/", "*.iso")
