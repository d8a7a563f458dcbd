"""A restore against bare rsync the other way, over a real sshd on this machine."""

from __future__ import annotations

import dataclasses
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tests.benchmarks.measuring import Row, make_tree, medians, seconds
from tests.screens.at_the_server import arrive
from tests.support.servers.real_sshd import RealSshd
from wizard import schemes
from wizard.client import access
from wizard.schemes.base import Reading
from wizard.storage import profiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.profile import Profile

_WIZARD = Path(sys.executable).parent / "backup-wizard"
_FILES = 100_000
_BYTES_A_FILE = 6_000
_ROUNDS = 3


def rows() -> Iterator[Row]:
    """All that a restore does, and what bare rsync takes for the same: to list, to fetch and to compare by content."""
    with _backup() as (profile, place):
        to = place / "to"
        times: dict[str, float] = {}

        def bare(name: str, *, dry_run: bool, by_content: bool = False, to: Path = to) -> None:
            reading = Reading(to, dry_run, by_content=by_content)
            command = schemes.of(profile).read_command(profile, access.facts(profile), reading)
            times[name] = seconds(command, access.environment())

        def ours() -> float:
            shutil.rmtree(to, ignore_errors=True)
            return seconds([_WIZARD, "restore", profile.name, "--to", to])

        def yardstick() -> float:
            shutil.rmtree(to, ignore_errors=True)
            to.mkdir()
            bare("list", dry_run=True)
            bare("fetch", dry_run=False)
            bare("compare", dry_run=True, by_content=True)
            return sum(times.values())

        found, whole = medians(ours, yardstick, rounds=_ROUNDS)
        yield Row(f"restore of {_FILES:,} files against bare rsync that does the same", found / whole, 1.05)
        yield Row("the same against bare rsync that only fetches", found / times["fetch"], 2)


@contextmanager
def _backup() -> Iterator[tuple[Profile, Path]]:
    with TemporaryDirectory() as folder:
        place = Path(folder)
        tree = make_tree(place / "tree", _FILES)
        for number, path in enumerate(tree.rglob("*.txt")):
            path.write_bytes(f"{number}\n".encode() * (_BYTES_A_FILE // 7))
        (place / "sshd").mkdir()
        sshd = RealSshd(place / "sshd")
        sshd.start()
        try:
            admitted = arrive(sshd, tree)
            scheme = replace(admitted.profile.scheme, write_only=False)
            admitted = dataclasses.replace(admitted, profile=replace(admitted.profile, scheme=scheme))
            admitted.let_in()
            profiles.save(admitted.profile)
            seconds([_WIZARD, "run", admitted.profile.name])
            yield admitted.profile, place
        finally:
            sshd.end()
