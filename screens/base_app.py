"""What the wizard and the admin's pane have in common: the terminal's palette, and nothing told that is secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import App
from textual.binding import Binding
from textual.css.query import NoMatches
from textual.reactive import Reactive
from textual.worker import WorkerFailed

from screens.dialogs.too_small import SMALLEST, TooSmallScreen
from screens.only_text import OnlyText
from wizard import paths, starting
from wizard.trouble import crash
from wizard.trouble.crash import EXIT_CODE as CRASHED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType
    from textual.events import Resize
    from textual.filter import LineFilter


class BaseApp(App[int]):
    """An app on the whole terminal; it returns the exit code."""

    CSS_PATH = paths.assets() / "wizard.tcss"
    TITLE = "backup-wizard"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before anything else, so that what is typed on at once goes into the next line, and not into this one.
        Binding("tab", "app.focus_next", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", show=False, priority=True),
    ]

    # The terminal's own palette, light or dark; set later, it would have all styles read and laid out twice.
    theme = Reactive("ansi-dark")

    _only_text = OnlyText()

    def run_to_end(self) -> int:
        """Run the app, and return its exit code; a crash, which was told by then, has one of its own."""
        result = self.run()
        return CRASHED if self.return_code else result or 0

    def on_ready(self) -> None:
        """The first frame is out."""
        starting.end()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own, and ours, which all that is shown goes through."""
        return [*super().get_line_filters(), self._only_text]

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
        # A screen that is on its way in when the app is left gets none of its widgets, and may miss them.
        is_leaving = self._exit or not self._running
        cause = error.error if isinstance(error, WorkerFailed) else error
        if not (is_leaving and isinstance(cause, NoMatches)):
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        # Textual's own crash screen prints the values of local variables, and a secret may be one of them.
        error = self._exception
        if error is not None:
            self._exit_renderables.append(Text(f"\n{crash.tell(error).sentence}\n"))
        self._close_messages_no_wait()
