"""All that there is to say of one backup, and a button for each thing that can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text
from textual.containers import ItemGrid, Vertical, VerticalScroll
from textual.content import Content
from textual.markup import escape
from textual.widgets import Button, Static

from screens.home.backup_list import SIGNS
from screens.widgets.note import Note
from wizard import backup_states
from wizard.backup_states import Action
from wizard.text.display import printable
from wizard.text.language import _
from wizard.walk.descriptions import finish
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.app import ComposeResult

    from wizard.backup_states import BackupState

NEW = "new"
_ASIDE = {Step.FINGERPRINT, Step.DRY_RUN}
_ASKS = (Action.CHANGE, Action.RENAME, Action.FORGET)


class Details(Vertical):
    """One backup at a time; its buttons are called as the actions."""

    def __init__(self, backup: BackupState | None, *, id: str) -> None:
        super().__init__(id=id)
        self._backup = backup

    def compose(self) -> ComposeResult:
        """What it is like, what was decided, and what can be done."""
        backup = self._backup
        self.border_title = _title(backup)
        with VerticalScroll(id="about", can_focus=False):
            yield Static(_state(backup), id="state", markup=False)
            yield Static(_table(backup), id="facts", markup=False)
        yield Note(id="home-news")
        with ItemGrid(id="actions", min_column_width=22):
            yield from (self._button(action) for action in Action)
            yield Button(_("New backup"), id=NEW, compact=True)

    def on_mount(self) -> None:
        """Offer what can be done."""
        self._offer()

    def show(self, backup: BackupState | None) -> None:
        """Show another backup, or how it is by now."""
        if backup != self._backup:
            self._backup = backup
            self.border_title = _title(backup)
            self.query_one("#state", Static).update(_state(backup))
            self.query_one("#facts", Static).update(_table(backup))
            self._offer()

    def _offer(self) -> None:
        self.query_one("#facts").display = self._backup is not None
        offered = [action.value for action in self._backup.actions] if self._backup else [NEW]
        for button in self.query(Button):
            button.display = button.id in offered
            button.variant = "primary" if offered[:1] == [button.id] else "default"

    def _button(self, action: Action) -> Button:
        title = _(backup_states.TITLES_OF_ACTIONS[action])
        return Button(f"{title} …" if action in _ASKS else title, id=action.value, compact=True)


def _title(backup: BackupState | None) -> str:
    return escape(printable(backup.name)) if backup else _("New backup")


def _state(backup: BackupState | None) -> Content:
    if backup is None:
        return Content(
            _("Set up another backup: of other folders, or to another server. Nothing is sent until you say so.")
        )
    sign, style = SIGNS[backup.state]
    advice = f"\n{printable(backup.advice)}" if backup.advice else ""
    return Content.assemble((sign, style), " ", (backup.title, "bold"), advice)


def _table(backup: BackupState | None) -> Table | str:
    if backup is None or backup.walk is None:
        return ""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="bright_blue", no_wrap=True)
    table.add_column(overflow="fold")
    for title, words in _rows(backup):
        table.add_row(title, Text(words))
    return table


def _rows(backup: BackupState) -> Iterator[tuple[str, str]]:
    yield _("Last good backup"), backup.last_good
    if backup.upcoming.when:
        yield _("Next backup"), backup.upcoming.when
    if backup.upcoming.waits:
        yield _("Now"), backup.upcoming.waits
    if backup.tested.about_check:
        yield _("Security check"), backup.tested.about_check
    if drill := " ".join(filter(None, (backup.tested.drill.in_short, backup.tested.missed_drill))):
        yield _("Backup test"), drill
    assert backup.walk
    profile = backup.walk.profile
    for one in finish.decisions(profile):
        if one.step not in _ASIDE and one.words and profile.server.user:
            yield one.title, one.words
