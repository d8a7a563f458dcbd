"""What has arrived is counted, rid of what does not belong there, and its links are armed, with no time changed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.data.trees import tree
from wizard.restore import staged_files
from wizard.schemes.parts.over_ssh import PARTIAL_FOLDER

if TYPE_CHECKING:
    from pathlib import Path

TIME = 1_700_000_000_123_456_789


@pytest.fixture
def arrived(tmp_path: Path) -> Path:
    (tmp_path / "docs" / "shut").mkdir(parents=True)
    for name in ("docs/letter", "docs/shut/inside", "docs/.17.aB3xY9"):
        (tmp_path / name).write_text(name)
    (tmp_path / "docs/once").symlink_to("/rsyncd-munged/../up")
    (tmp_path / "docs/shut/twice").symlink_to("/rsyncd-munged//rsyncd-munged//etc/passwd")
    (tmp_path / "docs/plain").symlink_to("letter")
    (tmp_path / "docs/shut" / PARTIAL_FOLDER).mkdir()
    (tmp_path / "docs/shut" / PARTIAL_FOLDER / "half").write_text("half")
    for path in tmp_path.rglob("*"):
        os.utime(path, ns=(TIME, TIME), follow_symlinks=False)
    (tmp_path / "docs/shut").chmod(0o500)
    return tmp_path


def test_links_lead_where_they_led_and_nothing_else_changes(arrived: Path) -> None:
    before = tree(arrived / "docs")
    assert staged_files.count(arrived) == (6, 3)
    staged_files.arm(arrived)
    after = tree(arrived / "docs")
    links = {path: one.content for path, one in after.items() if one.kind == "l"}
    assert links == {"once": "../up", "shut/twice": "/etc/passwd", "plain": "letter"}
    gone = {f"shut/{PARTIAL_FOLDER}", f"shut/{PARTIAL_FOLDER}/half"}
    assert after.keys() == before.keys() - gone
    assert {path: one for path, one in after.items() if path not in links} == {
        path: one for path, one in before.items() if path in after and path not in links
    }
    assert {one.modified_ns for one in after.values()} == {TIME}


def test_what_a_killed_rsync_left_goes_and_what_it_resumes_from_stays(arrived: Path) -> None:
    staged_files.drop_temporary(arrived)
    assert not (arrived / "docs/.17.aB3xY9").exists()
    assert (arrived / "docs/shut" / PARTIAL_FOLDER / "half").exists()


def test_only_what_was_asked_for_stays(arrived: Path) -> None:
    (arrived / "other" / "deep").mkdir(parents=True)
    (arrived / "docs" / "shut2").mkdir()
    staged_files.keep_only(arrived, ["docs/letter", "docs/shut"])
    assert {path.name for path in arrived.iterdir()} == {"docs"}
    assert {path.name for path in (arrived / "docs").iterdir()} == {"letter", "shut"}
    assert (arrived / "docs" / "shut" / "inside").exists()
    staged_files.remove(arrived)
    assert not arrived.exists()
