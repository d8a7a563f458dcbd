"""Every text for people can be taken out for translators: whole sentences, with placeholders that have names."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po

from tests.support.data.pseudo_language import LONGER_BY, PseudoLanguage
from wizard import language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from babel.messages.catalog import Catalog

_CHECKOUT = Path(__file__).parents[3]
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    target = tmp_path_factory.mktemp("messages") / "backup-wizard.pot"
    extract = [sys.executable, "-m", "babel.messages.frontend", "extract", "--mapping-file=babel.cfg"]
    subprocess.run([*extract, f"--output-file={target}", "."], cwd=_CHECKOUT, check=True, capture_output=True)
    with target.open("rb") as file:
        return read_po(file)


def test_placeholders_have_names(messages: Catalog) -> None:
    texts = [text for message in messages if message.id for text in _texts(message.id)]
    assert texts
    unnamed = [text for text in texts for name in _PLACEHOLDER.findall(text) if not re.match(r"[a-z]\w*", name)]
    assert not unnamed


def test_both_forms_of_a_count_name_it(messages: Catalog) -> None:
    for message in messages:
        if isinstance(message.id, tuple):
            one, many = ({*_PLACEHOLDER.findall(text)} for text in message.id)
            assert one <= many, message.id


def test_a_message_is_in_the_language_in_use() -> None:
    language.use(PseudoLanguage())
    try:
        text = language._("Back up {count} folders now")
        assert text.format(count=3).startswith("Báck úp 3 fóldérs nów")
        assert len(text) >= len("Back up {count} folders now") * (1 + LONGER_BY) - 1
        assert language.ngettext("{count} file", "{count} files", 2).format(count=2).startswith("2 fílés")
    finally:
        language.use(None)
    assert language._("Cancel") == "Cancel"


def _texts(id: str | Sequence[str]) -> Sequence[str]:
    return (id,) if isinstance(id, str) else id
