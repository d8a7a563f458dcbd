"""Folders: what is backed up, what is left out of it, and how much that is."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import DescendantFocus
from textual.widgets import Button, Label, Static

from screens.steps.folders import draft, words
from screens.steps.folders.excluded import LeftOut
from screens.steps.folders.folder_note import FolderNote
from screens.steps.folders.folder_tree import FolderTree
from screens.steps.folders.not_included import NotIncluded
from screens.steps.folders.searched_tree import SearchedTree
from screens.steps.step_screen import StepScreen
from screens.widgets.note import Note
from screens.widgets.tick_list import TickList
from screens.work import Begin
from wizard import trouble
from wizard.client.folders import backup_size, chosen_folders, exclude_presets, folder_access, folder_sizes, left_out
from wizard.client.process.background import in_background
from wizard.failure import Failure
from wizard.text import display
from wizard.text.language import N_, _
from wizard.walk.description import MayNot
from wizard.walk.descriptions import folders
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import ComposeResult
    from textual.worker import Worker

    from screens.context import Context
    from wizard.profile import Profile
    from wizard.walk.descriptions.folders import Chosen
    from wizard.walk.steps import Walk

_PAUSE_SECONDS = 0.4
_MEASURED_AT_ONCE = 2
_SO_FAR = N_("Counting what will be backed up: {amount} so far")
_HOW = _("Space selects, → opens, typing finds, Enter continues.")


class FoldersScreen(StepScreen):
    """Ticks in a tree of folders; in a low window, what is left out takes the tree's place when it is asked for."""

    step = Step.FOLDERS
    question = folders.DESCRIPTION.question
    explanation = _(
        "Press Space or click to select a folder. It is backed up with everything in it.\n\n"
        "Type a part of a name to find a folder, and Escape to start over. / finds names that begin with h.\n\n"
        "→ opens a folder and ← closes it. “h” shows hidden folders. Other disks and the whole computer are at"
        " the end of the list.\n\n"
        "[✓] will be backed up\n[–] some of it will be backed up\n ✓  included with its parent folder\n\n"
        "F2: choose what to skip, such as files that apps can recreate. The last line says how much will be"
        " backed up.\n\n"
        "Enter continues. You don't have to wait until everything is counted."
    )
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall")]  # noqa: RUF012 - so declared by Textual
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "turn", _("Skip")),
        Binding("escape", "turn_back", _("Folders")),
        Binding("escape", "back", _("Back")),
    ]

    def __init__(self, walk: Walk, context: Context) -> None:
        super().__init__(walk, context)
        self._decision = draft.begin(self.profile, self.draft)
        self._turned = self._is_turning = False
        self._counted: Profile | None = None
        self._measuring: dict[str, Worker[None]] = {}
        self._turns = asyncio.Semaphore(_MEASURED_AT_ONCE)
        self._sizes: dict[str, folder_sizes.Size] = {}

    def compose_step(self) -> ComposeResult:
        """The tree, what is left out, and how much remains."""
        first = self._decision
        self._tree = SearchedTree(first.folders, id="folder-tree")
        self._left_out = LeftOut(
            id="left-out",
            presets=first.presets,
            own=first.own,
            delete=first.delete,
            may_delete=folders.may_delete(self.profile),
            disks=first.one_file_system,
        )
        self._note = FolderNote(id="folder-note")
        with Vertical(id="folders-view"):
            yield Static(_HOW, id="how-to", classes="aside", markup=False)
            yield self._tree
            yield self._note
        yield self._left_out
        yield Label("", id="left-out-summary", markup=False)
        yield NotIncluded(id="not-included")
        yield Note(id="backup-size")

    def compose_actions(self) -> ComposeResult:
        """The way to what is left out, and back to the folders."""
        yield Button(_("Skip"), id="turn", compact=True)

    def focus_first(self) -> None:
        """The cursor is in the tree, where Enter goes on; the counting begins."""
        self._tree.focus()
        self._decide(self._decision, pause=0)

    async def decide(self) -> Profile | None:
        """The profile with these folders, provided that all are there, and without what is left out."""
        if exclude_presets.complaint(self._decision.own):
            self._turn(True)
            self._left_out.check()
            return None
        wanted = self._decision.applied(self.profile)
        judged = folders.may_pass(wanted, None, {})
        complaint = judged.why if isinstance(judged, MayNot) else ""
        try:
            await folders.require(wanted)
        except Failure as failure:
            complaint = words.in_full(failure)
        if complaint:
            self._turn(False)
            self._note.complain(complaint)
            return None
        return wanted

    def on_resize(self) -> None:
        """What Escape does depends on the window's height."""
        if self._turned:
            self.call_after_refresh(self.refresh_bindings)

    @on(FolderTree.Wished)
    def _tick_or_clear(self, event: FolderTree.Wished) -> None:
        chosen, path = self._decision.folders, event.folder.path
        if path in chosen:
            self._decide(replace(self._decision, folders=chosen_folders.untick(chosen, path)))
        elif complaint := words.why_not(chosen, event.folder):
            self._note.complain(complaint)
        else:
            self._decide(replace(self._decision, folders=chosen_folders.tick(chosen, path)))

    @on(SearchedTree.Sought)
    def _tell_what_is_sought(self, event: SearchedTree.Sought) -> None:
        told = _("Find: {text}") if event.is_found else _("Find: {text} (nothing found; open a folder first)")
        told = told if event.is_over else _("Find: {text} (looking inside your folders …)")
        text = display.printable(event.text)
        self.query_one("#how-to", Static).update(told.format(text=text) if event.text else _HOW)

    @on(LeftOut.Changed)
    def _left_out_changed(self) -> None:
        panel = self._left_out
        self._decide(
            replace(
                self._decision,
                presets=panel.presets,
                own=panel.own,
                delete=panel.delete,
                one_file_system=panel.one_file_system,
            )
        )

    def _decide(self, decision: Chosen, pause: float = _PAUSE_SECONDS) -> None:
        is_changed, self._decision = decision != self._decision, decision
        self._note.complain("")
        if is_changed:
            self.note_draft()
        self._tree.show_chosen(decision.folders)
        for path in [path for path in self._measuring if path not in decision.folders]:
            self._measuring.pop(path).cancel()
            self._note.forget(path)
            self._sizes.pop(path, None)
            self._tree.show_beside(path, "")
        for path in [path for path in decision.folders if path not in self._measuring]:
            self._measuring[path] = Begin(self, "sizes")(self._measure, path)
        self.query_one(NotIncluded).show_for(decision.folders)
        wanted = decision.applied(self.profile)
        if wanted != self._counted:
            self._counted = wanted
            self._note.count_anew()
            self._say_skipped(exclude_presets.in_words(wanted.exclude))
            Begin(self, "total", only=True)(self._count, wanted, pause)

    def _say_skipped(self, what: Iterable[str]) -> None:
        named = ", ".join(map(display.printable, what)) or _("nothing")
        self.query_one("#left-out-summary", Label).update(_("Skipped: {what}").format(what=named))

    async def _measure(self, path: str) -> None:
        async with self._turns:
            try:
                async with aclosing(folder_sizes.measure(path)) as sizes:
                    async for size in sizes:
                        self._sizes[path] = size
                        self._tree.show_beside(path, f"{words.size(size)} …")
            except Failure as failure:
                self._note.miss(path, words.in_full(failure))
                self._tree.show_beside(path, words.in_short(failure))
            else:
                self._tree.show_beside(path, words.size(self._sizes[path]))

    async def _count(self, wanted: Profile, pause: float) -> None:
        note = self.query_one("#backup-size", Note)
        if not wanted.folders:
            note.say(_("Nothing is selected yet."))
            self._note.unreadable(())
            return
        note.say(_("Counting what will be backed up"), "busy")
        mounts = await in_background(lambda: folder_access.mounts_inside(wanted.folders))
        if mounts:
            self._left_out.offer_to_skip_disks()
        self._note.mounts(() if wanted.one_file_system else mounts)
        await asyncio.sleep(pause)
        size = backup_size.BackupSize()
        try:
            async with aclosing(backup_size.count(wanted)) as sizes:
                async for size in sizes:
                    note.say(_(_SO_FAR).format(amount=words.amount(size)), "busy")
        except Failure as failure:
            explained = trouble.explain(failure)
            note.say(f"{explained.what}. {explained.to_do}", "warn")
            self._note.unreadable([path for measured in self._sizes.values() for path in measured.unreadable])
        else:
            note.say(_("{amount} will be backed up.").format(amount=words.amount(size)), "good")
            self._note.unreadable(size.unreadable)
            self._note.counted(size.special, exclude_presets.idle(wanted.exclude, size.left_out))
            async with aclosing(left_out.measure(size.left_out)) as looks:
                async for found in looks:
                    self._say_skipped(left_out.in_words(wanted.exclude, found))

    def action_turn(self) -> None:
        """To what is left out, or back to the folders."""
        self._turn(not self._turned)

    def action_turn_back(self) -> None:
        """Back to the folders."""
        self._turn(False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape leads to the folders where they have given way, and else a step back."""
        if action in {"turn_back", "back"}:
            return (action == "turn_back") == self._has_given_way
        return super().check_action(action, parameters)

    @on(Button.Pressed, "#turn")
    def _turn_pressed(self) -> None:
        self.action_turn()

    @on(Button.Pressed, "#back")
    def _back_pressed(self, event: Button.Pressed) -> None:
        if self._has_given_way:
            event.prevent_default()
            self._turn(False)

    @on(DescendantFocus)
    def _follow_the_cursor(self) -> None:
        is_turned = self._left_out.has_focus_within
        if is_turned == self._turned:
            self._is_turning = False
        elif not self._is_turning and (self._tree.has_focus or is_turned):
            self._show_turned(is_turned)

    @property
    def _has_given_way(self) -> bool:
        return self._turned and self.has_class("-short")

    def _turn(self, turned: bool) -> None:
        self._is_turning = True  # what is told now of where the cursor was before is no wish to be there
        self._show_turned(turned)
        (self._left_out.query_one(TickList) if turned else self._tree).focus()

    def _show_turned(self, turned: bool) -> None:
        if turned != self._turned:
            self._turned = turned
            self.query_one("#content").set_class(turned, "turned")
            self.query_one("#turn", Button).label = _("Folders") if turned else _("Skip")
            self.refresh_bindings()

    def _keep_draft(self) -> None:
        draft.keep(self._decision, self.draft)
