"""What keeps a backup from being given to another computer unasked, or emptied by its own new one."""

from __future__ import annotations

from tests.invariants.guard import Guard

GUARDS = (
    Guard(
        6,
        "the script replaces no key of another computer unasked",
        "assets/templates/setup.sh",
        '    each require_agreed "$(places)"',
        "    :",
        ("tests/servers/adopting/test_another_key.py::test_the_script_asks_before_it_replaces_a_key",),
    ),
    Guard(
        6,
        "the playbook replaces no key of another computer unasked",
        "assets/templates/ansible/roles/backup_wizard/files/edit.sh",
        '  test -n "$agreed" ||\n',
        "  true ||\n",
        ("tests/servers/ansible/scripts/test_key_lines.py::test_another_key_is_replaced_only_if_that_was_agreed_to",),
    ),
    Guard(
        6,
        "the message replaces another computer's key only for one who takes over",
        "wizard/server/exports/pasted_commands.py",
        "    if context.adopts:  # nobody",
        "    if True:  # nobody",
        ("tests/servers/adopting/test_another_key.py::test_the_message_replaces_a_key_only_for_one_who_takes_over",),
    ),
    Guard(
        7,
        "only who was asked to takes a backup over",
        "wizard/server/taking_over.py",
        "profile.adopting and",
        "True and",
        ("tests/servers/adopting/test_new_computer.py::test_only_a_backup_that_is_there_is_taken_over",),
    ),
    Guard(
        7,
        "an empty folder of a new computer takes nothing out of the backup",
        "wizard/running/safeguard.py",
        "    if _may_hold_more(profile, kept):\n        found",
        "    if False:\n        found",
        (
            "tests/servers/adopting/test_new_computer.py"
            "::test_an_empty_folder_takes_nothing_out_of_the_backup_that_was_taken_over",
        ),
    ),
    Guard(
        7,
        "what a new computer has not restored yet is deleted only if somebody says so",
        "wizard/running/safeguard.py",
        "    if totals.deleted and _may_hold_more(profile, kept):\n",
        "    if False:\n",
        ("tests/servers/adopting/test_not_restored.py::test_the_rest_stays_until_somebody_agrees",),
    ),
)
