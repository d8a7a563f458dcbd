"""What older versions on the server are kept from."""

from __future__ import annotations

from tests.invariants.guard import Guard

_PROGRAM = "assets/templates/versions.sh"
_THIEF = "tests/servers/versions/test_thief.py"

GUARDS = (
    Guard(
        9,
        "root goes to a backup's folder with the account's rights, so that no link leads it anywhere",
        _PROGRAM,
        '$) = "$gid $groups"; $> = $uid; $> == $uid or exit 3;',
        "",
        (f"{_THIEF}::test_no_link_leads_root_anywhere",),
    ),
    Guard(
        9,
        "versions are only where nobody but root can change a folder on the way",
        _PROGRAM,
        '    is_roots "$leaf" || give_up',
        "    : || give_up",
        (f"{_THIEF}::test_folders_that_are_open_are_refused",),
    ),
    Guard(
        10,
        "what versions share is never changed in place",
        _PROGRAM,
        "--no-perms --no-owner",
        "--perms --no-owner",
        (f"{_THIEF}::test_the_account_changes_nothing_of_a_version",),
    ),
    Guard(
        10,
        "nobody else is in the group that may read versions",
        _PROGRAM,
        '[ -z "$others" ] || give_up',
        ": || give_up",
        (f"{_THIEF}::test_an_account_that_shares_its_group_gets_no_versions",),
    ),
    Guard(
        7,
        "only a backup that is complete, and stays so while it is copied, becomes a version",
        _PROGRAM,
        '    if ! is_unchanged "$mark"; then',
        "    if false; then",
        ("tests/servers/versions/test_complete_only.py::test_a_run_that_was_cut_makes_no_version",),
    ),
    Guard(
        7,
        "no version is removed after most of a backup had changed or gone",
        _PROGRAM,
        "    if ! is_held; then make_room; fi",
        "    make_room",
        ("tests/servers/versions/test_mass_change.py::test_nothing_is_removed_until_the_admin_says_so",),
    ),
)
