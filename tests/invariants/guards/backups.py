"""What keeps one backup from landing on another, and from being emptied or spoiled."""

from __future__ import annotations

from tests.invariants.guard import Guard

GUARDS = (
    Guard(
        7,
        "a destination with another computer's backup is noticed",
        "wizard/running/transfer.py",
        "if holder is destination.Holder.ANOTHER:",
        "if False:",
        ("tests/servers/walks/test_answers.py::test_another_computers_backup_is_noticed_before_anything_is_sent",),
    ),
    Guard(
        7,
        "a backup that is gone from the server is not begun anew unasked",
        "wizard/running/transfer.py",
        "if must_be_there and holder is destination.Holder.NOBODY:",
        "if False:",
        (
            "tests/servers/running/test_losses.py"
            "::test_a_backup_that_is_gone_from_the_server_is_begun_anew_only_if_somebody_says_so",
            "tests/servers/running/test_losses.py::test_an_older_text_that_opens_the_folder_around_the_backup_is_noticed",
        ),
    ),
    Guard(
        7,
        "folders of the same last name are kept apart",
        "wizard/backup_layout.py",
        "if _is_free(label, taken)",
        "if True",
        ("tests/unit/schemes/test_layout.py::test_labels_are_unique_and_none_is_inside_another",),
    ),
    Guard(
        7,
        "a folder keeps its place in the backup, whichever others are ticked",
        "wizard/running/transfer.py",
        "        used_places.keep(profile.name, profile.places, profile.old_home)\n",
        "",
        ("tests/servers/running/test_places_kept.py::test_a_folder_that_is_unticked_leaves_its_place_to_nobody",),
    ),
    Guard(
        7,
        "what is sent goes to the places that are kept",
        "wizard/running/transfer.py",
        "replace(transfer, used_places=used_places.of(profile.name, profile.old_home))",
        "transfer",
        ("tests/servers/running/test_places_kept.py::test_a_folder_that_is_ticked_later_takes_no_place",),
    ),
    Guard(
        7,
        "a run that would lose what is kept goes on only if somebody says so",
        "wizard/running/backing_up.py",
        "if any(loss not in self._agreed for loss in losses):",
        "if False:",
        (
            "tests/servers/running/test_losses.py::test_a_source_that_was_emptied_stops_a_run_before_anything_is_deleted",
        ),
    ),
    Guard(
        7,
        "most of what is kept counts as too much to delete unasked",
        "wizard/running/safeguard.py",
        "if removed > _FEW and 2 * removed > kept else None",
        "if False else None",
        ("tests/servers/running/test_losses.py::test_most_of_what_is_kept_is_deleted_only_if_somebody_says_so",),
    ),
    Guard(
        7,
        "most of what is kept counts as too much to change unasked",
        "wizard/running/safeguard.py",
        "if is_most else None",
        "if False else None",
        ("tests/servers/schedule/test_guards.py::test_without_deleting_it_looks_first_as_well",),
    ),
    Guard(
        7,
        "a run by the schedule looks first what it would change",
        "wizard/running/backing_up.py",
        '(self._by == "schedule" and not self._is_safe)',
        "False",
        ("tests/servers/schedule/test_guards.py::test_without_deleting_it_looks_first_as_well",),
    ),
    Guard(
        7,
        "a folder on another disk than before is noticed",
        "wizard/running/safeguard.py",
        "elif source.mount != was.mount:",
        "elif False:",
        ("tests/servers/running/test_losses.py::test_a_disk_that_is_not_mounted_stops_a_run",),
    ),
    Guard(
        7,
        "a disk inside a folder that is missing is noticed",
        "wizard/running/safeguard.py",
        "    inside = missing(profile, now, kept)\n",
        "    inside: dict[str, Loss] = {}\n",
        ("tests/servers/running/test_disks_inside.py::test_one_that_is_missing_or_empty_stops_a_run",),
    ),
    Guard(
        7,
        "a disk that goes away while rsync runs ends the run",
        "wizard/running/problems.py",
        "        case MountsChanged():\n            return True\n",
        "        case MountsChanged():\n            return False\n",
        ("tests/servers/running/test_goes_away.py::test_a_disk_inside",),
    ),
    Guard(
        7,
        "a folder that goes away while rsync runs ends the run",
        "wizard/running/problems.py",
        "return event.exit_code != 0 or totals.deleted > 0",
        "return False",
        ("tests/servers/running/test_goes_away.py::test_the_folder_itself",),
    ),
    Guard(
        7,
        "an old rsync's path is escaped for the server's shell",
        "wizard/schemes/login.py",
        "_NOT_PLAIN if _is_old(facts) else _WILDCARD",
        "_WILDCARD",
        (
            "tests/servers/schemes/test_odd_roots.py::test_it_lands_there_from_an_old_rsync_too_and_nothing_beside_it_is_removed",
        ),
    ),
    Guard(
        7,
        "files that were not sent are compared, too",
        "wizard/running/backing_up.py",
        "[*self._sample.paths, *await picking]",
        "self._sample.paths",
        (
            "tests/servers/running/test_spoiled.py::test_a_file_spoiled_with_its_size_and_time_kept_is_found_though_nothing_was_sent",
        ),
    ),
    Guard(
        7,
        "what the server passed over does not count as compared",
        "wizard/running/verification.py",
        "compared += entry.is_file",
        "compared = len(patterns)",
        (
            "tests/servers/running/test_spoiled.py::test_a_file_spoiled_with_its_size_and_time_kept_is_found_though_nothing_was_sent",
        ),
    ),
    Guard(
        7,
        "under append only, a dry run is let compare",
        "wizard/schemes/parts/request_filter.py",
        "case $f$* in -n*%I*) o=;; *) o=--ignore-existing;; esac",
        "o=--ignore-existing",
        ("tests/servers/running/test_spoiled.py::test_changed_files_stay_old_and_are_told",),
    ),
    Guard(
        7,
        "requests whose folders lie in one another are told of",
        "wizard/server/clashes.py",
        "    yield from _nested(requests)\n",
        "",
        ("tests/unit/server/test_approval.py::test_requests_that_clash_are_noticed_and_told_once",),
    ),
)
