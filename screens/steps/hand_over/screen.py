"""Ask your admin: the text for the server's admin, and a watch for the moment when the server lets this computer in."""

from __future__ import annotations

from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.events import Paste
from textual.widgets import Button

from screens.dialogs.receipt import ReceiptScreen
from screens.outcome import Again
from screens.steps.hand_over.do_it_for_me import DoItForMeScreen
from screens.steps.hand_over.sheets import sheets_for
from screens.steps.step_screen import StepScreen
from screens.widgets.exports.export_pane import ExportPane
from screens.widgets.exports.with_texts import WithTexts
from screens.widgets.note import Note
from screens.widgets.waiting import Waiting
from screens.work import Begin
from wizard.client import access
from wizard.client.process.background import in_background
from wizard.failure import Failure
from wizard.server import exports, handed_over
from wizard.server.reaching import shown_keys
from wizard.server.receipts import admin_answer
from wizard.text.language import _
from wizard.trouble.telling import ExplainedFailure
from wizard.walk import admission
from wizard.walk.admission import Admission, LetIn, News, NotYet, Stopped, Unverified
from wizard.walk.description import MayNot
from wizard.walk.descriptions import hand_over
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from screens.context import Context
    from wizard.profile import Profile
    from wizard.server.receipts.receipt import Taken
    from wizard.trouble import Trouble
    from wizard.walk.steps import Walk


