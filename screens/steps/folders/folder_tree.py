"""The folders of this computer as a tree with tick boxes, read folder by folder as they are opened."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Tree

from screens.steps.folders import folder_place, words
from screens.steps.folders.folder_place import Place
from screens.steps.folders.folder_row import Row
from screens.work import Begin
from wizard.client.folders import chosen_folders, folder_access
from wizard.client.folders.chosen_folders import Mark
from wizard.client.process.background import in_background
from wizard.failure import Failure
from wizard.text.language import _

if TYPE_CHECKING:
    from textual.widgets.tree import TreeNode
    from textual.worker import Worker

    from wizard.client.folders.folder_access import Folder

_UNNOTICED_SECONDS = 0.1
_TOGGLES = Style.from_meta({"toggle": True})


class FolderTree(Tree[Place]):
    """A view of what is ticked; a wish to tick or clear a folder is posted as `Wished`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"folder-tree--quiet"}
    ICON_NODE = ICON_NODE_EXPANDED = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "select_cursor", _("Select")),
        Binding("enter", "screen.forward", _("Continue"), show=False),
        Binding("right", "open", _("Open"), show=False),
        Binding("left", "close", _("Close"), show=False),
        Binding("h", "show_hidden", _("Hidden")),
    ]

    @dataclass
    class Wished(Message):
        """A folder is to be ticked or cleared."""

        folder: Folder

    def __init__(self, chosen: tuple[str, ...], *, id: str) -> None:
        super().__init__(Text(), id=id)
        self.show_root = self.show_guides = self.auto_expand = False
        self.guide_depth = 2
        self._usual = folder_access.usual()
        self._chosen = chosen
        self._beside: dict[str, str] = {}
        self._shows_hidden = False
        self._newly_opened: Place | None = None
        self._home = folder_place.home()
        self._tops = [self._home]
        self._to_open: set[str] = set()
        self._shown: dict[str, list[Place]] = {}

    def on_mount(self) -> None:
        """Show the home folder, and then where else there are folders."""
        self._rebuild()
        self._open(self._home)
        Begin(self, "look")(self._look_around)

    def scroll_to_line(self, line: int, animate: bool = True) -> None:
        """Bring a line into sight, once there is a window to bring it into."""
        if self.size.height:
            super().scroll_to_line(line, animate)

    def on_resize(self) -> None:
        """Keep the cursor in sight when something below takes room."""
        self.call_after_refresh(self.scroll_to_line, self.cursor_line, animate=False)

    def show_chosen(self, chosen: tuple[str, ...]) -> None:
        """Show other ticks."""
        self._chosen = chosen
        for path in self._shown:
            self._refresh_rows(path)

    def show_beside(self, path: str, text: str) -> None:
        """Show a text at the right of a folder's row."""
        self._beside[path] = text
        self._refresh_rows(path)

    def render_label(self, node: TreeNode[Place], base_style: Style, style: Style) -> Text:
        """The row, as wide as there is room."""
        place = node.data
        if place is None:
            return Text()
        mark = chosen_folders.mark(self._chosen, place.path)
        is_only_link = mark is Mark.INSIDE and place.folder.link_to
        without_right = "" if place.folder.readable else words.UNREADABLE
        row = Row(
            place.folder,
            title=place.title,
            word=_("link only") if is_only_link else self._usual.get(place.path, ""),
            beside=place.state or self._beside.get(place.path, "") or without_right,
            mark=None if place.path == "/" else mark,
            is_open=node.is_expanded if node.allow_expand else None,
        )
        quiet = self.get_component_rich_style("folder-tree--quiet", partial=True) + style
        width = self.scrollable_content_region.width - self.guide_depth * _depth(node) - 1
        return row.text(width, style, quiet, style + _TOGGLES)

    def get_label_width(self, node: TreeNode[Place]) -> int:
        """No row is wider than the window, so none has to be measured."""
        return 1

    def on_tree_node_selected(self, event: Tree.NodeSelected[Place]) -> None:
        """Ask for a tick, or to clear it."""
        event.stop()
        if event.node.data:
            self.post_message(self.Wished(event.node.data.folder))

    def on_tree_node_expanded(self, event: Tree.NodeExpanded[Place]) -> None:
        """Read the folder, the first time."""
        event.stop()
        place = event.node.data
        if place is None:
            return
        place.opened = True
        if place.node is not event.node:  # the tree was put together anew meanwhile
            self._open(place)
        if self.cursor_node and self.cursor_node.data is place:
            self._newly_opened = place
        self.call_after_refresh(self._bring_into_view, place)
        self._read_once(place)

    def on_tree_node_collapsed(self, event: Tree.NodeCollapsed[Place]) -> None:
        """Remember that it is closed."""
        event.stop()
        place = event.node.data
        if place is None:
            return
        place.opened = False
        if place.node and place.node is not event.node:
            place.node.collapse()

    def action_open(self) -> None:
        """Open the folder under the cursor, or step into it."""
        node = self.cursor_node
        if node is None or not node.allow_expand:
            return
        if node.is_expanded:
            self.action_cursor_down()
        else:
            node.expand()

    def action_close(self) -> None:
        """Close the folder under the cursor, or step out of it."""
        node = self.cursor_node
        if node is not None and node.is_expanded and node.allow_expand:
            node.collapse()
        elif node is not None and node.parent is not self.root:
            self.move_cursor(node.parent)

    def action_show_hidden(self) -> None:
        """Show the folders whose names begin with a dot, or hide them again."""
        self._shows_hidden = not self._shows_hidden
        self._rebuild()

    async def _look_around(self) -> None:
        self._tops, self._to_open = await in_background(lambda: folder_place.around(self._home, self._chosen))
        self._rebuild()
        for place in self._tops:
            if place.path in self._to_open:
                self._open(place)

    async def _read(self, place: Place) -> None:
        reading = asyncio.ensure_future(in_background(lambda: folder_access.inside(place.path)))
        if not (await asyncio.wait({reading}, timeout=_UNNOTICED_SECONDS))[0]:
            place.state = _("looking …")
            self._refresh_rows(place.path)
        try:
            found, place.state = await reading, ""
        except Failure as failure:
            found, place.state = [], words.in_short(failure)
        usual = list(self._usual)
        found.sort(key=lambda folder: usual.index(folder.path) if folder.path in self._usual else sys.maxsize)
        place.inside = [Place(folder) for folder in found]
        self._show_inside(place)
        self.call_after_refresh(self._bring_into_view, place)
        if place is self._home and self.cursor_node in {None, place.node}:
            self.move_cursor_to_line(min(self._tops.index(place) + 1, self.last_line))

    def _bring_into_view(self, place: Place) -> None:
        """Show as much as there is room for of a folder that the person has opened, from its name on."""
        if place is not self._newly_opened or place.node is None or not place.node.is_expanded:
            return
        last = place.node
        while last.is_expanded and last.children:
            last = last.children[-1]
        lowest = last.line - self.scrollable_content_region.height + 1
        top = max(round(self.scroll_target_y), min(lowest, place.node.line))
        self.scroll_to(y=top, animate=False)

    def _rebuild(self) -> None:
        below = self.cursor_node.data if self.cursor_node else None
        for shown in self._shown.values():
            for place in shown:
                place.node = None
        self._shown.clear()
        self.root.remove_children()
        for top in self._tops:
            self._show(top, self.root)
        if below and below.node and self.last_line >= 0:
            self.move_cursor(below.node)

    def _show(self, place: Place, parent: TreeNode[Place]) -> None:
        place.node = parent.add(Text(), data=place, expand=place.opened, allow_expand=place.can_open)
        self._shown.setdefault(place.path, []).append(place)
        self._show_inside(place)

    def _show_inside(self, place: Place) -> None:
        if place.inside is None or place.node is None:
            return
        visible = [inner for inner in place.inside if self._is_visible(inner.folder)]
        place.node.allow_expand = bool(visible)
        for inner in visible:
            self._show(inner, place.node)
            if inner.path in self._to_open:
                self._to_open.remove(inner.path)
                self._open(inner)

    def _open(self, place: Place) -> None:
        if place.node:
            place.node.expand()

    def _is_visible(self, folder: Folder) -> bool:
        shown_anyway = (*self._usual, *self._chosen)
        return (
            self._shows_hidden
            or not folder.hidden
            or folder.path in shown_anyway
            or chosen_folders.mark(shown_anyway, folder.path) is Mark.PARTLY
        )

    async def _show_way_to(self, path: str) -> None:
        """Open what is around a folder in the home folder, and put the cursor on it; it may be gone by now."""
        home = self._home.path
        around = [one for one in chosen_folders.parents(path) if one == home or one.startswith(f"{home}/")]
        for place in (self._place(one) for one in sorted(around, key=len)):
            if place:
                await self._read_once(place).wait()
                self._open(place)
        found = self._place(path)
        if found and found.node and self.last_line >= 0:
            self.move_cursor(found.node)

    def _place(self, path: str) -> Place | None:
        return next(iter(self._shown.get(path, [])), None)

    def _read_once(self, place: Place) -> Worker[None]:
        place.reading = place.reading or Begin(self, "read")(self._read, place)
        return place.reading

    def _refresh_rows(self, path: str) -> None:
        for place in self._shown.get(path, []):
            if place.node:
                place.node.refresh()


def _depth(node: TreeNode[Place]) -> int:
    depth = -1
    while node.parent is not None:
        node, depth = node.parent, depth + 1
    return depth
