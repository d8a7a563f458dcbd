"""A key line as sshd would run it, without sshd, in a home of its own and with the rsync of any version."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tests.attacks.protocol.messages import KEEPING_ALL, Said
from tests.attacks.protocol.talk import send
from tests.support import programs
from tests.support.attacks.thief import AS_A_BACKUP
from tests.support.data.profiles import a_profile
from tests.support.servers import old_rsync
from wizard import schemes
from wizard.client.rsync import recorder
from wizard.profile import SchemeSettings
from wizard.schemes.facts import ClientFacts, ServerFacts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wizard.profile import Profile

VERSIONS = [*old_rsync.SUITES, old_rsync.MACHINE]
SECRET = b"47"
MTIME = 1_650_000_000
OPTIONS = ("-lWHogDtpe.LsfxCIvu", "-lWogDtpe.LsfxCIvu")
CHOICES: dict[str, tuple[str, dict[str, bool], str]] = {  # the scheme, its options and the account's shell
    "rrsync": ("rrsync", {}, ""),
    "rrsync, append only": ("rrsync", {"append_only": True}, ""),
    "rrsync, deletes": ("rrsync", {"allow_delete": True}, ""),
    "forced-command": ("forced-command", {}, ""),
    "forced-command, deletes": ("forced-command", {"allow_delete": True}, ""),
    "forced-command, rssh": ("forced-command", {}, "rssh"),
}
_PROGRAM = '#!/bin/sh\nexec {folder}/lib/loader --library-path {folder}/lib {folder}/program "$@"\n'


class Line:
    """The line in a home of its own, where rsync is of that version."""

    def __init__(self, home: Path, version: str, choice: str) -> None:
        kind, options, shell = CHOICES[choice]
        self.home = home
        self.secret = home / "backup/amamac/pin.txt"
        self.profile = _profile(kind, options)
        self._path = os.environ["PATH"]
        client = ClientFacts(Path(os.devnull), public_key="ssh-ed25519 AAAA")
        recorded = recorder.record(self.profile, client, os.environ) if kind == "forced-command" else None
        client = msgspec.structs.replace(client, recorded=recorded)
        [line] = schemes.of(self.profile).server_setup(self.profile, client, ServerFacts(shell=shell)).key_lines
        self._command = next(option.value for option in line.options if option.name == "command")
        # An exact command takes no options but its own.
        self.options: Sequence[str] = [recorded.live[2]] if recorded else OPTIONS
        self._recorded = recorded
        if version != old_rsync.MACHINE:
            folder = old_rsync.require(version)
            (home / "bin").mkdir()
            (home / "bin/rsync").write_text(_PROGRAM.format(folder=shlex.quote(str(folder))))
            (home / "bin/rsync").chmod(0o755)
            self._path = f"{home}/bin:{self._path}"
        self.secret.parent.mkdir(parents=True)
        self.secret.write_bytes(SECRET)
        os.utime(self.secret, (0, MTIME))

    def visit(self, options: str, *args: Any, **kwargs: Any) -> Said:
        """A visit of a client that speaks the protocol by hand."""
        if self._recorded and self.profile.delete:
            kwargs.setdefault("filters", KEEPING_ALL)
        told = {"SSH_ORIGINAL_COMMAND": f"rsync --server {options} . .", "PATH": self._path}
        variables = [f"{name}={value}" for name, value in told.items()]
        argv = ["env", f"--chdir={self.home}", *variables, "sh", "-c", str(self._command)]
        return send(argv, *args, options=options, **kwargs)

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
            f"#!/bin/sh\nPATH={shlex.quote(self._path)}; export PATH\n"
            f'cd {self.home}; shift; SSH_ORIGINAL_COMMAND="$*" {self._command}'
        )
        shell.chmod(0o755)
        while not list(self.secret.parent.glob(".pin.txt.*")) and any(self._servers()):
            pass  # it is made as soon as the server comes to it
        listing = ["-n", AS_A_BACKUP, "--delete", "--out-format=%i %n"]
        argv = [programs.require("rsync"), *listing, f"--rsh={shell}", "./", "x:"]
        found = re.search(rb"\.pin\.txt\.\w{6}", subprocess.run(argv, cwd=nothing, capture_output=True).stdout)
        return found[0] if found else b"none"

    def _servers(self) -> Iterator[Path]:
        return (folder.parent for folder in Path("/proc").glob("[0-9]*/cwd") if _leads_to(folder, self.home))


def _profile(kind: str, options: dict[str, bool]) -> Profile:
    scheme = msgspec.convert({"kind": kind} | options, SchemeSettings)
    return a_profile(scheme=scheme, delete=kind == "forced-command" and scheme.allow_delete)


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
