"""What keeps a thief with the key to what the screen says."""

from __future__ import annotations

from tests.invariants.guard import Guard

GUARDS = (
    Guard(
        10,
        "a key is for one computer's folder",
        "wizard/schemes/parts/layout.py",
        'return profile.destination.rstrip("/")',
        "return profile.server.root",
        ("tests/attacks/test_second_key.py::test_neither_reads_spoils_nor_blocks_the_other",),
    ),
    Guard(
        10,
        "where no checksum can be insisted on, none is agreed on",
        "wizard/schemes/forced_command.py",
        'can.replace("v", "")',
        "can",
        ("tests/attacks/test_reading.py::test_nothing_is_read_by_two_visits_at_once",),
    ),
    Guard(
        10,
        "a key line insists on a checksum",
        "wizard/schemes/parts/request_filter.py",
        "$(echo xxh128 xxh3 xxh64 md5)",
        "$(echo xxh128 xxh3 xxh64 md5 none)",
        ("tests/attacks/test_reading.py::test_nothing_is_read_by_two_visits_at_once",),
    ),
    Guard(
        10,
        "a module that is only written to takes no list of files that lies there",
        "wizard/schemes/parts/daemon_modules.py",
        '_PRINTING = ("prune-empty-dirs", "files-from")',
        '_PRINTING = ("prune-empty-dirs",)',
        ("tests/attacks/test_modules.py::test_a_list_of_files_that_lies_on_the_server_is_not_handed_over",),
    ),
)
