"""Each security invariant with some of its guards: where one stands in the code, and the tests that hold it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

INVARIANTS = {
    1: "No secret in an argv, an environment, a log, a file, an exception or on a screen",
    2: "What people type and servers send is nothing but data, to every parser and to the terminal",
    3: "A host key is trusted once it was confirmed, and a changed one stops everything",
    4: "A dry run changes nothing on the server, or is not started",
    5: "No silent downgrade",
    6: "Nothing that is there is overwritten, and nothing half-made stays",
    7: "No backup lands on another",
}


@dataclass(frozen=True)
class Guard:
    """In `file`, `there` is the guard and `gone` what stands in its place without it; then one of `tests` is red."""

    invariant: int
    what: str
    file: str
    there: str
    gone: str
    tests: tuple[str, ...]


GUARDS = (
    Guard(
        1,
        "a secret's text is not its repr",
        "wizard/client/secrets.py",
        'return "Secret()"',
        "return self._text",
        (
            "tests/unit/test_secrets.py::test_a_secret_shows_itself_only_when_it_is_asked_to",
            "tests/screens/test_whole_walk.py::test_the_passphrase_is_in_the_keyring_and_nowhere_else",
        ),
    ),
    Guard(
        1,
        "a keyring's own error is not chained",
        "wizard/client/secrets.py",
        "raise Failure(Kind.KEYRING_LOCKED if is_locked else Kind.KEYRING_REFUSED, name, str(error)) from None",
        "raise Failure(Kind.KEYRING_LOCKED if is_locked else Kind.KEYRING_REFUSED, name, str(error)) from error",
        ("tests/unit/test_secrets.py::test_no_failure_of_a_keyring_shows_the_secret",),
    ),
    Guard(
        1,
        "a daemon's password is read from standard input",
        "wizard/schemes/over_network.py",
        '["--password-file=-"] if profile.scheme.auth else []',
        "[\"--password-file=-\", f\"--exclude={__import__('keyring').get_password('backup-wizard', "
        "profile.name + '/daemon-password')}\"] if profile.scheme.auth else []",
        ("tests/faults/test_secrets_nowhere.py::test_a_secret_is_in_the_keyring_and_nowhere_else",),
    ),
    Guard(
        1,
        "a crash is kept without the values of variables",
        "wizard/trouble/crash.py",
        "''.join(traceback.format_exception(error))",
        "''.join(traceback.TracebackException.from_exception(error, capture_locals=True).format())",
        ("tests/screens/test_crash.py::test_a_crash_is_told_in_a_sentence_and_without_the_values_of_variables",),
    ),
    Guard(
        2,
        "signs that a terminal obeys are made visible",
        "wizard/display.py",
        'return text if text.isprintable() else "".join(map(_visible, text))',
        "return text",
        ("tests/servers/test_hostile_texts.py::test_no_command_passes_it_on",),
    ),
    Guard(
        2,
        "a quote in a value does not end the shell's quote",
        "wizard/server/exports/script.py",
        """text.replace("'", "'\\\\''")""",
        "text",
        ("tests/unit/test_script_text.py::test_a_shell_sees_each_value_byte_for_byte",),
    ),
    Guard(
        2,
        "Ansible reads no template in a value",
        "wizard/server/exports/ansible.py",
        'return f"!unsafe {escaped}" if "{" in text else escaped',
        "return escaped",
        ("tests/servers/test_ansible_hostile.py::test_at_least_2000_values_come_out_as_they_went_in",),
    ),
    Guard(
        2,
        "a percent sign in a path is no token of ssh's",
        "wizard/schemes/over_ssh.py",
        """.replace("%", "%%")""",
        "",
        ("tests/unit/test_over_ssh.py",),
    ),
    Guard(
        3,
        "only confirmed keys get into our known hosts",
        "wizard/client/known_hosts.py",
        "for key in offered if key.fingerprint in profile.server.host_keys]",
        "for key in offered]",
        ("tests/unit/test_known_hosts.py::test_only_confirmed_keys_are_kept_under_the_backup_s_own_name",),
    ),
    Guard(
        3,
        "Enter alone vouches for no server",
        "screens/fingerprint.py",
        "chosen = _SAME if self.context.is_demo else _LATER",
        "chosen = _SAME",
        ("tests/screens/test_fingerprint.py::test_what_is_shown_is_confirmed_on_purpose_alone",),
    ),
    Guard(
        3,
        "ssh speaks to no server that shows another key",
        "wizard/schemes/over_ssh.py",
        '"StrictHostKeyChecking": "yes"',
        '"StrictHostKeyChecking": "no"',
        ("tests/faults/test_hostile_servers.py::test_a_host_key_that_changes_between_two_connections",),
    ),
    Guard(
        3,
        "no password and no key goes to a server that shows another key",
        "wizard/client/transport.py",
        "if not any((key.type, key.blob) == (shown.get_name(), shown.get_base64()) for key in confirmed):",
        "if not confirmed:",
        ("tests/unit/test_transport.py::test_a_server_that_shows_another_key_is_not_signed_in_to",),
    ),
    Guard(
        4,
        "where a dry run would be a real one, rsync is not started",
        "wizard/schemes/forced_command.py",
        'return not server.shell_is("rssh")',
        "return True",
        ("tests/servers/test_rssh.py::test_rssh_gets_a_plain_line_and_no_dry_run",),
    ),
    Guard(
        4,
        "the key line is asked whether it is for both commands",
        "wizard/server/transfer.py",
        "if can_preview(profile) and schemes.of(profile).watchword(profile, access.facts):",
        "if False:",
        ("tests/servers/test_forced_command.py::test_a_line_of_one_command_is_noticed_before_a_dry_run",),
    ),
    Guard(
        4,
        "a request that is neither command starts nothing",
        "wizard/schemes/forced_command.py",
        'neither = f"*) echo {TOLD_TO_OTHERS} {_watchword(profile, recorded)} alone >&2;'
        ' exit {request_filter.EXIT_CODE};;"',
        'neither = f"*) exec {shlex.join(_words(profile, recorded.live))};;"',
        (
            "tests/servers/test_forced_command.py::test_another_rsync_is_noticed_before_it_starts",
            "tests/servers/test_forced_command.py::test_only_two_commands_keep_a_bare_dry_run_dry",
        ),
    ),
    Guard(
        5,
        "a keyring in plain text is none",
        "wizard/client/secrets.py",
        ', "keyrings.alt")',
        ")",
        (
            "tests/unit/test_secrets.py::test_a_backend_that_keeps_nothing_safe_is_no_keyring",
            "tests/faults/test_keyring.py",
        ),
    ),
    Guard(
        5,
        "a key to be asked for is not made without a passphrase",
        "wizard/client/protected_key.py",
        "        if not typed:\n            raise Failure(Kind.PASSPHRASE_UNASKED, str(profile.key_path))\n",
        "",
        ("tests/unit/test_protected_key.py::test_a_key_to_be_asked_for_is_never_made_unprotected",),
    ),
    Guard(
        5,
        "one open door is enough for a lock to be open",
        "wizard/server/locks/finding.py",
        'return "open"',
        'return "locked"',
        ("tests/servers/test_answers.py::test_a_key_line_without_a_lock_is_open_and_ends_with_1",),
    ),
    Guard(
        6,
        "a key is made only where none is",
        "wizard/client/keys.py",
        "        if taken.exists() or taken.is_symlink():\n",
        "        if False:\n",
        ("tests/unit/test_keys.py::test_what_is_there_is_never_written_over",),
    ),
    Guard(
        6,
        "a new file is linked into its place, which fails where something is",
        "wizard/files.py",
        "os.link(temporary, path)",
        "os.replace(temporary, path)",
        ("tests/unit/test_files.py::test_creating_leaves_what_comes_meanwhile",),
    ),
    Guard(
        6,
        "a file is written beside its place and then moved",
        "wizard/files.py",
        "            temporary.replace(path)\n            _sync_folder",
        "            path.write_bytes(b'')\n            path.write_bytes(content)\n            _sync_folder",
        ("tests/faults/test_killed.py::test_what_needs_no_server",),
    ),
    Guard(
        6,
        "another profile of that name stays",
        "wizard/unattended.py",
        "raise Failure(Kind.PROFILE_DIFFERS, profile.name)",
        "pass",
        ("tests/servers/test_answers.py::test_other_settings_never_overwrite_a_profile",),
    ),
    Guard(
        7,
        "a destination with another computer's backup is noticed",
        "wizard/server/transfer.py",
        "if holder is destination.Holder.ANOTHER:",
        "if False:",
        ("tests/servers/test_answers.py::test_another_computers_backup_is_noticed_before_anything_is_sent",),
    ),
    Guard(
        7,
        "folders of the same last name are kept apart",
        "wizard/schemes/layout.py",
        "if _is_free(label, placed.values())",
        "if True",
        ("tests/unit/test_layout.py::test_labels_are_unique_and_none_is_inside_another",),
    ),
)
