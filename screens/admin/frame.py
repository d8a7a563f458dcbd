"""What the screens of the admin's pane share: a title, the way back, help, and buttons in a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import ScreenResultType
from textual.widgets import Button, Label

from screens.dialogs.confirm import ConfirmScreen
from screens.dialogs.explanation import ExplanationScreen
from screens.dimming import DimmingScreen
from screens.fitting import fit
from screens.widgets.footer import Keys
from screens.widgets.page import Explained, Frame
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import ComposeResult

_LOST = N_("Your changes are saved only in the exported text, and you haven't exported it yet.")


class AdminScreen(DimmingScreen[ScreenResultType]):
    """A screen of the admin's; it says what it shows in `compose_page` and what can be done in `compose_buttons`."""

    question: str
    explanation: ClassVar[str]
    explains_below: ClassVar[bool] = False
    would_lose_changes: bool = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", _("Back")),
        Binding("f1", "explain", _("Help")),
        Binding("ctrl+q", "leave", _("Quit"), priority=True),
        Binding("pageup", "scroll_page(-8)", show=False),
        Binding("pagedown", "scroll_page(8)", show=False),
    ]
    HORIZONTAL_BREAKPOINTS = [(110, "-wide"), (160, "-very-wide")]  # noqa: RUF012 - so declared by Textual
    AUTO_FOCUS = ""

    @property
    def heading(self) -> str:
        """What the screen is about, in the person's language."""
        return _(self.question)

    def compose(self) -> ComposeResult:
        """The frame around the screen's own widgets."""
        fit(self)
        with Horizontal(id="title-bar"):
            yield Label("backup-wizard", id="product", markup=False)
            yield Label(_("for the admin"), id="whereabouts", markup=False)
        with Frame(id="admin-page"):
            yield Label(self.heading, id="question", markup=False)
            yield from self.compose_page()
            if buttons := list(self.compose_buttons()):
                yield Horizontal(*buttons, id="buttons")
        if self.explains_below:
            yield Explained(_(self.explanation))
        yield Keys()

    def compose_page(self) -> ComposeResult:
        """The screen's own widgets."""
        raise NotImplementedError

    def compose_buttons(self) -> Iterable[Button]:
        """What can be done, beside what the keys do."""
        yield from ()

    def action_back(self) -> None:
        """Go back without a result, once: a second key press on the way out is dropped."""
        if self.is_current:
            self.dismiss(None)

    def action_leave(self) -> None:
        """Leave the pane, after a question where changes would be lost that are in no text yet."""
        if any(isinstance(screen, AdminScreen) and screen.would_lose_changes for screen in self.app.screen_stack):
            ask = ConfirmScreen(_("Quit without exporting?"), _(_LOST), yes=_("Quit anyway"), no=_("Keep working"))
            self.app.push_screen(ask, lambda is_meant: self.app.exit(0) if is_meant else None)
        else:
            self.app.exit(0)

    def action_explain(self) -> None:
        """Show what the screen is about."""
        self.app.push_screen(ExplanationScreen(self.heading, _(self.explanation)))

    def action_scroll_page(self, lines: int) -> None:
        """Move what does not fit, wherever the cursor is."""
        for part in self.query(".scrolls"):
            part.scroll_relative(y=lines, animate=False)
