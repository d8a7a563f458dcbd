"""A person at the questions on lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.client.session import Session
from wizard.console import say
from wizard.walk import plain
from wizard.walk.context import WalkContext
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from wizard.profile import Profile

_MOST_QUESTIONS = 150


class Person:
    """Answers each question by its words, the last answer to a question again and again; Enter to all others."""

    def __init__(self, answers: dict[str, list[str]]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def __call__(self, prompt: str = "") -> str:
        self.asked.append(prompt)
        assert len(self.asked) < _MOST_QUESTIONS, f"asked again and again: {prompt}"
        for words, replies in self.answers.items():
            if words in prompt:
                reply = replies.pop(0) if len(replies) > 1 else replies[0]
                if reply == "EOF":
                    raise EOFError
                return reply
        return ""


def decided(profile: Profile, step: Step, session: Session | None = None) -> Profile:
    """The profile after one step, which is kept as well.

    Raises:
        GoBack, GoAway: the person would rather not.
    """
    with session or Session() as opened:
        at_step = plain.AtStep(Walk(profile, step, step), WalkContext(opened, tell=say))
        return at_step.decided().profile
