"""What rsync prints is read for what it says, and nothing in it is taken for something else."""

import subprocess

import pytest

from tests.support import programs
from wizard.client import rsync
from wizard.client.rsync import Entry, Problem, Totals, listed
from wizard.client.rsync.complaints import problem_in
from wizard.client.rsync.output import Output
from wizard.failure import Kind
from wizard.trouble import patterns

STATS = """
Number of files: 1234567 (reg: 1200000, dir: 34567)
Number of created files: 100 (reg: 90, dir: 10)
Number of deleted files: 7 (reg: 6, dir: 1)
Number of regular files transferred: 95
Total file size: 9876543210123 bytes
Total transferred file size: 4567890123 bytes
Literal data: 0 bytes
Matched data: 0 bytes
File list size: 65532
File list generation time: 0.001 seconds
Total bytes sent: 70000
Total bytes received: 500

sent 70000 bytes  received 500 bytes  141000.00 bytes/sec
total size is 9876543210123  speedup is 140092811.49 (DRY RUN)
"""


ERROR = Problem("", "rsync error: x")


def totals(lines: list[str]) -> Totals | None:
    output = Output()
    output.feed(b"<f+++++++++|1|new\n" + b"<f.st......|1|changed\n" * 5)
    assert [one for one in output.feed("".join(f"{line}\n" for line in lines).encode()) if one != ERROR] == []
    return output.totals()


def test_totals_are_read() -> None:
    assert totals(STATS.splitlines()) == Totals(
        files=1234567,
        new=100,
        changed=5,
        deleted=7,
        bytes_to_send=4567890123,
        bytes_total=9876543210123,
        there=1199910,
        folders=34567,
    )


def test_unchanged_is_the_rest() -> None:
    assert Totals(files=10, new=3, changed=2, deleted=4).unchanged == 5


def test_old_statistics_without_deletions_are_read() -> None:
    lines = [line for line in STATS.splitlines() if "deleted" not in line]
    assert totals(lines) == Totals(
        files=1234567,
        new=100,
        changed=5,
        deleted=0,
        bytes_to_send=4567890123,
        bytes_total=9876543210123,
        there=1199910,
        folders=34567,
    )


@pytest.mark.parametrize("lines", [[], STATS.splitlines()[:4], ["", "rsync error: x"]], ids=["none", "cut", "error"])
def test_without_whole_statistics_there_are_no_totals(lines: list[str]) -> None:
    assert totals(lines) is None


@pytest.mark.parametrize(
    ("change", "is_new", "is_deleted", "is_sent"),
    [
        ("<f+++++++++", True, False, True),
        ("<f.st......", False, False, True),
        ("<f..t......", False, False, True),
        ("cd+++++++++", True, False, False),
        ("cL+++++++++", True, False, False),
        ("hf+++++++++", True, False, False),
        (".f...p.....", False, False, False),
        (".d..t......", False, False, False),
        ("*deleting  ", False, True, False),
    ],
)
def test_a_change_is_told_from_its_letters(change: str, is_new: bool, is_deleted: bool, is_sent: bool) -> None:
    entry = Entry(change, 0, "x")
    assert (entry.is_new, entry.is_deleted, entry.is_sent) == (is_new, is_deleted, is_sent)


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ('rsync: [sender] send_files failed to open "/home/a/x": Permission denied (13)', "/home/a/x"),
        ('rsync: send_files failed to open "/home/a/x": Permission denied (13)', "/home/a/x"),
        ('rsync: [sender] opendir "/home/a/two words" failed: Permission denied (13)', "/home/a/two words"),
        ('rsync: [sender] readlink_stat("/home/a/x") failed: Input/output error (5)', "/home/a/x"),
        ('rsync: [generator] recv_generator: mkdir "/b/x" failed: No space left on device (28)', "/b/x"),
        (r'rsync: [sender] link_stat "/a/line\#012break" failed: No such file or directory (2)', "/a/line\nbreak"),
        ('rsync: [sender] link_stat "/a/say "hi"" failed: No such file or directory (2)', '/a/say "hi"'),
        ('file has vanished: "/home/a/gone"', "/home/a/gone"),
        ('directory has vanished: "/home/a/gone"', "/home/a/gone"),
    ],
)
def test_a_complaint_names_its_file(line: str, path: str) -> None:
    [problem] = rsync.problems(f"{line}\n")
    assert problem.path == path
    assert problem.message
    assert not problem.message.startswith("rsync: ")


def test_the_closing_summary_is_no_complaint() -> None:
    assert (
        rsync.problems(
            "rsync error: some files/attrs were not transferred (see previous errors) (code 23) at main.c(1394)\n"
            "rsync warning: some files vanished before they could be transferred (code 24) at main.c(1394)\n"
        )
        == []
    )


def test_a_real_complaint_is_read() -> None:
    argv = [programs.require("rsync"), "-an", "/no such\nfile", "/tmp/"]
    said = subprocess.run(argv, env={"LC_ALL": "C"}, capture_output=True, text=True).stderr
    assert rsync.problems(said) == [
        Problem("/no such\nfile", 'link_stat "/no such\\#012file" failed: No such file or directory (2)')
    ]


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("plain", "plain"),
        (r"line\#012break", "line\nbreak"),
        (r"\#134#012", r"\#012"),
        (r"back\slash", r"back\slash"),
        (r"\#12", r"\#12"),
        (r"\#999", r"\#999"),
    ],
)
def test_a_name_is_read_as_it_is(printed: str, name: str) -> None:
    assert listed.unescaped(printed) == name


def test_what_is_in_the_way_there_is_told_from_what_may_not_be_removed() -> None:
    in_the_way = problem_in("could not make way for new regular file: d/x")
    assert in_the_way
    assert (in_the_way.path, in_the_way.cause) == ("d/x", "in the way")
    assert problem_in("could not make way for new directory: d/x") is None
    for line in ("rsync: [generator] delete_file: unlink({}) failed: {}", "delete_file: rmdir({}) failed: {}"):
        closed = problem_in(line.format("d/x", "Permission denied (13)"))
        assert closed
        assert closed.path == "d/x"
        printed = "".join(f"rsync: {one.message}\n" for one in (in_the_way, closed))
        assert patterns.read(23, printed) is Kind.SERVER_FILES_CLOSED
