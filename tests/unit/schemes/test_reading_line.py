"""The key line for reading lets through what our own rsync asks for and nothing else, in every shell there may be."""

from __future__ import annotations

import shlex
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support import programs
from tests.unit.schemes.test_request_filter import HOSTILE, INNER, SHELLS
from wizard.schemes.parts import reading_line, request_filter

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "my backup"
READING = "rsync --server --sender -lHtprSe.iLsfxCIvu --specials --timeout=120 . ."
# What restores, lists and comparisons by content were recorded to ask for, by rsync 3.1.3 to 3.5.0.
HONEST = (
    READING,
    "rsync --server --sender -nlHtprSe.iLsfxCIvu --specials --timeout=120 . .",
    "rsync --server --sender -unlHtprcSze.iLsfxCIvu --specials --timeout=900 . .",
    "rsync --server --sender -lHtprSze.iLsfxC --specials --timeout=900 . .",
    "rsync --server --sender -ntprSe.LsfxCIvu --timeout=9 . .",
)
WRITING = (
    "rsync --server -lHogDtpre.iLsfxCIvu . .",
    "rsync --server -e.L --sender . .",
    "rsync --server -n --delete . .",
)
OTHER_READING = (
    *(f"rsync --server --sender -lHtpr{letter}e.iLsfxCIvu . ." for letter in "LkKmsdbBDIWRAXU0"),
    *(
        READING.replace("--specials", option)
        for option in (
            *("--copy-links", "--copy-unsafe-links", "--files-from=x", "--files-from=/etc/passwd", "--no-munge-links"),
            *("--remove-source-files", "--log-file=x", "--prune-empty-dirs", "--timeout=1234", "--fake-super"),
            *("--daemon", "--config=x", "-L", "--relative", "--confine-root=/", "--remove-sent-files", "--devices"),
        )
    ),
    *(READING.replace(". .", f". {path}") for path in ("/", "..", "../x", "./x", "/etc/passwd", "~", "*", '""')),
    *(READING.replace("iLs", tail) for tail in ("iL;id;", "iL`id`", "iL$(id)", "i/", "iL\\")),
    READING + "; id",
    READING + "\nid",
    READING.replace("--sender ", ""),
)


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    """A home with a folder, and an rsync that says how it was called."""
    program = tmp_path / "bin" / "rsync"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "rsync in $(pwd): $*"\n')
    program.chmod(0o755)
    (tmp_path / "bin" / "grep").symlink_to(programs.require("grep"))
    (tmp_path / FOLDER).mkdir()
    return tmp_path


def ask(bench: Path, request: str, *, shell: str = "sh", inner: str = "/bin/sh") -> str:
    command = reading_line.command(FOLDER)
    if inner != "/bin/sh":
        path, *words = inner.split()
        command = command.replace("/bin/sh", " ".join([programs.require(path), *words]), 1)
    program, *words = shell.split()
    ran = subprocess.run(
        [programs.require(program), *words, "-c", command],
        env={"PATH": f"{bench}/bin", "HOME": str(bench), "SSH_ORIGINAL_COMMAND": request},
        cwd=bench,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return ran.stdout.strip()


def is_refused(answer: str) -> bool:
    return answer.startswith(request_filter.REFUSED) and "\n" not in answer


@pytest.mark.parametrize("shell", SHELLS)
def test_reading_is_let_in_and_all_else_refused_whatever_the_login_shell(bench: Path, shell: str) -> None:
    asked = "--server --sender -lHtprSe.iLsfxCIvu --munge-links --specials --timeout=120 . ."
    assert ask(bench, READING, shell=shell) == f"rsync in {bench}/{FOLDER}: {asked}"
    assert ask(bench, "true", shell=shell) == reading_line.says(FOLDER)
    assert ask(bench, WRITING[0], shell=shell) == f"{request_filter.REFUSED} {reading_line.CANNOT_WRITE}"
    for request in (OTHER_READING[0], READING.replace(". .", ". /etc"), f"{READING} -L"):
        assert is_refused(ask(bench, request, shell=shell)), request


@pytest.mark.parametrize("inner", INNER)
def test_what_our_own_rsync_asks_for_is_let_in(bench: Path, inner: str) -> None:
    for request in HONEST:
        assert ask(bench, request, inner=inner).startswith("rsync in "), request


@pytest.mark.parametrize("inner", INNER)
def test_nothing_else_is_let_in(bench: Path, inner: str) -> None:
    for request in (*HOSTILE, *WRITING, *OTHER_READING):
        assert is_refused(ask(bench, request, inner=inner)), (request, ask(bench, request, inner=inner))
    assert sorted(path.name for path in bench.iterdir()) == ["bin", FOLDER]


def test_rules_of_the_client_s_stay_inside_the_folder_where_rsync_can_do_that(bench: Path) -> None:
    (bench / "bin/rsync").write_text('#!/bin/sh\necho "now: $*"; echo " --confine-root=DIR"\n')
    [told, _] = ask(bench, READING).splitlines()
    assert told.endswith(f" --munge-links --confine-root={bench}/{FOLDER} --specials --timeout=120 . .")


def test_a_folder_that_is_missing_is_said(bench: Path) -> None:
    (bench / FOLDER).rmdir()
    for request in (READING, "true"):
        assert ask(bench, request) == f"{request_filter.REFUSED} {reading_line.NO_FOLDER}"


def test_no_sign_in_it_means_something_to_another_shell() -> None:
    [_, _, text, folder] = shlex.split(reading_line.command("backup/amamac"))
    assert not set(text) & set("\\!'\"`\n")
    assert folder == "backup/amamac"
