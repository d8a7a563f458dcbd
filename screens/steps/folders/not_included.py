"""The line that says which folders of the home folder the backup doesn't include."""

from __future__ import annotations

from textual.widgets import Label

from screens.work import Begin
from wizard.client.folders import folder_access
from wizard.client.process.background import in_background
from wizard.walk.descriptions import folders


class NotIncluded(Label):
    """It takes no room where there is nothing to say."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, markup=False)
        self._at_home: tuple[str, ...] = ()
        self._chosen: tuple[str, ...] = ()

    def on_mount(self) -> None:
        """Look what there is in the home folder."""
        self.display = False
        Begin(self, "home")(self._look)

    def show_for(self, chosen: tuple[str, ...]) -> None:
        """Other folders are chosen."""
        self._chosen = chosen
        told = folders.not_included(chosen, self._at_home) if chosen else ""
        self.update(told)
        self.display = bool(told)

    async def _look(self) -> None:
        self._at_home = await in_background(folder_access.at_home)
        self.show_for(self._chosen)
