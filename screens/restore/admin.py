"""Ask your admin: the text that has the backup opened for reading, and whether that was done."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Button, Static

from screens.restore.restore_screen import RestoreScreen
from screens.restore.visit import Onward
from screens.widgets.exports.export_pane import ExportPane
from screens.widgets.exports.sheet import Sheet
from screens.widgets.exports.with_texts import WithTexts
from screens.widgets.note import Note
from screens.widgets.waiting import Waiting
from screens.work import Begin
from wizard import trouble
from wizard.failure import Failure, Kind
from wizard.server import exports, locks
from wizard.text.language import _
from wizard.walk.getting_back import admin_words, words
from wizard.walk.getting_back.stages import Stage

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from screens.restore.visit import Visit
    from wizard.restore.second_key import Opened


_GROWTH = 1.5


class AdminScreen(WithTexts, RestoreScreen):
    """Asks for a second key, gives the text for it away, and goes on once the server lets that key in.

    It notices when that happens. Where the key is let in already, the screen goes on by itself, unless one `came_back`.
    """

    stage = Stage.ADMIN
    question = _(admin_words.QUESTION)
    explanation = _(
        "This computer may add to its backup, but not read it. That way, a thief who steals it can't read your files on"
        " the server.\n\n"
        "To restore, the wizard makes a second key that only reads this backup. Your admin adds it; the message tells"
        " them how. After two days, the server refuses it again.\n\n"
        "Copy the message into an email, or save it as a file and attach that. “Plain” shows only the text, so you can"
        " select it with the mouse.\n\n"
        "You can quit with Ctrl+Q while you wait. “Get files back” leads here again."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "look", show=False),
        Binding("enter", "forward", _("Continue"), show=False),
    ]

    def __init__(self, visit: Visit, *, came_back: bool) -> None:
        super().__init__(visit)
        self._came_back = came_back
        self._opened: Opened | None = None

    def compose_step(self) -> ComposeResult:
        """What it is about, the texts, and whether they were used."""
        yield Static(_(admin_words.WHY), id="asking-why", markup=False)
        yield Note(id="password")
        yield Waiting(id="looking")
        yield Note(id="admitted")

    def compose_actions(self) -> ComposeResult:
        """To look whether the admin has acted."""
        yield Button(_("Check again"), id="look", compact=True)

    def focus_first(self) -> None:
        """Look at once, if something was asked for; else ask first."""
        self.is_complete = False
        Begin(self, "begin", only=True)(self._begin)

    async def try_forward(self) -> None:
        """Ask, or go on once the server lets the key in.

        Raises:
            Failure: as for `WayIn.ask`.
        """
        if self._opened:
            await super().try_forward()
        elif self.visit.way.asked is None or self._has_expired:
            await self._show_texts()
        else:
            self.action_look()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what makes sense now is offered."""
        if action == "look":
            return self._opened is None and bool(self.query(ExportPane))
        return super().check_action(action, parameters)

    @on(Button.Pressed, "#look")
    def action_look(self) -> None:
        """Look whether the server lets the key in by now."""
        Begin(self, "look", only=True)(self._look_again)

    @property
    def _has_expired(self) -> bool:
        asked = self.visit.way.asked
        return asked is None or asked.has_expired

    async def _begin(self) -> None:
        self.query_one("#look").display = False
        try:
            if self.visit.way.asked and not self._has_expired:
                await self._show_texts()
                is_in = await self._look()
                if is_in and self._goes_on_by_itself:
                    self.leave_with(Onward())
                elif not is_in:
                    Begin(self, "look", only=True)(self._watch)
                return
            if self.visit.way.asked:
                self._say_admitted(admin_words.EXPIRED, good=False)
            self.query_one("#forward", Button).label = _(admin_words.WRITE)
            self.lead_with("forward")
        except Failure as failure:
            await self._stop_at(failure)
        finally:
            self.is_complete = True

    @property
    def _goes_on_by_itself(self) -> bool:
        return not self._came_back and self._opened is not None and locks.verdict(self._opened.findings) == "locked"

    async def _show_texts(self) -> None:
        with self.query_one(Waiting).on(_("Preparing the text for your admin")):
            context = await self.visit.way.ask()
        if self.is_leaving or self.query(ExportPane):
            return
        formats = [one for one in exports.FORMATS.values() if one.applies(context.setup)]
        sheets = [Sheet.of(one, context, lambda: context.secret) for one in formats]
        self.query_one("#asking-why").display = False
        note = self.query_one("#password", Note)
        if any(sheet.masked for sheet in sheets):
            note.say(admin_words.ALSO_SEND, "warn")
        self.add_class("-texts")
        await self.mount(ExportPane(sheets), before=note)
        self._say_admitted(admin_words.lasts(context, self.visit.way.asked))
        self.query_one("#look").display = True
        self.query_one("#forward", Button).label = self.primary
        self.refresh_bindings()
        self.lead_with("copy")
        Begin(self, "look", only=True)(self._watch)

    async def _look_again(self) -> None:
        try:
            if not await self._look():
                await self._watch()
        except Failure as failure:
            await self._stop_at(failure)

    async def _watch(self) -> None:
        """Look again and again, with growing pauses; whatever else is in the way is told to who looks by hand."""
        pause, longest = self.context.pauses
        while self._opened is None and not self.is_leaving:
            await asyncio.sleep(pause)
            pause = min(pause * _GROWTH, longest)
            try:
                opened = await self.visit.way.open()
            except Failure as failure:
                if failure.kind is not Kind.READ_KEY_WAITING:
                    return
            else:
                self._show_opened(opened)

    async def _look(self) -> bool:
        """Whether the server lets the key in, and what it was found to be able to do.

        Raises:
            Failure: it isn't for the admin alone to act.
        """
        await self.show_trouble(None)
        self.remove_class("-trouble-alone")
        self._show_pane(True)
        try:
            with self.query_one(Waiting).on(_("Checking what the key for reading can do"), _("Esc goes back.")):
                opened = await self.visit.way.open()
        except Failure as failure:
            if failure.kind is not Kind.READ_KEY_WAITING:
                raise
            self._say_admitted(trouble.explain(failure, self.profile).what + ". " + admin_words.WAITS, good=False)
            self.lead_with("look")
            return False
        self._show_opened(opened)
        return True

    def _show_opened(self, opened: Opened | None) -> None:
        assert opened  # the backup's own key may not read
        self._opened = opened
        self.query("#look").set(display=False)
        self._show_pane(False)
        self.query_one("#password", Note).say("")
        is_locked = locks.verdict(opened.findings) == "locked"
        self.query_one("#admitted", Note).say(words.verdict(opened.findings), "good" if is_locked else "warn")
        self.refresh_bindings()
        self.lead_with("forward")

    async def _stop_at(self, failure: Failure) -> None:
        if self.is_leaving:
            return
        self._say_admitted("")
        self._show_pane(False)
        self.add_class("-trouble-alone")
        await self.show_trouble(failure)
        self.query_one("#look").display = self.visit.way.asked is not None
        self.lead_with("look" if self.visit.way.asked else "forward")
        self.refresh_bindings()

    def _show_pane(self, is_shown: bool) -> None:
        self.query(ExportPane).set(display=is_shown)
        self.set_class(is_shown and bool(self.query(ExportPane)), "-texts")

    def _say_admitted(self, sentence: str, *, good: bool = True) -> None:
        self.query_one("#admitted", Note).say(sentence, "plain" if good else "warn")
