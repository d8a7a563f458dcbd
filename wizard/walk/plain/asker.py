"""Asking on a line, for screen readers and plain terminals."""

from __future__ import annotations

import getpass
import os
import sys
from typing import TYPE_CHECKING, Any

from wizard import printing
from wizard.client.folders import chosen_folders
from wizard.client.keys.secrets import Secret
from wizard.console import say
from wizard.text.display import printable
from wizard.text.language import _
from wizard.walk.description import Folders, Hidden, Lines, OneOf, Text, YesNo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from wizard.rules import Rule
    from wizard.walk.description import Answers, Question

BACK = "<"
_END_OF_LINES = "."
_YES, _NO = {"y", "yes"}, {"n", "no"}


class GoBack(Exception):
    """The person wants the step before."""


class GoAway(Exception):
    """The person leaves the walk."""


def ask_all(questions: Callable[[Answers], Iterable[Question]]) -> Answers:
    """Ask what is asked, of which later questions may depend on earlier answers.

    Raises:
        GoBack, GoAway: as for `line`.
    """
    answers: dict[str, Any] = {}
    while question := next((one for one in questions(answers) if one.id not in answers), None):
        answers[question.id] = ask(question)
    return answers


def ask(question: Question) -> Any:
    """The answer to one question: a text, folders, true or false, an alternative's id, or a secret.

    Raises:
        GoBack, GoAway: as for `line`.
    """
    match question:
        case Text():
            return _text(question)
        case Lines():
            return _lines(question)
        case Folders():
            return _folders(question)
        case YesNo():
            return agrees(question.ask or question.label, default=question.default)
        case OneOf():
            return _one_of(question)
        case Hidden():
            return _hidden(question)


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


def agrees(question: str, *, default: bool) -> bool:
    """Ask for yes or no.

    Raises:
        GoBack, GoAway: as for `line`.
    """

    def rule(answer: str) -> str | None:
        return None if answer.lower() in _YES | _NO else _("Type y for yes or n for no.")

    asked = _("{question} (y/n)").format(question=question)
    return line(asked, "y" if default else "n", rule).lower() in _YES


def _text(question: Text) -> str:
    def rule(typed: str) -> str | None:
        return question.rule(_meant(question, typed)) if question.rule else None

    label = _("{label}, {hint}").format(label=question.label, hint=question.hint) if question.hint else question.label
    default = question.default or question.nothing
    return _meant(question, line(question.label if question.nothing else label, default, rule))


def _meant(question: Text, typed: str) -> str:
    return "" if question.nothing and typed == question.nothing else typed


def _lines(question: Lines) -> str:
    say(_("{label}. To finish, type a line with only a dot.").format(label=question.label))
    read: list[str] = []
    while not question.is_whole("\n".join(read)):
        typed = _read("")
        if typed == _END_OF_LINES:
            break
        read.append(typed)
    return "\n".join(read)


def _folders(question: Folders) -> tuple[str, ...]:
    """The list as it is, changed line by line until Enter alone takes it."""
    chosen = question.default

    def rule(answer: str) -> str | None:
        if not answer:
            return None if chosen else question.complaint
        return None if _is_number(answer, chosen) else question.rule(answer, chosen)

    while True:
        say(_("These folders will be backed up:") if chosen else _("No folder is selected yet."))
        for number, folder in enumerate(chosen, 1):
            say(f"  {number}. {printable(folder)}")
        asked = _("Type a folder to add it, or a number to remove it. Enter continues") if chosen else question.label
        answer = line(asked, "", rule)
        if not answer:
            return chosen
        if _is_number(answer, chosen):
            chosen = chosen_folders.untick(chosen, chosen[int(answer) - 1])
        else:
            chosen = chosen_folders.tick(chosen, os.path.expanduser(answer))  # noqa: PTH111 - a Path would change it


def _is_number(answer: str, chosen: tuple[str, ...]) -> bool:
    return answer.isdecimal() and len(answer) < 5 and 0 < int(answer) <= len(chosen)


def _one_of(question: OneOf) -> str:
    say(question.label)
    for number, one in enumerate(question.alternatives, 1):
        sentence = (
            _("{title}. {sentence}").format(title=one.title, sentence=one.sentence) if one.sentence else one.title
        )
        say(f"  – {sentence}" if one.disabled else f"  {number}. {sentence}")
    open_ones = {str(number): one.id for number, one in enumerate(question.alternatives, 1) if not one.disabled}
    default = next((number for number, id in open_ones.items() if id == question.default), "")

    def rule(answer: str) -> str | None:
        if answer in open_ones:
            return None
        return _("Type one of these numbers: {numbers}.").format(numbers=", ".join(open_ones))

    chosen = open_ones[line(_("Number"), default, rule)]
    if about := next(one.about for one in question.alternatives if one.id == chosen):
        say(about)
    return chosen


def _hidden(question: Hidden) -> Secret:
    while True:
        typed = _unseen(question.label)
        if complaint := question.rule(typed) if question.rule else None:
            say(f"  {complaint}")
        elif question.again and typed.reveal() != _unseen(question.again).reveal():
            say("  " + _("The two aren't the same. Type both again."))
        else:
            return typed


def _unseen(label: str) -> Secret:
    try:
        typed = Secret(getpass.getpass(_wrapped(f"{label}: ")))
    except EOFError:
        raise GoAway from None
    if typed.reveal() == BACK:
        raise GoBack
    return typed


def _read(prompt: str) -> str:
    try:
        answer = input(_wrapped(prompt)).strip()
    except EOFError:
        raise GoAway from None
    if answer == BACK:
        raise GoBack
    return answer


def _wrapped(prompt: str) -> str:
    """The prompt with its last blank, which is not to be lost."""
    return f"{printing.wrapped(printable(prompt).rstrip(), sys.stdout)} " if prompt else ""
