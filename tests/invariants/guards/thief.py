"""What a thief with the key is kept to."""

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
    Guard(
        10,
        "a key for reading follows no links",
        "wizard/schemes/parts/daemon_modules.py",
        'Setting("refuse options", "copy-links copy-unsafe-links copy-dirlinks"',
        'Setting("refuse options", "copy-unsafe-links copy-dirlinks"',
        (
            "tests/unit/schemes/test_reading_line.py::test_nothing_else_is_let_in",
            "tests/servers/restore/test_thief_who_reads.py::test_they_read_this_backup_and_gain_nothing_else",
        ),
    ),
    Guard(
        10,
        "a key for reading starts nothing but a daemon of its own",
        "wizard/schemes/parts/reading_line.py",
        "in 4.rsync.--server.--daemon..)",
        "in ?.rsync.--server.--daemon..)",
        ("tests/unit/schemes/test_reading_line.py::test_nothing_else_is_let_in",),
    ),
    Guard(
        10,
        "the module for reading opens one backup",
        "wizard/schemes/parts/daemon_modules.py",
        'Setting("path", layout.locked_folder(profile), "the only',
        'Setting("path", profile.server.root, "the only',
        (
            "tests/unit/schemes/test_reading.py::test_a_daemon_gets_a_module_and_a_password_of_its_own_for_this_backup_alone",
        ),
    ),
    Guard(
        8,
        "a key is not taken for refused while nobody here can use it",
        "wizard/restore/second_key.py",
        "        if failure.kind not in _GONE:\n",
        "        if failure.kind not in {*_GONE, Kind.KEYRING_LOCKED}:\n",
        ("tests/servers/restore/test_second_key.py::test_what_can_not_be_tried_from_here_is_not_taken_for_refused",),
    ),
    Guard(
        8,
        "a key is not taken for refused while its server refuses the backup's own as well",
        "wizard/restore/second_key.py",
        "        await sign_in.attempt(profile, await session.access(profile))\n",
        "        pass\n",
        ("tests/servers/restore/test_second_key.py::test_nothing_is_taken_for_shut_without_evidence",),
    ),
)
