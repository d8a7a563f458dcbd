"""The unattended walk and the commands after it, against a real OpenSSH server and the real rrsync."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.support.commands import backup_wizard
from tests.support.data.profiles import FINGERPRINT, towards
from tests.support.data.receipts import a_receipt
from tests.support.data.trees import tree
from tests.support.servers import placing
from wizard.client import access
from wizard.profile import Key
from wizard.schemes.parts import over_ssh
from wizard.storage import paths, profiles

if TYPE_CHECKING:
    from tests.support.servers.real_sshd import RealSshd
    from wizard.profile import Profile


@pytest.fixture
def profile(sshd: RealSshd, sample_folder: Path) -> Profile:
    return towards(sshd, folders=(str(sample_folder),), exclude=("*.tmp", "sub folder/"))


@pytest.fixture
def answers(profile: Profile, tmp_path: Path) -> Path:
    file = tmp_path / "answers.toml"
    file.write_text(profiles.dumps(profile))
    return file


@pytest.fixture
def backup_root(profile: Profile) -> Path:
    folder = Path(profile.server.root)
    (folder / profile.name).mkdir(parents=True, mode=0o700)
    (folder / profile.name / "old folder").mkdir()
    (folder / profile.name / "old folder" / "kept.txt").write_text("of the last backup")
    return folder


def admin_applies(sshd: RealSshd, name: str) -> None:
    sshd.install(backup_wizard("export", name, "--format", "authorized-keys").stdout)


def bare_statistics(profile: Profile) -> dict[str, int]:
    """What rsync itself counts, started by hand with the profile's key."""
    ssh = shlex.join(over_ssh.ssh_command(profile, access.facts(profile)))
    excludes = [f"--exclude={pattern}" for pattern in profile.exclude]
    argv = ["rsync", "-aWn", "--stats", "--no-h", *excludes, "-e", ssh, *profile.folders]
    printed = subprocess.run([*argv, f"{profile.server.host}:"], capture_output=True, text=True, check=True).stdout
    found = {name: int(value) for name, value in re.findall(r"^([A-Z][\w ]+): (\d+)", printed, re.MULTILINE)}
    return {
        "files": found["Number of files"],
        "new": found["Number of created files"],
        "deleted": found["Number of deleted files"],
        "bytes_to_send": found["Total transferred file size"],
        "bytes_total": found["Total file size"],
    }


def test_the_walk_waits_for_the_admin_and_then_ends_with_a_dry_run(
    sshd: RealSshd, profile: Profile, answers: Path, backup_root: Path
) -> None:
    waiting = backup_wizard("--answers", answers)
    assert waiting.exit_code == 75, waiting.stderr
    assert "doesn't accept this computer yet — your admin needs to fix this —" in waiting.stderr
    for command in ("check", "dry-run", "run"):
        assert backup_wizard(command, profile.name).exit_code == 75

    admin_applies(sshd, profile.name)
    before = tree(backup_root)
    done = backup_wizard("--answers", answers)
    assert done.exit_code == 0, done.stderr
    assert "Nothing was copied." in done.stdout
    result = backup_wizard("dry-run", profile.name, "--json")
    assert result.exit_code == 0
    assert tree(backup_root) == before

    bare = bare_statistics(profile)
    assert {key: result.json[key] for key in bare} == bare
    assert result.json["changed"] == 0
    assert result.json["unchanged"] == bare["files"] - bare["new"]
    assert bare["files"] > 10
    assert result.json["problems"] == []


def test_a_dry_run_counts_what_is_new_changed_and_gone(
    sshd: RealSshd, profile: Profile, sample_folder: Path, backup_root: Path, answers: Path
) -> None:
    deleting = msgspec.structs.replace(
        profile, delete=True, scheme=msgspec.structs.replace(profile.scheme, allow_delete=True)
    )
    answers.write_text(profiles.dumps(deleting))
    backup_wizard("--answers", answers)
    admin_applies(sshd, profile.name)
    assert backup_wizard("run", profile.name).exit_code == 0
    (sample_folder / "plain.txt").write_text("longer than it was before")
    (sample_folder / "brand new.txt").write_text("new")
    (sample_folder / "-rf").unlink()
    before = tree(backup_root)
    result = backup_wizard("dry-run", profile.name, "--json")
    # Without hard links, which a key that may not read can't send, its twin is a file of its own.
    assert (result.json["new"], result.json["changed"], result.json["deleted"]) == (1, 2, 1)
    assert tree(backup_root) == before
    bare = bare_statistics(profile)
    assert {key: result.json[key] for key in bare if key != "deleted"} == {
        key: value for key, value in bare.items() if key != "deleted"
    }


def test_run_makes_the_destination_equal(
    sshd: RealSshd, profile: Profile, answers: Path, sample_folder: Path, backup_root: Path
) -> None:
    backup_wizard("--answers", answers)
    admin_applies(sshd, profile.name)
    assert backup_wizard("run", profile.name).exit_code == 0
    excludes = [f"--exclude={pattern}" for pattern in profile.exclude]
    landed = backup_root / profile.name / sample_folder.name
    compare = ["rsync", "-naic", "--delete", *placing.stored(profile), *excludes, f"{sample_folder}/", f"{landed}/"]
    assert subprocess.run(compare, capture_output=True, check=True).stdout == b""
    assert (landed / "line\nbreak.txt").exists()


