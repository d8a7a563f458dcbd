"""The backups on this computer, two lines each, and a line for a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from screens.widgets.cells import filled
from wizard.backup_states import State
from wizard.text.display import printable
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.events import Resize

    from wizard.backup_states import BackupState

SIGNS = {
    State.READY: ("✓", "bold ansi_green"),
    State.RUNNING: ("▸", "bold ansi_cyan"),
    State.WAITING: ("…", "bold ansi_cyan"),
    State.UNFINISHED: ("·", "bold"),
    State.STALE: ("!", "bold ansi_yellow"),
    State.INTERRUPTED: ("!", "bold ansi_yellow"),
    State.INCOMPLETE: ("!", "bold ansi_yellow"),
    State.FAILED: ("✗", "bold ansi_bright_red"),
    State.UNREADABLE: ("✗", "bold ansi_bright_red"),
}


_INDENT = "\xa0\xa0"  # plain blanks at the start of a line are dropped
_MOST_NAME = 24
_ONE_LINE_FROM = 60  # columns


class BackupList(OptionList):
    """The list; `chosen` is the backup under the cursor, or nothing on the line for a new one."""

    def __init__(self, backups: Sequence[BackupState], chosen: str, *, id: str) -> None:
        self._backups = list(backups)
        self._is_broad = False
        self._signed: int | None = None
        names = [one.name for one in backups]
        here = names.index(chosen) if chosen in names else 0
        super().__init__(*self._prompts(here), id=id, markup=False)
        self.border_title = _("Your backups")
        self.highlighted = here

    @property
    def chosen(self) -> BackupState | None:
        """The backup under the cursor."""
        here = self.highlighted or 0
        return self._backups[here] if here < len(self._backups) else None

    def show(self, backups: Sequence[BackupState]) -> None:
        """Show how they are by now; the cursor stays on its backup, or near the place of one that is gone."""
        here, before = self.highlighted or 0, self.chosen
        names = [one.name for one in backups]
        is_same = names == [one.name for one in self._backups]
        self._backups = list(backups)
        if is_same:
            self._tell_anew()
        else:
            here = names.index(before.name) if before and before.name in names else min(here, len(names))
            self.set_options(self._prompts(here))
            self.highlighted = here

    def on_resize(self, event: Resize) -> None:
        """One line a backup where it is broad enough, and else two."""
        if self._is_broad != (event.size.width >= _ONE_LINE_FROM):
            self._is_broad = not self._is_broad
            self._tell_anew()

    def watch_highlighted(self, highlighted: int | None) -> None:
        """The sign under the cursor has the cursor's colour."""
        for index in {self._signed, highlighted}:
            if index is not None and index < min(len(self._backups), self.option_count):
                line = _line(self._backups[index], self._width, is_here=index == highlighted)
                self.replace_option_prompt_at_index(index, line)
        self._signed = highlighted
        super().watch_highlighted(highlighted)

    def _tell_anew(self) -> None:
        for index, option in enumerate(self._prompts(self.highlighted)[: self.option_count]):
            self.replace_option_prompt_at_index(index, option.prompt)

    @property
    def _width(self) -> int:
        """The columns that names have, where a backup has one line."""
        return min(_MOST_NAME, max((cell_len(one.name) for one in self._backups), default=0)) if self._is_broad else 0

    def _prompts(self, here: int | None) -> list[Option]:
        width, self._signed = self._width, here
        lines = [_line(one, width, is_here=number == here) for number, one in enumerate(self._backups)]
        return [*map(Option, lines), Option(Content.assemble("+ ", (_("New backup"), "bold")))]


def _line(one: BackupState, width: int, *, is_here: bool) -> Content:
    sign, style = SIGNS[one.state]
    name = printable(one.name)
    named = filled(name, width) + "  " if width else f"{name}\n{_INDENT}"
    told = " · ".join(filter(None, (one.title, _age(one, is_broad=bool(width)))))
    return Content.assemble((sign, "bold" if is_here else style), " ", (named, "bold"), told)


def _age(one: BackupState, *, is_broad: bool) -> str:
    if not one.age or one.state in {State.READY, State.STALE}:
        return one.age
    return _("last good backup {age}").format(age=one.age) if is_broad else ""