class HandOverScreen(WithTexts, StepScreen):
    """Gives the admin's text away, and goes on as soon as the admin has used it."""

    step = Step.HAND_OVER
    question = hand_over.DESCRIPTION.question
    explanation = _(
        "The server's admin has to add this computer's key. The message tells them how, and what the key may"
        " do.\n\n"
        "Copy it into an email, or save it as a file and attach that. It contains no secrets. The other tabs have"
        " the same in other formats; “Request” is for admins who have backup-wizard too.\n\n"
        "“Plain” shows only the text, so you can select it with the mouse.\n\n"
        "When your admin answers, paste the answer here (or press r). The wizard finds the receipt or the fingerprint"
        " in it, and compares it with the server's.\n\n"
        "Then wait, or quit with Ctrl+Q. The wizard continues here when you come back.\n\n"
        "Know the account's password? Press i, and the wizard adds the key for you."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "answer", _("Paste answer")),
        Binding("l", "look", show=False),
        Binding("i", "install", show=False),
        Binding("a", "apply", show=False),
        Binding("enter", "forward", _("Continue"), show=False),
    ]

    def __init__(self, walk: Walk, context: Context) -> None:
        super().__init__(walk, context)
        self._news: News | None = None
        self._is_doubtful = self._replaces = False
        self._shown: Trouble | None = None
        self._admission = Admission(self.profile, context, self._access_at_hand)

    def compose_step(self) -> ComposeResult:
        """Room for the text, and whether it was used."""
        yield Waiting(id="preparing")
        yield Note(id="replaces")
        yield Note(id="password")
        yield Note(hand_over.verified(self.profile), "good", id="verified")
        yield Note(id="admitted")

    def compose_actions(self) -> ComposeResult:
        """To look at once, or in a demo to do the admin's part."""
        if self.context.is_demo:
            yield Button(_("Apply as the admin"), id="apply", compact=True)
        elif self._is_verified:
            yield Button(admission.DONE, id="done", compact=True)
            yield Button(_("Check now"), id="look", compact=True)
        else:
            yield Button(_("Paste answer"), id="answer", compact=True)

    def focus_first(self) -> None:
        """Prepare the text, and then begin to look; while there is nothing to go on with, copying comes first."""
        self.query("#done").set(display=False)
        self.is_complete = False  # its keys are for the texts
        Begin(self, "prepare", only=True)(self._prepare)

    async def decide(self) -> Profile | None:
        """The profile as it is, once the server lets this computer in.

        Raises:
            Failure: the last sign-in came to something that waiting doesn't help.
        """
        judged = hand_over.judged(self._news)
        if isinstance(self._news, Stopped):
            raise self._news.failure
        return None if isinstance(judged, MayNot) else await hand_over.settle(self.profile, None, {}, self.context)

    async def _try_forward(self) -> None:
        if isinstance(self._news, LetIn | Stopped):
            await super()._try_forward()
        else:  # what was found meanwhile, and is to be sent, stays in sight
            waits = hand_over.STILL_WAITING if self._is_verified else hand_over.UNVERIFIED
            self.query_one("#admitted", Note).say(waits, "busy")

    @property
    def _is_verified(self) -> bool:
        return shown_keys.is_verified(self.profile)

    @property
    def _is_let_in(self) -> bool:
        return isinstance(self._news, LetIn)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what makes sense now is offered."""
        if action == "apply":
            return self.context.is_demo and not (self._is_let_in or self._is_doubtful)
        if action == "install":
            return self._is_waiting and self._admission.may_install
        if action == "answer":
            return not self.context.is_demo
        if action == "look":
            return self._is_verified and not (self._is_let_in or self.context.is_demo or self._is_doubtful)
        return super().check_action(action, parameters)

    @on(Button.Pressed, "#done")
    def action_done(self) -> None:
        """Look for the cause why the server refuses the key though the admin has acted."""
        if isinstance(self._news, NotYet):
            Begin(self, "further", only=True)(self._ask_further, self._news.failure)

    async def _ask_further(self, failure: Failure) -> None:
        with self.query_one(Waiting).on(_("Looking for the cause")):
            told = await self._admission.ask_further(failure)
        if self._is_waiting and not self.is_leaving:
            self._show_trouble_alone()
            await self._show_told(ExplainedFailure(told, None))

    @on(Button.Pressed, "#look")
    def action_look(self) -> None:
        """Look as soon as the server can bear it."""
        if self._is_looking:
            self.query_one("#admitted", Note).say(_("Checking again in a moment"), "busy")
            self._admission.look_now()
        else:
            self._start_looking()

    @on(Button.Pressed, "#apply")
    async def action_apply(self) -> None:
        """Do what the message asks of the admin, and look at once."""
        if self.context.apply_as_admin is None or self._is_let_in:
            return
        try:
            self.context.apply_as_admin(self.profile, self._export("authorized-keys"))
        except Failure as failure:
            await self.show_trouble(failure)
        else:
            self._start_looking()

    @on(Button.Pressed, "#answer")
    def action_answer(self) -> None:
        """Take what the admin answered."""
        self._ask_for_answer()

    def on_paste(self, event: Paste) -> None:
        """Take what the admin answered, wherever the cursor is."""
        if not self.context.is_demo and admin_answer.is_there(event.text):
            event.stop()
            self._ask_for_answer(event.text)

    def _ask_for_answer(self, pasted: str = "") -> None:
        dialog = ReceiptScreen(self.profile, self.keep, pasted=pasted, draft=self.draft)
        self.app.push_screen(dialog, self._take)

    def action_install(self) -> None:
        """Do the admin's part with the account's password, for those who have it, and look at once."""
        self.workers.cancel_group(self, "look")
        self.app.push_screen(DoItForMeScreen(self.profile, self.context), lambda _done: self._start_looking())

    @property
    def _is_waiting(self) -> bool:
        return self._is_verified and not (isinstance(self._news, LetIn | Stopped) or self._is_doubtful)

    @property
    def _is_looking(self) -> bool:
        return any(worker.node is self and worker.group == "look" and worker.is_running for worker in self.workers)

    async def _take(self, taken: Taken | Failure | None) -> None:
        if isinstance(taken, Failure):
            # Whatever the server says from now on, it may be another one's word.
            self._is_doubtful = True
            self.workers.cancel_group(self, "look")
            await self._stop_at(taken)
            self.query("#look, #apply, #answer, #done").set(display=False)
            self.lead_with("back")
        elif taken:
            self.leave_with(Again(taken.profile))

    async def _prepare(self) -> None:
        try:
            with self.query_one(Waiting).on(_("Preparing the text for your admin"), hand_over.MAY_ASK):
                sheets = await in_background(partial(sheets_for, self.profile, self.context.server_facts))
        except Failure as failure:
            self.is_complete = True
            await self._stop_at(failure)
            return
        if self.is_leaving:
            return
        self._replaces = handed_over.replaces_another(self.profile.name)
        self.query_one("#replaces", Note).say(hand_over.about_earlier(self.profile), "warn")
        note = self.query_one("#password", Note)
        if any(sheet.masked for sheet in sheets):
            note.say(hand_over.ALSO_SEND, "warn")
        await self.mount(ExportPane(sheets), before=note)
        self.is_complete = True
        self.refresh_bindings()
        self.lead_with("apply" if self.context.is_demo else "copy")
        self._start_looking()

    def _export(self, format_name: str) -> str:
        facts = access.facts(self.profile)
        return exports.export(self.profile, facts, format_name, self.context.server_facts)

    def _start_looking(self) -> None:
        if self._is_verified:
            self.query_one("#admitted", Note).say(hand_over.LOOKING, "busy")
        Begin(self, "look", only=True)(self._await_admin)

    async def _await_admin(self) -> None:
        self._news = None
        await self._show_texts()
        async with aclosing(self._admission.watch()) as watch:
            async for news in watch:
                self._news = news
                match news:
                    case LetIn():
                        await self._show_texts()
                        self._go_ahead()
                    case NotYet():
                        await self._show_what_is_wrong(news.told)
                        self.query("#done").set(display=news.is_admins and self._admission.may_be_done)
                        self.query_one("#admitted", Note).say(news.sentence, "busy" if news.is_admins else "warn")
                    case Unverified():
                        self.query_one("#admitted", Note).say(hand_over.UNVERIFIED, "warn")
                    case Stopped():
                        await self._stop_at(news.failure)

    async def _show_texts(self) -> None:
        self.remove_class("-trouble-alone")
        self._shown = None
        await self.show_trouble(None)
        self.query(ExportPane).set(display=True)
        self.refresh_bindings()

    async def _show_what_is_wrong(self, told: Trouble | None) -> None:
        """What the admin has to put right stays in sight for as long as it is so."""
        if told == self._shown:
            return
        if told is None:
            await self._show_texts()
        else:
            self._shown = told
            self._show_trouble_alone()
            await self._show_told(ExplainedFailure(told, None))

    async def _stop_at(self, failure: Failure) -> None:
        self._news = Stopped(failure)
        self.query_one("#admitted", Note).say("")
        self._show_trouble_alone()
        self.lead_with("apply" if self.context.is_demo else "look" if self._is_verified else "answer")
        self.refresh_bindings()
        await self.show_trouble(failure)

    def _show_trouble_alone(self) -> None:
        self.query(ExportPane).set(display=False)
        self.add_class("-trouble-alone")

    def _go_ahead(self) -> None:
        self.query_one("#verified", Note).say("")
        self.query_one("#admitted", Note).say(hand_over.LET_IN, "good")
        self.query("#look, #apply, #done").set(display=False)
        # The server may still go by the text before, so the new one comes first.
        self.lead_with("copy" if self._replaces else "forward")
        self.refresh_bindings()
