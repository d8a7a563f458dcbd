"""A version of files that have not changed, by rsnapshot on a disk of its own, against hard links to all of them."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.benchmarks.measuring import Row, make_tree, medians, seconds
from tests.support.servers.office import ACCOUNT
from tests.support.versions.office import CLOCKS, PROGRAM, VersionedOffice

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILES = 100_000
_ROUNDS = 3


class _Large(VersionedOffice):
    disk = "ext4"
    disk_size = "4G"


def rows() -> Iterator[Row]:
    """How long a version takes, and what it adds to the disk."""
    with TemporaryDirectory() as folder, _Large(Path(folder, "office")) as office:
        office.run("rm", f"{CLOCKS}/rsnapshot")  # its clock need not be turned, which slows down rsync
        make_tree(office.path(office.live) / "tree", _FILES)
        office.run("chown", "-R", f"{ACCOUNT}:", office.live)
        days = iter(range(1, 100))
        links = f"{office.place}/../../links"

        def ours() -> float:
            office.back_up()
            return seconds(office.on_clock(next(days), "sh", PROGRAM))

        def yardstick() -> float:
            took = seconds(office.inside("cp", "-al", f"{office.place}/daily.0", links))
            shutil.rmtree(office.path(links))
            return took

        ours()
        used = shutil.disk_usage(office.path(office.place)).used
        ours()
        added = (shutil.disk_usage(office.path(office.place)).used - used) / 1e6
        found, bare = medians(ours, yardstick, rounds=_ROUNDS)
        assert len(list(office.path(office.place).glob("daily.*"))) == _ROUNDS + 2
        yield Row(f"a version of {_FILES:,} unchanged files against cp -al of them", found / bare, 2.5)
        yield Row("what that adds to the disk", added, 10, " MB")
