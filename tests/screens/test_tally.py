"""What a practice run has told, in groups."""

from __future__ import annotations

import pytest

from screens import tally
from screens.tally import Row, Tally
from wizard.client.rsync import Ended, Entries, Problem


def test_entries_come_into_their_groups() -> None:
    told = Tally()
    told.add(
        Entries(
            b"cd+++++++++|4096|a/\n"
            b"<f+++++++++|5|a/new\n"
            b"<f.st......|7|a/changed\n"
            b".f...p.....|9|a/mode alone\n"
            b"*deleting  |0|a/gone\\#012\n"
        )
    )
    assert told.groups["new"].rows == [Row("a/"), Row("a/new", 5)]
    assert told.groups["changed"].rows == [Row("a/changed", 7)]
    assert told.groups["gone"].rows == [Row("a/gone␊")]
    assert (told.bytes_to_send, told.count, told.latest) == (12, 4, "a/gone␊")


def test_more_than_can_be_kept_is_counted_all_the_same() -> None:
    told = Tally()
    told.add(Entries(b"".join(b"<f+++++++++|1|file %d\n" % number for number in range(tally.MOST_KEPT + 3))))
    group = told.groups["new"]
    assert (len(group.rows), group.count, group.more) == (tally.MOST_KEPT, tally.MOST_KEPT + 3, 3)


@pytest.mark.parametrize(
    ("path", "message", "row"),
    [
        ("/a/x", 'opendir "/a/x" failed: Permission denied (13)', "Permission denied: /a/x"),
        ("/a/x", 'send_files failed to open "/a/x": Permission denied (13)', "Permission denied: /a/x"),
        ("/a/x", 'readlink_stat("/a/x") failed: Input/output error (5)', "Input/output error: /a/x"),
        ("/a\nb", 'link_stat "/a\\#012b" failed: No such file or directory (2)', "No such file or directory: /a␊b"),
        ("/a/x", 'file has vanished: "/a/x"', 'file has vanished: "/a/x"'),
    ],
)
def test_a_problem_begins_with_its_reason(path: str, message: str, row: str) -> None:
    told = Tally()
    told.add(Problem(path, message))
    assert [row.text for row in told.groups["problems"].rows] == [row]


def test_complaints_that_name_no_file_are_told_where_there_are_no_others() -> None:
    told = Tally()
    stderr = "filename overflows max-path len by 4: a/b\nrsync error: some files were not transferred (code 23)\n"
    told.add(Ended(23, None, stderr))
    assert [row.text for row in told.groups["problems"].rows] == ["filename overflows max-path len by 4: a/b"]


def test_a_run_that_went_well_has_no_problems() -> None:
    told = Tally()
    told.add(Ended(0, None, "a warning of the server's\n"))
    assert told.groups["problems"].count == 0
