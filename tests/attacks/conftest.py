"""What all tests of attacks on a whole server start from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.attacks.differences import NEIGHBOUR
from tests.support.attacks.targets import SECRETS
from tests.support.servers.office import ACCOUNT, Office
from tests.support.versions.office import NAME, VersionedOffice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A server where something is to be had outside the backup, too: the account's key, and a neighbour's home."""
    (tmp_path / "office").mkdir()
    with Office(tmp_path / "office") as running:
        _live_in(running)
        yield running


class _OnBtrfs(VersionedOffice):
    """One with the homes on btrfs, where btrbk keeps the versions; they have rsnapshot's names, too."""

    def settle(self, **others: str) -> None:
        image, disk = "/srv/homes-image", "/srv/homes"
        self.run("truncate", "-s", "512M", image)
        self.run("mkfs.btrfs", "-q", image)
        self.run("mkdir", disk)
        self.run("mount", "-o", "loop", image, disk)
        self.run("cp", "-a", "/home/.", disk)
        self.run("mount", "--bind", disk, "/home")
        super().settle(**others)

    def make(self, day: int) -> None:
        super().make(day)
        newest_first = sorted(self.path(self.place).glob(f"{NAME}.*"), reverse=True)
        for number, snapshot in enumerate(newest_first):
            named = f"{self.place}/daily.{number}/files"
            self.run("mkdir", "-p", named)
            self.run("mount", "--bind", f"{self.place}/{snapshot.name}", named)


@pytest.fixture(params=[VersionedOffice, _OnBtrfs], ids=["rsnapshot", "btrbk"])
def versioned(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[VersionedOffice]:
    """The same, which keeps versions of the backup."""
    with request.param(tmp_path / "office") as running:
        _live_in(running)
        yield running


def _live_in(office: Office) -> None:
    office.start_sshd("MaxSessions 100")
    office.run("useradd", "--create-home", "--no-log-init", NEIGHBOUR)
    office.put(f"/home/{NEIGHBOUR}/letter.txt", SECRETS["outside"][1].decode(), mode=0o644)
    office.run("chmod", "777", f"/home/{NEIGHBOUR}")
    office.authorize("")
    office.put(f"/home/{ACCOUNT}/.ssh/id_backup", SECRETS["outside"][0].decode(), owner=ACCOUNT)
