"""The text for the server, over one or many requests, and the answer to the users."""

from __future__ import annotations

from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Button

from screens.admin.frame import AdminScreen
from screens.widgets.export_pane import ExportPane
from screens.widgets.note import Note
from screens.widgets.sheet import Sheet
from screens.widgets.with_texts import WithTexts
from wizard import approval as grants
from wizard.server import exports, request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from wizard.approval import Approval

_PASSWORDS = "Passwords are in no request: the users tell you theirs, for the file that “secrets file” names."


class ExportScreen(WithTexts, AdminScreen[None]):
    """Every format of what is granted."""

    question = "The text for your server"
    explanation = (
        "Each tab is the same in another form: as a message, as lines to put in by hand, as a script or a playbook. "
        "The reasons stand beside the lines.\n\n“Reply” is what you send back: what is other than it was asked for, in "
        "words.\n\nCopy asks your terminal to take it, which some don't do; Save writes a new file; Plain shows it on "
        "the bare terminal, where the mouse selects it."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_page(-1)", show=False),
        Binding("down", "scroll_page(1)", show=False),
    ]

    def __init__(self, granted: Sequence[Approval]) -> None:
        super().__init__()
        self._grants = granted
        self._orders = [request.order(one.granted) for one in granted]

    def compose_page(self) -> ComposeResult:
        """The pane, and what is not in it."""
        yield ExportPane(self._sheets())
        needs_password = any(order.setup.secrets for order in self._orders)
        yield Note(_PASSWORDS if needs_password else "", "warn")

    def on_mount(self) -> None:
        """Copying comes first."""
        self.query_one("#copy", Button).focus()

    def _sheets(self) -> list[Sheet]:
        name = self._grants[0].granted.name if len(self._grants) == 1 else f"{len(self._grants)}-computers"
        sheets = [
            Sheet(
                format.name,
                format.title,
                f"backup-wizard-{name}-{format.name}{PurePath(format.file_name).suffix}",
                partial(format.render_all, self._orders),
            )
            for format in exports.for_admin(self._orders)
        ]
        reply = Sheet("reply", "Reply", f"backup-wizard-{name}-reply.txt", lambda: grants.replies(self._grants))
        return [*sheets, reply]
