"""What rsync prints is taken apart in the same way wherever it is cut, and whatever files are called."""

from __future__ import annotations

import os
import random
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import programs
from wizard.client import rsync
from wizard.client.access import Access
from wizard.client.rsync import Ended, Entries, Entry, Problem, Progress, Totals
from wizard.client.rsync.complaints import MOST_PROBLEMS, Complaints
from wizard.client.rsync.output import Output
from wizard.schemes.facts import ClientFacts
from wizard.schemes.parts import over_ssh

if TYPE_CHECKING:
    from collections.abc import Iterable

ACCESS = Access(ClientFacts(known_hosts=Path("/nowhere")), os.environ | {"LC_ALL": "C"})

NAMES = (
    b"Number of files: 7",
    b"Total transferred file size: 7 bytes",
    b"two\nlines",
    b"\nNumber of files: 7\n<f+++++++++|7|x",
    b"<f+++++++++|7|x",
    b"\\#012 and \\ and \\#",
    b"\\",
    b"a\rb\r     32,768 100%   31.25MB_s    0:00:00",
    b"\x1b[2J\x1b]0;title\x07",
    b"bad \xff\xfe \xc3 utf-8",
    b"\xc2\x9b31m",
    b"a|1|b",
    b"n" * 255,
    b"\xff" * 255,
    b"sent 7 bytes",
    b" ",
)
RUN = (
    b"<f+++++++++|5|one\n"
    b"\r              5   1%    0.00kB/s    0:00:09  "
    b"\r              5   1%    2.50kB/s    0:00:00 (xfr#1, to-chk=2/9)\n"
    b"<f.st......|7|Number of files: 7\n"
    b'skipping non-regular file "a|1|b"\n'
    b"cd+++++++++|4096|new/\n"
    b"\r     32,768"
    b"\r         12  44%   12.00MB/s    0:01:09  "
    b"\n*deleting  |0|gone\\#012\n"
    b"\nNumber of files: 9 (reg: 7, dir: 2)\nNumber of created files: 2\nNumber of deleted files: 1\n"
    b"Total file size: 40 bytes\nTotal transferred file size: 12 bytes\nFile list size: 0\n\n"
    b"sent 7 bytes  received 7 bytes  7.00 bytes/sec\ntotal size is 40  speedup is 1.00\n"
)


# What rsync 3.5.0 printed towards a daemon of rsync 3.2.3 that removed six entries.
REMOVED_BY_OLD_DAEMON = (
    b"*deleting  |0|d/gonedir/x y\n*deleting  |0|d/gonedir/\n"
    b"*deleting  |0|d/gone4\n*deleting  |0|d/gone3\n*deleting  |0|d/gone2\n*deleting  |0|d/gone1\n"
    b"\nNumber of files: 4 (reg: 3, dir: 1)\nNumber of created files: 0\nNumber of deleted files: 0\n"
    b"Total file size: 6 bytes\nTotal transferred file size: 0 bytes\n"
)


def _fed(chunks: Iterable[bytes]) -> tuple[list[Entry], list[Problem], Progress | None, Totals | None]:
    output, entries, problems, progress = Output(), list[Entry](), list[Problem](), None
    for chunk in chunks:
        for event in output.feed(chunk):
            match event:
                case Entries():
                    entries += event
                case Problem():
                    problems.append(event)
                case Progress():
                    progress = event
    return entries, problems, progress, output.totals()


@pytest.mark.parametrize("size", [1, 2, 7, 64, len(RUN)])
def test_it_is_the_same_wherever_it_is_cut(size: int) -> None:
    entries, problems, progress, totals = _fed(RUN[at : at + size] for at in range(0, len(RUN), size))
    assert entries == [
        Entry("<f+++++++++", 5, "one"),
        Entry("<f.st......", 7, "Number of files: 7"),
        Entry("cd+++++++++", 4096, "new/"),
        Entry("*deleting  ", 0, "gone\n"),
    ]
    assert problems == [Problem("a|1|b", 'skipping non-regular file "a|1|b"')]
    assert progress == Progress(12, 44, 12 * (1 << 20), 69, to_check=2, found=9)
    assert totals == Totals(files=9, new=2, changed=1, deleted=1, bytes_to_send=12, bytes_total=40, there=7, folders=2)


