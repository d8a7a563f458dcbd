"""What keeps a stranger's request from taking away, or opening, what is somebody else's."""

from __future__ import annotations

from tests.invariants.guard import Guard

_SCRIPT = "assets/templates/setup.sh"
_ROLE = "assets/templates/ansible/roles/backup_wizard"
_REFUSALS = "wizard/server/exports/pasted/refusals.py"
_TESTS = "tests/servers/adopting/test_a_stranger_asks.py::"
_FOLDER = "tests/servers/adopting/test_a_stranger_s_folder.py::"
_MODULES = "tests/servers/adopting/test_modules_elsewhere.py::"

GUARDS = (
    Guard(
        6,
        "a comment is never taken for the key of a line",
        _SCRIPT,
        "        at = word[2] ~ /^AAAA/ ? 2 : 3\n",
        "        at = count\n",
        (
            f"{_TESTS}test_a_comment_that_looks_like_her_key_is_no_key",
            f"{_TESTS}test_a_key_that_was_locked_out_gets_in_under_no_comment",
        ),
    ),
    Guard(
        3,
        "a request that a reply quotes confirms no host key",
        "wizard/client/host_keys/host_identity.py",
        "|host_keys[",
        "|no_such_word[",
        ("tests/unit/client/test_host_identity.py::test_a_request_that_a_reply_quotes_is_no_answer",),
    ),
    Guard(
        6,
        "nobody is locked out by a key that an account has put into its file",
        _SCRIPT,
        'if is_listed "$mine file" "$(sum_of "$tmp/old" "$1") $1"; then',
        "if true; then",
        (f"{_TESTS}test_who_is_locked_out_takes_nobody_along",),
    ),
    Guard(
        8,
        "a version that goes is no version any more from its first file on",
        "assets/templates/versions.sh",
        'mv -T "$1" "$leaf/.gone" && rm -rf "$leaf/.gone"',
        'rm -rf "$1"',
        ("tests/servers/versions/test_days.py::test_a_version_that_goes_loses_its_name_at_once",),
    ),
    Guard(
        6,
        "a request with a comment that looks like a key is refused",
        "wizard/client/request.py",
        'if "AAAA" in comment',
        'if ""',
        ("tests/unit/server/test_requests.py",),
    ),
    Guard(
        6,
        "the script takes no password away unasked",
        _SCRIPT,
        '[ -n "$secrets_file" ] || ask_about',
        "true || ask_about",
        (f"{_TESTS}test_nor_is_her_password",),
    ),
    Guard(
        6,
        "the playbook takes no key away unasked",
        f"{_ROLE}/files/edit.sh",
        'if test "$order" != take && test -n "$(keys_in "$ours")"',
        'if test "$order" = put && test -n "$(keys_in "$ours")"',
        ("tests/servers/ansible/scripts/test_key_lines.py::test_a_key_that_would_be_taken_away_is_asked_about",),
    ),
    Guard(
        6,
        "the playbook takes no password away unasked",
        f"{_ROLE}/tasks/look.yml",
        " + backup_wizard_passwords_lost",
        "",
        ("tests/servers/ansible/test_ansible_thief.py::test_no_key_and_no_password_is_taken_away_unasked",),
    ),
    Guard(
        6,
        "the playbook takes over no module of another account",
        f"{_ROLE}/files/find_modules.sh",
        "uid != account[whose]",
        "0",
        ("tests/servers/ansible/scripts/test_modules.py::test_a_module_of_another_account_is_not_taken_over",),
    ),
    Guard(
        6,
        "no module opens a folder that a key is locked to",
        _SCRIPT,
        'if [ -z "$key_block" ] && is_module "$of" "$2"; then',
        'if [ -z "$key_block" ]; then',
        (f"{_FOLDER}test_no_module_opens_a_folder_that_a_key_is_locked_to",),
    ),
    Guard(
        6,
        "no module without a password opens a folder that a password is for",
        _SCRIPT,
        '[ "${theirs:+password}" = "${secrets_file:+password}" ] ||',
        "true ||",
        (f"{_FOLDER}test_a_module_for_all_opens_no_folder_that_a_password_is_for",),
    ),
    Guard(
        6,
        "a request to read opens nothing but a backup of that name",
        _SCRIPT,
        'case $name in *+restore) require_backup "$(in_home "$folder")" ;; esac',
        ":",
        (f"{_FOLDER}test_a_request_to_read_opens_nothing_but_a_backup_of_that_name",),
    ),
    Guard(
        6,
        "the playbook puts no backup's folder into another's",
        f"{_ROLE}/tasks/look.yml",
        " + backup_wizard_looked_for_overlaps.stderr_lines",
        "",
        ("tests/servers/ansible/test_ansible_thief.py::test_no_key_and_no_password_is_taken_away_unasked",),
    ),
    Guard(
        6,
        "a backup of the same name in another account is another's",
        _SCRIPT,
        'line == "uid=" account || index($0, account ":") == 1 { ours = 1 }',
        "{ ours = 1 }",
        (f"{_TESTS}test_an_account_whose_name_ends_another_s_changes_nothing_of_that",),
    ),
    Guard(
        7,
        "a file that a link has replaced counts as gone",
        "assets/templates/versions.sh",
        "gone = before - (files - made) }",
        "}",
        ("tests/servers/versions/test_mass_change.py::test_what_counts_as_most",),
    ),
    Guard(
        10,
        "a computer that is locked out is so in all files that rsync's daemon reads",
        _SCRIPT,
        "        settings_files /etc/rsyncd.conf 0 | while IFS= read -r file; do\n            if is_for",
        "        : | while IFS= read -r file; do\n            if is_for",
        (f"{_MODULES}test_a_module_is_locked_out_wherever_it_was_put_when_the_settings_were_others",),
    ),
    Guard(
        10,
        "and where its module has no marks",
        _SCRIPT,
        "    for_labels cut_unmarked -\n",
        "",
        (f"{_MODULES}test_a_module_without_our_marks_is_locked_out_too",),
    ),
    Guard(
        8,
        "that a computer is locked out is only said after its modules were looked for in all files",
        _SCRIPT,
        "    for_labels look_for_modules -\n",
        "",
        (f"{_MODULES}test_no_lockout_is_verified_while_a_module_lets_it_in",),
    ),
    Guard(
        6,
        "the script mixes no module with another of the same name",
        _SCRIPT,
        'each require_unlike_module "$(settings_files /etc/rsyncd.conf 0)"',
        "each require_unlike_module /etc/rsyncd.conf",
        (f"{_MODULES}test_a_module_is_mixed_with_none_of_the_same_name",),
    ),
    Guard(
        1,
        "the script shows no password of a file that seems to be changed by hand",
        _SCRIPT,
        "case $1 in *.secrets) hide=",
        "case $1 in *.none) hide=",
        (f"{_MODULES}test_no_password_is_shown_when_the_list_is_lost",),
    ),
    Guard(
        2,
        "what an account calls its folders reaches root's terminal as text alone",
        _SCRIPT,
        '        ! has_controls <"$tmp/said" ||',
        "        true ||",
        (f"{_TESTS}test_no_folder_of_an_account_s_orders_the_admin_s_terminal_about",),
    ),
    Guard(
        6,
        "the script takes no lock off a key unasked",
        _SCRIPT,
        "    if loosens all command;",
        "    if false;",
        (f"{_TESTS}test_no_lock_is_taken_off_her_key_unasked",),
    ),
    Guard(
        6,
        "the playbook takes no lock off a key unasked",
        f"{_ROLE}/files/edit.sh",
        '  if test "$order" = take || ! lines_have',
        "  if true || ! lines_have",
        ("tests/servers/ansible/scripts/test_key_lines.py::test_a_lock_is_taken_off_a_key_only_if_that_was_agreed_to",),
    ),
    Guard(
        10,
        "a message lets nobody in under another key who was locked out",
        _REFUSALS,
        "dict.fromkeys((name, context.name))",
        "dict.fromkeys(() if setup.key_lines else (name,))",
        ("tests/servers/message/test_message_locked_out.py::test_who_was_locked_out_stays_out",),
    ),
    Guard(
        10,
        "the message opens no folder without a password that another module has",
        _REFUSALS,
        '[ "$p" = "$q" ] || [ "$p" -ef "$q" ]',
        "false",
        (
            "tests/servers/message/test_message_of_a_stranger.py::"
            "test_no_module_without_a_password_opens_the_folder_of_another",
        ),
    ),
    Guard(
        10,
        "the playbook opens no folder without a password that another module has",
        f"{_ROLE}/files/find_overlaps.sh",
        'shares[count] = $4 == "module"',
        "shares[count] = $4 ~ /module/",
        ("tests/servers/ansible/scripts/test_overlaps.py::test_no_module_without_a_password_opens_another_s_folder",),
    ),
    Guard(
        10,
        "the playbook lets a backup be read only where one of that name is",
        f"{_ROLE}/vars/main/files.yml",
        ' "${2%/.}" && exit 1; }',
        ' "${2%/.}"; }',
        (
            "tests/servers/ansible/test_ansible_thief.py::"
            "test_no_folder_is_opened_for_reading_that_has_no_mark_of_that_backup",
        ),
    ),
    Guard(
        9,
        "a folder that an account's link leads to is never read as another backup",
        f"{_ROLE}/files/find_overlaps.sh",
        "    *[[:cntrl:]]*)\n",
        "    never)\n",
        (
            "tests/servers/ansible/scripts/test_overlaps.py::"
            "test_where_an_account_s_link_leads_is_neither_read_nor_shown",
        ),
    ),
)
