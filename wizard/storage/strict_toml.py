"""Our own files in TOML: read strictly, whatever is wrong being told with its key and line."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec
import tomli_w

from wizard.failure import BadProfile, Failure, Kind
from wizard.storage import files
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

Content = TypeVar("Content")

_UNKNOWN_KEY = re.compile(r"Object contains unknown field `(?P<key>[^`]*)`")
_MISSING_KEY = re.compile(r"Object missing required field `(?P<key>[^`]*)`")
_WRONG_TYPE = re.compile(r"Expected `(?P<wanted>[^`]*)`, got `(?P<got>[^`]*)`")
_PLACE = re.compile(r" - at `\$\.?(?P<place>[^`]*)`$")
_TOML_LINE = re.compile(r"at line (?P<line>\d+)")
_TOML_HEADER = re.compile(r"\s*\[{1,2}(?P<key>[^\[\]]+)\]")
_TOML_SETTING = re.compile(r"(?P<key>[^=#\[\]]+)=")
_TOML_KEY_PARTS = re.compile(r"""(?<=")[^"]+(?=")|(?<=')[^']+(?=')|[^\s."']+""")
_QUOTED = re.compile(
    r'''#[^\n]*|"""(?:[^"\\]|\\.|"{1,2}(?!"))*+"{3,5}|\'{3}(?:[^']|'{1,2}(?!'))*+'{3,5}'''
    r'''|(?!""")"(?:[^"\\\n]|\\.)*+"|(?!\'{3})'[^'\n]*+'|["'].*''',
    re.DOTALL,
)
_BETWEEN_KEYS = re.compile(r"[=,{\[]")
_BACKSLASH = re.compile("Unescaped|[Ii]nvalid hex")
_MOST_DOTS = 8
_TYPE_WORDS = {
    "str": N_("This must be text in quotes."),
    "int": N_("This must be a whole number."),
    "bool": N_("This must be true or false."),
    "array": N_("This must be a list."),
    "object": N_("This must be a table."),
}


class Form(msgspec.Struct, Generic[Content], frozen=True):
    """What a kind of file has to be; `is_ours` tells it from other programs' by its topmost keys."""

    type: type[Content]
    check: Callable[[Content], Content]
    is_ours: Callable[[Mapping[str, object]], bool]
    missing: Kind
    foreign: Kind
    most_bytes: int


def read(path: Path, form: Form[Content]) -> Content:
    """What stands in a file.

    Raises:
        Failure: it can't be read (`form.missing`, `form.foreign`).
        BadProfile: a value can't be taken; the key and the line are named.
    """
    text = _text(path, form)
    _refuse_long_keys(text, path)
    try:
        decoded = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _TOML_LINE.search(str(error))
        message = _("This isn't valid TOML: {error}.").format(error=error)
        if _BACKSLASH.search(str(error)):
            message += " " + _("Put a text with a backslash in single quotes: 'DOMAIN\\user'.")
        raise BadProfile(message, file=str(path), line=int(place["line"]) if place else None) from None
    except RecursionError:
        raise Failure(form.foreign, str(path)) from None
    except ValueError:  # Python reads no number of thousands of digits
        raise BadProfile(_("It contains a number that no setting accepts."), file=str(path)) from None
    if not form.is_ours(decoded):
        raise Failure(form.foreign, str(path))
    try:
        return form.check(msgspec.convert(decoded, form.type))
    except msgspec.ValidationError as error:
        key, message = _read_complaint(str(error))
        raise BadProfile(message, key=key, file=str(path), line=_line_of(text, key)) from None
    except BadProfile as error:
        line = _line_of(text, error.key)
        raise BadProfile(error.message, key=error.key, file=str(path), line=line) from None


def dumps(content: msgspec.Struct) -> str:
    """The content as TOML; what is not decided yet is left out."""
    return tomli_w.dumps(_without_blanks(msgspec.to_builtins(content)))


def _text(path: Path, form: Form[Content]) -> str:
    try:
        return files.read(path, form.most_bytes).decode("utf-8-sig")
    except FileNotFoundError:
        raise Failure(form.missing, str(path)) from None
    except UnicodeDecodeError:
        raise Failure(form.foreign, str(path)) from None
    except PermissionError as error:
        raise files.failure(path, error) from error
    except OSError as error:
        raise Failure(form.foreign, str(path), str(error)) from error


def _refuse_long_keys(text: str, path: Path) -> None:
    """Python takes minutes over a key of thousands of parts, as in a.a.a = 1; ours have two."""
    if all(line.count(".") <= _MOST_DOTS for line in text.split("\n")):
        return
    plain = _QUOTED.sub(lambda quoted: "\n" * quoted[0].count("\n"), text)
    for number, line in enumerate(plain.split("\n"), 1):
        if any(part.count(".") > _MOST_DOTS for part in _BETWEEN_KEYS.split(line)):
            raise BadProfile(_("No setting has a name with that many parts."), file=str(path), line=number)


def _read_complaint(message: str) -> tuple[str, str]:
    place = _PLACE.search(message)
    key = re.sub(r"\[\d*\.*\]$", "", place["place"]) if place else ""
    if unknown := _UNKNOWN_KEY.match(message):
        return ".".join(filter(None, (key, unknown["key"]))), _("Unknown setting. Is it misspelled?")
    if missing := _MISSING_KEY.match(message):
        return ".".join(filter(None, (key, missing["key"]))), _("This setting is missing.")
    if wrong := _WRONG_TYPE.match(message):
        wanted = wrong["wanted"]
        known = _TYPE_WORDS.get(wanted)
        return key, _(known) if known else _("This must be {type}.").format(type=wanted)
    return key, _PLACE.sub("", message) + "."


def _line_of(text: str, key: str) -> int | None:
    wanted, section = key.split("."), list[str]()
    for number, line in enumerate(text.split("\n"), 1):
        if header := _TOML_HEADER.match(line):
            section = _TOML_KEY_PARTS.findall(header["key"])
            if section == wanted:
                return number
        elif setting := _TOML_SETTING.match(line):
            full = section + _TOML_KEY_PARTS.findall(setting["key"])
            if full == wanted[: len(full)]:  # shorter where the value is an inline table
                return number
    return None


def _without_blanks(value: dict[str, object]) -> dict[str, object]:
    return {
        key: _without_blanks(inner) if isinstance(inner, dict) else list(inner) if isinstance(inner, tuple) else inner
        for key, inner in value.items()
        if inner is not None and inner != ""
    }
