"""What is typed after the program's name: explained, and where it is wrong, told as any other failure is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.support.commands import backup_wizard
from tests.support.data.profiles import a_profile
from wizard import cli, command_line
from wizard.client.keys import key_files
from wizard.client.keys.secrets import Secret
from wizard.command_names import COMMANDS
from wizard.commands import terminal
from wizard.failure import Failure, Kind
from wizard.profile import Key
from wizard.server import exports
from wizard.storage import profiles

if TYPE_CHECKING:
    from pathlib import Path

YOU = " — you can fix this — "


@pytest.mark.parametrize(
    ("arguments", "told", "to_do"),
    [
        (["run"], "arguments are required: NAME", "See “backup-wizard run --help”."),
        (["--nope"], "Unrecognized arguments: --nope", "See “backup-wizard --help”."),
        (["export", "amamac", "--format", "x"], "invalid choice: 'x'", "See “backup-wizard export --help”."),
        (["run", "nobody"], "There is no backup “nobody” on this computer", "“backup-wizard list” shows"),
        (["--answers", "nofile"], "The file nofile doesn't exist", "Check the name"),
        (["receipt", "amamac", "nofile"], "The file nofile doesn't exist", "Check the name"),
        (["export", "amamac", "--format", "secrets"], "Use one of these: text, authorized-keys, script", "Correct it"),
        (
            ["export", "amamac", "--format", "request", "--output", "/no/x"],
            "The folder for /no/x doesn't exist",
            "Choose",
        ),
    ],
)
def test_what_is_wrong_is_told_with_what_to_do_next(arguments: list[str], told: str, to_do: str) -> None:
    profile = a_profile(key=Key(protection="none"))
    profiles.save(profile)
    key_files.make(profile.key_path, "amanda@pc", None)
    ended = backup_wizard(*arguments)
    assert (ended.exit_code, ended.stdout) == (2, "")
    what, what_to_do = ended.stderr.split(YOU)
    assert told in what
    assert to_do in what_to_do


def test_every_command_is_a_word_that_no_backup_can_have() -> None:
    """One that is not would be taken for a new backup's name."""
    subcommands = next(filter(None, (action.choices for action in command_line._commands()._actions)))
    assert sorted(subcommands) == sorted(COMMANDS)


def test_every_format_can_be_asked_for() -> None:
    """They are named twice, since a command that exports nothing starts without reading the exports."""
    assert tuple(exports.FORMATS) == command_line._FORMATS
    for name in exports.FORMATS:
        assert name in command_line._FORMATS_TOLD


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_s_help_says_what_it_does(command: str) -> None:
    helped = backup_wizard(command, "--help")
    assert helped.exit_code == 0
    usage, about, *_ = helped.stdout.split("\n\n")
    assert usage.startswith(f"usage: backup-wizard {command}")
    assert about.endswith(".")
    assert "Exit codes: 0 done" in helped.stdout


def test_who_ends_the_input_at_a_question_is_told_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with Ctrl+D, which is no mistake of the program's."""
    profile = a_profile(key=Key(protection="ask"))
    profiles.save(profile)
    key_files.make(profile.key_path, key_files.comment_for(profile.name), Secret("a long passphrase"))

    def ends(_: str = "") -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", ends)
    monkeypatch.setattr("getpass.getpass", ends)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    with pytest.raises(Failure) as unasked:
        asyncio.run(terminal._ask(profile))
    assert unasked.value.kind is Kind.PASSPHRASE_UNASKED
    assert cli.main(["forget", profile.name]) == 0
    assert profile.key_path.exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_of_answers_may_be_called_as_a_command_is(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / command).write_text('format = 1\nname = "amamac"\nnonsense = true\n')
    ended = backup_wizard("--answers", command)
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert "nonsense" in ended.stderr


def test_a_command_s_word_is_no_name_of_a_backup_after_an_option_either() -> None:
    ended = backup_wizard("--plain", "check")
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert "command" in ended.stderr
