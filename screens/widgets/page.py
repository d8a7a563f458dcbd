"""The middle of a screen, which keeps in sight what has the cursor."""

from __future__ import annotations

from textual.containers import VerticalScroll


class Page(VerticalScroll, can_focus=False):
    """Scrolls along when its room changes: a smaller window, or an explanation that takes some."""

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        focused = self.screen.focused
        if focused and self in focused.ancestors:
            self.call_after_refresh(focused.scroll_visible, animate=False)
