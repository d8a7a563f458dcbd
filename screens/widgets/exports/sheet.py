"""One text of an export pane, and its colours."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from pygments.lexers import get_lexer_by_name
from pygments.token import Token
from textual.content import Content

from wizard.client.keys.secrets import Secret
from wizard.text.display import number, printable
from wizard.text.language import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable

    from wizard.server.exports import Format
    from wizard.server.exports.context import ExportContext

HIDDEN = "********"
MOST_LINES = 2000

_LANGUAGES = {"rsyncd": "ini", "request": "toml", "script": "bash", "ansible": "yaml"}
_QUIET, _STRONG, _APART = "dim", "bold", "ansi_bright_blue"  # what can be read on black and on white
_OWN_STYLES = (
    (re.compile(r"^#.*$", re.MULTILINE), _QUIET),
    (re.compile(r"^\S.*(?= (?:ssh|ecdsa|sk)-\S{1,60} AAAA)", re.MULTILINE), _STRONG),
    (re.compile(r"\b(?:ssh|ecdsa|sk)-\S{1,60} AAAA\S+"), _APART),
    (re.compile(r"^(?:install|ssh-keygen) -.*$", re.MULTILINE), _STRONG),
)
_TOKEN_STYLES = {
    Token.Comment: _QUIET,
    Token.Keyword: _STRONG,
    Token.Literal.Number: _APART,
    Token.Literal.String: _APART,
    Token.Name.Attribute: _STRONG,
    Token.Name.Tag: _STRONG,
    Token.Name.Variable: _APART,
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
    def of(cls, format: Format, context: ExportContext, secret: Callable[[], Secret | None]) -> Sheet:
        """A format's sheet; `secret` is asked for when it is to be seen or saved, and not before."""
        suffix = PurePath(format.file_name).suffix
        file_name = f"backup-wizard-{context.profile.name}-{format.name}{suffix}"
        if not format.holds_secret:
            return cls(format.name, _(format.title), file_name, lambda: format.render(context))
        return cls(
            format.name,
            _(format.title),
            file_name,
            lambda: format.render(replace(context, secret=secret())),
            lambda: format.render(replace(context, secret=Secret(HIDDEN))),
        )

    def coloured(self, text: str) -> Content:
        """As much of a text of this sheet as a person would scroll through, with its parts told apart."""
        lines = printable(text, keep_lines=True).splitlines(keepends=True)
        shown = "".join(lines[:MOST_LINES])
        content = self._highlighted(shown)
        more = len(lines) - MOST_LINES
        return content + _more_lines(more) if more > 0 else content

    def _highlighted(self, text: str) -> Content:
        if language := _LANGUAGES.get(self.name):
            return _by_token(text, language)
        content = Content(text)
        for pattern, style in _OWN_STYLES:
            for found in pattern.finditer(text):
                content = content.stylize(style, *found.span())
        return content


def _by_token(text: str, language: str) -> Content:
    lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    alike = groupby(lexer.get_tokens(text), key=lambda found: _style(found[0]))
    parts = (("".join(part for _, part in found), style) for style, found in alike)
    return Content.assemble(*((part, style) if style else part for part, style in parts))


@cache
def _style(token: Any) -> str:
    return next((_TOKEN_STYLES[kind] for kind in reversed(token.split()) if kind in _TOKEN_STYLES), "")


def _more_lines(count: int) -> str:
    return ngettext(
        "… and {count} more line. Save the text to see it all.",
        "… and {count} more lines. Save the text to see them all.",
        count,
    ).format(count=number(count))
