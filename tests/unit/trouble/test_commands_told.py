"""Commands in what is told: whatever an account or a path is called, each is one word of the command."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from string import Formatter

import pytest
from msgspec.structs import replace

from tests.support import programs
from tests.support.data.profiles import a_profile
from wizard import trouble
from wizard.failure import Failure, Kind
from wizard.profile import Key
from wizard.server.exports.ansible import role
from wizard.trouble.words import WORDS

ACCOUNT, FOLDER = "CORP\\nora", "/home/no one/it's $HOME"
# A command that names something, to the end of the quotes, the brackets or the sentence around it.
_COMMAND = re.compile(
    r"(?:sudo )?\b(?:chage|chmod|chown|usermod|sshd?|backup-wizard (?:export|receipt|run|forget))"
    r" [^”)\n]*?\{[^”)\n]*?(?:(?<=…)|(?=”|\)|[.](?:\s|$)|$))"
)
_COMMANDS = [
    (kind, command)
    for kind, words in WORDS.items()
    for text in (words.what, words.to_do, words.forward)
    for quoted in re.findall(r"“[^”]*”|\([^)]*\)|: [a-z][^“(]*|[^“(]*", text)
    for command in _COMMAND.findall(quoted)
    if re.search(r" -\S+ | true|chown|chmod|forget|receipt|run \{", command)
]
_TEMPLATES = Path(trouble.__file__).parents[2] / "assets/templates"


def test_all_of_them_are_found() -> None:
    found = {command.split()[0] for _, command in _COMMANDS}
    assert found >= {"chage", "chmod", "chown", "usermod", "ssh", "sshd", "sudo", "backup-wizard"}


@pytest.mark.parametrize(("kind", "command"), _COMMANDS)
def test_a_command_that_is_told_has_each_value_for_one_word(kind: Kind, command: str) -> None:
    profile = a_profile(key=Key(file=f"{FOLDER}/key"))
    profile = replace(profile, server=replace(profile.server, user=ACCOUNT, root=FOLDER))
    failure = Failure(kind, FOLDER, "It said so.")
    values = trouble._facts(failure, kind, profile)
    told = trouble.explain(failure, profile)
    read = command.format_map(values)
    assert read in told.to_do + told.forward
    words = shlex.split(read)
    assert len(words) == len(command.split()), read
    for _, name, _, _ in Formatter().parse(command):
        assert name is None or any(values[name] in word for word in words), read


def test_the_script_tells_its_commands_so_too() -> None:
    text = (_TEMPLATES / "setup.sh").read_text()
    told = [line for line in text.splitlines() if re.search(r"(?:printf|fail|how=).*: (?:usermod|chmod) -?\S+ ", line)]
    assert len(told) == 5
    assert [line for line in told if "$(word " not in line] == []
    playbook = role.in_a_playbook()
    told = re.findall(r".*: (?:usermod|chown) .*", playbook)
    assert len(told) == 2
    assert [line for line in told if "'$file'" not in line and "| quote" not in line] == []
    word = text[text.index("word() {") :].partition("\n}\n")[0] + "\n}\n"
    for shell in (["dash"], ["busybox", "sh"]):
        for value in (ACCOUNT, FOLDER, "amanda", "/srv/backup"):
            argv = [programs.require(shell[0]), *shell[1:], "-c", f'{word}word "$1"', "sh", value]
            said = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
            assert shlex.split(said) == [value]
            assert (said == value) is (value in {"amanda", "/srv/backup"})
