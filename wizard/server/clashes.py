"""Requests that can't all be granted as they are, because one would take another's place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from wizard.schemes import choosing, daemon_modules

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from wizard.client.request import Request


@dataclass(frozen=True)
class Clash:
    """Some requests, by their numbers in the list, and what is wrong with having all of them."""

    requests: tuple[int, ...]
    sentence: str


def among(requests: Sequence[Request]) -> list[Clash]:
    """Every clash, those of the same requests told once, by the graver sentence.

    They are taken to be for one server, since two names may well be one machine's.
    """
    found: dict[tuple[int, ...], Clash] = {}
    for what, sentence in _RULES:
        for numbers in _alike(requests, what):
            names = list(dict.fromkeys(label(requests[number]) for number in numbers))
            more = [f"{len(names) - _MOST_NAMED} more"] if len(names) > _MOST_NAMED else []
            found.setdefault(numbers, Clash(numbers, f"{' and '.join(names[:_MOST_NAMED] + more)} {sentence}"))
    return list(found.values())


def label(request: Request) -> str:
    """A request in a word or two."""
    return f"{request.name} ({request.server.user})"


def _alike(requests: Sequence[Request], what: Callable[[Request], Hashable]) -> list[tuple[int, ...]]:
    groups: dict[Hashable, list[int]] = {}
    for number, request in enumerate(requests):
        if (value := what(request)) is not None:
            groups.setdefault(value, []).append(number)
    return [tuple(numbers) for numbers in groups.values() if len(numbers) > 1]


def _itself(request: Request) -> Hashable:
    return request


def _name(request: Request) -> Hashable:
    return request.server.user, request.name


def _place(request: Request) -> Hashable:
    return str(PurePosixPath(choosing.full_root(request.profile), request.name))


def _module(request: Request) -> Hashable:
    return daemon_modules.name(request.profile) if request.scheme.kind == "daemon" else None


def _key_in_account(request: Request) -> Hashable:
    return (request.server.user, _key(request)) if request.public_key else None


def _key(request: Request) -> Hashable:
    return tuple(request.public_key.split(" ", 2)[:2]) if request.public_key else None


_MOST_NAMED = 3
_RULES = (
    (_itself, "is the same request, opened more than once."),
    (_name, "is asked for by more than one request: the text of one would take the other's place."),
    (_place, "would be kept in the same folder, one over the other."),
    (_module, "name the same module, of which rsync's daemon would take one: give them modules of their own."),
    (
        _key_in_account,
        "have the same key in one account: sshd takes the first line with it, and the others never work.",
    ),
    (_key, "have the same key: whoever has it can be either."),
)
