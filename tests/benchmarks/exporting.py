"""Exporting for an office of computers: a file of each format for every one, and one playbook for all."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, get_args

from tests.benchmarks.measuring import Row, ratio
from tests.support.data.profiles import a_profile
from tests.support.data.requests import a_request, public_key, saved
from wizard.client import request as requests
from wizard.client.keys.secrets import Secret
from wizard.profile import SchemeKind, SchemeSettings, Server
from wizard.schemes.facts import ClientFacts, Recorded, ServerFacts
from wizard.server import clashes, exports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.profile import Profile

COMPUTERS = 10_000
FEWER = 1_000
# Half a second of Python 3.11's on a small server: the target of 5 s is ten times that.
_ADDITIONS = 25_000_000
_KINDS = get_args(SchemeKind)
_RECORDED = Recorded(
    ("rsync", "--server", "-lHogDtpRre.iLsfxCIvu", ".", "x"), ("rsync", "--server", "-nlHogDtpRre.iLsfxCIvu", ".", "x")
)


def rows() -> Iterator[Row]:
    """Whether each of many costs more than each of few, and what they cost in all."""
    each = ratio(lambda: seconds_for_each(COMPUTERS), lambda: seconds_for_each(FEWER), rounds=5)
    yield Row("exporting for each of 10,000 computers against each of 1,000", each, 1.3)
    in_all = ratio(lambda: seconds_for(COMPUTERS), seconds_of_bare_python, rounds=5)
    yield Row("exporting for 10,000 computers against 25,000,000 additions", in_all, 10.0)
    with TemporaryDirectory() as folder:
        _save_requests(Path(folder))
        reading = ratio(lambda: seconds_of_reading(Path(folder)), seconds_of_bare_python, rounds=3)
    yield Row("reading and comparing 10,000 requests against 25,000,000 additions", reading, 10.0)


def export_for(count: int) -> int:
    """Export for so many computers of all schemes, and return how many characters that made."""
    contexts = [
        exports.context_of(_profile(number), _client(number), ServerFacts(), Secret("x")) for number in range(count)
    ]
    return sum(len(one.render_all(contexts)) for one in exports.FORMATS.values() if one.is_for_many)


def seconds_for(count: int) -> float:
    """How long that takes."""
    began = time.perf_counter()
    export_for(count)
    return time.perf_counter() - began


def seconds_for_each(count: int) -> float:
    """How long each of so many takes."""
    return seconds_for(count) / count


def seconds_of_reading(folder: Path) -> float:
    """How long it takes to read all requests in a folder, and to look for those that clash."""
    began = time.perf_counter()
    taken, refused = requests.read_all([folder])
    assert (len(taken), refused, clashes.among(taken)) == (COMPUTERS, [], [])
    return time.perf_counter() - began


def seconds_of_bare_python() -> float:
    """How long this Python takes for those additions."""
    began, total = time.perf_counter(), 0
    for number in range(_ADDITIONS):
        total += number
    return time.perf_counter() - began


def _save_requests(folder: Path) -> None:
    for number in range(COMPUTERS):
        kind = _KINDS[number % len(_KINDS)]
        key = public_key(number) if kind != "daemon" else ""
        server = Server(host="files.example.lan", user=f"user{number}", root=f"/srv/backup/{number}")
        saved(a_request(kind, name=f"computer{number}", public_key=key, server=server), folder)


def _profile(number: int) -> Profile:
    server = Server(host="files.example.lan", user=f"user{number}", root=f"/srv/backup/{number}")
    return a_profile(name=f"computer{number}", server=server, scheme=SchemeSettings(kind=_KINDS[number % len(_KINDS)]))


def _client(number: int) -> ClientFacts:
    return ClientFacts(Path("/nowhere"), public_key=f"ssh-ed25519 AAAA{number:064}", recorded=_RECORDED)
