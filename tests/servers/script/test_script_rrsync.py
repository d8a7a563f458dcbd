"""Where rrsync is: the receipt, the password's way and the key's line look in the same places."""

from __future__ import annotations

import re
import shlex
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.servers.script.test_script import context_for, set_up
from tests.support import programs
from tests.support.attacks import faults
from tests.support.servers import placing, setting_up
from tests.support.servers.setting_up import SetUpOffice
from wizard.schemes.facts import RRSYNC_PATHS
from wizard.schemes.parts import over_ssh

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wizard.client.access import Access
    from wizard.profile import Profile

OFF_PATH = "/usr/libexec/rsync/rrsync"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path)) as running:
        running.start_sshd()
        running.cover("/usr/libexec")
        yield running


def found(office: SetUpOffice) -> str:
    """What the receipt says of rrsync."""
    told = re.search(r"^rrsync: (.*)$", office.script().stdout, re.MULTILINE)
    assert told
    return told[1]


def read_back(profile: Profile, admitted: Access, folder: Path) -> str:
    """What goes wrong when the key's owner reads the backup."""
    ssh = shlex.join(over_ssh.ssh_command(profile, admitted.facts))
    argv = [programs.require("rsync"), "-r", "-e", ssh, f"{profile.server.host}:", f"{folder}/"]
    return subprocess.run(argv, capture_output=True, text=True).stderr


def test_an_rrsync_off_the_account_s_path_is_found_and_reads(
    office: SetUpOffice, sample_folder: Path, tmp_path: Path
) -> None:
    assert OFF_PATH in RRSYNC_PATHS
    office.run("install", "-D", programs.require("rrsync"), OFF_PATH)
    context, admitted = context_for(office, "rrsync", sample_folder, scheme={"write_only": False})
    set_up(office, context)
    with faults.without_rrsync(office):
        assert found(office) == OFF_PATH
        office.as_account(f"echo hello > {placing.OWN}/hello.txt")
        assert read_back(context.profile, admitted, tmp_path / "back") == ""
    assert (tmp_path / "back/hello.txt").read_text() == "hello\n"


def test_an_rrsync_that_only_root_would_find_is_none(office: SetUpOffice, sample_folder: Path, tmp_path: Path) -> None:
    office.run("install", "-D", programs.require("rrsync"), "/usr/local/sbin/rrsync")
    context, admitted = context_for(office, "rrsync", sample_folder, scheme={"write_only": False})
    set_up(office, context)
    with faults.without_rrsync(office):
        assert found(office) == "none"
        assert "finds no rrsync to read with" in read_back(context.profile, admitted, tmp_path / "back")
