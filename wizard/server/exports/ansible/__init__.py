"""An Ansible playbook for any number of computers, as one text or as a role with the data of each server apart."""

from __future__ import annotations

from textwrap import dedent, indent
from typing import TYPE_CHECKING

from wizard.server.exports import script
from wizard.server.exports.ansible import role
from wizard.server.exports.ansible.entries import computers, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.server.exports.context import ExportContext

_NO_PASSWORDS = "These computers need no password."
_PASSWORDS = """Passwords are not in {here}. Keep them in a vault (ansible-vault create passwords.yml):
    backup_passwords:
{lines}
and add to the commands above: -e @passwords.yml --ask-vault-pass"""

_BEFORE = "# yamllint disable rule:line-length"  # a key line can't be broken
_AFTER = "# ---- What follows is the same for all computers ----"


def render(context: ExportContext) -> str:
    """The playbook for one computer.

    Raises:
        Failure: as for `render_many`.
    """
    return render_many([context])


def render_many(contexts: Sequence[ExportContext]) -> str:
    """One playbook for all of them: the data first, and then what the role has in files of its own.

    Raises:
        Failure: `BAD_VALUE` for a value that would not stay in its line, or that is no text, or for two backups in one
            place.
    """
    anchors = {host: f"server_{number}" for number, host in enumerate(_by_host(contexts), 1)}
    servers = [f"&{anchor} {quoted(host)}" for host, anchor in anchors.items()]
    head = role.play(
        "THIS-FILE", "The data is at the top, the tasks are below.", servers, _passwords(contexts, "this file")
    )
    listed = "\n".join(computers(contexts, anchors))
    rest = role.in_a_playbook(versions=any(context.keeps_versions for context in contexts))
    return f"{head}\n    {_BEFORE}\n    backup_wizard_computers:\n{listed}\n    {_AFTER}\n\n{rest}"


def render_folder(contexts: Sequence[ExportContext]) -> dict[str, str]:
    """The same as files, by their paths: a role, a playbook that applies it, and the computers of each server.

    Raises:
        Failure: as for `render_many`.
    """
    by_host = _by_host(contexts)
    head = role.play(
        "site.yml",
        "The computers are in host_vars, a file for each server.",
        list(map(quoted, by_host)),
        _passwords(contexts, "these files"),
        ", and give its file in host_vars that name",
    )
    files = {"site.yml": f"{head}\n  roles:\n    - role: backup_wizard\n", **role.files()}
    for host, asked in by_host.items():
        listed = "\n".join(computers(asked, {}))
        files[f"host_vars/{host}.yml"] = f"---\n{_BEFORE}\nbackup_wizard_computers:\n{indent(dedent(listed), '  ')}\n"
    return files


def _by_host(contexts: Sequence[ExportContext]) -> dict[str, list[ExportContext]]:
    found: dict[str, list[ExportContext]] = {}
    for context in contexts:
        found.setdefault(context.profile.server.host, []).append(context)
    for asked in found.values():
        script.require_apart(asked)
    return found


def _passwords(contexts: Sequence[ExportContext], here: str) -> str:
    names = [context.name for context in contexts if context.setup.secrets]
    lines = "\n".join(f'      {quoted(name)}: "…"' for name in names)
    text = _PASSWORDS.format(here=here, lines=lines) if names else _NO_PASSWORDS
    return "\n".join(f"# {line}" for line in text.split("\n"))
