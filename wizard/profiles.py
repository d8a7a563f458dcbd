"""The profiles kept on this computer: read, checked, written in one step, listed and forgotten."""

from __future__ import annotations

import contextlib
import re
import shutil
import tomllib
from typing import TYPE_CHECKING

import msgspec
import tomli_w

from wizard import files, places, profile, rules
from wizard.failure import BadProfile, Failure, Kind
from wizard.profile import Profile

if TYPE_CHECKING:
    from pathlib import Path

_UNKNOWN_KEY = re.compile(r"Object contains unknown field `(?P<key>[^`]*)`")
_MISSING_KEY = re.compile(r"Object missing required field `(?P<key>[^`]*)`")
_WRONG_TYPE = re.compile(r"Expected `(?P<wanted>[^`]*)`, got `(?P<got>[^`]*)`")
_PLACE = re.compile(r" - at `\$\.?(?P<place>[^`]*)`$")
_TOML_LINE = re.compile(r"at line (?P<line>\d+)")
_TOML_HEADER = re.compile(r"\s*\[{1,2}(?P<key>[^\[\]]+)\]")
_TOML_SETTING = re.compile(r"\s*(?P<key>[^=#\[\]]+?)\s*=")
_TOML_KEY_PARTS = re.compile(r"""(?<=")[^"]+(?=")|(?<=')[^']+(?=')|[^\s."']+""")
_TYPE_WORDS = {
    "str": "a text in quotes",
    "int": "a whole number",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
}
_MOST_BYTES = 1 << 20


def read(path: Path) -> Profile:
    """Read a profile file that may still lack decisions.

    Raises:
        Failure: it can't be read (`NO_SUCH_PROFILE`, `FOREIGN_PROFILE`).
        BadProfile: it is not a profile; the key and the line are named.
    """
    text = _text(path)
    try:
        decoded = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _TOML_LINE.search(str(error))
        message = f"This is not valid TOML: {error}."
        raise BadProfile(message, file=str(path), line=int(place["line"]) if place else None) from None
    except RecursionError:
        raise Failure(Kind.FOREIGN_PROFILE, str(path)) from None
    except ValueError:  # Python reads no number of thousands of digits
        raise BadProfile("There is a number in it that no setting can have.", file=str(path)) from None
    if "format" not in decoded and "name" not in decoded:
        raise Failure(Kind.FOREIGN_PROFILE, str(path))
    try:
        return profile.check(msgspec.convert(decoded, Profile))
    except msgspec.ValidationError as error:
        key, message = _read_complaint(str(error))
        raise BadProfile(message, key=key, file=str(path), line=_line_of(text, key)) from None
    except BadProfile as error:
        line = _line_of(text, error.key)
        raise BadProfile(error.message, key=error.key, file=str(path), line=line) from None


def load(name: str) -> Profile:
    """Read the profile of that name from its usual place.

    Raises:
        Failure: as for `read`; also if the file's name is not the profile's.
    """
    _refuse_strange(name)
    path = places.profile(name)
    if path.exists() and not path.is_file():
        raise Failure(Kind.FOREIGN_PROFILE, str(path))  # a pipe would never end
    found = read(path)
    if found.name != name:
        message = f"The file is called {name}.toml, so the name in it must be {name}."
        raise BadProfile(message, key="name", file=str(places.profile(name)))
    return found


def save(decided: Profile) -> None:
    """Write the profile to its usual place in one step, for its owner alone.

    Raises:
        BadProfile: a value can't be taken.
        Failure: the folder can't be written to; what was there is untouched.
    """
    profile.check(decided)
    files.private_folder(places.profiles())
    files.replace(places.profile(decided.name), dumps(decided).encode())


def dumps(decided: Profile) -> str:
    """The profile as TOML; what is not decided yet is left out."""
    return tomli_w.dumps(_without_empty_texts(msgspec.to_builtins(decided)))


def exists(name: str) -> bool:
    """Whether there is a profile of that name."""
    return rules.name(name) is None and places.profile(name).exists()


def names() -> list[str]:
    """The names of all profiles, in order; files that could not be one are passed over."""
    return sorted(path.stem for path in places.profiles().glob("*.toml") if rules.name(path.stem) is None)


def remove(name: str) -> None:
    """Remove the profile and what its walk has left behind.

    Raises:
        Failure: `NO_SUCH_PROFILE`, or the folder can't be written to.
    """
    _refuse_strange(name)
    if not exists(name):
        raise Failure(Kind.NO_SUCH_PROFILE, name)
    state = places.walk_state(name)
    # The profile goes after all that it is needed to find again, and its lock after that.
    with contextlib.suppress(OSError):
        for left in state.iterdir() if not state.is_symlink() else ():
            if left != places.lock(name):
                shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
    files.remove(places.profile(name))
    shutil.rmtree(state, ignore_errors=True)


def _refuse_strange(name: str) -> None:
    if complaint := rules.name(name):
        raise BadProfile(complaint, key="name")


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise Failure(Kind.FOREIGN_PROFILE, str(path))
        return content.decode()
    except FileNotFoundError:
        raise Failure(Kind.NO_SUCH_PROFILE, str(path)) from None
    except UnicodeDecodeError:
        raise Failure(Kind.FOREIGN_PROFILE, str(path)) from None
    except OSError as error:
        raise Failure(Kind.FOREIGN_PROFILE, str(path), str(error)) from error


def _read_complaint(message: str) -> tuple[str, str]:
    place = _PLACE.search(message)
    key = re.sub(r"\[\d*\.*\]$", "", place["place"]) if place else ""
    if unknown := _UNKNOWN_KEY.match(message):
        return ".".join(filter(None, (key, unknown["key"]))), "No such setting is known: is it misspelt?"
    if missing := _MISSING_KEY.match(message):
        return ".".join(filter(None, (key, missing["key"]))), "This setting is missing."
    if wrong := _WRONG_TYPE.match(message):
        wanted = _TYPE_WORDS.get(wrong["wanted"], wrong["wanted"])
        return key, f"This must be {wanted}."
    return key, _PLACE.sub("", message) + "."


def _line_of(text: str, key: str) -> int | None:
    wanted, section = key.split("."), list[str]()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _TOML_HEADER.match(line):
            section = _TOML_KEY_PARTS.findall(header["key"])
            if section == wanted:
                return number
        elif setting := _TOML_SETTING.match(line):
            full = section + _TOML_KEY_PARTS.findall(setting["key"])
            if full == wanted[: len(full)]:  # shorter where the value is an inline table
                return number
    return None


def _without_empty_texts(value: dict[str, object]) -> dict[str, object]:
    return {
        key: _without_empty_texts(inner)
        if isinstance(inner, dict)
        else list(inner)
        if isinstance(inner, tuple)
        else inner
        for key, inner in value.items()
        if inner != ""
    }
