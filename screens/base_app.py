"""What the wizard and the admin's pane have in common: the terminal's palette, and nothing told that is secret."""

from __future__ import annotations

import asyncio
import time
import traceback
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import App, ScreenStackError
from textual.binding import Binding
from textual.css.query import NoMatches
from textual.events import Key, MouseUp, Paste
from textual.message import Message
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Button, Input
from textual.worker import WorkerFailed

from screens.dialogs.too_small import SMALLEST, TooSmallScreen
from screens.only_text import OnlyText
from screens.without_colours import WithoutColours
from screens.work import Begin
from wizard import starting
from wizard.storage import paths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType
    from textual.events import Event, Resize
    from textual.filter import LineFilter


_TURN_SECONDS = 0.01
_ROUNDS_TO_SETTLE = 2
_MOST_SECONDS_TO_SETTLE = 2.0  # should a widget be gone that was to answer
_MAY_LEAD_ON = frozenset({"enter", "ctrl+s"})
_MAY_TURN = frozenset(f"{shift}f{number}" for shift in ("", "shift+") for number in range(2, 13))
_FINDS = "slash"
# These wait for what was typed before them, and for nothing else; two of them end work that takes long.
_AT_ONCE = frozenset({"escape", "f1", "ctrl+q"})
_ENDS_WORK = frozenset({"escape", "ctrl+q"})
_LONG_WORK_SECONDS = 0.5


def _show_no_press(button: Button) -> None:
    """While a button shows that it was pressed, it takes no second Enter."""


Button._start_active_affect = _show_no_press  # type: ignore[method-assign, assignment]
Button.label._layout = True  # as wide as what it says, also when that changes


class Followed(Message):
    """Comes to the app behind what a widget had to say."""

    def __init__(self, rounds: int) -> None:
        super().__init__()
        self.rounds = rounds


