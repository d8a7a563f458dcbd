"""Files spoiled on the server behind a backup's back are found, named, and told with who may have done it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.support.commands import backup_wizard
from tests.support.quick import sampled
from tests.support.servers import placing
from tests.support.servers.office import ACCOUNT, Office
from wizard.client import access
from wizard.client.keys import key_files
from wizard.profile import Profile
from wizard.running import backing_up, record
from wizard.running.comparing import unchanged
from wizard.storage import profiles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.secret_service import SecretService

BLAME = "Someone with the key, or the server, may have changed it there"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "Documents"
    (folder / "deep [a-z]* \\ ?" / "deeper").mkdir(parents=True)
    for number in range(5):
        (folder / f"letter {number}").write_text(f"Dear number {number}")
    (folder / "deep [a-z]* \\ ?" / "deeper" / "will \\ [1]*").write_text("my last will")
    return folder


def spoil(path: Path) -> None:
    """Change a file and keep its size and time, as a thief would who is not to be noticed."""
    status = path.stat()
    path.write_bytes(bytes(byte ^ 1 for byte in path.read_bytes()))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def settled(office: Office, kind: str, source: Path, **changes: object) -> tuple[Profile, Path]:
    """A backup that was made once, and its folder on the server."""
    profile = placing.profile_for(office, kind, source, **changes)  # type: ignore[arg-type]
    placing.settle(office, profile)
    first = backup_wizard("run", profile.name)
    assert first.exit_code == 0, first.stdout + first.stderr
    return profile, office.path(f"{placing.ROOT}/amamac/{source.name}")


async def run(profile: Profile, at: Callable[[backing_up.Event], object] = lambda event: None) -> backing_up.Result:
    async for event in backing_up.run(profile, access.prepare(profile), pauses=()):
        at(event)
    assert isinstance(event, backing_up.Result)
    return event


@pytest.mark.parametrize("kind", sampled.first(2, ["rrsync", "daemon", "daemon-over-ssh", "login"]))
def test_a_file_spoiled_with_its_size_and_time_kept_is_found_though_nothing_was_sent(
    kind: str, office: Office, source: Path, secret_service: SecretService
) -> None:
    _, there = settled(office, kind, source)
    spoil(there / "deep [a-z]* \\ ?" / "deeper" / "will \\ [1]*")
    found = backup_wizard("run", "amamac")
    assert found.exit_code == 1
    assert "0 new, 0 changed" in found.stdout
    assert "1 file differs on the server: Documents/deep [a-z]* \\ ?/deeper/will \\ [1]*." in found.stdout
    assert BLAME in found.stdout
    told = backup_wizard("run", "amamac", "--json")
    assert told.exit_code == 1
    assert told.json["whole"] is False
    assert told.json["verified"] == {
        "how": "sample",
        "files": 6,
        "differing": ["Documents/deep [a-z]* \\ ?/deeper/will \\ [1]*"],
        "missing": [],
        "outdated": [],
    }
    (source / "deep [a-z]* \\ ?" / "deeper" / "will \\ [1]*").touch()
    assert backup_wizard("run", "amamac").exit_code == 0


def test_what_is_excluded_by_now_is_no_difference(office: Office, source: Path) -> None:
    (source / "drafts").mkdir()
    (source / "drafts" / "draft").write_text("to be thrown away")
    profile, there = settled(office, "rrsync", source)
    profiles.save(msgspec.structs.replace(profile, exclude=("/Documents/drafts/", "letter [12]")))
    for path in (source / "drafts" / "draft", source / "letter 1"):
        path.write_text("changed since")
    result = backup_wizard("run", "amamac", "--json")
    assert result.exit_code == 0
    assert result.json["verified"]["files"] == 4
    assert (there / "drafts" / "draft").read_text() == "to be thrown away"


async def test_a_file_that_is_changed_here_meanwhile_is_no_difference(office: Office, source: Path) -> None:
    profile, _ = settled(office, "rrsync", source)

    def change(event: backing_up.Event) -> None:
        if isinstance(event, backing_up.Looking):
            spoil(source / "letter 3")

    result = await run(profile, change)
    assert result.is_whole
    assert result.verification
    assert (result.verification.looked_at, result.verification.changed_since) == (5, 1)


async def test_where_the_server_compares_nothing_nothing_counts_as_compared(office: Office, source: Path) -> None:
    profile, there = settled(office, "rrsync", source)
    key = key_files.public_line(profile.key_path)
    office.authorize(f'restrict,command="rrsync -wo -no-del -no-overwrite {profile.server.root}/amamac" {key}\n')
    spoil(there / "letter 3")
    result = await run(profile)
    assert result.verification
    assert (result.verification.how, result.verification.looked_at) == ("refused", 0)
    assert "Not checked afterwards" in result.verification.sentence


@pytest.fixture
def append_only(office: Office, source: Path) -> tuple[Profile, Path]:
    """With a line that keeps files from being overwritten, and lets a dry run compare them."""
    profile = placing.profile_for(office, "rrsync", source, scheme={"append_only": True})
    placing.settle(office, profile)
    first = backup_wizard("run", profile.name)
    assert first.exit_code == 0, first.stdout + first.stderr
    return profile, office.path(f"{placing.ROOT}/amamac/{source.name}")


def test_changed_files_stay_old_and_are_told(append_only: tuple[Profile, Path], source: Path) -> None:
    _, there = append_only
    assert backup_wizard("run", "amamac").exit_code == 0
    (source / "letter 0").write_text("Dear Sir or Madam, ")
    (source / "letter 1").write_text("Dear Madam or Sir")
    (source / "new").write_text("new")
    practised = backup_wizard("dry-run", "amamac")
    assert "keeps the old versions of 2 changed files" in practised.stdout
    told = backup_wizard("run", "amamac")
    assert told.exit_code == 1
    assert "1 new, 0 changed" in told.stdout
    assert "keeps the old versions of 2 files" in told.stdout
    assert "Documents/letter 0, Documents/letter 1" in told.stdout
    assert (there / "new").read_text() == "new"
    again = backup_wizard("run", "amamac", "--json")
    assert again.exit_code == 1
    assert again.json["verified"]["outdated"] == ["Documents/letter 0", "Documents/letter 1"]
    assert again.json["verified"]["differing"] == []
    assert again.json["outdated"] == 2
    assert again.json["bytes_to_send"] == 0


def test_a_file_that_was_changed_here_with_its_time_kept_is_told_without_blame(
    append_only: tuple[Profile, Path], source: Path
) -> None:
    _, there = append_only
    spoil(source / "letter 3")
    result = backup_wizard("run", "amamac")
    assert result.exit_code == 1
    assert "keeps the old version of 1 file, because the key only adds files: Documents/letter 3. You" in result.stdout
    assert BLAME not in result.stdout
    assert (there / "letter 3").read_text() == "Dear number 3"


def test_a_name_that_somebody_else_created_first_is_told(
    append_only: tuple[Profile, Path], office: Office, source: Path
) -> None:
    _, there = append_only
    (source / "new").write_text("new")
    office.run("install", "-o", ACCOUNT, "/dev/null", str(there / "new").partition("/root")[2])
    told = backup_wizard("run", "amamac")
    assert told.exit_code == 1
    assert "keeps the old version of 1 file" in told.stdout
    assert "someone with the key put it there first" in told.stdout


def test_a_file_spoiled_there_is_found(append_only: tuple[Profile, Path]) -> None:
    _, there = append_only
    spoil(there / "letter 3")
    found = backup_wizard("run", "amamac")
    assert found.exit_code == 1
    assert "1 file differs on the server: Documents/letter 3." in found.stdout
    assert BLAME in found.stdout


def test_the_choice_is_left_to_chance_and_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = Profile(name="amamac", folders=(str(tmp_path / "a"), str(tmp_path / "b")), exclude=("cache/",))
    for folder in ("a/cache", "a/deep", "b"):
        (tmp_path / folder).mkdir(parents=True)
        for number in range(100):
            (tmp_path / folder / f"{number}").write_text("x")
    (tmp_path / "b" / "link").symlink_to("0")
    now = (tmp_path / "a").stat().st_ctime + 10
    picks = [unchanged.pick(profile, now) for _ in range(80)]
    assert {len(pick) for pick in picks} == {unchanged.MOST_FILES}
    seen = {path for pick in picks for path in pick}
    assert len(seen) == 200  # 80 draws of 50 of 200 miss none, but once in 50 million times: 200 * (3 / 4) ** 80
    assert {path.rpartition("/")[0] for path in seen} == {"a/deep", "b"}
    assert unchanged.pick(profile, now - 1000) == []
    monkeypatch.setattr(unchanged, "MOST_BYTES", 3)
    assert len(unchanged.pick(profile, now)) == 3
    monkeypatch.setattr(unchanged, "MOST_BYTES_A_FILE", 0)
    assert unchanged.pick(profile, now) == []
    monkeypatch.undo()
    monkeypatch.setattr(unchanged, "_MOST_LOOKED_AT", 30)
    assert len(unchanged.pick(profile, now)) <= 30


def test_when_a_good_run_began_is_kept(office: Office, source: Path) -> None:
    profile, _ = settled(office, "rrsync", source)
    since = record.unchanged_since(profile)
    assert source.stat().st_ctime < since
    (source / "letter 0").write_text("Dear Sir")
    assert backup_wizard("run", "amamac").exit_code == 0
    assert record.unchanged_since(profile) > since


@pytest.mark.parametrize("kind", sampled.first(2, ["rrsync", "daemon", "forced-command", "daemon-over-ssh", "login"]))
def test_a_folder_that_was_closed_is_told_with_who_may_have_done_it_and_opened_again(
    kind: str, office: Office, source: Path, secret_service: SecretService
) -> None:
    _, there = settled(office, kind, source)
    closed = there / "deep [a-z]* \\ ?" / "deeper"
    closed.chmod(0o000)
    practised = backup_wizard("dry-run", "amamac")
    assert practised.exit_code == 1
    assert "Some folders in your backup are closed, even to your own account" in practised.stdout
    assert "Back up again: that opens them" in practised.stdout
    assert "someone may have used your key" in practised.stdout
    (source / "deep [a-z]* \\ ?" / "deeper" / "new").write_text("new")
    assert backup_wizard("run", "amamac").exit_code == 0
    assert (closed / "new").read_text() == "new"
    assert backup_wizard("dry-run", "amamac").exit_code == 0


@pytest.mark.parametrize("kind", ["daemon", "login"])
def test_a_backup_that_was_closed_as_a_whole_is_told_with_who_may_have_done_it(
    kind: str, office: Office, source: Path, secret_service: SecretService
) -> None:
    _, there = settled(office, kind, source)
    there.parent.chmod(0o000)
    refused = backup_wizard("run", "amamac")
    assert refused.exit_code == 69
    assert "someone with the key may have closed the folder" in refused.stderr
