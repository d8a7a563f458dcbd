"""What is typed after the program's name: explained, and where it is wrong, told as any other failure is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.commands import backup_wizard
from tests.support.data.profiles import a_profile
from wizard import profiles
from wizard.client.keys import key_files
from wizard.command_names import COMMANDS
from wizard.profile import Key

if TYPE_CHECKING:
    from pathlib import Path

YOU = " — you can mend this — "


@pytest.mark.parametrize(
    ("arguments", "told", "to_do"),
    [
        (["run"], "arguments are required: NAME", "“backup-wizard run --help” says how."),
        (["--nope"], "Unrecognized arguments: --nope", "“backup-wizard --help” says how."),
        (["export", "amamac", "--format", "x"], "invalid choice: 'x'", "“backup-wizard export --help” says how."),
        (["run", "nobody"], "There is no backup “nobody” here", "“backup-wizard list” shows"),
        (["--answers", "nofile"], "There is no file nofile", "Check the name"),
        (["receipt", "amamac", "nofile"], "There is no file nofile", "Check the name"),
        (["export", "amamac", "--format", "secrets"], "but text, authorized-keys, script", "Change it"),
        (["export", "amamac", "--format", "request", "--output", "/no/x"], "no folder to put /no/x into", "Choose"),
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


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_s_help_says_what_it_does(command: str) -> None:
    helped = backup_wizard(command, "--help")
    assert helped.exit_code == 0
    usage, about, *_ = helped.stdout.split("\n\n")
    assert usage.startswith(f"usage: backup-wizard {command}")
    assert about.endswith(".")
    assert "Exit codes: 0 done" in helped.stdout


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
