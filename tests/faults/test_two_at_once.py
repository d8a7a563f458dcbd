"""Two programs on one backup: the second is told to wait, in words, and nothing is changed by it."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import processes
from tests.support.commands import backup_wizard
from tests.support.data.profiles import a_profile
from tests.support.data.trees import tree
from wizard.client import profile_lock
from wizard.client.session import Session
from wizard.profile import Server
from wizard.storage import paths, profiles
from wizard.walk import plain, steps
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.table import AddRow
    from wizard.profile import Profile

TABLE = "Two at once: the second is told to wait"
WAIT = "Another backup-wizard window is using the backup “amamac” — you can fix this — Wait until it has finished"


@pytest.fixture
def silent_server() -> Iterator[socket.socket]:
    """A server that takes a connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        yield server


@pytest.fixture
def profile(silent_server: socket.socket, sample_folder: Path) -> Profile:
    port = silent_server.getsockname()[1]
    server = Server(host="127.0.0.1", port=port, user="amanda", host_keys=a_profile().server.host_keys)
    profile = a_profile(server=server, folders=(str(sample_folder),))
    steps.record(Walk(profile, Step.SCHEME, Step.SCHEME))
    return profile


@contextlib.contextmanager
def busy(server: socket.socket, *arguments: str) -> Iterator[None]:
    """A real program that is at work on the backup, and waits for its server."""
    program = Path(sys.executable).parent / "backup-wizard"
    process = subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)
    try:
        with server.accept()[0]:
            process.send_signal(signal.SIGSTOP)  # or it would lose patience with the server, sooner or later
            yield
    finally:
        processes.end(process)


def refused(home: Path, *arguments: str) -> None:
    before = tree(home)
    ran = backup_wizard(*arguments)
    assert (ran.exit_code, ran.stdout) == (69, "")
    assert WAIT in ran.stderr
    after = tree(home)
    assert {name for name in before if "last-trouble" not in name and before[name] != after.get(name)} == set()


@pytest.mark.parametrize("first", [["run", "amamac"], ["--answers"]], ids=lambda words: words[0])
def test_while_one_is_at_work(
    first: list[str], profile: Profile, silent_server: socket.socket, home: Path, tmp_path: Path, add_row: AddRow
) -> None:
    answers = tmp_path / "answers.toml"
    answers.write_text(profiles.dumps(profile))
    arguments = [*first, *([str(answers)] if first == ["--answers"] else [])]
    with busy(silent_server, *arguments):
        for second in (
            ["run", "amamac"],
            ["receipt", "amamac"],
            ["forget", "amamac", "--remove-key"],
            ["--answers", str(answers)],
        ):
            refused(home, *second)
            add_row(TABLE, f"{first[0]}, then {second[0]}")
    assert backup_wizard("forget", "amamac").exit_code == 0  # the first was killed, and its lock is no obstacle
    assert not paths.profile("amamac").exists()


def test_the_walk_on_lines_waits_and_goes_on(
    profile: Profile, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], add_row: AddRow
) -> None:
    first = contextlib.ExitStack()
    first.enter_context(profile_lock.alone("amamac"))
    asked = []

    def answer(question: str) -> str:
        asked.append(question)
        if len(asked) > 2:
            raise EOFError
        if len(asked) == 2:
            first.close()
        return ""

    monkeypatch.setattr("builtins.input", answer)
    with Session() as session:
        assert plain.walk(Walk(profile, Step.SCHEME, Step.SCHEME), session) == 0
    printed = capsys.readouterr()
    assert printed.err.count(WAIT) == 2
    assert "Sign in" in printed.out
    add_row(TABLE, "a wizard, then --plain")
