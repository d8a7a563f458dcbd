"""What keeps a stranger's request from taking away, or opening, what is somebody else's."""

from __future__ import annotations

from tests.invariants.guard import Guard

_SCRIPT = "assets/templates/setup.sh"
_ROLE = "assets/templates/ansible/roles/backup_wizard"
_TESTS = "tests/servers/adopting/test_a_stranger_asks.py::"

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
        (f"{_TESTS}test_no_module_opens_a_folder_that_a_key_is_locked_to",),
    ),
    Guard(
        6,
        "no module without a password opens a folder that a password is for",
        _SCRIPT,
        '[ "${theirs:+password}" = "${secrets_file:+password}" ] ||',
        "true ||",
        (f"{_TESTS}test_a_module_for_all_opens_no_folder_that_a_password_is_for",),
    ),
    Guard(
        6,
        "a request to read opens nothing but a backup of that name",
        _SCRIPT,
        'case $name in *+restore) require_backup "$(in_home "$folder")" ;; esac',
        ":",
        (f"{_TESTS}test_a_request_to_read_opens_nothing_but_a_backup_of_that_name",),
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
)
