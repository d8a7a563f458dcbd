"""What a practice run has told, in groups."""

from __future__ import annotations

from screens import tally
from screens.tally import Row, Tally
from wizard.client.rsync import Ended, Entries, Entry, Problem


def test_entries_come_into_their_groups() -> None:
    told = Tally()
    told.add(
        Entries(
            [
                Entry("cd+++++++++", 4096, "a/"),
                Entry("<f+++++++++", 5, "a/new"),
                Entry("<f.st......", 7, "a/changed"),
                Entry(".f...p.....", 9, "a/mode alone"),
                Entry("*deleting  ", 0, "a/gone\n"),
            ]
        )
    )
    assert told.groups["new"].rows == [Row("a/"), Row("a/new", 5)]
    assert told.groups["changed"].rows == [Row("a/changed", 7)]
    assert told.groups["gone"].rows == [Row("a/gone␊")]
    assert (told.bytes_to_send, told.count, told.latest) == (12, 4, "a/gone␊")


def test_more_than_can_be_kept_is_counted_all_the_same() -> None:
    told = Tally()
    told.add(Entries([Entry("<f+++++++++", 1, f"file {number}") for number in range(tally.MOST_KEPT + 3)]))
    group = told.groups["new"]
    assert (len(group.rows), group.count, group.more) == (tally.MOST_KEPT, tally.MOST_KEPT + 3, 3)


def test_a_problem_names_its_file_once() -> None:
    told = Tally()
    told.add(Problem("/a/x", 'opendir "/a/x" failed'))
    told.add(Problem("/a/line\nbreak", 'opendir "/a/line\\#012break" failed'))
    assert [row.text for row in told.groups["problems"].rows] == [
        'opendir "/a/x" failed',
        '/a/line␊break: opendir "/a/line\\#012break" failed',
    ]


def test_complaints_that_name_no_file_are_told_where_there_are_no_others() -> None:
    told = Tally()
    stderr = "filename overflows max-path len by 4: a/b\nrsync error: some files were not transferred (code 23)\n"
    told.add(Ended(23, None, stderr))
    assert [row.text for row in told.groups["problems"].rows] == ["filename overflows max-path len by 4: a/b"]


def test_a_run_that_went_well_has_no_problems() -> None:
    told = Tally()
    told.add(Ended(0, None, "a warning of the server's\n"))
    assert told.groups["problems"].count == 0
