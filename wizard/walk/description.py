"""What a step says of itself, once, for all three walks: what it asks, what it does, and when one may go on.

Screens show the questions with widgets of their own, `plain` asks them one after the other, and `unattended` takes the
profile's values for the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

import msgspec

from wizard.failure import Failure, Kind

if TYPE_CHECKING:
    from wizard.client.keys.secrets import Secret
    from wizard.profile import Profile
    from wizard.rules import Rule
    from wizard.walk.context import WalkContext
    from wizard.walk.steps import Step

Answers = Mapping[str, Any]
"""The answers by the ids of their questions."""


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """One line; `rule` answers with a sentence when it can't be taken.

    An empty line may be taken: `nothing` is the word for it where Enter alone takes the default.
    """

    id: str
    label: str
    default: str = ""
    hint: str = ""
    nothing: str = ""
    rule: Rule | None = None


class Lines(msgspec.Struct, frozen=True, kw_only=True):
    """A text of many lines, pasted whole; `is_whole` knows its end."""

    id: str
    label: str
    is_whole: Callable[[str], bool]


class Folders(msgspec.Struct, frozen=True, kw_only=True):
    """Folders, one or more; `rule` gets one and those before it, `complaint` says why there must be one."""

    id: str
    label: str
    default: tuple[str, ...]
    rule: Callable[[str, tuple[str, ...]], str | None]
    complaint: str


class YesNo(msgspec.Struct, frozen=True, kw_only=True):
    """Yes or no; `label` is a tick box's, and `ask` the question where there is no box."""

    id: str
    label: str
    sentence: str = ""
    ask: str = ""
    default: bool = False


class Alternative(msgspec.Struct, frozen=True):
    """One of several: what it stands for, a title, a sentence, and whether it can't be taken now.

    `about` is what there is to be known of it once it is chosen.
    """

    id: str
    title: str
    sentence: str = ""
    disabled: bool = False
    about: str = ""


class OneOf(msgspec.Struct, frozen=True, kw_only=True):
    """A choice of one of several."""

    id: str
    label: str
    alternatives: tuple[Alternative, ...]
    default: str = ""


class Hidden(msgspec.Struct, frozen=True, kw_only=True):
    """A passphrase or a password, which no terminal shows; `again` asks for it a second time."""

    id: str
    label: str
    rule: Callable[[Secret], str | None] | None = None
    again: str = ""


Question = Text | Lines | Folders | YesNo | OneOf | Hidden


class May(msgspec.Struct, frozen=True):
    """One may go on; `words` say what was found."""

    words: str = ""


class MayIfConfirmed(msgspec.Struct, frozen=True):
    """One may go on after a confirmation: what it is called, what it means, and the two answers."""

    title: str
    words: str
    yes: str
    no: str


class MayNot(msgspec.Struct, frozen=True):
    """One may not go on, and why; a `failure` is explained as any other."""

    why: str = ""
    failure: Failure | None = None

    @property
    def as_failure(self) -> Failure:
        """The reason where nobody can be asked for anything better."""
        return self.failure or Failure(Kind.BAD_VALUE, self.why.rstrip("."))


Pass = May | MayIfConfirmed | MayNot


class Help(msgspec.Struct, frozen=True):
    """What can be done while one may not go on: its key, its words, what it asks first, and what it does.

    What it does may change the profile; `looks_again` is whether one may be able to go on after it. It is offered
    `while_passing` as well where going on is not all that one may want.
    """

    key: str
    title: str
    questions: tuple[Question, ...]
    do: Callable[[Profile, Answers], Coroutine[Any, Any, Profile]]
    looks_again: bool = True
    while_passing: bool = False


async def _look_at_nothing(profile: Profile, context: WalkContext, before: Any) -> None:
    """Most steps have nothing to look at before they ask."""


async def _try_nothing(profile: Profile, found: Any, answers: Answers, context: WalkContext) -> Pass:
    """Most steps do only what they can see to work."""
    return May()


async def _unchanged(profile: Profile, found: Any, answers: Answers, context: WalkContext) -> Profile:
    return profile


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What one step finds out, tells, asks, decides and does.

    `look` finds out what has to be known before anything is asked (`before` is what an earlier look at the same step
    found), `told` puts that into words, and `questions` says what is asked, as far as the answers so far allow.
    `may_pass` judges the answers. `try_out` then tries what was decided where it will run, and says whether it works.
    `settle` does what was decided and returns the changed profile; without answers both take the profile at its word.
    `helps` are what else can be done meanwhile, and `is_good` says whether the result is as good as it can be. A
    failure of one of the kinds in `warnings` is kept in the context's `warned`, and makes the step more careful.

    All that take a `found` get what `look` returned. `look` and `settle` raise `Failure`.
    """

    question: str
    look: Callable[[Profile, WalkContext, Any], Coroutine[Any, Any, Any]] = _look_at_nothing
    told: Callable[[Profile, Any], Iterable[str]] = lambda profile, found: ()
    questions: Callable[[Profile, Any, Answers], Iterable[Question]] = lambda profile, found, answers: ()
    may_pass: Callable[[Profile, Any, Answers], Pass] = lambda profile, found, answers: May()
    try_out: Callable[[Profile, Any, Answers, WalkContext], Coroutine[Any, Any, Pass]] = _try_nothing
    settle: Callable[[Profile, Any, Answers, WalkContext], Coroutine[Any, Any, Profile]] = _unchanged
    helps: Callable[[Profile, Any, WalkContext], Iterable[Help]] = lambda profile, found, context: ()
    is_good: Callable[[Profile, Any], bool] = lambda profile, found: True
    warnings: frozenset[Kind] = frozenset()


def of(step: Step) -> Description:
    """A step's description, which is imported when the walk comes to it."""
    found: Description = import_module(f"wizard.walk.descriptions.{step.value.replace('-', '_')}").DESCRIPTION
    return found
