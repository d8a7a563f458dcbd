"""What there is room to tell of a backup on a larger window: its last runs or its steps, and the commands for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text
from textual.containers import Container, VerticalScroll
from textual.widgets import Static

from screens.home.backup_list import SIGNS
from wizard.backup_states import Action, State
from wizard.running import record
from wizard.text import display
from wizard.text.language import _
from wizard.walk import steps
from wizard.walk.descriptions import finish
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.app import ComposeResult

    from wizard.backup_states import BackupState
    from wizard.running.history import Run

_SIGNS = {
    "done": SIGNS[State.READY],
    "incomplete": SIGNS[State.INCOMPLETE],
    "unfinished": SIGNS[State.INTERRUPTED],
    "failed": SIGNS[State.FAILED],
}


class More(Container):
    """Two panels: how it went or goes on, and what to type in a terminal."""

    def __init__(self, backup: BackupState | None, *, id: str) -> None:
        super().__init__(id=id)
        self._backup = backup

    def compose(self) -> ComposeResult:
        """Both of them, filled for the backup at hand, unless the window is too small to show them."""
        if self.screen.has_class("-wide", "-tall") or self.screen.has_class("-very-wide", "-tall"):
            yield from self._panels()

    async def on_show(self) -> None:
        """The window has become larger."""
        if not self.children:
            await self.mount(*self._panels())
            self._tell()

    def on_mount(self) -> None:
        """Tell of the backup at hand."""
        self._tell()

    def show(self, backup: BackupState | None) -> None:
        """Tell of another backup, or how it is by now."""
        if backup != self._backup:
            self._backup = backup
            self._tell()

    def _panels(self) -> tuple[VerticalScroll, Static]:
        commands = Static(id="home-commands", markup=False)
        commands.border_title = _("The same in a terminal")
        return VerticalScroll(Static(markup=False), id="course", can_focus=False), commands

    def _tell(self) -> None:
        if not self.children:
            return
        course, commands, backup = self.query_one("#course"), self.query_one("#home-commands", Static), self._backup
        is_set_up = backup is not None and Action.BACK_UP in backup.actions
        course.border_title = _("Last backups") if is_set_up else _("Steps")
        course.display = backup is None or backup.walk is not None
        course.query_one(Static).update(_runs(backup) if backup and is_set_up else _steps(backup))
        commands.display = is_set_up
        commands.update(_commands(backup) if backup and is_set_up else "")


def _runs(backup: BackupState) -> Table | str:
    from wizard.running import history  # no screen but a large one tells of it

    runs = history.read(backup.name)
    table = _grid("bright_black", "", "")
    for run in runs:
        sign, style = _SIGNS[run.result]
        table.add_row(Text(sign, style.replace("ansi_", "")), Text(record.local(run.began)), Text(_told(run)))
    return table if runs else _("None yet. Each one will be listed here, with what it did.")


def _told(run: Run) -> str:
    if run.result not in {"done", "incomplete"}:
        return display.printable(run.why) or _("Stopped before it was finished.")
    did = _("{new} new, {changed} changed, {deleted} deleted · {size} in {duration}")
    numbers = {name: display.number(getattr(run, name)) for name in ("new", "changed", "deleted")}
    return did.format(**numbers, size=display.size(run.bytes), duration=display.duration(round(run.seconds)))


def _steps(backup: BackupState | None) -> Table | str:
    walk = backup.walk if backup else steps.new()
    if walk is None:
        return ""
    order = steps.applicable(walk.profile)
    here = order.index(walk.step) if backup else -1
    words = dict(_decided(backup)) if backup and backup.state is State.UNFINISHED else {}
    table = _grid("bright_blue", "", "dim")
    for number, step in enumerate(order):
        sign = "✓" if number < here else "▸" if number == here else "·"
        table.add_row(sign, Text(steps.TITLES[step], "bold" if number == here else ""), words.get(step, ""))
    return table


def _decided(backup: BackupState) -> Iterator[tuple[Step, str]]:
    assert backup.walk
    order = steps.applicable(backup.walk.profile)
    yield Step.WELCOME, display.printable(backup.name)
    for one in reversed(list(finish.decisions(backup.walk.profile))):
        if order.index(one.step) < order.index(backup.walk.step):
            yield one.step, one.words


def _commands(backup: BackupState) -> Table:
    assert backup.walk
    table = _grid("", "dim")
    for command, aim in finish.commands(backup.walk.profile):
        table.add_row(command, Text(aim))
    return table


def _grid(*styles: str) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for number, style in enumerate(styles):
        is_last = number == len(styles) - 1
        table.add_column(style=style, no_wrap=not is_last, overflow="fold")
    return table
