"""The line that brings files back, in the message and from the script, whatever account and folder are called."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.support import programs
from tests.support.attacks import hostile
from tests.support.attacks.hostile import Hostile
from tests.unit.server.texts.test_script_text import Drawn, contexts_for
from wizard.server.exports import ansible, bring_back, script

if TYPE_CHECKING:
    from pathlib import Path

FUNCTIONS = ("word", "bring_back")

# In the place of the programs: what each is told, and nothing of it done.
STUBS = """\
stat() { printf 0drwxr-xr-x; }
mkdir() { printf '%s\\0' "$3"; }
chown() { printf '%s\\0' "$1"; }
setsid() { printf '%s\\0' "$4" "$8" "$9"; }
tail() { cat; }
tr() { cat; }
echo() { :; }
"""


ROOTS = (
    *(
        "backup",
        "my backup",
        "it's",
        "/srv/$(touch x)",
        "`touch x`",
        "a\\b\\\\c",
        "*",
        "/srv/$HOME ~ !! #",
        '"',
        "é 日本 😀",
    ),
    *("/srv/" + "ä'b " * 200 + "x", "/srv/a;b&c|d", "&&", "%s", "x/-rf", "{a,b}", "'\\''", "a'\"'\"'b"),
)


@pytest.mark.parametrize("kind", ["rrsync", "daemon-over-ssh", "daemon"])
def test_it_names_account_and_folder_whatever_they_are_called(kind: str, tmp_path: Path) -> None:
    roots = [root if root.startswith("/") else f"/srv/{root}" for root in ROOTS] if kind == "daemon" else ROOTS
    drawn = [replace(Hostile(), name=f"pc{number}", root=root) for number, root in enumerate(roots)]
    if kind == "rrsync":
        drawn.append(replace(Hostile(), user="CORP\\amanda"))
    contexts = list(contexts_for(Drawn(drawn, list(filter(hostile.passes, drawn))), kind))
    assert len(contexts) >= 15
    expected = []
    for context in contexts:
        to, account = bring_back.to(context), context.setup.account
        expected += [to, f"{account}:", account, context.profile.destination.rstrip("/"), to]

    text = script.render_many(contexts)
    functions = [re.search(rf"^{name}\(\) \{{\n.*?^\}}\n", text, re.MULTILINE | re.DOTALL) for name in FUNCTIONS]
    loop = "n=1; while [ $n -le $backups ]; do daemon_block= daemon_private=; backup_$n; bring_back; n=$((n + 1)); done"
    data = text.partition("# ---- How it works")[0]
    script_says = data + "".join(one[0] for one in functions if one) + loop
    for shell in (["dash"], ["busybox", "sh"]):
        assert told(shell, STUBS + "\n".join(map(bring_back.line, contexts)), tmp_path) == expected
        lines = [line for line in run(shell, script_says, tmp_path).split("\n") if line.startswith("(cd /;")]
        assert told(shell, STUBS + "\n".join(lines), tmp_path) == expected
    assert [path.name for path in tmp_path.iterdir()] == ["text.sh"]
    short = [line for context in contexts if "\n" not in (line := bring_back.line(context))]
    assert [line for line in short if line not in lines] == []
    assert len(short) > 10
    playbook = ansible.render_many(contexts).splitlines()
    assert [line for line in short if f"        # {line}" not in playbook] == []


def told(shell: list[str], text: str, folder: Path) -> list[str]:
    return run(shell, text, folder).split("\0")[:-1]


def run(shell: list[str], text: str, folder: Path) -> str:
    file = folder / "text.sh"
    file.write_text(text)
    argv = [programs.require(shell[0]), *shell[1:], str(file)]
    ran = subprocess.run(argv, cwd=folder, capture_output=True)
    assert ran.stderr == b"", ran.stderr[:1000]
    return os.fsdecode(ran.stdout)


def test_shellcheck_finds_nothing(tmp_path: Path) -> None:
    (context,) = contexts_for(Drawn([], [replace(Hostile(), root="my backup")]), "rrsync")
    file = tmp_path / "line.sh"
    file.write_text(f"{bring_back.line(context)}\n")
    # What is quoted is meant to be, and so is a && b || c.
    argv = [programs.require("shellcheck"), "--shell=sh", "--exclude=SC2016,SC2015", str(file)]
    ran = subprocess.run(argv, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout
