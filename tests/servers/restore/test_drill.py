"""A drill on every scheme: it says what is the same, finds what was spoiled or is gone, and changes nothing there."""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import TYPE_CHECKING, Any

import pytest

from tests.servers.running.comparing.test_spoiled import spoil
from tests.support.commands import backup_wizard
from tests.support.data.trees import tree
from tests.support.servers import placing
from wizard.client import access, rsync
from wizard.client.keys import key_files
from wizard.failure import Failure, Kind
from wizard.restore import target
from wizard.restore.drills import drilling
from wizard.restore.drills.drill import Drill
from wizard.storage import state_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.secret_service import SecretService
    from tests.support.servers.office import Office
    from wizard.profile import Profile

READING: dict[str, Any] = {"scheme": {"write_only": False}}
APPEND_ONLY: dict[str, Any] = {"scheme": {"append_only": True}}
WRITING: dict[str, Any] = {}
CONTENT, CHECKSUMS, SIZES = "restored", "checksums", "sizes-and-times"


def case(kind: str, settings: dict[str, Any], how: str, files: int, *, always: bool = False) -> Any:
    """One name of a file that has two is compared, where both are kept; and a dry run can't tell what is excluded."""
    marks = [] if always else [pytest.mark.every_case]
    return pytest.param(kind, settings, how, files, marks=marks, id=f"{kind}-{how}")


def letters(folder: Path) -> Path:
    """Files of all kinds: odd names, a file with two names, one with holes, empty ones, and some that are excluded."""
    (folder / "deep [a-z]* \\ ?" / "deeper").mkdir(parents=True)
    for number in range(5):
        (folder / f"letter {number}").write_text(f"Dear number {number}")
    (folder / "deep [a-z]* \\ ?" / "deeper" / "will \\ [1]*").write_text("my last will")
    (folder / "odd\x1b[31m\n name").write_text("odd")
    (folder / os.fsdecode(b"latin \xe9")).write_text("not UTF-8")
    (folder / "another name").hardlink_to(folder / "letter 0")
    (folder / "link").symlink_to("letter 0")
    with (folder / "holes").open("wb") as sparse:
        sparse.truncate(3 << 20)
    (folder / "empty").touch()
    (folder / "drafts").mkdir()
    (folder / "drafts" / "draft").write_text("left out")
    return folder


async def backed_up(office: Office, kind: str, folder: Path, settings: dict[str, Any]) -> tuple[Profile, Path]:
    """A backup that is whole, and its folder on the server."""
    profile = placing.profile_for(office, kind, letters(folder), exclude=("/Documents/drafts/",), **settings)
    placing.settle(office, profile)
    ran = backup_wizard("run", profile.name)
    assert ran.exit_code == 0, ran.stdout + ran.stderr
    return profile, office.path(f"{placing.ROOT}/amamac/{folder.name}")


@pytest.mark.parametrize(
    ("kind", "settings", "how", "files"),
    [
        case("rrsync", READING, CONTENT, 10, always=True),
        case("rrsync", WRITING, CHECKSUMS, 11),
        case("rrsync", APPEND_ONLY, CHECKSUMS, 11),
        case("daemon-over-ssh", READING, CONTENT, 10),
        case("daemon-over-ssh", WRITING, CHECKSUMS, 10),
        case("daemon", READING, CONTENT, 10),
        case("daemon", WRITING, CHECKSUMS, 10, always=True),
        case("login", READING, CONTENT, 10),
        case("forced-command", WRITING, SIZES, 12),
    ],
)
async def test_what_differs_or_is_gone_is_found_and_nothing_is_changed(
    kind: str, settings: dict[str, Any], how: str, files: int, office: Office, home: Path, secret_service: SecretService
) -> None:
    profile, there = await backed_up(office, kind, home / "Documents", settings)
    source, top = home / "Documents", office.path(placing.ROOT)
    stored = tree(top)
    good = backup_wizard("drill", profile.name, "--json")
    equal = 0 if how == SIZES else files
    result = {"how": how, "files": files, "equal": equal, "differing": [], "not_tested": files - equal}
    assert (good.json, good.exit_code, good.stderr) == ({"profile": "amamac"} | result, 0, "")
    assert tree(top) == stored

    (source / "letter 1").write_text("changed here since")
    shutil.rmtree(source / "deep [a-z]* \\ ?")
    spoil(there / "letter 2")
    (there / "letter 3").unlink()
    (there / os.fsdecode(b"latin \xe9")).write_text("longer than before")
    differing = ["Documents/latin \\xe9", "Documents/letter 2", "Documents/letter 3"]
    if how == SIZES:
        differing.remove("Documents/letter 2")
    if settings is APPEND_ONLY:  # the server keeps it, whatever is here
        differing.remove("Documents/latin \\xe9")
    stored = tree(top)
    bad = backup_wizard("drill", profile.name, "--json")
    assert (bad.exit_code, bad.json["differing"], bad.stderr) == (1, differing, "")
    assert tree(top) == stored
    told = backup_wizard("drill", profile.name)
    assert told.exit_code == 1
    assert "  ! Documents/letter 3" in told.stdout.split("\n")
    assert "Send your admin this:" in told.stderr


