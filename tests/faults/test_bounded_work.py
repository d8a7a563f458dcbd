"""No text from outside is worked on for long: each pattern and each reader stays linear in what it is given."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import screens
import wizard
from tests.support import bounded
from tests.support.data.profiles import a_profile
from tests.support.data.requests import a_request
from wizard import trouble
from wizard.client import request, rsync
from wizard.client.host_keys import host_identity
from wizard.client.rsync import output
from wizard.failure import BadProfile, Failure, Kind, ProgramFailed
from wizard.server.by_password import marked_lines
from wizard.server.receipts import receipt_text
from wizard.storage import profiles
from wizard.trouble.patterns import PATTERNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_SIZE = 20_000
# What a text takes that is read once is far less, and one that is read again from each place takes far more.
_SECONDS = 1.0
_METHODS = ("fullmatch", "match", "search", "findall", "finditer", "sub", "split")
_ALL_THROUGH = {"finditer": "findall", "sub": "findall", "split": "findall"}

# Patterns that would be slow on a text that their callers never give them.
_NEVER_GIVEN = {
    "wizard.client.rsync.output._PROGRESS_LINE": "the text ends with a line's end, so every run of it is found at once",
    "wizard.client.rsync.listed._WHOLE_LINE": "the same",
    "wizard.client.rsync.listed._LINE": "the same",
    "wizard.storage.files._TEMPORARY": "a file's name has 255 bytes at most",
}


class Pattern(NamedTuple):
    """A pattern somewhere in the code, and how it is used there."""

    name: str
    compiled: re.Pattern[Any]
    method: str


def _modules() -> Iterator[Any]:
    for package in (wizard, screens):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(module.name)


def _patterns() -> Iterator[Pattern]:
    seen = set()
    for module in _modules():
        for name, value in vars(module).items():
            for compiled in _compiled(value):
                full_name = f"{module.__name__}.{name}"
                if (full_name, compiled) in seen or full_name in _NEVER_GIVEN or not name.startswith("_"):
                    continue
                seen.add((full_name, compiled))
                used = set(re.findall(rf"\b{name}\.(\w+)\(", inspect.getsource(module))) & set(_METHODS)
                for method in sorted(used) or ["search"]:
                    yield Pattern(full_name, compiled, _ALL_THROUGH.get(method, method))
    for pattern, kind in PATTERNS:
        yield Pattern(f"pattern of {kind}: {pattern[:40]}", re.compile(pattern), "search")


def _compiled(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, (tuple, list)):
        for one in value:
            yield from _compiled(one)


def _example(tree: Any, other: str) -> str:
    """A text that goes far into the pattern; `other` stands where any sign would do."""
    parts = []
    for op, about in tree:
        if op is sre.LITERAL:
            parts.append(chr(about))
        elif op in {sre.ANY, sre.NOT_LITERAL}:
            parts.append(other)
        elif op is sre.IN:
            parts.append(_one_of(about, other))
        elif op in {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}:
            least, _, inner = about
            parts.append(_example(inner, other) * max(least, 1))
        elif op is sre.SUBPATTERN:
            parts.append(_example(about[3], other))
        elif op is sre.ATOMIC_GROUP:
            parts.append(_example(about, other))
        elif op is sre.BRANCH:
            parts.append(_example(about[1][0], other))
    return "".join(parts)


def _one_of(signs: Any, other: str) -> str:
    kinds = {sre.CATEGORY_DIGIT: "1", sre.CATEGORY_SPACE: " ", sre.CATEGORY_WORD: "a"}
    for op, about in signs:
        if op is sre.NEGATE:
            return other
        if op is sre.LITERAL:
            return chr(about)
        if op is sre.RANGE:
            return chr(about[0])
        if op is sre.CATEGORY and about in kinds:
            return kinds[about]
    return other


def _hostile(pattern: re.Pattern[Any]) -> Iterator[str]:
    """Each beginning of an example over and over, and each sign of it over and over after what is before it."""
    tree = _parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else 0)
    pieces = dict.fromkeys(("", sign) for sign in ' \n\ta1":,.=')
    for other in " x":
        example = _example(tree, other)[:120]
        for end in range(1, len(example) + 1):
            pieces[("", example[:end])] = None
            pieces[(example[: end - 1], example[end - 1])] = None
    for before, again in pieces:
        yield before + again * (_SIZE // len(again)) + "\x01"


@pytest.mark.parametrize("pattern", list(_patterns()), ids=lambda pattern: f"{pattern.name}-{pattern.method}"[:70])
def test_a_pattern_is_linear(pattern: Pattern) -> None:
    search: Callable[[Any], object] = getattr(pattern.compiled, pattern.method)
    for text in _hostile(pattern.compiled):
        given = text.encode("latin-1", "replace") if isinstance(pattern.compiled.pattern, bytes) else text
        with bounded.work(f"{pattern.method} of {pattern.compiled.pattern!r} in {text[:80]!r}…", _SECONDS):
            search(given)


_REQUEST = request.dumps(a_request()).encode()
_PROFILE = profiles.dumps(a_profile()).encode()
_REQUESTS = {
    "spaces": b" " * 60_000 + b"\n" + _REQUEST.replace(b'"amanda"', b'"a b"'),
    "words": b"#" + b" a" * 29_000 + b"\n" + _REQUEST.replace(b'"amanda"', b'"a b"'),
    "a name of many parts": b".".join([b"a"] * 30_000) + b" = 1\n" + _REQUEST,
    "a table of many parts": _REQUEST + b"[" + b".".join([b"a"] * 30_000) + b"]\n",
    "many parts within": _REQUEST + b"x = {" + b".".join([b'"a"'] * 15_000) + b" = 1}\n",
    "many parts after a text": _REQUEST + b"x = ['''\n'''', {" + b". ".join([b"a"] * 15_000) + b" = 1}, '']\n",
    "open quotes": _REQUEST + b'x = """' + b'"x"\\"""' * 7_000,
    "an address of colons": _REQUEST.replace(b"from = []", b'from = ["' + b":" * 60_000 + b'"]'),
    "many addresses": _REQUEST.replace(b"from = []", b'from = ["' + b"a" * 9 + b'", "!b"' * 7_000 + b', "!"]'),
    "a root of many parts": _REQUEST.replace(b'root = "backup"', b'root = "' + b"a/" * 30_000 + b'"'),
    "an endless key": _REQUEST.replace(b"ssh-ed25519 ", b"ssh-ed25519 " + b"A" * 60_000),
    "an endless comment": _REQUEST.replace(b"backup-wizard-amamac", b"ssh-" * 15_000),
    "many tables": _REQUEST + b"".join(b"[a%d]\n" % number for number in range(7_000)),
    "nesting": b"x = " + b"[" * 60_000,
}


@pytest.mark.parametrize("what", _REQUESTS)
def test_a_request_of_any_kind_is_refused_at_once(what: str, tmp_path: Path) -> None:
    path = tmp_path / "request.toml"
    path.write_bytes(_REQUESTS[what])
    with bounded.work(what), pytest.raises(Failure) as refused:
        request.read(path)
    assert refused.value.kind in {Kind.BAD_PROFILE, Kind.FOREIGN_REQUEST}


def test_a_name_of_many_parts_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "profile.toml"
    path.write_bytes(_PROFILE + b'x = """\na.a.a.a.a.a.a.a.a.a.a = 1\n"""\n' + b"a." * 400_000 + b"a = 1\n")
    with bounded.work("a profile"), pytest.raises(BadProfile) as refused:
        profiles.read(path)
    assert refused.value.line == _PROFILE.count(b"\n") + 4


def test_dots_in_values_are_no_parts_of_a_name(tmp_path: Path) -> None:
    path = tmp_path / "profile.toml"
    odd = a_profile(exclude=("a.b.c.d.e.f.g.h.i.j.k", '"' + "." * 20, "#" + "." * 20, "'" + "." * 20, "=" + "." * 20))
    path.write_text(f"# {'.' * 20}\n{profiles.dumps(odd)}")
    assert profiles.read(path) == odd


_BEGIN, _END = b"# backup-wizard begin amamac\n", b"# backup-wizard end amamac\n"
_KEY_FILES = {
    "first marks alone": _BEGIN * 6_500,
    "last marks alone": _END * 7_000,
    "no last mark": _BEGIN + b"ssh-ed25519 AAAA\n" * 11_000,
    "whole blocks": (_BEGIN + _END) * 3_400,
    "one line": _BEGIN[:-1] + b" " * 187_000,
    "another's": b"# backup-wizard begin b\n" * 8_000,
}


@pytest.mark.parametrize("what", _KEY_FILES)
def test_lines_between_marks_are_found_at_once(what: str) -> None:
    content = _KEY_FILES[what]
    with bounded.work(what):
        written = marked_lines.put(content, "amamac", _BEGIN + b"ours\n" + _END)
        rest = marked_lines.without(written, "amamac")
    assert written.count(b"ours") == 1
    assert b"ours" not in rest


_PRINTED = {
    "rrsync": "rrsync" * 170_000,
    "connections": "connect to host " * 65_000,
    "host keys": "The fingerprint for the ED25519 key sent by " * 25_000,
    "errors": "syntax or usage error  at clientserver.c " * 25_000,
    "names": 'rsync: "' * 130_000,
    "empty lines": "\n" * 1_000_000,
}


@pytest.mark.parametrize("what", _PRINTED)
def test_what_a_server_prints_is_explained_at_once(what: str) -> None:
    with bounded.work(what):
        assert trouble.explain(ProgramFailed("rsync", 1, _PRINTED[what])).kind is Kind.UNKNOWN


_LISTED = {
    "a line without an end": b"a" * (32 << 20),
    "many lines without an end": (b"a" * 1_000 + b"\r") * 4_000,
    "endless numbers": b"Total size: " + b"9" * 5_000 + b"\n",
    "an endless size": b"<f+++++++++|" + b"1" * 5_000 + b"|x\n",
    "an odd speed": b"\r  1 1% 1.2.3kB/s 0:00:00\n",
    "an endless speed": b"\r  1 1% " + b"1" * 5_000 + b"kB/s 0:00:00\n",
    "an endless count": b"\r  " + b"1" * 5_000 + b" 1% 1.2kB/s 0:00:00 (xfr#1, to-chk=1/1)\n",
}


@pytest.mark.parametrize("what", _LISTED)
def test_what_rsync_is_made_to_list_is_read_at_once(what: str) -> None:
    read, printed = output.Output(), _LISTED[what]
    with bounded.work(what):
        events = [event for at in range(0, len(printed), 1 << 16) for event in read.feed(printed[at : at + (1 << 16)])]
        events += read.end()
    for event in events:
        if isinstance(event, rsync.Entries):
            assert list(event) == []


_PASTED = {
    "keys": "ssh-" * 250_000,
    "marks": "SHA256: " * 125_000,
    "letters": "A" * 1_000_000,
    "first lines": "=== backup-wizard receipt for amamac ===\n" * 24_000,
    "receipts": "=== backup-wizard receipt for amamac ===\nx\n=== end of receipt for amamac ===\n" * 12_000,
    "quotes": "> " * 500_000,
    "lines": "\n" * 1_000_000,
}


@pytest.mark.parametrize("what", _PASTED)
def test_what_is_pasted_is_read_at_once(what: str) -> None:
    with bounded.work(what):
        assert host_identity.complaint(_PASTED[what])
    with bounded.work(what), pytest.raises(Failure) as refused:
        receipt_text.parse(_PASTED[what], "amamac")
    assert refused.value.kind is Kind.BAD_RECEIPT
