"""The practice run and the real backup against bare rsync with the same options, over a real sshd on this machine."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.benchmarks.measuring import Row, make_tree, medians, peak_megabytes, ratio, seconds
from tests.screens.at_the_server import arrive
from tests.support.servers.real_sshd import RealSshd
from wizard import schemes
from wizard.client import access
from wizard.schemes.base import Transfer
from wizard.server import destination
from wizard.storage import profiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.profile import Profile

Command = list[str | Path]

_WIZARD = Path(sys.executable).parent / "backup-wizard"
_MANY = 1_000_000
_FEW = 100_000
_UNCHANGED = 1_000


def rows() -> Iterator[Row]:
    """A practice run of many files, what memory it takes, and what a real run adds where nothing has changed."""
    with _backup_of(_MANY) as profile:
        practice: Command = [_WIZARD, "dry-run", profile.name]
        bare = _bare(profile, Transfer(dry_run=True))
        found = ratio(lambda: seconds(practice), lambda: seconds(bare, _environment()), rounds=11)
        yield Row(f"dry-run of {_MANY:,} files against bare rsync -n, same options", found, 1.05)
        large = peak_megabytes(practice)
        yield Row(f"memory of dry-run, {_MANY:,} files", large, 80, " MB")
    with _backup_of(_FEW) as profile:
        small = peak_megabytes([_WIZARD, "dry-run", profile.name])
        yield Row(f"memory of dry-run, {_MANY:,} files against {_FEW:,}", large / small, 1.1)
    with _backup_of(_UNCHANGED) as profile:
        run: Command = [_WIZARD, "run", profile.name]
        seconds(run)
        bare = _bare(profile, Transfer(dry_run=False, markers=destination.markers(profile.name)))
        ours, its = medians(lambda: seconds(run), lambda: seconds(bare, _environment()))
        yield Row("what run adds to bare rsync where nothing has changed", ours - its, 0.35, " s")


@contextmanager
def _backup_of(files: int) -> Iterator[Profile]:
    with TemporaryDirectory() as folder:
        place = Path(folder)
        tree = make_tree(place / "tree", files)
        (place / "sshd").mkdir()
        sshd = RealSshd(place / "sshd")
        sshd.start()
        try:
            admitted = arrive(sshd, tree)
            admitted.let_in()
            profiles.save(admitted.profile)
            yield admitted.profile
        finally:
            sshd.end()


def _bare(profile: Profile, transfer: Transfer) -> list[str]:
    return schemes.of(profile).client_command(profile, access.facts(profile), transfer)


def _environment() -> dict[str, str]:
    return access.environment()
