"""What keeps root from doing what an account wants."""

from __future__ import annotations

from tests.invariants.guard import Guard

_BRING_BACK = "tests/servers/message/test_bring_back.py"

GUARDS = (
    Guard(
        9,
        "the playbook's root works only where root alone can write",
        "assets/templates/ansible/roles/backup_wizard/files/as_owner.sh",
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
        "assets/templates/ansible/roles/backup_wizard/files/as_owner.sh",
        'if test -L "$at"; then who=account; elif',
        "if false; then who=account; elif",
        ("tests/servers/ansible/scripts/test_folders.py::test_nobody_s_folder_is_given_away",),
    ),
    Guard(
        9,
        "the playbook takes no folder that holds a way in for a root",
        "assets/templates/ansible/roles/backup_wizard/files/look.sh",
        '  */.*) echo "$root is in',
        '  */.*/none) echo "$root is in',
        ("tests/servers/ansible/scripts/test_folders.py::test_a_root_that_is_no_place_for_backups_is_refused",),
    ),
    Guard(
        9,
        "the script acts as root only where root alone can change each folder",
        "assets/templates/setup.sh",
        "*) by=account && break ;; esac",
        "esac",
        ("tests/servers/script/test_script_raced.py::test_links_that_are_planted_at_any_moment_gain_nothing",),
    ),
    Guard(
        9,
        "the script makes no folder for backups of a home",
        "assets/templates/setup.sh",
        'each require_no_home "',
        ': "',
        ("tests/servers/script/test_script_hostile.py::test_folders_that_are_no_backup_s_are_refused",),
    ),
    Guard(
        9,
        "what the account runs for the message has no way to the admin's terminal",
        "wizard/server/exports/pasted_commands.py",
        '_AS = "setsid su',
        '_AS = "su',
        ("tests/servers/message/test_no_terminal.py::test_the_message_s_commands",),
    ),
    Guard(
        9,
        "nor has what it runs to find why its key is refused",
        "wizard/trouble/key_checks.py",
        "setsid su -s /bin/sh {account} -c {as_account} </dev/null 2>/dev/null | tr -c '\\\\n -~' '?'",
        "su -s /bin/sh {account} -c {as_account} </dev/null 2>/dev/null",
        ("tests/servers/message/test_no_terminal.py::test_the_commands_that_find_why_a_key_is_refused",),
    ),
    Guard(
        9,
        "the message's root makes a folder only where root alone can write",
        "wizard/server/exports/pasted_commands.py",
        "{_IF_NOT_ROOTS_ALONE} d=no; break;; esac",
        "{_IF_NOT_ROOTS_ALONE} ;; esac",
        ("tests/servers/message/test_message_attacked.py::test_nobody_s_folder_changes_owner_or_mode",),
    ),
    Guard(
        9,
        "the message's root removes a folder only where root alone can write",
        "wizard/server/exports/pasted_commands.py",
        "{_IF_NOT_ROOTS_ALONE} exit;; esac",
        "{_IF_NOT_ROOTS_ALONE} ;; esac",
        (
            "tests/servers/message/test_message_attacked.py::"
            "test_taking_back_follows_no_link_that_was_put_in_a_folder_s_place",
        ),
    ),
    Guard(
        9,
        "the message's commands let nothing of the account's reach root's terminal",
        "wizard/server/exports/pasted_commands.py",
        '_QUIETLY = "</dev/null >/dev/null 2>&1"',
        '_QUIETLY = ""',
        ("tests/servers/message/test_message_attacked.py::test_nothing_of_the_account_s_reaches_the_terminal",),
    ),
    Guard(
        9,
        "the message lets no key into an account that is root",
        "wizard/server/exports/pasted_commands.py",
        """_REFUSE_ROOT = '[ "$(id -u {account})" != 0 ]""",
        """_REFUSE_ROOT = '[ "$(id -u {account})" != x ]""",
        ("tests/servers/message/test_message_attacked.py::test_an_account_that_is_root_gets_no_key",),
    ),
    Guard(
        9,
        "files are brought back only into a folder that nobody but root could move",
        "wizard/server/exports/bring_back.py",
        "0d????-??-?*) ;;'",
        "*) ;;'",
        (f"{_BRING_BACK}::test_no_folder_is_taken_that_somebody_else_could_move",),
    ),
    Guard(
        9,
        "what the account says while files are brought back is no order to the admin's terminal",
        "wizard/server/exports/bring_back.py",
        " | tr -c '\\\\n -~' '?')",
        ")",
        ("tests/servers/message/test_no_terminal.py::test_the_line_that_brings_files_back",),
    ),
    Guard(
        9,
        "files are brought back by the account, so that no link leads root anywhere",
        "wizard/server/exports/bring_back.py",
        "setsid su -s /bin/sh {account} -c {_BY_ACCOUNT} sh",
        "sh -c {_BY_ACCOUNT} sh",
        (f"{_BRING_BACK}::test_a_link_in_the_backup_s_place_opens_nothing_of_root_s",),
    ),
)
