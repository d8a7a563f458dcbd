"""The app and its conductor, which leads from screen to screen."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from textual.events import InputEvent

from screens.base_app import BaseApp
from screens.context import Context
from screens.outcome import Again, Back, Forward, Home, Jump, Leave, Outcome
from screens.pace import Pace
from screens.steps.registry import screen_for
from screens.work import Begin
from wizard.backup_states import Action
from wizard.client.session import Session
from wizard.failure import Failure, Kind
from wizard.storage import profiles
from wizard.text.language import _
from wizard.walk import steps

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.events import Event
    from textual.screen import Screen

    from screens.home.errand import Errand
    from screens.steps.step_screen import StepScreen
    from wizard.client.keys.secrets import Secret
    from wizard.profile import Profile
    from wizard.schemes.facts import ServerFacts
    from wizard.walk.steps import Walk

Shown = TypeVar("Shown")


class WizardApp(BaseApp):
    """The wizard on the whole terminal; it returns the exit code."""

    def __init__(self, walk: Walk | None, context: Context) -> None:
        super().__init__()
        self.walk = walk
        self.context = context
        self._errand: Errand | None = None
        self._first: Walk | None = None

    def on_mount(self) -> None:
        """Begin the walk."""
        Begin(self, "conductor")(self._conduct)

    async def ask_passphrase(self, profile: Profile) -> Secret:
        """Ask for the passphrase of the backup's key, over the screen at hand.

        Raises:
            Failure: `PASSPHRASE_UNASKED` if the person would rather not.
        """
        from screens.dialogs.passphrase import PassphraseScreen  # few walks ask

        typed = await self.push_screen_wait(PassphraseScreen(profile))
        if typed is None:
            raise Failure(Kind.PASSPHRASE_UNASKED, str(profile.key_path))
        return typed

    async def on_event(self, event: Event) -> None:
        """Whatever a person does comes before long work."""
        if isinstance(event, InputEvent):
            Pace.give_way()
        await super().on_event(event)

    async def _conduct(self) -> None:
        try:
            self.context.has_home = self.walk is None and bool(profiles.names())
        except Failure as failure:
            await self._tell(failure, close=_("Quit"))
        else:
            if not self.context.has_home:
                await self._walked(self.walk or steps.new())
            while self.context.has_home and await self._done_from_home():
                pass
        self.exit(0)

    async def _done_from_home(self) -> bool:
        """Do what is wanted of a backup; returns whether the home screen is to be shown again."""
        from screens.home.screen import HomeScreen  # whoever sets up a first backup never sees it

        named = self.walk.profile.name if self.walk else ""
        self.walk = None
        errand = await self._shown(HomeScreen(named))
        if errand is None:
            return False
        self.context.begin_anew()
        try:
            if errand.action is Action.GET_BACK:
                return await self._files_back(errand.walk)
            return await self._walked(errand.walk, errand)
        finally:
            self.context.session.let_go()

    async def _walked(self, begun: Walk, errand: Errand | None = None) -> bool:
        """Lead from step to step; returns whether it ended in any other way than by leaving the wizard."""
        walk = await self._taken(begun)
        if walk is None:
            return errand is not None
        self._errand, self._first = errand, walk
        outcome = await self._show(walk)
        while not isinstance(outcome, Leave):
            after = await self._after(walk, outcome)
            if isinstance(outcome, Home) or (errand and errand.is_done(walk, after, outcome)):
                return True
            walk = self.walk = after
            outcome = await self._show(walk)
        return False

    async def _files_back(self, begun: Walk) -> bool:
        """Lead through getting files back; returns whether it ended in any other way than by leaving the wizard."""
        from screens.restore import conductor  # few visits are for that

        walk = await self._taken(begun)
        return walk is None or await conductor.get_back(walk.profile, self.context, self._shown)

    async def _taken(self, begun: Walk) -> Walk | None:
        """The walk with its backup held, unless the person would rather not wait for another program."""
        close = _("Close") if self.context.has_home else _("Quit")
        while True:
            try:
                self.walk = steps.take(begun, self.context.session)
            except Failure as failure:
                if not await self._tell(failure, begun.profile, again=_("Try again"), close=close):
                    return None
            else:
                return self.walk

    async def _show(self, walk: Walk) -> Outcome:
        return await self._shown(self._screen(walk)) or Leave()

    def _screen(self, walk: Walk) -> StepScreen:
        errand, is_first = self._errand, walk is self._first
        if errand and is_first and errand.action is Action.BACK_UP:
            from screens.steps.finish.running import RunningScreen

            return RunningScreen(walk, self.context)
        screen = screen_for(walk.step)(walk, self.context)
        if errand and errand.ends_with(walk):
            screen.primary = _("Done")
        if errand and is_first and errand.press:
            screen.call_after_refresh(screen.run_action, errand.press)
        return screen

    async def _shown(self, screen: Screen[Shown]) -> Shown | None:
        outcome: asyncio.Future[Shown | None] = asyncio.get_running_loop().create_future()
        # `push_screen_wait` first waits until all of the screen before is gone, and an empty one is seen meanwhile.
        await self.push_screen(screen, outcome.set_result)
        return await outcome

    async def _after(self, walk: Walk, outcome: Outcome) -> Walk:
        match outcome:
            case Forward(profile):
                return await self._recorded(walk, steps.forward(walk, profile))
            case Again(profile):
                return await self._recorded(walk, steps.again(walk, profile))
            case Back():
                return steps.back(walk)
            case Jump(step):
                return steps.jump(walk, step)
            case Home() | Leave():
                return walk

    async def _recorded(self, before: Walk, after: Walk) -> Walk:
        try:
            self.context.session.hold(after.profile.name)
            steps.record(after)
        except Failure as failure:
            await self._tell(failure, after.profile)
            return before
        return after

    async def _tell(self, failure: Failure, profile: Profile | None = None, **buttons: str) -> bool | None:
        from screens.dialogs.trouble_screen import TroubleScreen  # the first screen is there sooner without them
        from wizard import trouble

        return await self.push_screen_wait(TroubleScreen(trouble.explain(failure, profile), **buttons))


def run(
    walk: Walk | None, apply_as_admin: Callable[[Profile, str], None] | None = None, server: ServerFacts | None = None
) -> int:
    """Run the wizard on this terminal; with no walk it begins with a choice of backups.

    `apply_as_admin` and `server` are a demo's: its practice server's admin, and what is known of that server.
    """
    with Session() as session:
        context = Context(session, apply_as_admin=apply_as_admin, server_facts=server)
        app = WizardApp(walk, context)
        session.ask = app.ask_passphrase
        exit_code = app.run_to_end()
    if app.walk and not exit_code and not context.is_demo:
        from wizard import console

        console.say(console.left_at(app.walk))
    return exit_code
