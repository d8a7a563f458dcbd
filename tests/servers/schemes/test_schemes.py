"""Every scheme with the real server program it needs: dry runs that are dry, and backups that are whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.commands import backup_wizard
from tests.support.data.trees import tree
from tests.support.quick import sampled
from tests.support.servers import placing
from wizard.running import report

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.secret_service import SecretService
    from tests.support.servers.office import Office
    from wizard.profile import Profile

SSH_KINDS = ["rrsync", "forced-command", "daemon-over-ssh", "login"]
SHELLS = ["/bin/bash", "/usr/bin/fish", "/bin/csh", "/bin/dash"]
DELETING: dict[str, Any] = {"delete": True, "scheme": {"allow_delete": True}}


@pytest.fixture
def backup(office: Office) -> Path:
    return office.path(f"{placing.ROOT}/amamac")


def set_up(office: Office, kind: str, folder: Path, tmp_path: Path, **changes: Any) -> Profile:
    profile = placing.profile_for(office, kind, folder, **changes)
    placing.begin(profile, tmp_path)
    placing.apply(office, profile)
    return profile


def run(profile: Profile) -> None:
    ran = backup_wizard("run", profile.name)
    assert ran.exit_code == 0, ran.stderr


def differences(office: Office, profile: Profile, source: Path) -> str:
    landed = f"{placing.OWN}/{source.name}"
    return office.run("rsync", "-naic", "--delete", *placing.stored(profile), f"{source}/", f"{landed}/")


# Each scheme with each of its options is in test_every_option.py; this is by the installed commands.
@pytest.mark.parametrize("kind", ["forced-command"])
def test_a_dry_run_changes_nothing_and_a_run_makes_both_sides_equal(
    kind: str,
    office: Office,
    sample_folder: Path,
    backup: Path,
    tmp_path: Path,
    secret_service: SecretService,
) -> None:
    profile = set_up(office, kind, sample_folder, tmp_path, **DELETING)
    root = backup.parent
    empty = tree(root)
    first = backup_wizard("dry-run", profile.name, "--json")
    assert first.exit_code == 0, first.stderr
    assert first.json["new"] == first.json["files"] > 10
    assert tree(root) == empty

    run(profile)
    assert differences(office, profile, sample_folder) == ""

    (sample_folder / "-rf").unlink()
    (sample_folder / "plain.txt").write_text("longer than before")
    (sample_folder / "new\nfile").write_text("new")
    filled = tree(root)
    second = backup_wizard("dry-run", profile.name, "--json")
    assert second.exit_code == 0, second.stderr
    # Without hard links, which a key that may not read can't send, its twin is a file of its own.
    assert (second.json["new"], second.json["changed"], second.json["deleted"]) == (1, 2, 1)
    assert tree(root) == filled

    run(profile)
    third = backup_wizard("dry-run", profile.name, "--json")
    assert (third.json["new"], third.json["changed"], third.json["deleted"]) == (0, 0, 0)
    assert "-rf" not in {path.name for path in (backup / sample_folder.name).iterdir()}


@pytest.mark.parametrize("office", sampled.first(2, SHELLS), indirect=True)
async def test_any_login_shell_will_do(office: Office, sample_folder: Path, backup: Path) -> None:
    for kind in SSH_KINDS:
        profile = placing.profile_for(office, kind, sample_folder, **DELETING)
        admitted = placing.settle(office, profile)
        before = tree(backup.parent)
        await report.dry_run(profile, admitted)
        assert tree(backup.parent) == before, kind
        await report.backup(profile, admitted)
        assert differences(office, profile, sample_folder) == "", kind
        office.run("rm", "-r", placing.ROOT)
