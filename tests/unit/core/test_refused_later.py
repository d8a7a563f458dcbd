"""A profile of an earlier version that this one refuses: seen, told with its line, and forgotten; nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.commands import backup_wizard
from tests.support.data.profiles import a_profile
from wizard.client.keys import key_files
from wizard.profile import Key
from wizard.storage import paths, profiles

if TYPE_CHECKING:
    from pathlib import Path

REFUSED = "server.root: Folders that start with a dot contain settings and keys. Choose another folder"


@pytest.fixture
def key(home: Path) -> Path:
    path = home / ".ssh/backup-wizard-amamac"
    key_files.make(path, key_files.comment_for("amamac"), None)
    profiles.save(a_profile(key=Key(protection="none")))
    kept = paths.profile("amamac")
    kept.write_text(kept.read_text().replace('root = "backup"', 'root = ".ssh"'))
    return path


@pytest.mark.usefixtures("key")
def test_it_is_listed_and_shown_with_what_to_change() -> None:
    assert "amamac  Settings can't be read" in backup_wizard("list").stdout
    shown = backup_wizard("show", "amamac")
    assert shown.exit_code == 2
    assert 'root = ".ssh"' in shown.stdout
    number = shown.stdout.splitlines().index('root = ".ssh"') + 1
    assert f"amamac.toml, line {number}, {REFUSED}" in shown.stderr
    for command in ("run", "dry-run", "check"):
        refused = backup_wizard(command, "amamac")
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert REFUSED in refused.stderr


def test_it_is_forgotten_with_its_key(key: Path) -> None:
    assert backup_wizard("forget", "amamac", "--remove-key").exit_code == 0
    assert not paths.profile("amamac").exists()
    assert not key.exists()
