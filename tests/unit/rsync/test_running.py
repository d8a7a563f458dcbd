"""What a run keeps, tells and chooses, without a server."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.support.data.profiles import a_profile
from wizard import console
from wizard.client.folders import backup_size
from wizard.client.rsync import Entries, Problem, Progress, Totals
from wizard.profile import SchemeSettings
from wizard.running import compression, problems, record, transcript
from wizard.running.comparing.verification import Verification
from wizard.running.events import Planned, Result
from wizard.running.progress_estimate import ProgressEstimate, estimate
from wizard.running.report import Report
from wizard.storage import paths
from wizard.text.display import duration

if TYPE_CHECKING:
    from pathlib import Path

PROFILE = a_profile()
ELSEWHERE = msgspec.structs.replace(PROFILE, server=msgspec.structs.replace(PROFILE.server, host="new.example.lan"))


def test_a_backup_is_first_until_one_came_to_a_good_end_and_where_it_goes_somewhere_new() -> None:
    assert record.is_fresh(PROFILE)
    assert record.in_words(PROFILE) == "No backup yet"
    record.note(PROFILE, "unfinished")
    assert not record.is_fresh(PROFILE)
    assert record.is_first(PROFILE)
    assert "No good backup yet. The backup of " in record.in_words(PROFILE)
    record.note(PROFILE, "done")
    assert not record.is_first(PROFILE)
    assert record.is_first(ELSEWHERE)
    assert record.in_words(ELSEWHERE) == "No backup yet"
    good = record.in_words(PROFILE)
    record.note(PROFILE, "unfinished")
    assert record.in_words(PROFILE).startswith(f"{good}. The backup of ")
    assert record.in_words(PROFILE).endswith("didn't finish")
    record.note(PROFILE, "incomplete")
    assert record.in_words(PROFILE).endswith("skipped some files")
    record.note(PROFILE, "done", unread=2)
    assert record.in_words(PROFILE).startswith("Last good backup: ")
    assert record.in_words(PROFILE).endswith(", except 2 files that couldn't be read")
    (paths.walk_state(PROFILE.name) / "last-run.json").write_text("{")
    assert record.in_words(PROFILE) == "No backup yet"


def test_a_part_takes_the_place_of_nothing_only_until_a_run_has_come_to_its_end() -> None:
    assert not record.has_nothing_there(PROFILE)  # nobody has looked yet
    record.note_empty(PROFILE)
    assert record.has_nothing_there(PROFILE)
    for result in ("unfinished", "failed"):
        record.note(PROFILE, result)
        assert record.has_nothing_there(PROFILE)
    record.note(PROFILE, "incomplete", sources={"/a": record.Source("/", is_empty=False)})
    record.note(PROFILE, "failed")
    assert not record.has_nothing_there(PROFILE)
    assert record.is_first(PROFILE)
    assert not record.has_nothing_there(ELSEWHERE)
    record.note_empty(ELSEWHERE)
    assert record.has_nothing_there(ELSEWHERE)
    record.note(ELSEWHERE, "done", sources={"/a": record.Source("/", is_empty=False)})
    assert not record.has_nothing_there(ELSEWHERE)


def test_nor_where_another_computer_has_made_the_backup() -> None:
    record.note_adopted(PROFILE.name)
    assert record.is_first(PROFILE)
    assert not record.has_nothing_there(PROFILE)
    record.note(PROFILE, "done", sources={})
    assert not record.has_nothing_there(ELSEWHERE)
    record.note_empty(ELSEWHERE)
    assert record.has_nothing_there(ELSEWHERE)


def test_a_transcript_is_private_bounded_and_one_of_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcript, "_MOST_BYTES", 50)
    for number in range(12):
        with transcript.kept("amamac") as kept:
            kept.say(f"number {number}\x1b[2J")
            for _ in range(9):
                kept.add(Entries(b"<f+++++++++|1|a file\n"))
            kept.add(Problem("x", "a problem"))
    logs = sorted((paths.walk_state("amamac") / "transcripts").iterdir())
    assert len(logs) == 10
    assert {stat.S_IMODE(path.stat().st_mode) for path in logs} == {0o600}
    text = logs[-1].read_text()
    assert "number 11␛[2J" in text
    assert text.count("a file") == 2
    assert text.count("[the list goes on]") == 1
    assert "a problem" in text


@pytest.mark.parametrize(
    ("progress", "is_fresh", "planned", "ahead"),
    [
        (Progress(50, 10, 10.0, 45, to_check=1, found=4), True, None, ProgressEstimate(10, 45)),
        (Progress(50, 10, 10.0, None, to_check=1, found=4), True, None, ProgressEstimate(10, 45)),
        (Progress(50, 1, 10.0, None, to_check=1, found=4), True, None, ProgressEstimate(1, None)),
        (Progress(50, 10, 10.0, 45, to_check=1, found=4), False, None, ProgressEstimate()),
        (Progress(50, 10, 10.0, 45, to_check=1, found=4, is_searching=True), True, None, ProgressEstimate()),
        (Progress(50, 10, 10.0, 45), True, None, ProgressEstimate()),
        (Progress(50, 10, 10.0, 45, is_searching=True), False, Planned(200, 200), ProgressEstimate(25, 15)),
        (Progress(50, 10, 10.0, 45), False, Planned(200, 1000), ProgressEstimate(85, 15)),
        (Progress(50, 10, 0.0, 45), False, Planned(200, 200), ProgressEstimate(25, None)),
        (Progress(500, 10, 10.0, 45), False, Planned(200, 200), ProgressEstimate(100, 0)),
        (Progress(0, 0, 10.0, 45), False, Planned(0, 0), ProgressEstimate()),
    ],
)
def test_how_far_it_is_is_told_by_bytes_where_it_can_be(
    progress: Progress, is_fresh: bool, planned: Planned | None, ahead: ProgressEstimate
) -> None:
    assert estimate(progress, is_fresh=is_fresh, planned=planned) == ahead


def test_progress_in_words() -> None:
    told = console.progress(Progress(1_200_000, 10, 2e6, 45, to_check=1200, found=4000), ProgressEstimate(75, 3700))
    assert told == "75% · 1.2 MB sent · 2.0 MB/s · 1 h 1 min left · 1,200 files to go"
    assert [duration(seconds) for seconds in (5, 65, 600, 3600, 40_000)] == [
        "5 s",
        "1 min 5 s",
        "10 min",
        "1 h",
        "11 h",
    ]


CLOSED = tuple(
    Problem(f"/home/amanda/{number}", f'send_files failed to open "/home/amanda/{number}": Permission denied (13)')
    for number in range(3)
)
UNSEEN = Problem("/home/amanda/x", 'readlink_stat("/home/amanda/x") failed: Permission denied (13)')
VANISHED = Problem("/home/amanda/x", 'file has vanished: "/home/amanda/x"')
FOREIGN = Problem("/backup/x", 'mkstemp "/backup/.x.aBcDeF" failed: Permission denied (13)')
PARTLY = "Backed up with problems. 9 files and folders"


@pytest.mark.parametrize(
    ("exit_code", "problems", "untold", "differing", "is_whole", "is_good", "begins"),
    [
        (0, (), 0, (), True, True, "Done. 9 files and folders"),
        (24, (VANISHED,), 0, (), True, True, "Done. 9 files and folders"),
        (23, CLOSED[:1], 0, (), False, True, "8 of 9 files and folders backed up; 1 could not be read. 2 new"),
        (23, (*CLOSED[:1], VANISHED), 0, (), False, True, "8 of 9 files and folders backed up; 1 could not be read."),
        (23, (UNSEEN,), 0, (), False, True, "9 of 10 files and folders backed up; 1 could not be read."),
        (23, CLOSED, 2, (), False, False, "4 of 9 files and folders backed up; 5 could not be read."),
        (23, (), 0, (), False, False, PARTLY),
        (23, (FOREIGN,), 0, (), False, False, PARTLY),
        (23, (FOREIGN, *CLOSED), 0, (), False, False, PARTLY),
        (0, (), 0, ("x",), False, False, PARTLY),
        (23, CLOSED[:1], 0, ("x",), False, False, PARTLY),
    ],
)
def test_a_backup_is_called_what_it_is_and_names_what_was_deleted(
    exit_code: int,
    problems: tuple[Problem, ...],
    untold: int,
    differing: tuple[str, ...],
    is_whole: bool,
    is_good: bool,
    begins: str,
) -> None:
    report = Report(a_profile(), Totals(files=9, new=2, deleted=3), 1.0, problems, exit_code, untold)
    result = Result(report, 1, Verification("sample", 2, differing))
    assert (result.is_whole, result.is_good) == (is_whole, is_good)
    last = console.backup(result).splitlines()[-1]
    assert last.startswith(begins)
    assert " 3 deleted. " in last
    assert ("Done" in console.backup(result)) == is_whole
    assert result.as_json()["whole"] is is_whole
    assert result.as_json()["deleted"] == 3


@pytest.mark.parametrize(
    "name", ["letter", "two words", "star*", "[1]", "back\\slash", "back\\slash [1]", "deep [a] ?/letter*"]
)
@pytest.mark.parametrize("folder", ["plain", "odd [folder]"])
async def test_what_is_left_out_is_that_file_and_no_other(folder: str, name: str, tmp_path: Path) -> None:
    source = tmp_path / folder
    (source / name).parent.mkdir(parents=True)
    for one in (name, f"{name}2", "letterx", "1", "starry"):
        (source / one).touch()
    profile = a_profile(folders=(str(source),), exclude=())
    left = problems.left_out(profile, [str(source / name)])
    assert left
    before, after = await backup_size.whole(profile), await backup_size.whole(left)
    assert before.entries - after.entries == 1
    assert problems.left_out(profile, ["/elsewhere/letter"]) is None
    assert problems.left_out(profile, [str(source)]) is None
    assert problems.left_out(profile, [f"{source}/\udcff"]) is None
    assert problems.left_out(profile, []) is None


@pytest.mark.parametrize(
    ("seconds", "content", "compress"),
    [
        (0.001, b"text " * 20_000, False),
        (0.03, b"text " * 20_000, True),
        (0.03, os.urandom(100_000), False),
        (0.03, b"", False),
        (None, b"text " * 20_000, False),
    ],
    ids=["near", "far", "far, and random", "far, and empty", "unknown"],
)
async def test_compression_is_for_what_is_far_and_shrinks(
    seconds: float | None, content: bytes, compress: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def round_trip(_: object) -> float | None:
        return seconds

    monkeypatch.setattr(compression, "_round_trip", round_trip)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(content)
    (tmp_path / "deep" / "link").symlink_to("none")
    profile = a_profile(folders=(str(tmp_path),))
    choice = await compression.choose(profile)
    assert choice.compress is compress
    monkeypatch.delattr(compression, "_round_trip")  # from now on what was measured is known
    assert await compression.choose(profile) == choice


async def test_what_is_fixed_is_not_chosen() -> None:
    fixed = a_profile(scheme=SchemeSettings(kind="forced-command"), compress=True)
    assert (await compression.choose(fixed)).sentence == "Compressed, as the server's key line says."
    assert (await compression.choose(a_profile(compress=True))).compress


_NO_ROOM = """
import resource
from wizard.client import rsync
from wizard.running import transcript

with transcript.kept("amamac") as kept:
    kept.say("begun")
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))  # each file is full at 100 bytes
    for _ in range(3):
        kept.add(rsync.Entries(b"<f+++++++++|1|letter.txt\\n" * 5_000))
        kept.add(rsync.Problem("", "a complaint"))
print("backed up")
"""


def test_a_transcript_that_finds_no_room_takes_no_backup_down(home: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", _NO_ROOM], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout) == (0, "backed up\n"), ended.stderr
    (log,) = (paths.walk_state("amamac") / "transcripts").iterdir()
    assert "begun" in log.read_text()