@pytest.fixture
async def reading(office: Office, home: Path) -> tuple[Profile, Path]:
    return await backed_up(office, "rrsync", home / "Documents", READING)


async def drilled(profile: Profile) -> Drill:
    *_, last = [event async for event in drilling.run(profile, access.prepare(profile), pauses=())]
    assert isinstance(last, Drill)
    return last


async def test_one_drill_after_the_other(
    reading: tuple[Profile, Path], home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a server calls equal is looked at here; what changed here meanwhile, or can't be read, is no difference."""
    profile, there = reading
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    ask, source = drilling._ask_for_checksums, home / "Documents"

    async def then(do: Callable[[], object]) -> Drill:
        async def ask_and_do(*arguments: Any) -> None:
            await ask(*arguments)
            do()

        with monkeypatch.context() as patched:
            patched.setattr(drilling, "_ask_for_checksums", ask_and_do)
            return await drilled(profile)

    liar = await then(lambda: spoil(there / "letter 2"))
    assert (liar.how, liar.equal, liar.differing, liar.exit_code) == ("restored", 9, ("Documents/letter 2",), 1)
    gone = await then((there / "letter 2").unlink)
    assert (gone.differing, gone.not_tested) == (("Documents/letter 2",), 0)
    planted = await then(lambda: (there / "letter 2").symlink_to(source / "letter 2"))
    assert planted.differing == ("Documents/letter 2",)
    changed = await then(lambda: (source / "letter 2").write_text("changed"))
    assert (changed.how, changed.differing, changed.not_tested) == ("restored", (), 1)
    assert "1 file wasn't compared, because it changed here meanwhile" in changed.sentence

    spoil(there / "letter 3")
    with monkeypatch.context() as patched:
        patched.setattr(os, "access", lambda path, _mode: "letter 3" not in str(path))
        unread = await drilled(profile)
    assert (unread.differing, unread.not_tested) == ((), 1)

    with pytest.raises(Failure) as failure:
        await then(lambda: os.truncate(there / "letter 4", 1 << 40))
    assert failure.value.kind is Kind.SERVER_SENDS_MORE
    monkeypatch.setattr(target, "room", lambda _folder: 0)
    (there / "letter 4").unlink()
    with pytest.raises(Failure) as failure:
        await drilled(profile)
    assert failure.value.kind is Kind.NO_ROOM_HERE
    monkeypatch.setattr(target, "room", lambda _folder: 1 << 40)
    stopped = drilling.run(profile, access.prepare(profile), pauses=())
    while not isinstance(await anext(stopped), rsync.Entries):
        pass
    await stopped.aclose()
    assert list((tmp_path / "temporary").iterdir()) == []


async def test_where_nothing_can_be_compared_nothing_counts_as_compared(
    reading: tuple[Profile, Path], office: Office, home: Path
) -> None:
    profile, _ = reading
    key = key_files.public_line(profile.key_path)
    office.authorize(f'restrict,command="rrsync -wo -no-del -no-overwrite {placing.OWN}" {key}\n')
    refused = await drilled(profile)
    assert (refused.how, refused.files, refused.why, refused.exit_code) == ("none", 0, "refused", 1)
    for path in (home / "Documents").rglob("*"):
        os.utime(path, follow_symlinks=False)
    assert (await drilled(profile)).why == "no-files"
    state_files.forget(profile.name, "last-run.json")
    told = backup_wizard("drill", profile.name)
    assert (told.exit_code, told.stderr) == (1, "")
    assert told.stdout == "Nothing could be compared, because there is no good backup yet.\n"
    assert backup_wizard("status", "--json").json["backups"][0]["last_drill"] is None


async def test_a_file_with_two_names_counts_once_where_the_server_compares(office: Office, home: Path) -> None:
    profile, there = await backed_up(office, "login", home / "Documents", READING)
    assert (there / "letter 0").samefile(there / "another name")
    spoil(there / "letter 0")
    found = backup_wizard("drill", profile.name, "--json").json
    assert len(found["differing"]) == 1
