"""Several backups with one key, each from its own places: which lines have to stand before which."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wizard import schemes
from wizard.allowed_from import Relation
from wizard.failure import Failure
from wizard.schemes.parts import key_line
from wizard.server import line_order
from wizard.storage import profiles

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wizard.profile import Profile
    from wizard.schemes.setup import KeyLine
    from wizard.server.exports.context import ExportContext
    from wizard.server.line_order import Places


def in_order(contexts: Sequence[ExportContext]) -> list[ExportContext]:
    """The same backups, where one key has several so that all of them work; the others stay where they are."""
    ordered, alike = list(contexts), dict[tuple[str, str], list[int]]()
    for number, context in enumerate(contexts):
        for line in context.setup.key_lines[:1]:
            alike.setdefault((context.setup.account, _key(line)), []).append(number)
    for numbers in alike.values():
        if len(numbers) > 1:
            found = sorted((contexts[number] for number in numbers), key=lambda one: line_order.breadth(_places(one)))
            for number, context in zip(numbers, found, strict=True):
                later = [one.name for one in found if _has_to_be_first(_places(context), _places(one))]
                ordered[number] = replace(context, later=tuple(dict.fromkeys([*context.later, *later])))
    return ordered


def later_of(profile: Profile) -> tuple[str, ...]:
    """This computer's other backups whose lines have to stand after this one's."""
    places = key_line.places(profile)
    return tuple(one.name for one in _beside(profile) if _has_to_be_first(places, key_line.places(one)))


def _beside(profile: Profile) -> Iterator[Profile]:
    """This computer's other backups with the same key in the same account."""
    if not schemes.of(profile).uses_ssh or not profile.scheme.from_:
        return
    for name in profiles.names():
        if name == profile.name:
            continue
        try:
            one = profiles.load(name)
        except Failure:
            continue
        if schemes.of(one).uses_ssh and (one.key_path, one.server.account) == (
            profile.key_path,
            profile.server.account,
        ):
            yield one


def _key(line: KeyLine) -> str:
    return " ".join(line.key.split()[:2])


def _places(context: ExportContext) -> Places:
    return (context.profile.scheme.from_,) if context.for_reading else key_line.places(context.profile)


def _has_to_be_first(one: Places, other: Places) -> bool:
    return line_order.relation(one, other) is Relation.INSIDE
