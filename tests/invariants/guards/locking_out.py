"""What keeps a computer out that was locked out, and what the script that shows who backs up is kept from."""

from __future__ import annotations

from tests.invariants.guard import Guard

_SCRIPT, _STATUS = "assets/templates/setup.sh", "assets/templates/status.sh"
_ROLE = "assets/templates/ansible/roles/backup_wizard"
_REVOKED, _AGAIN = "tests/servers/script/test_script_revoked.py", "tests/servers/script/test_script_revoked_again.py"
_KEY = "tests/servers/places/test_one_key_revoked.py"
_HOSTILE = "tests/servers/status/test_status_hostile.py"
_LATER_RUNS = f"{_AGAIN}::test_later_runs_let_it_in_only_with_another_key_or_when_it_is_taken_back"

GUARDS = (
    Guard(
        10,
        "a computer that was locked out is not let in by a later run",
        _SCRIPT,
        '    keep_one "$was revoked" ',
        '    : "$was revoked" ',
        (_LATER_RUNS,),
    ),
    Guard(
        10,
        "nor is another key in its name, unasked",
        _SCRIPT,
        "    case $lockout in another*) ask_about",
        "    case $lockout in another) ask_about",
        (_LATER_RUNS,),
    ),
    Guard(
        10,
        "a key that was locked out is in no other backup's lines either",
        _SCRIPT,
        "    case $lockout in name* | key*) return 0 ;; esac",
        "    case $lockout in name*) return 0 ;; esac",
        (f"{_KEY}::test_another_backup_s_script_takes_it_out_and_lets_the_others_in",),
    ),
    Guard(
        10,
        "and stays locked out when the computer gets another one",
        _SCRIPT,
        """    case $lockout in another*) keep_one "$mine anew" "$blob" ;; esac""",
        """    case $lockout in another*) forget "$mine revoked" ;; esac""",
        (f"{_KEY}::test_it_stays_out_when_the_computer_gets_another_key",),
    ),
    Guard(
        10,
        "a run that fails does not forget who was locked out",
        _SCRIPT,
        """    if [ "$spared" != /dev/null ]; then forget_backup && return 0; fi""",
        "",
        (f"{_KEY}::test_a_restore_asked_for_before_is_not_let_in_either",),
    ),
    Guard(
        10,
        "the playbook takes out the lines of a key that was locked out",
        f"{_ROLE}/tasks/shut.yml",
        "one.id not in backup_wizard_absent_ids + backup_wizard_locked_out_ids",
        "one.id not in backup_wizard_absent_ids",
        (f"{_KEY}::test_playbooks_keep_it_out_too",),
    ),
    Guard(
        10,
        "the playbook lets nobody in who was locked out",
        f"{_ROLE}/vars/main/computers.yml",
        "backup_wizard_asked | rejectattr('id', 'in', backup_wizard_locked_out_ids)",
        "backup_wizard_asked",
        (f"{_KEY}::test_playbooks_keep_it_out_too",),
    ),
    Guard(
        10,
        "the message lets nobody in who was locked out",
        "wizard/server/exports/pasted_commands.py",
        "*refusals.locked_out(context), make_account",
        "make_account",
        (f"{_KEY}::test_nor_does_a_message_let_it_in",),
    ),
    Guard(
        10,
        "who is connected when a computer is locked out is so no more",
        _SCRIPT,
        "    end_connections\n    for_labels",
        "    for_labels",
        (f"{_REVOKED}::test_one_after_the_other_is_ended_and_all_others_go_on",),
    ),
    Guard(
        7,
        "what other computers have open is not ended",
        _SCRIPT,
        'if lies_in_others "$works_in"; then is=other; fi',
        ":",
        (f"{_REVOKED}::test_one_after_the_other_is_ended_and_all_others_go_on",),
    ),
    Guard(
        8,
        "that a computer is locked out is only said after its keys were looked for in all files",
        _SCRIPT,
        "    for_labels each look_for_keys\n",
        "",
        (f"{_AGAIN}::test_what_resists_is_told_and_keeps_nothing_else_from_being_done",),
    ),
    Guard(
        9,
        "root reads nothing in an account's folders for the status script",
        _STATUS,
        'setpriv --reuid="$uid" --regid="$gid" --init-groups sh -c',
        "setpriv sh -c",
        (f"{_HOSTILE}::test_no_link_of_an_account_s_shows_what_only_root_can_read",),
    ),
    Guard(
        1,
        "nothing of root's environment gets to what runs as an account for the status script",
        _STATUS,
        "in PATH | LC_ALL) ;; *) unset",
        "in *) ;; x) unset",
        (f"{_HOSTILE}::test_no_link_of_an_account_s_shows_what_only_root_can_read",),
    ),
    Guard(
        2,
        "what an account has in its files reaches the admin's terminal as text alone",
        _STATUS,
        '    if (text !~ /[^ -~]/ && text !~ /[%"]/) return text',
        "    return text",
        (f"{_HOSTILE}::test_what_an_account_plants_is_shown_as_text_or_not_at_all",),
    ),
    Guard(
        4,
        "the status script writes nothing but in a temporary folder",
        _STATUS,
        "tmp=$(mktemp -d);",
        'tmp=$state/status && mkdir "$tmp";',
        (f"{_HOSTILE}::test_it_needs_to_write_nowhere_but_in_its_temporary_folder",),
    ),
    Guard(
        4,
        "and leaves nothing behind",
        _STATUS,
        """    trap 'rm -rf "$tmp"' EXIT""",
        "    :",
        (f"{_HOSTILE}::test_it_needs_to_write_nowhere_but_in_its_temporary_folder",),
    ),
    Guard(
        9,
        "what runs as an account for the status script, and never answers, is ended",
        _STATUS,
        'exec setsid timeout -s KILL "$most"',
        "exec setsid",
        (f"{_HOSTILE}::test_an_account_that_never_answers_holds_nobody_up",),
    ),
)
