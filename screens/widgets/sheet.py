"""One text of an export pane, and its colours."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from pygments.lexers import get_lexer_by_name
from pygments.token import Token
from textual.content import Content

from wizard.client.secrets import Secret
from wizard.display import number, printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from wizard.server.exports import Format
    from wizard.server.exports.order import Order

HIDDEN = "********"
MOST_LINES = 2000

_LANGUAGES = {"rsyncd": "ini", "request": "toml", "script": "bash", "ansible": "yaml"}
_OWN_COLOURS = (
    (re.compile(r"^#.*$", re.MULTILINE), "ansi_bright_black"),
    (re.compile(r"^\S.*(?= (?:ssh|ecdsa|sk)-\S+ AAAA)", re.MULTILINE), "ansi_cyan"),
    (re.compile(r"\b(?:ssh|ecdsa|sk)-\S+ AAAA\S+"), "ansi_green"),
    (re.compile(r"^(?:install|ssh-keygen) -.*$", re.MULTILINE), "ansi_cyan"),
)


_TOKEN_COLOURS = {
    Token.Comment: "ansi_bright_black",
    Token.Keyword: "ansi_magenta",
    Token.Literal.Number: "ansi_magenta",
    Token.Literal.String: "ansi_green",
    Token.Name.Attribute: "ansi_cyan",
    Token.Name.Builtin: "ansi_cyan",
    Token.Name.Tag: "ansi_cyan",
    Token.Name.Variable: "ansi_magenta",
}


@dataclass(frozen=True)
class Sheet:
    """What stands under one tab: `render` gives its text, and `masked` the same with its secret hidden."""

    name: str
    title: str
    file_name: str
    render: Callable[[], str]
    masked: Callable[[], str] | None = None

    @classmethod
    def of(cls, format: Format, order: Order, secret: Callable[[], Secret | None]) -> Sheet:
        """A format's sheet; `secret` is asked for when it is to be seen or saved, and not before."""
        suffix = PurePath(format.file_name).suffix
        file_name = f"backup-wizard-{order.profile.name}-{format.name}{suffix}"
        if not format.holds_secret:
            return cls(format.name, format.title, file_name, lambda: format.render(order))
        return cls(
            format.name,
            format.title,
            file_name,
            lambda: format.render(replace(order, secret=secret())),
            lambda: format.render(replace(order, secret=Secret(HIDDEN))),
        )

    def coloured(self, text: str) -> Content:
        """As much of a text of this sheet as a person would scroll through, with its parts told apart."""
        lines = printable(text, keep_lines=True).splitlines(keepends=True)
        shown = "".join(lines[:MOST_LINES])
        content = self._highlighted(shown)
        more = len(lines) - MOST_LINES
        return content + f"… and {number(more)} more lines: save it to have them all" if more > 0 else content

    def _highlighted(self, text: str) -> Content:
        if language := _LANGUAGES.get(self.name):
            return _by_token(text, language)
        content = Content(text)
        for pattern, style in _OWN_COLOURS:
            for found in pattern.finditer(text):
                content = content.stylize(style, *found.span())
        return content


def _by_token(text: str, language: str) -> Content:
    lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    return Content.assemble(*((part, _colour(token)) for token, part in lexer.get_tokens(text)))


def _colour(token: Any) -> str:
    return next((_TOKEN_COLOURS[kind] for kind in reversed(token.split()) if kind in _TOKEN_COLOURS), "")
