"""What keeps a key's places from being taken by lines that somebody else has asked for."""

from __future__ import annotations

from tests.invariants.guard import Guard

_ONE_KEY = "tests/servers/places/test_one_key.py"
_LONE = "tests/servers/places/test_lone_requests.py"

GUARDS = (
    Guard(
        6,
        "the script puts no line before another with the same key unasked",
        "assets/templates/setup.sh",
        '    ask_owner "the key of $name is also in',
        '    : "the key of $name is also in',
        (f"{_ONE_KEY}::test_a_line_for_fewer_places_is_put_before_the_other_once_its_owner_was_asked",),
    ),
    Guard(
        6,
        "the playbook puts no line before another with the same key unasked",
        "assets/templates/ansible/roles/backup_wizard/files/edit.sh",
        '  test -n "$agreed" || fail "$taken',
        '  true || fail "$taken',
        (f"{_ONE_KEY}::test_the_playbook_s_script_keeps_the_order",),
    ),
    Guard(
        2,
        "what somebody calls a line is made visible before it reaches the terminal",
        "assets/templates/setup.sh",
        'awk "$key_place" "$tmp/now" | visible)',
        'awk "$key_place" "$tmp/now")',
        (f"{_ONE_KEY}::test_what_a_stranger_asks_for_with_somebody_s_key_takes_nothing_over",),
    ),
    Guard(
        7,
        "the line for fewer places stands before the one for more, whichever was set up first",
        "assets/templates/setup.sh",
        '        if ((block in later) || is == "inside") {',
        "        if (block in later) {",
        (f"{_LONE}::test_the_line_for_fewer_places_stands_first_in_either_order",),
    ),
)
