"""The lines for the account's authorized_keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.server.exports.grouping import by_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.schemes.setup import KeyLine, Option
    from wizard.server.exports.context import ExportContext


def render(context: ExportContext) -> str:
    """The key lines between marks, each option's reason in a comment above, and where they belong."""
    if not context.later:
        return marked(context)
    why = "the same key, and sshd takes the first line that fits"
    return f"# Put this before the lines of {', '.join(context.later)}: {why}.\n{marked(context)}"


def marked(context: ExportContext) -> str:
    """What goes into the file, marks included."""
    name = context.name
    careful = (
        f"#   takes over: delete the other lines of {name}, whose key must no longer work\n" if context.adopts else ""
    )
    return f"# backup-wizard begin {name}\n{careful}{body(context)}\n# backup-wizard end {name}\n"


def body(context: ExportContext) -> str:
    """What stands between the marks."""
    return "\n".join(part for key_line in context.setup.key_lines for part in (*reasons(key_line), line(key_line)))


def render_many(contexts: Sequence[ExportContext]) -> str:
    """The key lines of many computers, each account's under the name of its file."""
    return by_file((f"~{context.setup.account}/.ssh/authorized_keys", render(context)) for context in contexts)


def line(key_line: KeyLine) -> str:
    """One key as sshd reads it."""
    return " ".join(filter(None, (",".join(map(_option, key_line.options)), key_line.key)))


def reasons(key_line: KeyLine) -> list[str]:
    """A comment for each option, and one for what a line without a command leaves open."""
    said = [f"#   {option.name}: {option.reason}" for option in key_line.options]
    if not any(option.name == "command" for option in key_line.options):
        said.append("#   no command=: a full login, so this key can do everything the account can")
    return said


def _option(option: Option) -> str:
    if option.value is None:
        return option.name
    # sshd takes \" for a quote and every other backslash as it stands.
    return f'{option.name}="{option.value.replace(chr(34), chr(92) + chr(34))}"'
