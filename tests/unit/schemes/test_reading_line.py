"""The key line for reading lets through what our own rsync asks for and nothing else, in every shell there may be."""

from __future__ import annotations

import os
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
# What every rsync from 3.1.3 to 3.5.0 was recorded to ask for where a module is read over ssh.
READING = "rsync --server --daemon ."
OTHERS = (
    "rsync --server --sender -lHtprSe.iLsfxCIvu --specials --timeout=120 . .",
    "rsync --server -lHogDtpre.iLsfxCIvu . .",
    *(
        f"rsync --server --daemon {more}"
        for more in (
            "",
            ". .",
            "--config=x .",
            "/",
            "..",
            "./x",
            "-v .",
            ". --config=/tmp/x",
            "--dparam=path=/ .",
            '"."',
        )
    ),
    *("rsync --daemon --server .", "rsync --server --daemon. .", "rsync.--server --daemon .", "rsync --daemon ."),
    *(READING + more for more in ("; id", "\nid", " `id`", " $(id)", " & id")),
)
SETTINGS = (
    "use chroot = false",
    "read only = true",
    "munge symlinks = true",
    "refuse options = copy-links copy-unsafe-links copy-dirlinks",
    "list = false",
)


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    """A home with a folder, and an rsync that says how it was called, with what configuration and input."""
    program = tmp_path / "bin" / "rsync"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "rsync in $(pwd): $*"; cat "${3#--config=}"; cat\n')
    program.chmod(0o755)
    for name in ("cat", "id"):
        (tmp_path / "bin" / name).symlink_to(programs.require(name))
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
        input="what the client says",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return ran.stdout.strip()


def is_refused(answer: str) -> bool:
    return answer.startswith(request_filter.REFUSED) and "\n" not in answer


def is_let_in(bench: Path, answer: str) -> bool:
    module = [f"[{reading_line.MODULE}]", f"path={bench}/{FOLDER}", f"uid = {os.getuid()}", *SETTINGS]
    called = f"rsync in {bench}/{FOLDER}: --server --daemon --config=/dev/fd/3 ."
    return answer.splitlines() == [called, *module, "what the client says"]


@pytest.mark.parametrize("shell", SHELLS)
def test_reading_is_let_in_and_all_else_refused_whatever_the_login_shell(bench: Path, shell: str) -> None:
    answer = ask(bench, READING, shell=shell)
    assert is_let_in(bench, answer), answer
    assert ask(bench, "true", shell=shell) == reading_line.says(FOLDER)
    for request in OTHERS[:4]:
        assert is_refused(ask(bench, request, shell=shell)), request


@pytest.mark.parametrize("inner", INNER)
def test_nothing_else_is_let_in(bench: Path, inner: str) -> None:
    answer = ask(bench, READING, inner=inner)
    assert is_let_in(bench, answer), answer
    for request in {*HOSTILE, *OTHERS} - {READING}:
        assert is_refused(ask(bench, request, inner=inner)), (request, ask(bench, request, inner=inner))
    assert sorted(path.name for path in bench.iterdir()) == ["bin", FOLDER]


@pytest.mark.parametrize("inner", INNER)
def test_older_versions_are_a_module_of_their_own_where_there_are_any(
    bench: Path, inner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, there = reading_line.command, bench / "root=s/place"
    monkeypatch.setattr(reading_line, "command", lambda folder: own(folder, str(there)))
    assert is_let_in(bench, ask(bench, READING, inner=inner))
    (bench / "kept here").mkdir()
    there.parent.mkdir()
    there.symlink_to(bench / "kept here")
    settings = [f"uid = {os.getuid()}", *SETTINGS]
    assert ask(bench, READING, inner=inner).splitlines() == [
        f"rsync in {bench}/{FOLDER}: --server --daemon --config=/dev/fd/3 .",
        *(f"[{reading_line.MODULE}]", f"path={bench}/{FOLDER}", *settings),
        *(f"[{reading_line.VERSIONS}]", f"path={bench}/kept here", *settings),
        "what the client says",
    ]
    for request in OTHERS:
        assert is_refused(ask(bench, request, inner=inner)), request


def test_a_folder_that_is_missing_is_said(bench: Path) -> None:
    (bench / FOLDER).rmdir()
    for request in (READING, "true"):
        assert ask(bench, request) == f"{request_filter.REFUSED} {reading_line.NO_FOLDER}"


def test_no_sign_in_it_means_something_to_another_shell() -> None:
    [_, _, text, folder] = shlex.split(reading_line.command("backup/amamac", "/var/versions/DOMAIN=amanda/amamac"))
    assert not set(text) & set("\\!'\"`\n")
    assert folder == "backup/amamac"
