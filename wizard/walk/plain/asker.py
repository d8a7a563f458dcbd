"""Asking on a line, for screen readers and plain terminals."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

from wizard.client.keys.secrets import Secret
from wizard.console import say
from wizard.display import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.rules import Rule

BACK = "<"


class GoBack(Exception):
    """The person wants the step before."""


class GoAway(Exception):
    """The person leaves the walk."""


def line(question: str, default: str = "", rule: Rule | None = None) -> str:
    """Ask until the rule takes the answer; Enter alone takes the default.

    Raises:
        GoBack: the answer was `<`.
        GoAway: the input ended.
    """
    while True:
        answer = _read(f"{question}{f' [{default}]' if default else ''}: ") or default
        complaint = rule(answer) if rule else None
        if not complaint:
            return answer
        say(f"  {complaint}")


def pause() -> None:
    """Let a step be left where it asks nothing: without that, there were no way back past it.

    Raises:
        GoBack, GoAway: as for `line`.
    """
    line("Enter goes on")


def choice(question: str, alternatives: Sequence[tuple[str, str]], default: str) -> str:
    """Ask for one of several, by number; each is an id with its words.

    Raises:
        GoBack, GoAway: as for `line`.
    """
    say(question)
    for number, (_, words) in enumerate(alternatives, 1):
        say(f"  {number}. {words}")
    numbers = [str(number) for number in range(1, len(alternatives) + 1)]
    ids = [id for id, _ in alternatives]

    def rule(answer: str) -> str | None:
        return None if answer in numbers else f"Type a number from 1 to {numbers[-1]}."

    return ids[int(line("Number", numbers[ids.index(default)], rule)) - 1]


def agrees(question: str, *, default: bool) -> bool:
    """Ask for yes or no.

    Raises:
        GoBack, GoAway: as for `line`.
    """

    def rule(answer: str) -> str | None:
        return None if answer.lower() in {"y", "yes", "n", "no"} else "Type y for yes or n for no."

    return line(f"{question} (y/n)", "y" if default else "n", rule).lower().startswith("y")


def passphrase(question: str) -> Secret:
    """Ask for a passphrase, which is not shown.

    Raises:
        GoAway: the input ended.
    """
    try:
        return Secret(getpass.getpass(printable(f"{question}: ")))
    except EOFError:
        raise GoAway from None


def _read(prompt: str) -> str:
    try:
        answer = input(printable(prompt)).strip()
    except EOFError:
        raise GoAway from None
    if answer == BACK:
        raise GoBack
    return answer
