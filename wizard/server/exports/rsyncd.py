"""The part of an rsync daemon's configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.server.exports.grouping import by_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.schemes.setup import Module
    from wizard.server.exports.context import ExportContext


def render(context: ExportContext) -> str:
    """The modules between marks, each setting's reason in a comment above it."""
    name = context.name
    return f"# backup-wizard begin {name}\n{body(context)}\n# backup-wizard end {name}\n"


def body(context: ExportContext) -> str:
    """What stands between the marks."""
    assert context.setup.daemon
    return "\n\n".join(map(_module, context.setup.daemon.modules))


def render_many(contexts: Sequence[ExportContext]) -> str:
    """The modules of many computers, each under the name of the file that they belong into."""
    return by_file((context.setup.daemon.path, render(context)) for context in contexts if context.setup.daemon)


def _module(module: Module) -> str:
    # A comment on a setting's own line would be part of its value.
    lines = (f"    # {one.reason}\n    {one.name} = {one.value}" for one in module.settings)
    name = f"# the name that the client asks for\n[{module.name}]"
    return "\n".join([name, *lines])
