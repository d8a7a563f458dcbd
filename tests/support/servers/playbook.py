"""Ansible, run for real on the machine at hand."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import ansible  # type: ignore[import-untyped]

from tests.support.quick import quick_python
from wizard.storage import paths

if TYPE_CHECKING:
    from collections.abc import Callable

# Ansible calls its interpreter by one word.
_PYTHON = """\
#!{python} -S
import sys
sys.path.append({packages!r})
{program}"""
# It forks for each task, and would look for garbage in each fork, and put each module together anew in each run.
_ANSIBLE = """\
import gc
gc.disable()
from ansible import constants
constants.DEFAULT_LOCAL_TMP = {kept!r}
from ansible.cli.playbook import main
main()"""
_TASK = re.compile(r"(?:TASK|RUNNING HANDLER) \[(.*)\]")
_CHANGED = re.compile(r"changed: \[[^]]*\](?: => \(item=(.*)\))?")


@dataclass(frozen=True)
class Played:
    """What a run printed, and each task and item that it changed."""

    printed: str
    changed: list[tuple[str, str]]


def script(name: str) -> str:
    """One of the role's scripts."""
    return (paths.assets() / "templates/ansible/roles/backup_wizard/files" / f"{name}.sh").read_text("utf-8")


def play(
    run: Callable[..., str],
    playbook: Path,
    *options: str,
    host: str = "127.0.0.1",
    fails: bool = False,
    first: str = "",
    path: str = "",
) -> Played:
    """Run a playbook to its end with `run`, for a host that is this machine.

    `first` is a program that is run before each module, and `path` is searched for programs before all else.

    Raises:
        AssertionError: it did not end as it was to.
    """
    python = playbook.with_name("python")
    packages = str(Path(ansible.__file__).parents[1])
    program = Path(quick_python.__file__).read_text()
    python.write_text(_PYTHON.format(python=Path(sys.executable).resolve(), packages=packages, program=program))
    python.chmod(0o755)
    if first:
        python = playbook.with_name("python-with-more")
        python.write_text(f'#!/bin/sh\n{first}\nexec {playbook.with_name("python")} "$@"\n')
        python.chmod(0o755)
    home = playbook.parent / "ansible"
    kept = home / "kept"
    kept.mkdir(parents=True, exist_ok=True)
    settings = {"PIPELINING": "1", "NOCOLOR": "1", "LOCALHOST_WARNING": "0", "HOME": str(home)}
    printed = run(
        *(("sh", "-c", '! "$@"', "sh") if fails else ()),
        *("env", *(f"ANSIBLE_{name}={value}" for name, value in settings.items())),
        *((f"PATH={path}:{os.environ['PATH']}",) if path else ()),
        *(
            sys.executable,
            "-c",
            _ANSIBLE.format(kept=str(kept)),
            "--connection=local",
            "--inventory",
            host if host.startswith("/") else f"{host},",
        ),
        *(f"--extra-vars=ansible_python_interpreter={python}", *options, str(playbook)),
    )
    changed, task = [], ""
    for line in printed.splitlines():
        if found := _TASK.match(line):
            task = found[1]
        elif found := _CHANGED.match(line):
            changed.append((task, found[1] or ""))
    return Played(printed, changed)
