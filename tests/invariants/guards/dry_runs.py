"""What keeps a dry run from changing anything."""

from __future__ import annotations

from tests.invariants.guard import Guard

GUARDS = (
    Guard(
        4,
        "where a dry run would be a real one, rsync is not started",
        "wizard/schemes/forced_command.py",
        "return not server.shell_is(*ONE_COMMAND_SHELLS)",
        "return True",
        ("tests/servers/walks/test_rssh.py::test_rssh_gets_a_plain_line_and_no_dry_run",),
    ),
    Guard(
        4,
        "the key line is asked whether it is for both commands",
        "wizard/running/transfer.py",
        "if can_preview(profile) and schemes.of(profile).command_digest(profile, access.facts):",
        "if False:",
        ("tests/servers/schemes/test_forced_command.py::test_a_line_of_one_command_is_noticed_before_a_dry_run",),
    ),
    Guard(
        4,
        "a request that is neither command starts nothing",
        "wizard/schemes/forced_command.py",
        "*) echo {request_filter.IS_FOR} {digest} alone >&2; exit {request_filter.EXIT_CODE};;",
        "*) exec {shlex.join(_words(profile, recorded.live))};;",
        (
            "tests/servers/schemes/test_forced_command.py::test_another_rsync_is_noticed_before_it_starts",
            "tests/servers/schemes/test_forced_command.py::test_only_two_commands_keep_a_bare_dry_run_dry",
        ),
    ),
)
