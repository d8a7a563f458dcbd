"""Which folders are ticked never moves another folder's place in the backup, so none lands on another's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.support.commands import backup_wizard
from tests.support.servers import placing
from wizard.storage import profiles, state_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers.office import Office


@pytest.fixture
def amanda(tmp_path: Path) -> Path:
    """The less deep of the two, so it has the shorter place when both are there from the start."""
    return folder(tmp_path / "amanda/Documents", "Amanda's")


@pytest.fixture
def share(tmp_path: Path) -> Path:
    return folder(tmp_path / "net/share/Documents", "everybody's")


def folder(path: Path, text: str) -> Path:
    path.mkdir(parents=True)
    (path / "letter").write_text(text)
    return path


def set_up(office: Office, *folders: Path) -> None:
    profile = placing.profile_for(office, "rrsync", folders[0], scheme={"write_only": False})
    placing.settle(office, msgspec.structs.replace(profile, folders=tuple(map(str, folders))))
    back_up()


def tick(*folders: Path) -> None:
    profiles.save(msgspec.structs.replace(profiles.load("amamac"), folders=tuple(map(str, folders))))


def back_up() -> None:
    done = backup_wizard("run", "amamac")
    assert done.exit_code == 0, done.stderr


def stored(office: Office) -> dict[str, str]:
    top = office.path(placing.OWN)
    return {str(path.relative_to(top)): path.read_text() for path in sorted(top.rglob("letter"))}


BOTH = {"Documents/letter": "Amanda's", "share/Documents/letter": "everybody's"}


@pytest.mark.parametrize("is_from_before", [False, True], ids=["kept", "from before places were kept"])
def test_a_folder_that_is_unticked_leaves_its_place_to_nobody(
    is_from_before: bool, office: Office, amanda: Path, share: Path
) -> None:
    set_up(office, amanda, share)
    assert stored(office) == BOTH
    if is_from_before:
        state_files.forget("amamac", "places.json")
    tick(share)
    assert "1 new" not in backup_wizard("dry-run", "amamac").stdout
    back_up()
    assert stored(office) == BOTH
    (share / "letter").unlink()
    assert backup_wizard("restore", "amamac", "--in-place").exit_code == 0
    assert (share / "letter").read_text() == "everybody's"
    tick(share, amanda)
    back_up()
    assert stored(office) == BOTH


def test_a_folder_that_is_ticked_later_takes_no_place(office: Office, amanda: Path, share: Path) -> None:
    set_up(office, share)
    tick(share, amanda)
    (share / "letter").write_text("everybody's, changed")
    back_up()
    assert stored(office) == {"Documents/letter": "everybody's, changed", "amanda/Documents/letter": "Amanda's"}
    (amanda / "letter").unlink()
    assert backup_wizard("restore", "amamac", "--in-place").exit_code == 0
    assert (amanda / "letter").read_text() == "Amanda's"
