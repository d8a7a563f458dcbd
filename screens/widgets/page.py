"""The middle of a screen: what a step asks, which scrolls, above the buttons that act on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical, VerticalScroll
from textual.geometry import Region
from textual.layouts.vertical import VerticalLayout
from textual.widgets import Static

from wizard.text.language import _

if TYPE_CHECKING:
    from textual.geometry import Size
    from textual.layout import Layout, WidgetPlacement
    from textual.widget import Widget


class Page(VerticalScroll, can_focus=False):
    """Scrolls along when its room changes: a smaller window, or an explanation that takes some."""

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        focused = self.screen.focused
        if focused and self in focused.ancestors:
            self.call_after_refresh(focused.scroll_visible, animate=False)


class Frame(Vertical):
    """Its page is as high as what is on it, and where that is more than there is room for, the page alone gives way."""

    @property
    def layout(self) -> Layout:
        """From top to bottom, with all of the buttons in sight."""
        return _LAYOUT


class Explained(VerticalScroll, can_focus=False):
    """What the screen is about, in a panel of its own where there is room for one."""

    def __init__(self, explanation: str) -> None:
        super().__init__(Static(explanation, markup=False), id="explanation")
        self.border_title = _("Help")


class _GivingWay(VerticalLayout):
    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> list[WidgetPlacement]:
        placements = list(super().arrange(parent, children, size, greedy))
        lowest = max((placed.region.bottom + placed.margin.bottom for placed in placements), default=0)
        too_much = lowest - size.height if size.height else 0
        gone_by = 0
        for index, placed in enumerate(placements):
            region = placed.region.translate((0, -gone_by))
            if too_much > 0 and isinstance(placed.widget, Page):
                gone_by = min(too_much, region.height - 1)
                region = Region(region.x, region.y, region.width, region.height - gone_by)
            placements[index] = placed._replace(region=region)
        return placements


_LAYOUT = _GivingWay()
