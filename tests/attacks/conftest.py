"""What all tests of attacks on a whole server start from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.attacks.differences import NEIGHBOUR
from tests.support.attacks.targets import SECRETS
from tests.support.servers.office import ACCOUNT, Office
from tests.support.versions.office import VersionedOffice

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


@pytest.fixture
def versioned(tmp_path: Path) -> Iterator[VersionedOffice]:
    """The same, which keeps versions of the backup."""
    with VersionedOffice(tmp_path / "office") as running:
        _live_in(running)
        yield running


def _live_in(office: Office) -> None:
    office.start_sshd("MaxSessions 100")
    office.run("useradd", "--create-home", "--no-log-init", NEIGHBOUR)
    office.put(f"/home/{NEIGHBOUR}/letter.txt", SECRETS["outside"][1].decode(), mode=0o644)
    office.run("chmod", "777", f"/home/{NEIGHBOUR}")
    office.authorize("")
    office.put(f"/home/{ACCOUNT}/.ssh/id_backup", SECRETS["outside"][0].decode(), owner=ACCOUNT)
