"""Files: what is wanted back, chosen in the backup's tree, which the server lists as one opens it."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from typing import TYPE_CHECKING, ClassVar

import msgspec
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Button, Input, Label

from screens.pace import WORK_SECONDS, Pace
from screens.restore.backup_tree import BackupTree, Found
from screens.restore.found_in import FoundInScreen
from screens.restore.restore_screen import RestoreScreen
from screens.widgets.listing.searched_list import FindBox
from screens.widgets.note import Note
from screens.widgets.waiting import Waiting
from screens.work import Begin
from wizard.client.ssh.shared_connection import shared
from wizard.failure import Failure
from wizard.restore.tree import Level, Tree
from wizard.text import display
from wizard.text.language import _
from wizard.walk.getting_back import questions, selected
from wizard.walk.getting_back.stages import Stage
from wizard.walk.getting_back.ticks import Ticks

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from screens.restore.visit import Visit
    from wizard.running.listing import Search
    from wizard.walk.getting_back.opened_tree import Opened
    from wizard.walk.getting_back.wish import Wish

_SHOWN_EVERY_SECONDS = 0.1


class FilesScreen(RestoreScreen):
    """Reads the tree over one connection, for as long as it is shown."""

    stage = Stage.FILES
    question = _(questions.FILES)
    explanation = _(
        "This is what the server has of your backup.\n\n"
        "→ opens a folder, ← closes it. Space selects a file, or a folder with all that is in it.\n\n"
        "Press / to find a name anywhere in the backup. The wizard then reads all names from the server, and knows how"
        " large each folder is. Esc leads back to the folders.\n\n"
        "To get everything back, select the first line.\n\n"
        "Nothing is restored yet. The next screens ask where to, and show what would happen."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", _("Stop")),
        Binding("escape", "show_all", _("Folders")),
        Binding("escape", "back", _("Back")),
        Binding("slash", "find", _("Find"), key_display="/"),
        Binding("v", "versions", _("Versions")),
        Binding("r", "again", _("Try again"), show=False),
    ]

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit)
        self.ticks = Ticks(visit.wish.paths)
        self._tree: Tree | None = None
        self._asking = asyncio.Lock()  # some servers take one request at a time
        self._search: Search | None = None

    def compose_step(self) -> ComposeResult:
        """The line that finds, the tree, and what is selected."""
        yield Waiting(id="reading")
        with Horizontal(id="find-line"):
            yield Label(_("Find"), id="find-label")
            yield FindBox(id="find", compact=True, placeholder=_("part of a name"), select_on_focus=False)
            yield Label("", id="find-count", markup=False)
        yield BackupTree(selected.everything(self.profile, self.visit.wish), self.ticks, id="found")
        yield Note(id="selected", keeps_room=True)

    def compose_actions(self) -> ComposeResult:
        """To try again."""
        yield Button(_("Try again"), id="again", compact=True)

    @property
    def wish_so_far(self) -> Wish:
        """What is wanted, with what is ticked here."""
        return msgspec.structs.replace(self.visit.wish, paths=self.ticks.paths)

    def focus_first(self) -> None:
        """Read the top at once."""
        self._list = self.query_one(BackupTree)
        self._list.focus()
        self._tell_selected()
        self.action_again()

    async def try_forward(self) -> None:
        """Go on with what is ticked, if something is."""
        if self.ticks:
            await super().try_forward()
        else:
            self.query_one("#selected", Note).say(_(questions.NOTHING_CHOSEN), "warn")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape stops the opening of a folder, leads from what was found to the folders, and else back."""
        is_opening = self.is_mounted and self._list.is_opening
        is_searched = self.is_mounted and self._list.is_searched
        match action:
            case "stop":
                return is_opening
            case "show_all":
                return is_searched and not is_opening
            case "back":
                return not (is_searched or is_opening)
            case "versions":
                return Stage.VERSION in self.visit.order
        return super().check_action(action, parameters)

    def action_stop(self) -> None:
        """Open no folder."""
        self.workers.cancel_group(self, "open")

    @on(Button.Pressed, "#again")
    def action_again(self) -> None:
        """Sign in, and read the top of the backup."""
        self._keys_wait()
        Begin(self, "connection", only=True)(self._serve)

    def action_versions(self) -> None:
        """See which older versions have what is under the cursor, and go on with one of them."""
        path = self._list.path_here
        if self._tree and path:
            self.app.push_screen(FoundInScreen(self._tree, path, self._asking), self._take_version)

    def _take_version(self, version: str | None) -> None:
        if version:
            self.visit.keep(msgspec.structs.replace(self.wish_so_far, version=version))
            self.action_again()

    def action_find(self) -> None:
        """Look for a name in all of the backup."""
        self.query_one(FindBox).focus()

    def action_show_all(self) -> None:
        """Show the folders again."""
        self.query_one(FindBox).action_clear()

    @on(BackupTree.Opening)
    def _open(self, event: BackupTree.Opening) -> None:
        self._keys_wait()
        self.refresh_bindings()
        Begin(self, "open")(self._open_folder, event.opened, event.path)

    @on(BackupTree.Turned)
    def _turned(self, event: BackupTree.Turned) -> None:
        if event.could_be:
            self._tell_selected()
            self.note_draft()
        else:
            told = selected.why_not_cleared(self.ticks, event.path, self.profile.name)
            self.query_one("#selected", Note).say(told, "warn")

    def _tell_selected(self) -> None:
        self.query_one("#selected", Note).say(selected.in_words(self.ticks), "plain")

    def _keys_wait(self) -> None:
        """What is typed on is for what comes; Escape stops that."""
        self.is_complete = False

    def _keys_go_on(self) -> None:
        self.is_complete = True
        self.refresh_bindings()

    async def _serve(self) -> None:
        """Be connected for as long as the screen is shown."""
        self.query_one("#again").display = False
        self._tree = None
        self.remove_class("-trouble-alone")
        await self.show_trouble(None)
        self._list.begin_anew(selected.everything(self.profile, self.visit.wish))
        host = self.profile.server.host
        try:
            with self.query_one(Waiting).on(_("Signing in to {host}").format(host=host), _("Esc goes back.")):
                access = await self.visit.way.access()
            async with shared(self.visit.way.reader, access) as connected:
                self._tree = Tree(self.visit.way.reader, connected, self.visit.wish.version)
                with self.query_one(Waiting).on(_("Reading your backup"), _("Esc goes back.")):
                    await self._fill(self._list.opened_tree.top, "")
                self._keys_go_on()
                self.lead_with("forward", focus=False)
                self._list.focus()
                self._look_for(self.query_one(FindBox).value)
                await asyncio.Event().wait()
        except Failure as failure:
            await self._stop_at(failure)

    async def _open_folder(self, opened: Opened, path: str) -> None:
        told = _("Reading “{folder}”").format(folder=display.printable(path.rpartition("/")[2]))
        try:
            with self.query_one(Waiting).on(told):
                await self._fill(opened, path)
        except Failure as failure:
            await self._stop_at(failure)
        finally:
            if self._list.is_attached:
                self._list.end_opening(opened)
            self._keys_go_on()

    async def _fill(self, opened: Opened, path: str) -> None:
        """Show what is in a folder once all of it is there: folders come first, and the server names them last."""
        if self._tree is None:
            return
        pace, level = Pace(), Level()
        async with self._asking, aclosing(self._tree.fill(level, path)) as filling:
            async for _part in filling:
                await pace.keep()
        self._list.show_inside(opened, level)

    async def _stop_at(self, failure: Failure) -> None:
        self._keys_go_on()
        if not self.is_leaving:
            self.query_one("#again").display = True
            self.set_class(len(self._list.opened_tree) == 1, "-trouble-alone")
            await self.show_trouble(failure)
            self.lead_with("again")

    @on(Input.Changed, "#find")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._look_for(event.value)

    def _look_for(self, text: str) -> None:
        self.workers.cancel_group(self, "search")
        self._search, was_searched = None, self._list.is_searched
        if not text.strip() or self._tree is None:
            if self._tree and not self._tree.is_complete:
                self.workers.cancel_group(self, "all")  # or nothing could be opened until all is read
            self._list.show_found(None)
            self._tell_count()
        else:
            if not self.is_reading and not self._tree.is_complete:
                Begin(self, "all", only=True)(self._read_all, self._tree)
            self._begin_search(self._tree, text.strip())
        if was_searched is not self._list.is_searched:
            self.refresh_bindings()

    @property
    def is_looking(self) -> bool:
        """Whether there are names that were not looked at yet."""
        text, search = self.query_one(FindBox).value.strip(), self._search
        is_done = search and search.text == text and search.is_done and self._tree and self._tree.is_complete
        return bool(text) and not is_done

    @property
    def is_reading(self) -> bool:
        """Whether names are still to come from the server."""
        return any(one.node is self and one.group == "all" and one.is_running for one in self.workers)

    async def _read_all(self, tree: Tree) -> None:
        pace, is_begun = Pace(), False
        try:
            async with self._asking, aclosing(tree.read_all()) as reading:
                async for _count in reading:
                    if not is_begun:  # what was searched before were the names of an earlier reading
                        is_begun = True
                        self._begin_search(tree, self.query_one(FindBox).value.strip())
                    await pace.keep()
            self._list.tell_sums(tree.sums)
        except Failure as failure:
            await self._stop_at(failure)

    def _begin_search(self, tree: Tree, text: str) -> None:
        search = self._search = tree.search(text)
        self._list.show_found(Found(lambda: search.matches, tree.item, _("No name contains that.")))
        Begin(self, "search", only=True)(self._look, tree, search)

    async def _look(self, tree: Tree, search: Search) -> None:
        pace, shown = Pace(), 0.0
        while not (search.advance(WORK_SECONDS) and tree.is_complete):
            if time.monotonic() - shown >= _SHOWN_EVERY_SECONDS:
                shown = time.monotonic()
                self._show_found()
            await (asyncio.sleep(_SHOWN_EVERY_SECONDS) if search.is_done else pace.keep())
        self._show_found(is_whole=True)

    def _show_found(self, *, is_whole: bool = False) -> None:
        self._list.grow(is_whole=is_whole)
        self._tell_count()

    def _tell_count(self) -> None:
        told = ""
        if self._search and self._tree:
            is_whole = self._tree.is_complete and self._search.is_done
            found, looked_at = display.number(len(self._search.matches)), display.number(self._search.looked_at)
            told = _("{found} of {count}").format(found=found, count=looked_at) + ("" if is_whole else " …")
        self.query_one("#find-count", Label).update(told, layout=False)
