"""What the tests stand on holds: nothing of the person's is in reach, and nothing is left behind."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import programs
from tests.support.data.profiles import towards
from tests.support.data.samples import NAMES
from tests.support.data.trees import tree
from tests.support.servers.sign_in import OWN_FAILURE, let_in, sign_in
from wizard.client.keys import key_files
from wizard.schemes.facts import ClientFacts
from wizard.schemes.parts import over_ssh
from wizard.storage import paths

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import StartSshd
    from tests.support.network.lifeline import Lifeline
    from tests.support.servers.real_sshd import RealSshd


def test_a_missing_program_fails_and_is_no_reason_to_skip() -> None:
    with pytest.raises(pytest.fail.Exception, match="no-such-program is missing"):
        programs.require("no-such-program")


def test_nothing_of_the_person_s_is_in_reach(home: Path) -> None:
    assert Path.home() == home
    assert all(home in place.parents for place in (paths.config(), paths.state()))
    assert not {"SSH_AUTH_SOCK", "DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "PYTHON_KEYRING_BACKEND"} & set(os.environ)


def test_a_server_ends_with_all_its_sessions(sshd: RealSshd, lifeline: Lifeline) -> None:
    profile = towards(sshd)
    key_files.make(profile.key_path, "test", None)
    let_in(sshd, profile, f'restrict,command="exec 3>{lifeline.path}; sleep 600 & echo ready; wait"')
    argv = over_ssh.ssh_command(profile, ClientFacts(known_hosts=paths.known_hosts()))
    with subprocess.Popen(
        [*argv, "--", sshd.host], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as session:
        assert session.stdout
        assert session.stdout.readline() == b"ready\n"
        sshd.end()
        lifeline.wait()
    assert session.returncode == OWN_FAILURE


def test_a_server_ends_with_what_its_gone_clients_have_left(sshd: RealSshd, lifeline: Lifeline) -> None:
    profile = towards(sshd)
    key_files.make(profile.key_path, "test", None)
    let_in(sshd, profile, f'restrict,command="exec 3>{lifeline.path}; echo ready; exec sleep 600"')
    argv = over_ssh.ssh_command(profile, ClientFacts(known_hosts=paths.known_hosts()))
    with subprocess.Popen([*argv, "--", sshd.host], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as session:
        assert session.stdout
        assert session.stdout.readline() == b"ready\n"
        session.kill()
    sshd.wait_for("Close session")
    sshd.end()
    lifeline.wait()


def test_a_server_with_strict_modes_ignores_keys_in_an_open_folder(start_sshd: StartSshd) -> None:
    sshd = start_sshd(strict_modes=True)
    sshd.authorized_keys.parent.chmod(0o777)
    profile = towards(sshd)
    key_files.make(profile.key_path, "test", None)
    let_in(sshd, profile)
    assert sign_in(profile).returncode == OWN_FAILURE
    sshd.wait_for("bad ownership or modes")


def test_a_server_takes_settings_of_the_test_s_own(start_sshd: StartSshd) -> None:
    sshd = start_sshd(settings=["PubkeyAuthentication no"])
    profile = towards(sshd)
    key_files.make(profile.key_path, "test", None)
    let_in(sshd, profile)
    assert sign_in(profile).returncode == OWN_FAILURE


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "-rf").write_bytes(b"x" * (folder / "-rf").stat().st_size),
        lambda folder: (folder / "-rf").chmod(0o600),
        lambda folder: os.utime(folder / "-rf", ns=(0, (folder / "-rf").stat().st_mtime_ns + 1)),
        lambda folder: (folder / "-rf").rename(folder / "-fr"),
        lambda folder: os.utime(folder, ns=(0, 1)),
        lambda folder: (folder / "empty").rmdir(),
        lambda folder: ((folder / "link").unlink(), (folder / "link").symlink_to("two words.txt")),
    ],
    ids=["content", "mode", "time", "name", "folder's time", "folder", "link"],
)
def test_a_tree_shows_every_change(sample_folder: Path, change: Callable[[Path], object]) -> None:
    before = tree(sample_folder)
    assert set(NAMES) <= set(before)
    assert tree(sample_folder) == before
    change(sample_folder)
    assert tree(sample_folder) != before
