"""A server's fingerprint, large enough to be compared sign by sign, one key type at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Label, Static

from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from wizard.client.host_keys.known_hosts import HostKey

_GROUP = 4


class FingerprintBox(Vertical):
    """Shows the fingerprint of one key, and leads to those of the other types; `shown` is the key at hand."""

    def __init__(self, keys: Sequence[HostKey], *, id: str) -> None:
        super().__init__(id=id)
        self._keys = keys
        self.shown = keys[0]

    def compose(self) -> ComposeResult:
        """The fingerprint, and a button for each other type."""
        yield Static(id="fingerprint")
        if len(self._keys) > 1:
            with Horizontal(id="key-types"):
                yield Label(_("Other types:"), markup=False)
                for number, key in enumerate(self._keys):
                    yield Button(key.type_name, id=f"key-type-{number}", compact=True)

    def on_mount(self) -> None:
        """Show the first."""
        self._show(self.shown)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Show another."""
        event.stop()
        self._show(self._keys[int((event.button.id or "").rpartition("-")[2])])

    def _show(self, key: HostKey) -> None:
        self.shown = key
        line = self.query_one("#fingerprint", Static)
        line.border_title = _("{type} fingerprint").format(type=key.type_name)
        line.update(grouped(key.fingerprint))
        for number, other in enumerate(self._keys):
            for button in self.query(f"#key-type-{number}").results(Button):
                button.display = other is not key


def grouped(fingerprint: str) -> Content:
    """The fingerprint unaltered, so that it can be copied, with every other group of signs set off."""
    kind, digest = fingerprint.split(":", 1)
    groups = [digest[start : start + _GROUP] for start in range(0, len(digest), _GROUP)]
    styled = [(group, "bold ansi_bright_blue" if number % 2 else "") for number, group in enumerate(groups)]
    return Content.assemble((f"{kind}:", "dim"), *styled)
