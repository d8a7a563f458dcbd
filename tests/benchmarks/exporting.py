"""Exporting for an office of computers: a file of each format for every one, and one playbook for all."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from tests.support.profiles import a_profile
from wizard.client.secrets import Secret
from wizard.profile import Scheme, SchemeKind, Server
from wizard.schemes.base import ClientFacts, Recorded, ServerFacts
from wizard.server import exports
from wizard.server.exports import ansible

if TYPE_CHECKING:
    from wizard.profile import Profile

COMPUTERS = 10_000
FEWER = 1_000
_ADDITIONS = 10_000_000
_KINDS = get_args(SchemeKind)
_RECORDED = Recorded(
    ("rsync", "--server", "-lHogDtpRre.iLsfxCIvu", ".", "x"), ("rsync", "--server", "-nlHogDtpRre.iLsfxCIvu", ".", "x")
)


def export_for(count: int) -> int:
    """Export for so many computers of all schemes, and return how many characters that made."""
    orders = [exports.order(_profile(number), _client(number), ServerFacts(), Secret("x")) for number in range(count)]
    one_by_one = [one for one in exports.FORMATS.values() if one.render is not ansible.render]
    texts = (one.render(order) for one in one_by_one for order in orders if one.applies(order.setup))
    return sum(map(len, texts)) + len(ansible.render_many(orders))


def seconds_for(count: int) -> float:
    """How long that takes."""
    began = time.perf_counter()
    export_for(count)
    return time.perf_counter() - began


def seconds_for_each(count: int) -> float:
    """How long each of so many takes."""
    return seconds_for(count) / count


def seconds_of_bare_python() -> float:
    """How long this Python takes for ten million additions."""
    began, total = time.perf_counter(), 0
    for number in range(_ADDITIONS):
        total += number
    return time.perf_counter() - began


def _profile(number: int) -> Profile:
    server = Server(host="files.example.lan", user=f"user{number}", root=f"/srv/backup/{number}")
    return a_profile(name=f"computer{number}", server=server, scheme=Scheme(kind=_KINDS[number % len(_KINDS)]))


def _client(number: int) -> ClientFacts:
    return ClientFacts(Path("/nowhere"), public_key=f"ssh-ed25519 AAAA{number:064}", recorded=_RECORDED)
