"""The walk as questions on lines, by the steps' descriptions."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from wizard import console
from wizard.console import say
from wizard.failure import Failure, Kind
from wizard.server import locks
from wizard.storage import profiles
from wizard.text.language import _
from wizard.trouble import telling
from wizard.walk import description, steps
from wizard.walk.context import WalkContext
from wizard.walk.description import May, MayIfConfirmed, MayNot
from wizard.walk.plain import asker, choosing
from wizard.walk.plain.asker import GoAway, GoBack
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from wizard.client.session import Session
    from wizard.profile import Profile
    from wizard.restore.events import Result
    from wizard.restore.order import Order
    from wizard.walk.description import Description, Help, Pass
    from wizard.walk.getting_back.way_in import WayIn

    BackUp = Callable[[Profile, Session], object]
    Restore = Callable[[Profile, Session, Order, WayIn, bool], Result | None]

_CONTINUE = _("Enter continues")
_TRY_AGAIN = _("Enter tries again")
_BACK = _("< goes back")
_COMPARE = _("Enter compares the server's fingerprint")


def walk(begun: Walk | None, session: Session, back_up: BackUp | None = None, restore: Restore | None = None) -> int:
    """Lead from question to question; everything decided is kept, whenever the person leaves.

    `back_up` makes the first real backup, which is offered at the end; `restore` gets files back, or practises it.
    """
    say(_("Text mode. Enter accepts the [default], < goes back one step, Ctrl+D quits."))
    here = None
    try:
        here = _begun(begun, session, back_up, restore)
        while here is not None:
            here = AtStep(here, WalkContext(session, tell=say, back_up=back_up)).taken()
    except GoAway:
        say(f"\n{console.left_at(here, 'backup-wizard --plain')}" if here else "")
    return 0


def _begun(walk: Walk | None, session: Session, back_up: BackUp | None, restore: Restore | None) -> Walk | None:
    def back_up_now(profile: Profile) -> None:
        if back_up:
            back_up(profile, session)
            session.let_go()

    def get_back(profile: Profile) -> None:
        if restore:
            from wizard.walk.plain.getting_back import GettingBack  # few visits are for that

            taken = steps.take(Walk(profile, Step.FINISH, Step.FINISH), session).profile
            context = WalkContext(session, tell=say)
            try:
                GettingBack(taken, context, lambda *given: restore(given[0], session, *given[1:])).lead()
            finally:
                session.let_go()

    while True:
        try:
            chosen = walk or choosing.choose(back_up_now if back_up else None, get_back if restore else None)
            return steps.take(chosen, session)
        except GoBack:
            continue
        except Failure as failure:
            _complain(failure, walk.profile if walk else None)
            with contextlib.suppress(GoBack):
                asker.line(_TRY_AGAIN)


class LooksAgain(Exception):
    """Something was done that changes what there is to be seen."""


class AtStep:
    """One step, until it is left for another one."""

    def __init__(self, here: Walk, context: WalkContext) -> None:
        self._here, self._context = here, context
        self._about: Description = description.of(here.step)

    @property
    def _profile(self) -> Profile:
        return self._here.profile

    def taken(self) -> Walk | None:
        """Where the walk goes on; nowhere after the last step."""
        order = steps.applicable(self._profile)
        titled = _("Step {number} of {count}: {title}").format(
            number=order.index(self._here.step) + 1, count=len(order), title=steps.TITLES[self._here.step]
        )
        say(f"\n{titled}")
        try:
            following = self.decided()
        except GoBack:
            return steps.back(self._here)
        return None if following.step is self._here.step is Step.FINISH else following

    def decided(self) -> Walk:
        """The walk after the step was decided; while that can't be, the person may try again or do something else.

        Raises:
            GoBack, GoAway: the person would rather not.
        """
        found: object = None
        leads_to = None
        while True:
            before = self._here
            try:
                found = asyncio.run(self._about.look(self._profile, self._context, found))
                if decided := self._passed(found):
                    return self._kept(steps.forward(self._here, decided))
            except LooksAgain:
                found = None
                continue
            except Failure as failure:
                leads_to = self._explain(failure)
            self._wait(found, leads_to)
            if leads_to:
                return steps.jump(self._here, leads_to)
            if self._here is not before:
                found = None

    def _passed(self, found: object) -> Profile | None:
        """The profile, if one may go on with it.

        Raises:
            Failure: why one may not.
            LooksAgain: the person did something else first.
        """
        for text in self._about.told(self._profile, found):
            say(text)
        answers = asker.ask_all(partial(self._about.questions, self._profile, found))
        if not _may(self._about.may_pass(self._profile, found, answers)):
            return None
        if not _may(asyncio.run(self._about.try_out(self._profile, found, answers, self._context))):
            return None
        if answers.get("back-up") and self._context.back_up:
            self._context.back_up(self._profile, self._context.session)
            if (now := profiles.load(self._profile.name)) != self._profile:  # something is skipped from now on
                self._here = msgspec.structs.replace(self._here, profile=now)
        decided = asyncio.run(self._about.settle(self._profile, found, answers, self._context))
        if not answers:  # without a question there were no way back past this step
            self._go_on(found)
        return decided

    def _go_on(self, found: object) -> None:
        """Wait for Enter.

        Raises:
            LooksAgain: the person did something else first.
            GoBack, GoAway: the person would rather not.
        """
        helps = self._about.helps(self._profile, found, self._context)
        if self._offer(_CONTINUE, [one for one in helps if one.while_passing]):
            raise LooksAgain

    def _explain(self, failure: Failure) -> Step | None:
        """Tell of a failure; returns the step that helps, where another one does."""
        if failure.kind in self._about.warnings:
            self._context.warned[self._here.step] = failure
        kind, order = _complain(failure, self._profile), steps.applicable(self._profile)
        if kind in locks.ANOTHER_SERVER and Step.FINGERPRINT in order[: order.index(self._here.step)]:
            return Step.FINGERPRINT
        return None

    def _wait(self, found: object, leads_to: Step | None) -> None:
        """Let the person do something else, until they press Enter.

        Raises:
            GoBack, GoAway: the person would rather not.
        """
        helps = list(self._about.helps(self._profile, found, self._context)) if found and not leads_to else []
        self._offer(_COMPARE if leads_to else _TRY_AGAIN, helps)

    def _offer(self, enter: str, helps: list[Help]) -> bool:
        """Let the person do something else, until they press Enter; returns whether there is something new to see.

        Raises:
            GoBack, GoAway: the person would rather not.
        """
        offered = ", ".join([enter, *(f"{one.key}: {one.title}" for one in helps), _BACK])
        while typed := asker.line(offered).lower():
            chosen = next((one for one in helps if one.key == typed), None)
            if chosen and self._helped(chosen):
                return True
        return False

    def _helped(self, chosen: Help) -> bool:
        """Do something else; returns whether there is something new to be looked at."""
        try:
            answers = asker.ask_all(lambda _answers: chosen.questions)
            changed = asyncio.run(chosen.do(self._profile, answers))
        except GoBack:
            return False
        except Failure as failure:
            self._explain(failure)
            return failure.kind in self._about.warnings
        if changed != self._profile:
            self._here = self._kept(steps.again(self._here, changed))
        return chosen.looks_again

    def _kept(self, walk: Walk) -> Walk:
        self._context.session.hold(walk.profile.name)
        steps.record(walk)
        return walk


def _may(judged: Pass) -> bool:
    """Tell whether one may go on, and ask where that has to be confirmed.

    Raises:
        Failure: why one may not.
        GoBack, GoAway: the person would rather not.
    """
    match judged:
        case May(words):
            if words:
                say(words)
            return True
        case MayIfConfirmed() as confirm:
            say(confirm.words)
            return asker.agrees(_("{answer}?").format(answer=confirm.yes), default=False)
        case MayNot(why, failure):
            if failure and not why:
                raise failure
            say(why)
    return False


def _complain(failure: Failure, profile: Profile | None) -> Kind:
    told = asyncio.run(telling.tell(failure, profile))
    console.complain(told.trouble, told.raw_file)
    return told.trouble.kind
