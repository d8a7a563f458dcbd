"""The role that sets servers up, which is the same for all of them, as its files or within a playbook."""

from __future__ import annotations

import re
from functools import cache
from textwrap import indent
from typing import TYPE_CHECKING

from wizard.server.exports import status
from wizard.storage import paths

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_ROLE = "roles/backup_wizard"
_VERSIONS_SCRIPT = re.compile(r"backup_wizard_versions_script: .*\n")
_IMPORT = re.compile(r"  ansible\.builtin\.import_tasks: (.*)\n((?:  .*\n)*)")
_GIVEN = re.compile(r"(?:\A|(?<=\n\n))(?:#.*\n)+backup_wizard_(?:computers|remove_tags): .*\n\n")
_SCRIPT = re.compile(r"(backup_wizard_\w+): \"{{ lookup\('ansible\.builtin\.file', '((?!status).*)'\) }}\"")
_TEMPLATE = re.compile(r"(backup_wizard_\w+): \"{{ lookup\('ansible\.builtin\.template', '(.*)'\) }}\"")


def play(file: str, where: str, servers: Sequence[str], passwords: str, renamed: str = "") -> str:
    """The head of a playbook, which is saved as `file`, up to its variables.

    `where` says where the computers are, and `renamed` what else has another name if a server has.
    """
    text = _text("play.yml")
    listed = "\n".join(f"      - {server}" for server in servers)
    marks = {"file": file, "where": where, "servers": listed, "passwords": passwords, "renamed": renamed}
    for mark, value in marks.items():
        text = text.replace(f"<{mark}>", value)
    return text


def files() -> dict[str, str]:
    """The files of the role, by their paths beside the playbook."""
    top = _templates()
    found = {
        str(path.relative_to(top)): path.read_text("utf-8")
        for path in sorted((top / _ROLE).rglob("*"))
        if path.is_file()
    }
    # What other exports have, too.
    programs = {"versions.sh": _of_role("files/versions.sh"), "status.sh": status.render_many([])}
    return found | {f"{_ROLE}/files/{name}": text for name, text in programs.items()}


@cache
def in_a_playbook(*, versions: bool = False) -> str:
    """The role as the rest of a playbook, after the data among its variables.

    It has the program that keeps `versions` only where that is wanted, since it is half as long as all the rest.
    """
    defaults = _GIVEN.sub("", _of_role("defaults/main.yml"))
    variables = "\n".join(_of_role(f"vars/main/{name}.yml") for name in ("computers", "files"))
    if not versions:
        variables = _VERSIONS_SCRIPT.sub("", variables)
    variables = _TEMPLATE.sub(_template, _SCRIPT.sub(_script, variables))
    tasks = _IMPORT.sub(_block, _of_role("tasks/main.yml"))
    handlers = _of_role("handlers/main.yml")
    parts = [
        indent(f"{defaults}\n{variables}# yamllint enable rule:line-length\n", "    "),
        f"  tasks:\n{indent(tasks, '    ')}",
        f"  handlers:\n{indent(handlers, '    ')}",
    ]
    return "\n".join(parts)


def _script(found: re.Match[str]) -> str:
    # As it stands: Ansible would take signs of the shell for its own.
    return f"{found[1]}: !unsafe |\n{indent(_of_role(f'files/{found[2]}'), '  ')}".rstrip("\n")


def _template(found: re.Match[str]) -> str:
    return f"{found[1]}: |\n{indent(_of_role(f'templates/{found[2]}'), '  ')}".rstrip("\n")


def _block(found: re.Match[str]) -> str:
    return f"{found[2]}  block:\n{indent(_of_role(f'tasks/{found[1]}'), '    ')}"


def _of_role(name: str) -> str:
    if name == "files/versions.sh":
        return (_templates().parent / "versions.sh").read_text("utf-8")
    return _text(f"{_ROLE}/{name}").removeprefix("---\n")


def _text(name: str) -> str:
    return (_templates() / name).read_text("utf-8")


def _templates() -> Path:
    return paths.assets() / "templates" / "ansible"
