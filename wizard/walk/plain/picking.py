"""Which files are wanted back, as questions on lines: a folder is listed as one goes into it."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

from wizard.client.folders.chosen_folders import Mark
from wizard.console import say
from wizard.failure import Failure
from wizard.restore import order
from wizard.restore.tree import Tree
from wizard.text import display
from wizard.text.language import N_, _
from wizard.walk.getting_back import questions, selected
from wizard.walk.getting_back.ticks import ALL, Ticks
from wizard.walk.plain import asker

if TYPE_CHECKING:
    from wizard.profile import Profile
    from wizard.restore.entries import Item
    from wizard.restore.tree import Level
    from wizard.restore.versions import Version
    from wizard.walk.getting_back.way_in import WayIn
    from wizard.walk.getting_back.wish import Wish

_PAGE = 30
_NO_NUMBER = N_("There is no number {number}.")
_CHOOSE_DAY = N_("To get it as it was on one of these days, go back (<) and choose the day.")
_SECONDS_AT_ONCE = 1.0
_HELP = _(
    "Type a number to go into a folder or to select a file, and + with a number to select a folder, such as +2.\n"
    "Type .. to go up, m to see more, / with a part of a name to search, and * to select everything.\n"
    "You can also type a path, such as ~/Documents/letter.txt. To take a selection back, type it again."
)
_ABOUT_VERSIONS = _("To see which older versions have a file, type v with its number, such as v2.")
_PROMPT = _("A number, a path or ? for help. Enter continues")


class Picking:
    """One visit to the tree."""

    def __init__(self, profile: Profile, way: WayIn, wish: Wish) -> None:
        self._profile, self._way, self._wish = profile, way, wish
        self._ticks = Ticks(wish.paths)
        self._tree: Tree | None = None
        self._folder, self._start = "", 0
        self._shown: Level | list[Item] = []

    def picked(self) -> tuple[str, ...]:
        """What is selected in the end.

        Raises:
            Failure: the server can't be asked.
            GoBack, GoAway: the person would rather not.
        """
        say(_(questions.FILES))
        if self._wish.version:
            say(selected.everything(self._profile, self._wish))
        say(_HELP)
        if self._profile.versions.are_kept:
            say(_ABOUT_VERSIONS)
        self._go_into("")
        while True:
            say(selected.in_words(self._ticks))
            typed = asker.line(_PROMPT)
            if typed:
                self._take(typed)
            elif self._ticks:
                return self._ticks.paths
            else:
                say(_(questions.NOTHING_CHOSEN))

    def _take(self, typed: str) -> None:
        number = typed.removeprefix("+")
        if typed == "?":
            say(_HELP)
        elif typed == "*":
            self._turn(ALL)
        elif typed == "m":
            self._list(self._start + _PAGE)
        elif typed == "..":
            self._go_into(self._folder.rpartition("/")[0])
        elif typed.startswith("/") and not typed.startswith(tuple(self._profile.folders)):
            self._find(typed[1:])
        elif typed[0] == "v" and typed[1:].isdecimal() and len(typed) < 9 and self._profile.versions.are_kept:
            self._tell_versions(int(typed[1:]))
        elif number.isdecimal() and len(number) < 9:
            self._take_number(int(number), is_folder_wanted=typed != number)
        else:
            self._take_path(typed)

    def _tell_versions(self, number: int) -> None:
        if not 0 < number <= len(self._shown):
            say(_(_NO_NUMBER).format(number=number))
            return
        found = questions.containing(asyncio.run(self._versions(self._shown[number - 1].path)))
        told = [f"  {one.title}: {one.sentence}" for one in found]
        say("\n".join([*told, _(_CHOOSE_DAY)]) if told else _(questions.IN_NO_VERSION))

    async def _versions(self, path: str) -> list[Version]:
        return await (await self._tree_there()).versions_with(path)

    def _take_number(self, number: int, *, is_folder_wanted: bool) -> None:
        if not 0 < number <= len(self._shown):
            say(_(_NO_NUMBER).format(number=number))
            return
        item = self._shown[number - 1]
        if item.is_folder and not is_folder_wanted:
            self._go_into(item.path)
        else:
            self._turn(item.path)

    def _take_path(self, typed: str) -> None:
        try:
            for path in order.in_backup(self._profile, typed):
                self._turn(path)
        except Failure:
            say(_("“{path}” was never in this backup.").format(path=display.printable(typed)))

    def _turn(self, path: str) -> None:
        if not self._ticks.turn(path):
            say(selected.why_not_cleared(self._ticks, path, self._profile.name))

    def _go_into(self, folder: str) -> None:
        self._shown = asyncio.run(self._inside(folder))
        self._folder = folder
        say(_("In the backup: {folder}").format(folder=display.printable(f"/{folder}")))
        self._list(0)

    def _find(self, text: str) -> None:
        if not text:
            return
        say(_("Searching the whole backup …"))
        self._shown = asyncio.run(self._found(text))
        say(_("No name contains that.") if not self._shown else _("Found:"))
        self._list(0)

    def _list(self, start: int) -> None:
        self._start = start if start < len(self._shown) else 0
        end = min(self._start + _PAGE, len(self._shown))
        for number in range(self._start, end):
            item = self._shown[number]
            sign = "✓" if self._ticks.mark(item.path) in {Mark.ON, Mark.INSIDE} else " "
            name = item.path if self._is_search else item.name
            told = f"{display.printable(name)}/" if item.is_folder else display.printable(name)
            size = "" if item.is_folder or item.is_link else f" ({display.size(item.size)})"
            say(f"  {sign} {number + 1}. {told}{size}")
        if end < len(self._shown):
            more = _("{shown} of {count} shown. Type m to see more.")
            say(more.format(shown=display.number(end), count=display.number(len(self._shown))))

    @property
    def _is_search(self) -> bool:
        return isinstance(self._shown, list)

    async def _inside(self, folder: str) -> Level:
        tree = await self._tree_there()
        return await tree.inside(folder)

    async def _found(self, text: str) -> list[Item]:
        tree = await self._tree_there()
        if not tree.is_complete:
            async with aclosing(tree.read_all()) as reading:
                async for _count in reading:
                    pass
        search = tree.search(text)
        while not search.advance(_SECONDS_AT_ONCE):
            pass
        return [tree.item(number) for number in search.matches[:1000]]

    async def _tree_there(self) -> Tree:
        if self._tree is None:
            self._tree = Tree(self._way.reader, await self._way.access(), self._wish.version)
        return self._tree