def test_a_key_line_without_a_lock_is_open_and_ends_with_1(
    sshd: RealSshd, profile: Profile, answers: Path, backup_root: Path
) -> None:
    backup_wizard("--answers", answers)
    sshd.install(profile.key_path.with_suffix(".pub").read_text())
    # Without rrsync the same request lands relative to the account's home, so the root is left out of it.
    checked = backup_wizard("check", profile.name, "--json")
    assert checked.exit_code == 1
    assert checked.json["verdict"] == "open"
    is_open = [one for one in checked.json["findings"] if one["held"] is False]
    assert {"shell", "command", "terminal"} <= {one["id"] for one in is_open}
    assert all(one["fix"] for one in is_open)


def test_the_exported_line_is_locked(sshd: RealSshd, profile: Profile, answers: Path, backup_root: Path) -> None:
    backup_wizard("--answers", answers)
    admin_applies(sshd, profile.name)
    checked = backup_wizard("check", profile.name, "--json")
    assert checked.exit_code == 0
    assert checked.json["verdict"] == "locked"
    held = [one["id"] for one in checked.json["findings"] if one["held"]]
    assert {"shell", "command", "terminal", "sftp"} <= set(held)
    assert not [one for one in checked.json["findings"] if one["held"] is False]


def test_another_server_key_stops_the_walk_before_anything_is_sent(
    sshd: RealSshd, profile: Profile, answers: Path
) -> None:
    assert backup_wizard("--answers", answers).exit_code == 75
    sshd.change_host_keys()
    stopped = backup_wizard("--answers", answers)
    assert stopped.exit_code == 69
    assert "fingerprint is not the one you confirmed" in stopped.stderr
    assert "Accepted" not in sshd.log()


def test_for_a_server_that_shows_no_confirmed_key_not_even_ours_is_made(profile: Profile, answers: Path) -> None:
    server = msgspec.structs.replace(profile.server, host_keys=(FINGERPRINT,))
    answers.write_text(profiles.dumps(msgspec.structs.replace(profile, server=server)))
    stopped = backup_wizard("--answers", answers)
    assert stopped.exit_code == 69
    assert "fingerprint is not the one you confirmed" in stopped.stderr
    assert not profile.key_path.exists()


def test_other_settings_never_overwrite_a_profile(profile: Profile, answers: Path) -> None:
    profiles.save(profile)
    answers.write_text(profiles.dumps(msgspec.structs.replace(profile, exclude=())))
    stopped = backup_wizard("--answers", answers)
    assert stopped.exit_code == 2
    assert "with other settings" in stopped.stderr
    assert profiles.load(profile.name) == profile


@pytest.mark.parametrize("keys", [True, False])
def test_after_the_admins_receipt_the_same_file_goes_on(
    sshd: RealSshd, profile: Profile, answers: Path, tmp_path: Path, keys: bool
) -> None:
    """The admin has decided another folder, which is in the kept profile and not in the file."""
    server = msgspec.structs.replace(profile.server, host_keys=profile.server.host_keys if keys else ())
    asked = msgspec.structs.replace(profile, server=server)
    answers.write_text(profiles.dumps(asked))
    if keys:
        assert backup_wizard("--answers", answers).exit_code == 75
    else:
        profiles.save(asked)
    reply = tmp_path / "reply.txt"
    for folder in ("/srv/first", "/srv/second"):
        reply.write_text(a_receipt(asked, sshd.fingerprints, folder=folder))
        assert backup_wizard("receipt", profile.name, reply).exit_code == 0
        waiting = backup_wizard("--answers", answers)
        assert waiting.exit_code == 75, waiting.stderr
        assert f"As your admin answered: account “{sshd.user}”, folder “{folder}”." in waiting.stdout
        assert profiles.load(profile.name).server.root == folder
    answers.write_text(profiles.dumps(msgspec.structs.replace(asked, exclude=())))
    assert backup_wizard("--answers", answers).exit_code == 2
    assert profiles.load(profile.name).server.root == "/srv/second"


def test_another_computers_backup_is_noticed_before_anything_is_sent(
    sshd: RealSshd, profile: Profile, answers: Path, backup_root: Path
) -> None:
    backup_wizard("--answers", answers)
    admin_applies(sshd, profile.name)
    assert backup_wizard("run", profile.name).exit_code == 0
    (paths.config() / "computer-id").write_text("another computer\n")
    before = tree(backup_root)
    for command in ("run", "dry-run"):
        refused = backup_wizard(command, profile.name)
        assert refused.exit_code == 69
        assert "already contains another backup" in refused.stderr
    assert tree(backup_root) == before


def test_a_missing_root_is_the_admins_to_mend(sshd: RealSshd, profile: Profile, answers: Path) -> None:
    backup_wizard("--answers", answers)
    admin_applies(sshd, profile.name)
    refused = backup_wizard("dry-run", profile.name)
    assert refused.exit_code == 69
    assert "The server has no folder for this backup" in refused.stderr
    assert "your admin needs to fix this" in refused.stderr


def test_a_key_that_asks_needs_somebody(profile: Profile, answers: Path) -> None:
    answers.write_text(profiles.dumps(msgspec.structs.replace(profile, key=Key(protection="ask"))))
    refused = backup_wizard("--answers", answers)
    assert refused.exit_code == 69
    assert "nobody typed it" in refused.stderr
    assert not profile.key_path.exists()
