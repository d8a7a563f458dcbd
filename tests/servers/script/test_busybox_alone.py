"""A server whose only tools are busybox's: no getent, no useradd, no install."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.servers.script.test_script import context_for, set_up
from tests.support import programs
from tests.support.servers import setting_up
from tests.support.servers.setting_up import SetUpOffice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LACKING = ("getent", "useradd", "userdel", "usermod", "groupadd")
OTHERS = ("rsync", "sshd", "ssh-keygen")  # what a file server has beside them


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path), None) as running:
        running.start_sshd()
        yield running


@pytest.fixture
def tools(office: SetUpOffice, tmp_path: Path) -> Path:
    """What is first on the path; what busybox lacks is hidden at its usual place, where the script looks as well."""
    folder = tmp_path / "busybox"
    folder.mkdir(mode=0o755)
    subprocess.run([programs.require("busybox"), "--install", "-s", str(folder)], check=True)
    for name in OTHERS:
        (folder / name).symlink_to(programs.require(name))
    return folder


def hide(office: SetUpOffice) -> None:
    for name in LACKING:
        office.run("mount", "--bind", "/dev/null", programs.require(name))


def run(office: SetUpOffice, tools: Path, *options: str) -> subprocess.CompletedProcess[str]:
    argv = office.inside("env", "-i", f"PATH={tools}", str(tools / "sh"), setting_up.SCRIPT, *options)
    return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True)


def test_it_is_set_up_as_foretold_and_taken_back(office: SetUpOffice, sample_folder: Path, tools: Path) -> None:
    office.live_in()
    set_up(office, context_for(office, "rrsync", sample_folder)[0])
    hide(office)
    before = office.standing()
    foretold = run(office, tools, "--check")
    assert (foretold.returncode, foretold.stderr) == (0, "")
    assert office.standing() == before
    done = run(office, tools)
    assert (done.returncode, done.stderr) == (0, "")
    assert foretold.stdout.partition("\n")[2].strip() in done.stdout
    undone = run(office, tools, "--undo")
    assert (undone.returncode, undone.stderr) == (0, "")
    assert office.standing() == before


def test_what_it_lacks_is_said_before_anything_is_changed(
    office: SetUpOffice, sample_folder: Path, tools: Path
) -> None:
    set_up(office, context_for(office, "rrsync", sample_folder)[0])
    hide(office)
    before = office.snapshot()
    for options in (["--check"], []):
        refused = run(office, tools, *options)
        assert refused.returncode != 0
        assert "useradd is not installed: create the account amanda yourself" in refused.stderr
        assert office.snapshot() == before