@pytest.mark.parametrize("size", [1, 7, len(REMOVED_BY_OLD_DAEMON)])
def test_removals_are_counted_in_the_list_where_the_statistics_hide_them(size: int) -> None:
    chunks = (REMOVED_BY_OLD_DAEMON[at : at + size] for at in range(0, len(REMOVED_BY_OLD_DAEMON), size))
    entries, _, _, totals = _fed(chunks)
    assert sum(entry.is_deleted for entry in entries) == 6
    assert totals
    assert totals.deleted == 6


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_line_that_stands_right_behind_a_progress_is_read_too(size: int) -> None:
    # What rsync 3.5.0 prints where the file before the third can't be read.
    printed = (
        b"<f+++++++++|2|src/l2\n\r              4  40%    1.95kB/s    0:00:00 (xfr#2, to-chk=3/6)"
        b"<f+++++++++|2|src/l4\n\r              8  80%    5.86kB/s    0:00:00 (xfr#4, to-chk=1/6)\n"
        b"<f+++++++++|2|src/l5\n"
    )
    entries, problems, _, _ = _fed(printed[at : at + size] for at in range(0, len(printed), size))
    assert [entry.path for entry in entries] == ["src/l2", "src/l4", "src/l5"]
    assert problems == []


def test_what_has_passed_is_not_taken_for_what_is_left() -> None:
    _, _, progress, _ = _fed([b"<f+++++++++|5|one\n\r   5   1%    2.50kB/s    0:00:07 (xfr#1, ir-chk=2/9)\n"])
    assert progress == Progress(5, 1, 2560, None, to_check=2, found=9, is_searching=True)


async def test_every_name_is_counted_and_shown_as_it_is(tmp_path: Path) -> None:
    chance = random.Random(7)
    strange = {bytes(chance.choices(range(1, 256), k=chance.randrange(1, 40))).replace(b"/", b"_") for _ in range(300)}
    source, backup = tmp_path / "source", tmp_path / "backup"
    source.mkdir()
    backup.mkdir()
    names = {*NAMES, *(strange - {b".", b".."})}
    for number, name in enumerate(sorted(names)):
        Path(os.fsdecode(os.fsencode(source) + b"/" + name)).write_bytes(b"x" * number)
    shell = tmp_path / "shell"
    shell.write_text('#!/bin/sh\nshift\neval "exec $*"\n')
    shell.chmod(0o755)
    for options in (["--dry-run"], ["--info=progress2"], ["--dry-run"]):
        argv = [
            *(programs.require("rsync"), "-aHR", "--8-bit-output", "--no-human-readable", "--stats", *options),
            *(f"--out-format={over_ssh.LISTING_FORMAT}", f"--rsh='{shell}'", "--", f"{source}/./", f"here:{backup}/"),
        ]
        bare = _printed([*argv[:5], "-n", *argv[6:]])
        entries, ended = list[Entry](), list[Ended]()
        async for event in rsync.run(argv, ACCESS):
            if isinstance(event, Entries):
                entries += event
            if isinstance(event, Ended):
                ended.append(event)
        [totals] = [event.totals for event in ended]
        assert totals
        *_, files = re.findall(rb"^Number of files: (\d+)", bare, re.MULTILINE)
        *_, created = re.findall(rb"^Number of created files: (\d+)", bare, re.MULTILINE)
        *_, size = re.findall(rb"^Total transferred file size: (\d+)", bare, re.MULTILINE)
        assert (totals.files, totals.new, totals.bytes_to_send) == (int(files), int(created), int(size))
        found = {os.fsencode(entry.path): entry.size for entry in entries if entry.is_new}
        if totals.new:
            assert found == {name: number for number, name in enumerate(sorted(names))}
        else:
            assert found == {}


def _printed(argv: list[str]) -> bytes:
    return subprocess.run(argv, capture_output=True, check=True).stdout


def test_of_many_complaints_the_first_are_told_and_all_are_counted() -> None:
    complaints = Complaints()
    complaints.feed(b"rsync: connecting\n")
    for number in range(0, 30_000, 100):
        complaints.feed(
            b"".join(
                b'rsync: [sender] send_files failed to open "/a/%d": Permission denied (13)\n' % one
                for one in range(number, number + 100)
            )
        )
    complaints.feed(b"rsync error: the last word\n")
    assert [problem.path for problem in complaints.take()] == [f"/a/{number}" for number in range(MOST_PROBLEMS)]
    assert complaints.untold == 30_000 - MOST_PROBLEMS
    assert complaints.text.startswith("rsync: connecting\n")
    assert complaints.text.endswith("rsync error: the last word\n")
    assert len(complaints.text) < 1 << 18


def test_a_line_is_found_by_where_it_is() -> None:
    entries = Entries(b"<f+++++++++|5|one\n<f.st......|7|two\n")
    assert len(entries) == 2
    assert [one.path for one in map(entries.at, range(len(entries.raw))) if one] == ["one"] * 18 + ["two"] * 18
    assert entries.last == Entry("<f.st......", 7, "two")
    assert entries.changed == 1
