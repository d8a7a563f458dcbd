"""The text for the server, over one or many requests, and the answer to the users."""

from __future__ import annotations

from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Button

from screens.admin.frame import AdminScreen
from screens.widgets.exports.export_pane import ExportPane
from screens.widgets.exports.sheet import Sheet
from screens.widgets.exports.with_texts import WithTexts
from screens.widgets.note import Note
from wizard import approval as grants
from wizard.server import exports
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from wizard.approval import Approval

_PASSWORDS = N_("Requests contain no passwords. Ask the users for theirs, and add them to the secrets file.")


class ExportScreen(WithTexts, AdminScreen[None]):
    """Every format of what is granted."""

    question = N_("Setup for your server")
    explanation = N_(
        "Each tab has the same setup in another format: as a message, as lines to add by hand, as a script or as"
        " a playbook. Comments explain each line.\n\n"
        "“Status” is a script for later. It shows who backs up to your server, and how old each backup is.\n\n"
        "“Reply” is what you send back to the user. It says what you changed.\n\n"
        "“Copy” uses your terminal's clipboard, which some terminals don't support. “Save” writes a new file."
        " “Plain” shows only the text, so you can select it with the mouse.\n\n"
        "A computer is lost or stolen: run the script with --revoke and its name. That ends its sessions too. Send the"
        " receipt to its user.\n\n"
        "A computer gets a new key: its user sends a new request. Compare the fingerprints, then run the script with"
        " --new-key.\n\n"
        "Another folder: move the folders on the server. Change the folder in the requests, run the new script, and"
        " send its receipts.\n\n"
        "Another server: lock the computers out on the old one. On the new one, create the accounts, copy the folders"
        " and give them to the accounts. Then run the same requests' script there."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_page(-1)", show=False),
        Binding("down", "scroll_page(1)", show=False),
    ]

    def __init__(self, granted: Sequence[Approval]) -> None:
        super().__init__()
        self._grants = granted
        self._contexts = [exports.context_of_request(one.granted) for one in granted]

    def compose_page(self) -> ComposeResult:
        """The pane, and what is not in it."""
        yield ExportPane(self._sheets())
        needs_password = any(context.setup.secrets for context in self._contexts)
        yield Note(_(_PASSWORDS) if needs_password else "", "warn")

    def on_mount(self) -> None:
        """Copying comes first."""
        self.query_one("#copy", Button).focus()

    def _sheets(self) -> list[Sheet]:
        name = self._grants[0].granted.name if len(self._grants) == 1 else f"{len(self._grants)}-computers"
        sheets = [
            Sheet(
                format.name,
                _(format.title),
                f"backup-wizard-{name}-{format.name}{PurePath(format.file_name).suffix}",
                partial(format.render_all, self._contexts),
            )
            for format in exports.for_admin(self._contexts)
        ]
        reply = Sheet("reply", _("Reply"), f"backup-wizard-{name}-reply.txt", lambda: grants.replies(self._grants))
        return [*sheets, reply]
