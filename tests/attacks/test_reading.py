"""What the line of a key that may not read gives away to a client that speaks the protocol by hand.

The line runs as sshd would run it, without sshd: see `test_protocol` for what the client can do without the line.
"""

from __future__ import annotations

import functools
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.attacks import reading
from tests.attacks.protocol import Said, send
from tests.support import programs
from tests.support.data.profiles import a_profile
from tests.support.servers import old_rsync
from wizard import schemes
from wizard.profile import SchemeSettings
from wizard.schemes.if_stolen import Ability
from wizard.schemes.parts import request_filter

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSIONS = [*old_rsync.SUITES, old_rsync.MACHINE]
SECRET = b"47"
MTIME = 1_650_000_000
OPTIONS = ("-lWHogDtpe.LsfxCIvu", "-lWogDtpe.LsfxCIvu")
CHOICES: dict[str, dict[str, bool]] = {
    "default": {},
    "append only": {"append_only": True},
    "deletes": {"allow_delete": True},
}
_PROGRAM = '#!/bin/sh\nexec {folder}/lib/loader --library-path {folder}/lib {folder}/program "$@"\n'


class Line:
    """The line in a home of its own, where rsync is of that version."""

    def __init__(self, home: Path, version: str, choice: str) -> None:
        scheme = msgspec.convert(CHOICES[choice], SchemeSettings)
        self.home = home
        self.secret = home / "backup/amamac/pin.txt"
        self._path = os.environ["PATH"]
        self.profile = msgspec.structs.replace(a_profile(), scheme=scheme)
        self._command = request_filter.command(self.profile, "backup/amamac")
        if version != old_rsync.MACHINE:
            folder = old_rsync.require(version)
            (home / "bin").mkdir()
            (home / "bin/rsync").write_text(_PROGRAM.format(folder=shlex.quote(str(folder))))
            (home / "bin/rsync").chmod(0o755)
            self._path = f"{home}/bin:{self._path}"
        self.secret.parent.mkdir(parents=True)
        self.secret.write_bytes(SECRET)
        os.utime(self.secret, (0, MTIME))

    def visit(self, options: str, *args: object, **kwargs: object) -> Said:
        request = f"rsync --server {options} . ."
        told = {"SSH_ORIGINAL_COMMAND": request, "PATH": self._path}
        variables = [f"{name}={value}" for name, value in told.items()]
        argv = ["env", f"--chdir={self.home}", *variables, "sh", "-c", self._command]
        return send(argv, *args, options=options, **kwargs)  # type: ignore[arg-type]

    def until_open(self) -> None:
        """Return once a server has the secret open, or none is left that could have."""
        while servers := list(self._servers()):
            if any(_leads_to(file, self.secret) for server in servers for file in _list(server / "fd")):
                return

    def temporary(self) -> bytes:
        """The name of a temporary file, as rsync's list of what it would delete has it."""
        nothing = self.home / "nothing"
        nothing.mkdir(exist_ok=True)
        shell = self.home / "shell"
        shell.write_text(
            f'#!/bin/sh\ncd {self.home}; shift; SSH_ORIGINAL_COMMAND="$*" PATH={self._path} {self._command}'
        )
        shell.chmod(0o755)
        argv = [
            programs.require("rsync"),
            "-nrW",
            "--delete",
            "--out-format=%i %n",
            f"--rsh={shell}",
            f"{nothing}/",
            "x:",
        ]
        while not list(self.secret.parent.glob(".pin.txt.*")) and any(self._servers()):
            pass  # it is made as soon as the server comes to it
        found = re.search(rb"\.pin\.txt\.\w{6}", subprocess.run(argv, capture_output=True).stdout)
        return found[0] if found else b"none"

    def _servers(self) -> Iterator[Path]:
        return (folder.parent for folder in Path("/proc").glob("[0-9]*/cwd") if _leads_to(folder, self.home))


def _leads_to(link: Path, place: Path) -> bool:
    try:
        return link.readlink().is_relative_to(place)
    except OSError:
        return False


def _list(folder: Path) -> Iterator[Path]:
    try:
        yield from folder.iterdir()
    except OSError:
        return


@pytest.fixture(params=CHOICES)
def choice(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=VERSIONS)
def line(request: pytest.FixtureRequest, tmp_path: Path, choice: str) -> Line:
    return Line(tmp_path, str(request.param), choice)


def test_nothing_is_read_through_sums(line: Line) -> None:
    for options in OPTIONS:
        there = functools.partial(line.visit, options)
        assert reading.read_back(there, b"pin.txt") == b""
        assert reading.guess_through(there, b"pin.txt", len(SECRET), MTIME, suffix=b"0" * 255) == b""


def test_nothing_is_read_through_hard_links(line: Line) -> None:
    for options in OPTIONS:
        there = functools.partial(line.visit, options)
        assert reading.through_links(there, b"pin.txt", len(SECRET), MTIME) == b""


def test_nothing_is_read_by_two_visits_at_once(line: Line) -> None:
    there = functools.partial(line.visit, OPTIONS[1])
    assert reading.while_held_open(there, b"pin.txt", len(SECRET), MTIME, line.until_open) != SECRET


@pytest.mark.parametrize("choice", ["deletes"])
def test_temporary_files_are_read_where_names_are_listed_which_is_said(line: Line) -> None:
    there = functools.partial(line.visit, OPTIONS[1])
    assert reading.through_temporary_file(there, b"pin.txt", len(SECRET), line.temporary) == SECRET
    assert Ability.READ_WITH_TOOLS in schemes.of(line.profile).thief_can(line.profile)
