"""What keeps root from doing what an account wants."""

from __future__ import annotations

from tests.invariants.guard import Guard

GUARDS = (
    Guard(
        9,
        "the playbook's root works only where root alone can write",
        "assets/templates/playbook.yml",
        '! -perm -002)"; then who=account; fi',
        '! -perm -002)"; then :; fi',
        (
            "tests/servers/ansible/scripts/test_key_lines.py::test_root_works_nowhere_where_others_can_write",
            "tests/servers/ansible/test_ansible_raced.py::test_links_that_are_planted_meanwhile_gain_nothing",
        ),
    ),
    Guard(
        9,
        "the playbook's root follows no link",
        "assets/templates/playbook.yml",
        'if test -L "$at"; then who=account; elif',
        "if false; then who=account; elif",
        ("tests/servers/ansible/scripts/test_folders.py::test_nobody_s_folder_is_given_away",),
    ),
    Guard(
        9,
        "the playbook takes no folder that holds a way in for a root",
        "assets/templates/playbook.yml",
        '      */.*) fail "$root is in',
        '      */.*/none) fail "$root is in',
        ("tests/servers/ansible/scripts/test_folders.py::test_a_root_that_is_no_place_for_backups_is_refused",),
    ),
    Guard(
        9,
        "the script acts as root only where root alone can change each folder",
        "assets/templates/setup.sh",
        "*) by=account && break ;; esac",
        "esac",
        ("tests/servers/script/test_script_raced.py::test_links_that_are_planted_at_any_command_gain_nothing",),
    ),
    Guard(
        9,
        "the script makes no folder for backups of a home",
        "assets/templates/setup.sh",
        'each require_no_home "',
        ': "',
        ("tests/servers/script/test_script_hostile.py::test_folders_that_are_no_backup_s_are_refused",),
    ),
)
