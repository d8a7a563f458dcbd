"""What the wizard and the admin's pane have in common: the terminal's palette, and nothing told that is secret."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import App, ScreenStackError
from textual.css.query import NoMatches
from textual.events import Key, Paste
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Button, Input
from textual.worker import WorkerFailed

from screens.dialogs.too_small import SMALLEST, TooSmallScreen
from screens.only_text import OnlyText
from screens.typed_ahead import Followed, TypedAhead
from screens.without_colours import WithoutColours
from wizard import starting
from wizard.storage import paths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import Binding
    from textual.events import Event, Resize
    from textual.filter import LineFilter


def _show_no_press(button: Button) -> None:
    """While a button shows that it was pressed, it takes no second Enter."""


Button._start_active_affect = _show_no_press  # type: ignore[method-assign, assignment]
Button.label._layout = True  # as wide as what it says, also when that changes


class BaseApp(App[int]):
    """An app on the whole terminal; it returns the exit code."""

    CSS_PATH: ClassVar = [paths.assets() / "wizard.tcss", paths.assets() / "screens.tcss"]
    TITLE = "backup-wizard"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(110, "-wide")]  # noqa: RUF012 - so declared by Textual; other screens have their own
    # The terminal's own palette, light or dark; set later, it would have all styles read and laid out twice.
    theme = Reactive("ansi-dark")

    _only_text, _without_colours = OnlyText(), WithoutColours()

    def __init__(self) -> None:
        super().__init__()
        self.typed = TypedAhead(self, self._pass_on)

    def on_mount(self) -> None:
        """Know of each screen that is shown."""
        self.screen_change_signal.subscribe(self, self.typed.await_screen, immediate=True)
        for screen in self.screen_stack:  # an app may have shown its first one by now
            self.typed.await_screen(screen)

    async def on_event(self, event: Event) -> None:
        """What is typed before its screen is complete, or right behind another key, waits for it, and is not lost."""
        if not (isinstance(event, Key | Paste) and not event.is_forwarded and self.typed.keep(event)):
            await self._pass_on(event)

    async def _pass_on(self, event: Event) -> None:
        # What is on its way back from a widget was begun before.
        pressed = event if isinstance(event, Key) and not event.is_forwarded else None
        if pressed:
            self.typed.begin(pressed)
        await super().on_event(event)
        if pressed:
            self.typed.follow(pressed)

    def on_followed(self, event: Followed) -> None:
        """What a key led to was begun; that may have sent a message in its turn."""
        self.typed.follow(event.key, event.rounds - 1)

    def on_input_changed(self) -> None:
        """Have what was typed kept; a key itself tells nothing of it, as its field may take it later."""
        self._note_drafts()

    def on_text_area_changed(self) -> None:
        """As for a line."""
        self._note_drafts()

    def on_tick_list_changed(self) -> None:
        """As for a line."""
        self._note_drafts()

    def on_choice_changed(self) -> None:
        """As for a line."""
        self._note_drafts()

    def _note_drafts(self) -> None:
        for screen in self.screen_stack:  # a dialog may be over the step
            if note_draft := getattr(screen, "note_draft", None):  # only what is left with something typed has one
                note_draft()

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
