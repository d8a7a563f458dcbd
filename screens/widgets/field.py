"""One line to fill in, with its label, a hint, and its error underneath."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.events import Paste
from textual.markup import escape
from textual.widgets import Input, Label

from wizard.client.keys.secrets import Secret

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from wizard.rules import Rule
    from wizard.walk.description import Text


class Line(Input):
    """An input of which a pasted text's first line that isn't empty counts, however many are before it."""

    def _on_paste(self, event: Paste) -> None:
        event.prevent_default()
        event.stop()
        if line := next(filter(str.strip, event.text.splitlines()), ""):
            self.replace(line, *self.selection)


class Field(Vertical):
    """A labelled input; `rule` answers with a sentence when the value can't be taken."""

    line: type[Line] = Line

    def __init__(
        self, label: str, *, id: str, value: str = "", hint: str = "", rule: Rule | None = None, password: bool = False
    ) -> None:
        super().__init__(id=id, classes="field")
        self._label, self._hint, self._rule = label, hint, rule
        self._initial, self.is_password = value, password
        self._default = value

    @classmethod
    def of(cls, question: Text, value: str | None = None) -> Field:
        """The line for a question, with its default or what was typed before."""
        typed = question.default if value is None else value
        field = cls(question.label, id=question.id, value=typed, hint=question.hint, rule=question.rule)
        field._default = question.default
        return field

    def compose(self) -> ComposeResult:
        """The line with its label on the border, and what is wrong with it."""
        line = self.line(self._initial, placeholder=self._hint, password=self.is_password, select_on_focus=False)
        line.border_title = escape(self._label)
        yield line
        yield Label("", classes="field-error", markup=False)

    @property
    def value(self) -> str:
        """What was typed, without blanks around it; a password is taken as it is."""
        typed = self.query_one(Input).value
        return typed if self.is_password else typed.strip()

    @property
    def is_changed(self) -> bool:
        """Whether it differs from what is decided already."""
        return bool(self.query(Input)) and self.value != self._default

    @property
    def secret(self) -> Secret:
        """What was typed, as something that nothing can show by accident."""
        return Secret(self.query_one(Input).value)

    def fill(self, value: str) -> None:
        """Put another value in its place, as if it had been there from the start."""
        with self.prevent(Input.Changed):
            line = self.query_one(Input)
            line.value = value
            line.cursor_position = len(value)

    def clear(self) -> None:
        """Take away what was typed, and leave what was said of it."""
        with self.prevent(Input.Changed):
            self.query_one(Input).clear()

    def complain(self, sentence: str) -> None:
        """Show what is wrong; an empty sentence takes it away."""
        error = self.query_one(".field-error", Label)
        error.update(f"✗ {sentence}" if sentence else "")
        self.set_class(bool(sentence), "has-error")
        if sentence:
            self.call_after_refresh(self.scroll_visible, animate=False)

    def check(self) -> bool:
        """Whether the value can be taken; if not, it says why and takes the focus."""
        sentence = (self._rule(self.value) if self._rule else None) or ""
        self.complain(sentence)
        if sentence:
            line = self.query_one(Input).focus()
            line.cursor_position = len(line.value)  # nothing selected, so that a key mends it and replaces nothing
        return not sentence

    def on_input_changed(self, event: Input.Changed) -> None:
        """Take the complaint away as soon as something is typed."""
        if self.has_class("has-error"):
            self.complain("")
