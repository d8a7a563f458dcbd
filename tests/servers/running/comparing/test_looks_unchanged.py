"""A file that changed and has its old size and time, as programs for encrypted containers leave it, is backed up."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.servers.running.comparing.test_spoiled import run, settled, source, spoil
from tests.support import deprived
from tests.support.commands import Ran, backup_wizard, started_anew
from tests.support.quick import sampled
from tests.support.servers.office import ACCOUNT
from wizard.profile import Profile
from wizard.running import record
from wizard.running.comparing import unchanged, unnoticed
from wizard.storage import profiles, state_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.secret_service import SecretService
    from tests.support.servers.office import Office

__all__ = ["source"]

_WALK = "from wizard.profile import Profile; from wizard.running.comparing.unchanged import walked; "
WRITE_ONLY = {"scheme": {"write_only": True}}


@pytest.mark.parametrize(
    ("kind", "changes"),
    sampled.first(3, [("rrsync", {}), ("daemon", {}), ("rrsync", WRITE_ONLY), ("daemon-over-ssh", {}), ("login", {})]),
)
def test_it_is_sent(
    kind: str, changes: dict[str, object], office: Office, source: Path, secret_service: SecretService
) -> None:
    _, there = settled(office, kind, source, **changes)
    will = "deep [a-z]* \\ ?/deeper/will \\ [1]*"
    spoil(source / will)
    (source / "new").write_text("new")
    result = backup_wizard("run", "amamac", "--json")
    assert result.exit_code == 0, result.stdout + result.stderr
    assert (there / will).read_bytes() == (source / will).read_bytes()
    assert (result.json["new"], result.json["changed"], result.json["whole"]) == (1, 1, True)
    again = backup_wizard("run", "amamac", "--json")
    assert (again.exit_code, again.json["changed"], again.json["bytes_to_send"]) == (0, 0, 0)


def test_what_was_touched_alone_or_is_excluded_is_not_sent(office: Office, source: Path) -> None:
    (source / "drafts").mkdir()
    (source / "drafts" / "draft").write_text("to be thrown away")
    profile, there = settled(office, "rrsync", source)
    profiles.save(replace(profile, exclude=("/Documents/drafts/",)))
    spoil(source / "drafts" / "draft")
    before = (there / "letter 1").stat()
    os.link(source / "letter 1", source.parent / "another name")
    result = backup_wizard("run", "amamac", "--json")
    assert (result.exit_code, result.json["changed"], result.json["bytes_to_send"]) == (0, 0, 0)
    assert result.json["unnoticed"] == []
    assert (there / "drafts" / "draft").read_text() == "to be thrown away"
    assert (there / "letter 1").stat() == before


def test_a_key_line_with_one_command_takes_none_so_it_is_told(office: Office, source: Path) -> None:
    container, film = source / "private [1]", source / "film"
    container.write_bytes(os.urandom(1 << 20))
    film.write_bytes(b"film" * (1 << 18))
    profile, there = settled(office, "forced-command", source)
    for changed in (container, film, source / "letter 3"):  # the others may just as well be as they were
        spoil(changed)
    told_until_saved(profile, container, there, *["run"] * 2)


def test_where_the_server_compares_no_content_the_run_is_as_good_and_it_is_told(office: Office, source: Path) -> None:
    profile, there = settled(office, "rrsync", source)
    keys = office.path(f"/home/{ACCOUNT}/.ssh/authorized_keys")
    keys.write_text(keys.read_text().replace("RrnzcSx", "RrnzSx"))
    spoil(source / "letter 3")
    told_until_saved(profile, source / "letter 3", there, *["run"] * 2)


def told_until_saved(profile: Profile, changed: Path, there: Path, *commands: str) -> None:
    """Each of the runs is good, and tells of the file alone; so does the list; one that is sent is not told of."""
    name = f"Documents/{changed.name}"
    for command in commands:
        result = backup_wizard(command, "amamac")
        assert result.exit_code == 0, result.stdout
        assert f"{name} may have changed here and looks as before, so it was not sent" in result.stdout
        told = f"1 file may have changed without a new date, and be older in the backup: {name}. Save it with a new"
        assert told in record.in_words(profile)
        assert told in backup_wizard("status").stdout
    assert backup_wizard("run", "amamac", "--json").json["unnoticed"] == [name]
    changed.touch()
    assert "may have changed" not in backup_wizard("run", "amamac").stdout
    assert (there / changed.name).read_bytes() == changed.read_bytes()
    assert "may have changed" not in backup_wizard("status").stdout


async def test_an_append_only_key_keeps_the_old_one_and_it_is_told_until_it_was_compared(
    office: Office, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    container = source / "private"
    container.write_bytes(os.urandom(1 << 20))
    profile, _ = settled(office, "rrsync", source, scheme={"append_only": True})
    spoil(container)
    with monkeypatch.context() as large:
        large.setattr(unchanged, "MOST_BYTES_A_FILE", 1000)
        for _again in range(2):
            result = await run(profile)
            assert result.is_whole
            assert result.unnoticed == record.read("amamac").unnoticed == ("Documents/private",)
    result = await run(profile)
    assert result.unnoticed == record.read("amamac").unnoticed == ()
    assert result.verification
    assert result.verification.outdated == ("Documents/private",)


async def test_one_that_can_not_be_read_keeps_no_other_from_being_sent(office: Office, source: Path) -> None:
    _, there = settled(office, "rrsync", source)
    for changed in (source / "letter 3", source / "letter 4"):
        spoil(changed)
    (source / "letter 4").chmod(0)

    async def as_anybody() -> Ran:
        return started_anew("run", "amamac", "--json")

    result = await deprived.of(deprived.no_privilege, as_anybody)
    assert (result.exit_code, result.json["unnoticed"]) == (0, ["Documents/letter 4"])
    assert (there / "letter 3").read_bytes() == (source / "letter 3").read_bytes()


def test_what_a_first_run_has_sent_that_was_no_good_one_is_looked_at_as_well(office: Office, source: Path) -> None:
    profile, there = settled(office, "rrsync", source)
    kept = record.read("amamac")
    state_files.save("amamac", "last-run.json", replace(kept, last_good=None, good_since=0.0, place=""))
    spoil(source / "letter 3")
    assert record.is_first(profile)
    assert backup_wizard("run", "amamac").exit_code == 0
    assert (there / "letter 3").read_bytes() == (source / "letter 3").read_bytes()


def test_its_mode_may_have_changed_as_well(office: Office, source: Path) -> None:
    _, there = settled(office, "rrsync", source)
    spoil(source / "letter 3")
    (source / "letter 3").chmod(0o600)
    assert backup_wizard("run", "amamac").exit_code == 0
    assert (there / "letter 3").read_bytes() == (source / "letter 3").read_bytes()


def test_one_among_many_that_were_touched_alone_is_found_and_sent_by_the_next_run(office: Office, source: Path) -> None:
    many = [source / f"picture {number}" for number in range(unnoticed.MOST_SENT + 1)]
    for picture in many:
        picture.write_text(picture.name)
    _, there = settled(office, "rrsync", source)
    for picture in many:
        os.link(picture, source.parent / picture.name)
    spoil(many[7])
    found = backup_wizard("run", "amamac")
    assert found.exit_code == 1
    assert f"1 file differs on the server: Documents/{many[7].name}." in found.stdout
    assert backup_wizard("run", "amamac").exit_code == 0
    assert (there / many[7].name).read_bytes() == many[7].read_bytes()


def test_a_mass_of_them_is_not_sent_but_told(office: Office, source: Path) -> None:
    many = [source / f"picture {number}" for number in range(unnoticed.MOST_SENT + 1)]
    for number, picture in enumerate(many):
        picture.write_text(f"picture {number}")
    _, there = settled(office, "rrsync", source)
    for picture in many:
        spoil(picture)
    result = backup_wizard("run", "amamac")
    assert result.exit_code == 1
    assert f"{len(many)} files differ on the server" in result.stdout
    assert (there / "picture 7").read_text() == "picture 7"


def test_a_file_that_goes_meanwhile_hides_no_other(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"{number}").touch()
    walked = unchanged.walked(Profile(name="amamac", folders=(str(tmp_path),)), 99)
    seen = {next(walked)[0].rpartition("/")[2]}
    gone = set(sorted({f"{number}" for number in range(20)} - seen)[::2])
    for name in gone:
        (tmp_path / name).unlink()
    seen |= {path.rpartition("/")[2] for path, _status in walked}
    assert seen == {f"{number}" for number in range(20)} - gone


@pytest.mark.parametrize("is_skipped", [False, True])
def test_no_disk_is_looked_through_that_is_not_backed_up(is_skipped: bool, office: Office, source: Path) -> None:
    (source / "disk").mkdir()
    office.run("mount", "-t", "tmpfs", "tmpfs", str(source / "disk"))
    office.path(str(source / "disk/film")).touch()
    profile = f"Profile(name='amamac', folders=({str(source)!r},), one_file_system={is_skipped})"
    found = office.run(sys.executable, "-c", f"{_WALK}print(any('film' in path for path, _ in walked({profile}, 99)))")
    assert found == f"{not is_skipped}\n"


def test_no_folder_is_looked_through_that_is_excluded_by_its_path(tmp_path: Path) -> None:
    for name in ("NAS", "NAS2", "deep/NAS"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "film").touch()
    profile = Profile(name="amamac", folders=(str(tmp_path),), exclude=(f"{tmp_path}/NAS/",))
    walked = {path.partition("/")[2] for path, _status in unchanged.walked(profile, 99)}
    assert walked == {"NAS2/film", "deep/NAS/film"}
