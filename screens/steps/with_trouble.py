"""What screens with an explained failure on them have in common: its details unfold, its message can be copied."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen

from screens.widgets.trouble_panel import TroublePanel
from wizard.text.language import _


class WithTrouble(Screen[Any]):
    """The keys of a trouble panel, for as long as one is shown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "printed", _("Technical details")),
        Binding("f6", "copy_trouble", _("Copy message")),
    ]

    def action_printed(self) -> None:
        """Show what a program printed, or put it away."""
        for panel in self.query(TroublePanel):
            panel.unfold()

    def action_copy_trouble(self) -> None:
        """Send the message for the admin to the terminal's clipboard, which gives no answer."""
        for panel in self.query(TroublePanel):
            self.app.copy_to_clipboard(panel.trouble.forward)
            panel.tell(_("Sent to the terminal's clipboard. If Paste doesn't work, select it with the mouse."))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What was printed is offered where something was."""
        if action == "copy_trouble":
            return any(panel.trouble.forward for panel in self.query(TroublePanel))
        if action == "printed":
            return any(panel.trouble.raw for panel in self.query(TroublePanel))
        return super().check_action(action, parameters)
