"""The admin's pane as an app of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screens.admin.requests import RequestsScreen
from screens.base_app import BaseApp

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class AdminApp(BaseApp):
    """The admin's pane on the whole terminal."""

    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__()
        self._paths = paths

    def on_mount(self) -> None:
        """Show the requests; leaving them is leaving the app."""
        self.push_screen(RequestsScreen(self._paths), lambda _: self.exit(0))


def run(paths: Sequence[Path]) -> int:
    """Run the admin's pane over the requests in those files."""
    return AdminApp(paths).run_to_end()
