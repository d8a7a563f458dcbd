"""The keys at the bottom of a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Footer

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.screen import Screen


class Keys(Footer):
    """Textual's footer, whose keys know from the start how they look: each would else be styled three times.

    They are made anew only where they differ: Textual asks at each move of the cursor from one widget to another.
    `columns` are for a footer that its style lays out as a grid.
    """

    def __init__(self, columns: int = 0) -> None:
        super().__init__(show_command_palette=False)
        self._columns = columns
        self._shown: list[tuple[object, ...]] = []

    def compose(self) -> ComposeResult:
        """The keys."""
        self._shown = self._to_show()
        for widget in super().compose():
            if compact := getattr(type(widget), "compact", None):
                widget.set_reactive(compact, self.compact)
            yield widget
        if self._columns:  # the library has one for each key
            self.styles.grid_size_columns = self._columns

    def bindings_changed(self, screen: Screen[object]) -> None:
        """Show the keys that count now."""
        self._bindings_ready = True
        if screen.app.app_focus and self.is_attached and screen is self.screen:
            self.call_after_refresh(self._renew)

    async def _renew(self) -> None:
        if self.is_attached and self._to_show() != self._shown:
            await self.recompose()

    def _to_show(self) -> list[tuple[object, ...]]:
        if not self._bindings_ready:
            return []
        active = self.screen.active_bindings.values()
        return [(binding, enabled, tooltip) for _node, binding, enabled, tooltip in active if binding.show]
