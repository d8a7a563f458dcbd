"""What keeps a restore inside its folder, and from saying or replacing more than it should."""

from __future__ import annotations

from tests.invariants.guard import Guard

_HOSTILE = "tests/servers/restore/test_hostile_senders.py"
_VERSIONS = "tests/servers/restore/versions/test_versions.py"
_INTERRUPTED = "tests/servers/restore/test_interrupted.py"
_DRILL = "tests/servers/restore/test_drill.py"

GUARDS = (
    Guard(
        2,
        "a link that a server sends leads nowhere while files arrive",
        "wizard/schemes/parts/from_server.py",
        '"--munge-links", ',
        "",
        (f"{_HOSTILE}::test_a_link_that_came_first_leads_no_later_file_out",),
    ),
    Guard(
        2,
        "no file is put behind a link that is here",
        "wizard/restore/putting.py",
        "            if not stat.S_ISDIR(old.st_mode):\n",
        "            if not stat.S_ISDIR(os.stat(name, dir_fd=target).st_mode):\n",
        (f"{_HOSTILE}::test_a_link_that_is_here_leads_no_file_out",),
    ),
    Guard(
        2,
        "what a server sends unasked is not put in its place",
        "wizard/restore/restoring.py",
        "            if self.part.paths:  #",
        "            if False:  #",
        (f"{_HOSTILE}::test_a_server_that_gets_around_its_patterns_gets_nothing_into_its_place",),
    ),
    Guard(
        2,
        "a server that sends more than it said is stopped",
        "wizard/restore/fetching.py",
        "event.bytes_done > plan.bytes * 1.01 + _MORE_BYTES",
        "False",
        (f"{_HOSTILE}::test_more_than_was_promised_is_cut_off",),
    ),
    Guard(
        6,
        "files that are here are replaced only as the word says",
        "wizard/restore/putting.py",
        'return self._overwrite != "never"',
        "return True",
        ("tests/servers/restore/test_interrupted.py::test_killed_at_any_rename_going_on_finishes",),
    ),
    Guard(
        6,
        "nothing is written where there is no room for all of it",
        "wizard/restore/restoring.py",
        "if needed[device] > target.room(around):",
        "if False:",
        (f"{_HOSTILE}::test_more_than_the_disk_holds_is_refused_before_anything_is_written",),
    ),
    Guard(
        8,
        "what is not equal to what the server has is not put in its place",
        "wizard/restore/restoring.py",
        "                self._drop(path)\n",
        "                pass\n",
        (f"{_HOSTILE}::test_what_differs_from_the_server_is_not_put_in_its_place",),
    ),
    Guard(
        8,
        "what was kept as it is here does not count as restored",
        "wizard/restore/restoring.py",
        "for one in arrived) - kept - sum",
        "for one in arrived) - sum",
        ("tests/servers/restore/test_restore_command.py::test_files_come_back_by_command",),
    ),
    Guard(
        10,
        "no program is restored that would run as somebody else",
        "wizard/schemes/parts/from_server.py",
        ', "--chmod=Fug-s"',
        "",
        (f"{_HOSTILE}::test_programs_do_not_run_as_somebody_else",),
    ),
    Guard(
        8,
        "in a drill, what came back is compared, whatever the server has said of it",
        "wizard/restore/drills/drilling.py",
        "equal = await in_background(partial(_equal, profile, found.equal, stage.tree))",
        "equal = list(found.equal)",
        (f"{_DRILL}::test_one_drill_after_the_other",),
    ),
    Guard(
        8,
        "in a drill, one more name of a file does not count as compared",
        "wizard/restore/drills/drilling.py",
        "entry.path not in found.chosen or entry.is_other_name:",
        "entry.path not in found.chosen:",
        (f"{_DRILL}::test_a_file_with_two_names_counts_once_where_the_server_compares",),
    ),
    Guard(
        8,
        "a drill that compared nothing is not good",
        "wizard/restore/drills/drill.py",
        'if self.differing or self.how == "none" else',
        "if self.differing else",
        (f"{_DRILL}::test_where_nothing_can_be_compared_nothing_counts_as_compared",),
    ),
    Guard(
        10,
        "in a drill, a server that sends more than these files are is stopped",
        "wizard/restore/drills/drilling.py",
        "if plan.bytes > most or plan.files > len(found.equal):",
        "if False:",
        (f"{_DRILL}::test_one_drill_after_the_other",),
    ),
    Guard(
        8,
        "a version whose folder got another name meanwhile is not taken for another",
        "wizard/restore/restoring.py",
        "        if place != await versions.place(self._reader, access, self._wanted.version):",
        "        if False:",
        (f"{_VERSIONS}::test_a_version_that_gets_another_folder_meanwhile_is_fetched_again",),
    ),
    Guard(
        8,
        "nothing of another version, or of an earlier backup, is left where files arrive",
        "wizard/restore/fetching.py",
        '{PARTIAL_FOLDER}", "--delete")',
        '{PARTIAL_FOLDER}")',
        (
            f"{_VERSIONS}::test_a_version_that_gets_another_folder_meanwhile_is_fetched_again",
            f"{_INTERRUPTED}::test_what_was_deleted_from_the_backup_meanwhile_is_not_restored",
        ),
    ),
    Guard(
        7,
        "what had arrived before replaces nothing that may be newer",
        "wizard/restore/stage.py",
        '(self._order.overwrite == "never" and self._is_new())',
        "self._is_new()",
        (f"{_INTERRUPTED}::test_newer_work_is_not_replaced_by_what_had_arrived_before",),
    ),
    Guard(
        8,
        "a restore in which rsync failed is never whole",
        "wizard/restore/fetching.py",
        "    if not ended.exit_code or problems:\n",
        "    if True:\n",
        (f"{_HOSTILE}::test_what_rsync_throws_away_is_missing_and_was_not_kept",),
    ),
    Guard(
        8,
        "what is not here does not count as kept",
        "wizard/restore/restoring.py",
        "await source.missing(differing) if is_incomplete else len(differing)",
        "len(differing)",
        (f"{_HOSTILE}::test_what_rsync_throws_away_is_missing_and_was_not_kept",),
    ),
    Guard(
        10,
        "who may read a version on the server may not for that read what comes back of it",
        "wizard/restore/staged_files.py",
        "meant = mode & ~stat.S_IRWXG | (mode & stat.S_IRWXO) << 3",
        "meant = mode",
        (f"{_VERSIONS}::test_a_day_is_chosen_and_comes_back_as_it_was",),
    ),
)
