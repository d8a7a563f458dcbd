"""Every text for people can be taken out for translators: whole sentences, with placeholders that have names."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po

from tests.support.data.marked_texts import FILES, made_on_import, marked
from tests.support.data.pseudo_language import LONGER_BY, PseudoLanguage
from wizard.text import language
from wizard.walk import steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from babel.messages.catalog import Catalog

_CHECKOUT = Path(__file__).parents[3]
_MOST_WORDS = 25
_SENTENCE_END = re.compile(r"(?<=[.?!:])[”)]?\s+|\n+|; | · ")
# Words that sounded translated: say what the person does or gets instead (“shall” → “do you want to”).
_ODD = (
    r"shall",
    r"mends?",
    r"go(?:es)? on",
    r"what was printed",
    r"begun",
    r"wastebins?",
    r"signs? at least",
    r"sign for sign",
    r"hand-?over",
    r"let(?:s)? (?:me |us |it |this computer )?in",
    r"on the way",
    r"in clear",
    r"set up anew",
    r"leave out",
    r"these words",
    r"(?:1|count\}) file or folder",
    r"takes? no",
    r"is there already",
    r"somebody",
    r"by itself",
    r"reckoned",
    r"not now",
)
_ODD_WORDS = re.compile(rf"\b(?:{'|'.join(_ODD)})\b", re.IGNORECASE)
_NOT_TRANSLATED = ("README.md",)
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

_LOADED_BY_THEN = """
import sys
from wizard.text import language

def stop(catalog):
    print(*sys.modules)
    sys.exit()

language.use = stop
from wizard import cli
cli.main(["check", "amamac", "--json"])
"""


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    target = tmp_path_factory.mktemp("messages") / "backup-wizard.pot"
    extract = [sys.executable, "-m", "babel.messages.frontend", "extract", "--mapping-file=babel.cfg"]
    subprocess.run([*extract, f"--output-file={target}", "."], cwd=_CHECKOUT, check=True, capture_output=True)
    with target.open("rb") as file:
        return read_po(file)


def test_every_marked_text_is_extracted(messages: Catalog) -> None:
    # Python 3.11's tokens hide what is inside an f-string, so a text marked there never reaches a translator.
    extracted = {*_all(messages)}
    texts = [text for file in FILES for text in marked(file)]
    assert texts
    assert not [text for text in texts if text not in extracted]


def test_placeholders_have_names(messages: Catalog) -> None:
    texts = _all(messages)
    assert texts
    unnamed = [text for text in texts for name in _PLACEHOLDER.findall(text) if not re.match(r"[a-z]\w*", name)]
    assert not unnamed


def test_both_forms_of_a_count_name_it(messages: Catalog) -> None:
    for message in messages:
        if isinstance(message.id, tuple):
            one, many = ({*_PLACEHOLDER.findall(text)} for text in message.id)
            assert one <= many, message.id


def test_no_message_sounds_translated(messages: Catalog) -> None:
    found = [(text, _ODD_WORDS.findall(text)) for text in _all(messages) if _ODD_WORDS.search(text)]
    assert not found


def test_what_people_read_beside_the_messages_sounds_no_less_native() -> None:
    for name in _NOT_TRANSLATED:
        assert not _ODD_WORDS.findall((_CHECKOUT / name).read_text("utf-8")), name


def test_sentences_are_short(messages: Catalog) -> None:
    sentences = [one for text in _all(messages) for one in _SENTENCE_END.split(text)]
    assert not [one for one in sentences if len(one.split()) > _MOST_WORDS]


def test_a_message_names_a_step_as_its_title_does(messages: Catalog) -> None:
    named = {name for text in _all(messages) for name in re.findall(r"“([^”{]+)” step\b", text)}
    assert named
    assert named <= {*steps.TITLES.values()}


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


def test_the_language_is_chosen_before_a_text_is_made() -> None:
    """`language` chooses it when it is imported; `--json` takes English before a module with texts is imported."""
    choosing = [_name(file) for file in FILES if "language.use(" in file.read_text("utf-8")]
    assert choosing == ["wizard.command_line"]
    loaded = subprocess.run([sys.executable, "-c", _LOADED_BY_THEN], check=True, capture_output=True, text=True).stdout
    made = {_name(file) for file in FILES if any(made_on_import(file))}
    assert {"screens.framed_screen", "wizard.server.by_password.install"} <= made
    assert "wizard.command_line" in loaded.split()
    assert made.isdisjoint(loaded.split())


def _name(file: Path) -> str:
    return ".".join(file.relative_to(_CHECKOUT).with_suffix("").parts).removesuffix(".__init__")


def _all(messages: Catalog) -> list[str]:
    return [text for message in messages if message.id for text in _texts(message.id)]


def _texts(id: str | Sequence[str]) -> Sequence[str]:
    return (id,) if isinstance(id, str) else id
