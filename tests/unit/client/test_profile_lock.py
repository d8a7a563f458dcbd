"""Two programs never work on one backup at once, and a lock that was left behind is no obstacle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from wizard.client import forgetting, profile_lock
from wizard.client.session import Session
from wizard.failure import Failure, Kind
from wizard.profile import Profile
from wizard.storage import files, paths, profiles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HOLDER = """\
import sys
from wizard.client import profile_lock
with profile_lock.alone("amamac"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder() -> Iterator[subprocess.Popen[str]]:
    """Another program that holds the backup."""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", _HOLDER], stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def _is_held() -> bool:
    try:
        with profile_lock.alone("amamac"):
            return False
    except Failure as failure:
        assert (failure.kind, failure.about) == (Kind.PROFILE_IN_USE, "amamac")
        return True


def test_the_second_program_is_told_to_wait_until_the_first_is_done(holder: subprocess.Popen[str]) -> None:
    assert _is_held()
    with profile_lock.alone("another"):
        assert _is_held()
    holder.communicate()
    assert not _is_held()


def test_a_lock_left_by_a_killed_program_is_no_obstacle(holder: subprocess.Popen[str]) -> None:
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    assert (paths.walk_state("amamac") / "lock").exists()
    assert not _is_held()


def test_a_session_holds_as_often_as_it_is_asked_and_until_it_ends() -> None:
    with Session() as session:
        session.hold("amamac")
        session.hold("amamac")
        assert _is_held()
    assert not _is_held()


def test_one_that_waited_for_a_backup_which_was_forgotten_holds_the_new_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    profiles.save(Profile(name="amamac"))
    opening = files.open_own

    def forgotten_meanwhile(path: Path) -> int:
        descriptor = opening(path)
        monkeypatch.setattr(files, "open_own", opening)
        forgetting.forget("amamac", remove_key=False)
        return descriptor

    monkeypatch.setattr(files, "open_own", forgotten_meanwhile)
    with profile_lock.alone("amamac"):
        assert not profiles.exists("amamac")
        assert _is_held()
