"""What is said in one place alone, and is named nowhere else."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import get_args

import pytest

from wizard import profile
from wizard.failure import Kind
from wizard.schemes.facts import BLOCKING_SHELLS, ONE_COMMAND_SHELLS, RRSYNC_PATHS
from wizard.server.reaching import shells
from wizard.trouble.words.let_in import WORDS

ROOT = Path(__file__).parents[3]
# Where a scheme's name may stand: its own module, and what a profile file may say.
_MAY_NAME_SCHEMES = {ROOT / "wizard/profile.py", *(ROOT / "wizard/schemes").glob("*.py")}
_KINDS = "|".join(get_args(profile.SchemeKind))
# A comparison of a kind with one of them; and two of the names, which mean nothing else, anywhere.
_NAMED = re.compile(
    rf"""\bkind\b[^\n]*?(?:==|!=|\bin\b)[^\n]*?["'](?:{_KINDS})["']|["'](?:forced-command|daemon-over-ssh)["']"""
)


def _modules() -> list[Path]:
    return [*(ROOT / "wizard").rglob("*.py"), *(ROOT / "screens").rglob("*.py")]


def test_nothing_else_asks_which_scheme_it_is() -> None:
    asking = [path for path in _modules() if path not in _MAY_NAME_SCHEMES and _NAMED.search(path.read_text())]
    assert asking == []


@pytest.mark.parametrize(
    "line",
    ['if profile.scheme.kind == "daemon":', "x if one.kind in ('rrsync', 'login') else y", 'A = ("daemon-over-ssh",)'],
)
def test_it_would_be_noticed(line: str) -> None:
    assert _NAMED.search(line)


_COMPARES_SERVERS = re.compile(r"server\.host\b[^\n]*[!=]=|[!=]=[^\n]*server\.host\b")


def test_nothing_else_asks_whether_it_is_the_same_server() -> None:
    """Whoever does compares `Server.machine` or `Server.account`."""
    assert [path for path in _modules() if _COMPARES_SERVERS.search(path.read_text())] == []
    assert _COMPARES_SERVERS.search("if (before.server.host, port) == (profile.server.host, other):")


def test_the_script_looks_for_rrsync_where_the_wizard_does() -> None:
    script = (ROOT / "assets/templates/setup.sh").read_text()
    found = re.search(r"for rrsync in \"\$\(command -v rrsync\)\" ([^;]*);", script)
    assert found
    assert tuple(found[1].replace("\\\n", " ").split()) == RRSYNC_PATHS


_ROLE = "ansible/roles/backup_wizard/files"


@pytest.mark.parametrize(
    ("file", "begin", "end"),
    [
        ("edit.sh", "function starts", "return at <= .*"),
        ("find_locked_out.sh", "function starts", "return at <= .*"),
        ("edit.sh", "function places", "print met .*"),
        ("find_locked_out.sh", r'\$3 == "anew" &&', 'else if .*print "another " other'),
    ],
)
def test_the_script_and_the_playbook_go_by_the_same_program(file: str, begin: str, end: str) -> None:
    texts = [(ROOT / "assets/templates" / name).read_text() for name in ("setup.sh", f"{_ROLE}/{file}")]
    programs = [re.search(rf"^ *{begin}(?:.*\n)+? *{end}\n", text, re.MULTILINE) for text in texts]
    script, playbook = (textwrap.dedent(found[0]) for found in programs if found)
    assert script == playbook


def test_a_login_shell_that_is_in_the_way_is_known_wherever_it_is_met() -> None:
    known = {*BLOCKING_SHELLS, *ONE_COMMAND_SHELLS}
    assert {*shells.ANSWERS} == known
    warned_of = re.search(r"\n *([a-z |]*)\) printf 'the login shell", (ROOT / "assets/templates/setup.sh").read_text())
    assert warned_of
    assert {*warned_of[1].split(" | ")} == known
    assert known <= {*re.findall(r"\w+", WORDS[Kind.SERVER_SHELL_BLOCKS].forward)}