class BaseApp(App[int]):
    """An app on the whole terminal; it returns the exit code."""

    CSS_PATH: ClassVar = [paths.assets() / "wizard.tcss", paths.assets() / "screens.tcss"]
    TITLE = "backup-wizard"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(110, "-wide")]  # noqa: RUF012 - so declared by Textual; other screens have their own
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before anything else, so that what is typed on at once goes into the next line, and not into this one.
        Binding("tab", "app.focus_next", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", show=False, priority=True),
    ]

    # The terminal's own palette, light or dark; set later, it would have all styles read and laid out twice.
    theme = Reactive("ansi-dark")

    _only_text, _without_colours = OnlyText(), WithoutColours()
    _early: tuple[Event, ...] = ()
    _settles_until = 0.0

    async def on_event(self, event: Event) -> None:
        """What is typed before a screen is complete, or right behind Enter, waits for it, and is not lost."""
        if isinstance(event, Key | Paste) and not event.is_forwarded and self._must_wait(event):
            self._early += (event,)
            if len(self._early) == 1:
                Begin(self, "early")(self._deliver_early)
        else:
            await self._pass_on(event)

    async def _pass_on(self, event: Event) -> None:
        leads_on = isinstance(event, Key) and self._may_lead_on(event.key)
        if leads_on:
            self._settles_until = time.monotonic() + _MOST_SECONDS_TO_SETTLE
        await super().on_event(event)
        if leads_on and event.is_forwarded:  # back from the widget, whose binding has been run by now
            self._settle(_ROUNDS_TO_SETTLE)
        if isinstance(event, Key | Paste | MouseUp) and self._has_screen:
            self.screen.call_after_refresh(self._note_drafts)

    def on_input_changed(self) -> None:
        """The last key may have reached its field only after what was typed had been kept."""
        self._note_drafts()

    def on_text_area_changed(self) -> None:
        """As for a line."""
        self._note_drafts()

    def _note_drafts(self) -> None:
        for screen in self.screen_stack:  # a dialog may be over the step
            if note_draft := getattr(screen, "note_draft", None):  # only what is left with something typed has one
                note_draft()

    def _may_lead_on(self, key: str) -> bool:
        """Whether what is typed next may be for another widget: this key goes on, or turns to another part."""
        from textual.widgets import TextArea  # the first screen has none, and is there sooner

        if key == _FINDS:
            return not isinstance(self.focused, Input | TextArea)
        return key in _MAY_TURN or (key in _MAY_LEAD_ON and not isinstance(self.focused, TextArea))

    def _settle(self, rounds: int) -> None:
        """See that what a key leads to was begun, by a message that follows the widget's own up to here."""
        if rounds and self._has_screen:
            (self.focused or self.screen).post_message(Followed(rounds))
        else:
            self._settles_until = 0.0

    def on_followed(self, event: Followed) -> None:
        """It is here; what was begun may have sent a message in its turn."""
        self._settle(event.rounds - 1)

    @property
    def _is_settled(self) -> bool:
        return time.monotonic() >= self._settles_until

    def _must_wait(self, event: Event) -> bool:
        if not self._has_screen:
            return True
        is_at_once = getattr(event, "key", "") in _AT_ONCE
        takes_keys = self._is_settled and getattr(self.screen, "takes_keys", True)
        return bool(self._early) or not (is_at_once or takes_keys)

    @property
    def _has_screen(self) -> bool:
        # Between two screens there is none but the empty one at the bottom.
        return len(self.screen_stack) > 1 and self.screen.is_mounted

    @property
    def _is_complete(self) -> bool:
        return self._has_screen and self._is_settled and getattr(self.screen, "is_complete", True)

    async def _deliver_early(self) -> None:
        begun = time.monotonic()
        while self._early:
            await asyncio.sleep(_TURN_SECONDS)
            if self._is_complete:
                # Behind what the screen has still to do itself, such as to put the cursor where the answer goes.
                self.screen.call_later(self.call_later, self._give_out)
            elif self._has_screen and time.monotonic() - begun > _LONG_WORK_SECONDS:
                self._end_long_work()

    def _end_long_work(self) -> None:
        """Work that takes long can be left; what was typed before that was for what is left."""
        keys = [getattr(event, "key", "") for event in self._early]
        if ends := _ENDS_WORK.intersection(keys):
            first = min(map(keys.index, ends))
            event, self._early = self._early[first], self._early[first + 1 :]
            self.call_later(self._pass_on, event)

    async def _give_out(self) -> None:
        while self._early and self._is_complete:
            event, *rest = self._early
            self._early = tuple(rest)
            await self._pass_on(event)

    def action_focus_next(self) -> None:
        """Go to the next widget; what is in a line is selected, so that typing replaces it."""
        super().action_focus_next()
        self._select_line()

    def action_focus_previous(self) -> None:
        """The same the other way round."""
        super().action_focus_previous()
        self._select_line()

    def _select_line(self) -> None:
        if isinstance(self.focused, Input):
            self.focused.select_all()

    async def action_quit(self) -> None:
        """Leave as the screen at hand leaves: the library's own key for it comes before the screen's."""
        leave = getattr(self.screen, "action_leave", None)
        if leave:
            leave()
        else:
            self.exit(0)

    def run_to_end(self) -> int:
        """Run the app, and return its exit code; a crash, which was told by then, has one of its own."""
        result = self.run()
        if self.return_code:
            from wizard.trouble import crash  # the first screen is there sooner without it

            return crash.EXIT_CODE
        return result or 0

    def on_ready(self) -> None:
        """The first frame is out."""
        starting.end()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own, and ours, which all that is shown goes through."""
        own = [*super().get_line_filters(), self._only_text]
        return [self._without_colours, *own] if self.no_color else own

    def get_key_display(self, binding: Binding) -> str:
        """The key as it stands on a keyboard, and as the sentences name it: Esc, F1, Ctrl+Q."""
        shown = super().get_key_display(binding)
        if shown.startswith("^"):
            return f"Ctrl+{shown[1:].upper()}"
        return shown.capitalize() if len(shown) > 1 else shown

    def on_resize(self, event: Resize) -> None:
        """Say so when the window is too small to be read, until it is large enough."""
        small = event.size.width < SMALLEST[0] or event.size.height < SMALLEST[1]
        if small and not isinstance(self.screen, TooSmallScreen):
            self.push_screen(TooSmallScreen())

    def _handle_exception(self, error: Exception) -> None:
        # A screen that is on its way in when the app is left gets none of its widgets, and may miss them; a key that
        # comes then finds no screen.
        is_leaving = self._exit or not self._running
        cause = error.error if isinstance(error, WorkerFailed) else error
        if not ((is_leaving or _came_from_what_goes(cause)) and isinstance(cause, NoMatches | ScreenStackError)):
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        # Textual's own crash screen prints the values of local variables, and a secret may be one of them.
        error = self._exception
        if error is not None:
            from wizard.trouble import crash

            self._exit_renderables.append(Text(f"\n{crash.tell(error).sentence}\n"))
        self._close_messages_no_wait()


def _came_from_what_goes(error: BaseException) -> bool:
    """Whether a widget raised it that is on its way in or out, with some of its parts not there."""
    owners = (frame.f_locals.get("self") for frame, _ in traceback.walk_tb(error.__traceback__))
    widgets = [owner for owner in owners if isinstance(owner, Widget) and not isinstance(owner, Screen)]
    return any(widget._pruning or not widget.is_mounted or not widget.is_attached for widget in widgets)
