"""The app and its conductor, which leads from screen to screen."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.events import InputEvent, Key, MouseUp, Paste

from screens.base_app import BaseApp
from screens.context import Context
from screens.dialogs.choose_backup import ChooseBackupScreen
from screens.dialogs.passphrase import PassphraseScreen
from screens.dialogs.trouble_screen import TroubleScreen
from screens.outcome import Again, Back, Forward, Jump, Leave, Outcome
from screens.pace import Pace
from screens.steps.registry import screen_for
from screens.steps.step_screen import StepScreen
from wizard import console, trouble
from wizard.client.session import Session
from wizard.failure import Failure, Kind
from wizard.storage import profiles
from wizard.text.language import _
from wizard.walk import steps

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.events import Event

    from wizard.client.keys.secrets import Secret
    from wizard.profile import Profile
    from wizard.schemes.facts import ServerFacts
    from wizard.walk.steps import Walk


class WizardApp(BaseApp):
    """The wizard on the whole terminal; it returns the exit code."""

    def __init__(self, walk: Walk | None, context: Context) -> None:
        super().__init__()
        self.walk = walk
        self.context = context

    def on_mount(self) -> None:
        """Begin the walk."""
        self.run_worker(self._conduct(), name="conductor")

    async def ask_passphrase(self, profile: Profile) -> Secret:
        """Ask for the passphrase of the backup's key, over the screen at hand.

        Raises:
            Failure: `PASSPHRASE_UNASKED` if the person would rather not.
        """
        typed = await self.push_screen_wait(PassphraseScreen(profile))
        if typed is None:
            raise Failure(Kind.PASSPHRASE_UNASKED, str(profile.key_path))
        return typed

    async def on_event(self, event: Event) -> None:
        """Whatever a person does comes before long work."""
        if isinstance(event, InputEvent):
            Pace.give_way()
        await super().on_event(event)
        if isinstance(event, Key | Paste | MouseUp) and self._has_screen:
            self.screen.call_after_refresh(self._note_drafts)

    def _note_drafts(self) -> None:
        for screen in self.screen_stack:  # a dialog may be over the step
            if isinstance(screen, StepScreen):
                screen.note_draft()

    async def _conduct(self) -> None:
        walk = await self._begun()
        while walk is not None:
            self.walk = walk
            walk = await self._after(walk, await self._show(walk))
        self.exit(0)

    async def _begun(self) -> Walk | None:
        while True:
            walk = self.walk or await self._chosen()
            if walk is None:
                return None
            try:
                return steps.take(walk, self.context.session)
            except Failure as failure:
                explained = trouble.explain(failure, walk.profile)
                if not await self.push_screen_wait(TroubleScreen(explained, again=_("Try again"), close=_("Quit"))):
                    return None

    async def _chosen(self) -> Walk | None:
        return await self.push_screen_wait(ChooseBackupScreen()) if profiles.names() else steps.new()

    async def _show(self, walk: Walk) -> Outcome:
        outcome: asyncio.Future[Outcome | None] = asyncio.get_running_loop().create_future()
        # `push_screen_wait` first waits until all of the screen before is gone, and an empty one is seen meanwhile.
        await self.push_screen(screen_for(walk.step)(walk, self.context), outcome.set_result)
        return await outcome or Leave()

    async def _after(self, walk: Walk, outcome: Outcome) -> Walk | None:
        match outcome:
            case Forward(profile):
                return await self._recorded(walk, steps.forward(walk, profile))
            case Again(profile):
                return await self._recorded(walk, steps.again(walk, profile))
            case Back():
                return steps.back(walk)
            case Jump(step):
                return steps.jump(walk, step)
            case Leave():
                return None

    async def _recorded(self, before: Walk, after: Walk) -> Walk:
        try:
            self.context.session.hold(after.profile.name)
            steps.record(after)
        except Failure as failure:
            await self.push_screen_wait(TroubleScreen(trouble.explain(failure, after.profile)))
            return before
        return after


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
        console.say(console.left_at(app.walk))
    return exit_code
