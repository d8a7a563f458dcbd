"""The lines between a backup's marks: replaced and removed, and nobody else's with them."""

from __future__ import annotations

import pytest

from wizard.server.by_password import marked_lines

BEGIN, END = b"# backup-wizard begin amamac\n", b"# backup-wizard end amamac\n"
OURS, NEW = BEGIN + b"ours\n" + END, BEGIN + b"new\n" + END
OTHER = b"# backup-wizard begin bobpc\ntheirs\n# backup-wizard end bobpc\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", NEW),
        (b"mine", b"mine\n" + NEW),
        (b"mine\n" + OURS + OTHER, b"mine\n" + NEW + OTHER),
        (OURS + OTHER + OURS, NEW + OTHER),
        (OURS.removesuffix(b"\n"), NEW),
        (OURS.replace(b"\n", b"\r\n") + b"mine\r\n", NEW + b"mine\r\n"),
    ],
    ids=["nothing", "no line's end", "between others'", "twice", "no end", "as Windows writes it"],
)
def test_the_backup_s_lines_are_replaced(before: bytes, after: bytes) -> None:
    assert marked_lines.put(before, "amamac", NEW) == after


@pytest.mark.parametrize(
    "foreign",
    [
        BEGIN + b"mine\n" + OTHER,
        BEGIN + b"mine\n" + OTHER + END,
        END + b"mine\n" + BEGIN,
        b"# backup-wizard begin amamac2\nmine\n# backup-wizard end amamac2\n",
    ],
    ids=["no last mark", "a last mark below another's lines", "the wrong way round", "a longer name"],
)
def test_where_a_mark_is_missing_nothing_is_taken_for_ours(foreign: bytes) -> None:
    assert marked_lines.without(foreign, "amamac") == foreign
    assert marked_lines.without(marked_lines.put(foreign, "amamac", NEW), "amamac") == foreign


def test_below_a_first_mark_without_a_last_only_the_whole_lines_go() -> None:
    assert marked_lines.without(BEGIN + b"mine\n" + OURS + b"theirs\n", "amamac") == BEGIN + b"mine\n" + b"theirs\n"
