"""What keeps all that comes from outside from being more than data."""

from __future__ import annotations

from tests.invariants.guard import Guard

GUARDS = (
    Guard(
        2,
        "signs that a terminal obeys are made visible",
        "wizard/text/display.py",
        'return text if text.isprintable() else "".join(map(_visible, text))',
        "return text",
        ("tests/servers/test_hostile_texts.py::test_no_command_passes_it_on",),
    ),
    Guard(
        2,
        "a quote in a value does not end the shell's quote",
        "wizard/server/exports/script.py",
        "text.replace(\"'\", \"'\\\\''\")",
        "text",
        ("tests/unit/server/test_script_text.py::test_a_shell_sees_each_value_byte_for_byte",),
    ),
    Guard(
        2,
        "Ansible reads no template in a value",
        "wizard/server/exports/ansible.py",
        'return f"!unsafe {escaped}" if "{" in text else escaped',
        "return escaped",
        ("tests/servers/ansible/test_ansible_hostile.py::test_at_least_2000_values_come_out_as_they_went_in",),
    ),
    Guard(
        2,
        "a percent sign in a path is no token of ssh's",
        "wizard/schemes/parts/over_ssh.py",
        '.replace("%", "%%")',
        "",
        ("tests/unit/schemes/test_over_ssh.py",),
    ),
    Guard(
        2,
        "each value that the playbook's scripts are told stays in its line",
        "wizard/server/exports/ansible.py",
        "    _require_lines(name, setup.account, root, path, folder.marker)\n",
        "",
        ("tests/servers/ansible/test_ansible_hostile.py::test_a_folder_that_would_not_stay_in_its_line_is_refused",),
    ),
    Guard(
        2,
        "the playbook prints nothing of an account's as such",
        "assets/templates/playbook.yml",
        "\"$said\" | tr -c '\\n -~' '?' >&2",
        '"$said" >&2',
        ("tests/servers/ansible/scripts/test_folders.py::test_what_an_account_prints_reaches_no_terminal_as_such",),
    ),
    Guard(
        2,
        "whatever is printed, the terminal obeys none of it",
        "wizard/console.py",
        "shown = display.printable(text, keep_lines=True)",
        "shown = text",
        (
            "tests/faults/test_hidden_signs.py::test_a_profile_is_listed_and_shown_without_them",
            "tests/faults/test_hidden_signs.py::test_the_walk_on_lines_passes_none_on",
        ),
    ),
    Guard(
        2,
        "whatever a screen shows, the terminal obeys none of it",
        "screens/base_app.py",
        "[*super().get_line_filters(), self._only_text]",
        "super().get_line_filters()",
        ("tests/screens/test_only_text.py::test_no_screen_passes_it_on",),
    ),
    Guard(
        2,
        "a folder on the server has no sign in its name that can't be seen",
        "wizard/rules.py",
        "if not value.isprintable() or value != value.strip():",
        "if _CONTROL.search(value) or value != value.strip():",
        ("tests/unit/core/test_rules.py::test_refuses_in_a_sentence",),
    ),
    Guard(
        2,
        "a setting's name of many parts is refused before it is read",
        "wizard/storage/strict_toml.py",
        "    _refuse_long_keys(text, path)\n",
        "",
        ("tests/faults/test_bounded_work.py::test_a_request_of_any_kind_is_refused_at_once",),
    ),
    Guard(
        2,
        "what a server prints is looked through once for each sign",
        "wizard/trouble/patterns.py",
        "(?>{any}*?(?:{part}))",
        "(?:{any}*?(?:{part}))",
        ("tests/faults/test_bounded_work.py::test_a_pattern_is_linear",),
    ),
    Guard(
        2,
        "a number in what rsync is made to print has so many digits and no more",
        "wizard/client/rsync/output.py",
        "(?P<value>\\d{1,20})(?!\\d)",
        "(?P<value>\\d+)",
        ("tests/faults/test_bounded_work.py::test_what_rsync_is_made_to_list_is_read_at_once",),
    ),
    Guard(
        2,
        "what an admin pastes has every value in quotes",
        "wizard/server/exports/shell_lines.py",
        """piece.replace("'", _QUOTE)""",
        "piece",
        (
            "tests/unit/server/test_covering_message.py::test_the_shell_reads_a_value_back",
            "tests/servers/message/test_message_attacked.py::test_no_value_is_more_than_a_value",
        ),
    ),
    Guard(
        2,
        "the name of who asks can't stand for commands in the message",
        "wizard/rules.py",
        """return sign.isalnum() or sign in " .,'’-" or""",
        "return sign.isprintable() or",
        (
            "tests/unit/server/test_covering_message.py::test_who_asks_is_told_as_far_as_it_can_stand_in_a_text",
            "tests/unit/server/test_requests.py::test_what_can_t_be_taken_is_told_with_its_key_and_line",
        ),
    ),
)
