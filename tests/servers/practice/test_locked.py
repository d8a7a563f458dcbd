"""The practice server's locks, tried by the real ssh, rsync and sftp, and answering as OpenSSH does."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import paramiko
import pytest

from tests.support.data.trees import tree
from tests.support.servers.practice_client import Client, new_key, signed_in

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.server.practice import PracticeServer

pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")

ASK_FOR_SUM = "expr 271828 + 314159"
SUM = "585987"


def test_the_host_keys_fingerprint_is_the_one_that_openssh_prints(server: PracticeServer) -> None:
    scanned = subprocess.run(["ssh-keyscan", "-p", str(server.port), server.host], capture_output=True, check=True)
    listed = subprocess.run(["ssh-keygen", "-lf", "-"], input=scanned.stdout, capture_output=True, check=True)
    assert [line.split()[1] for line in listed.stdout.decode().splitlines()] == [server.fingerprint]


def test_a_dry_run_through_rrsync_works_and_changes_nothing(locked: Client, sample_folder: Path) -> None:
    before = tree(locked.server.home)
    told = locked.rsync("-aHn", "--stats", f"{sample_folder}/", locked.destination)
    assert (told.returncode, told.stderr) == (0, "")
    assert f"Number of created files: {len(tree(sample_folder))}" in told.stdout
    assert tree(locked.server.home) == before


def test_a_backup_of_many_files_and_20_mb_arrives_and_cannot_be_read_back(locked: Client, tmp_path: Path) -> None:
    source = tmp_path / "source"
    for number in range(1500):
        path = source / f"folder {number % 15}" / f"file {number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{number}\n" * 5)
    (source / "large").write_bytes(os.urandom(20_000_000))

    sent = locked.rsync("-a", f"{source}/", locked.destination)
    assert (sent.returncode, sent.stderr) == (0, "")
    assert _contents(locked.server.home / "backup" / "computer") == _contents(source)

    back = locked.rsync("-a", locked.destination, str(tmp_path / "back"))
    assert back.returncode != 0
    assert "write-only" in back.stderr
    assert not list(tmp_path.glob("back/*"))


def test_what_is_sent_both_ways_at_once_arrives_whole_also_while_keys_are_renewed(unlocked: Client) -> None:
    sent = "0123456789abcde\n" * 400_000
    assert unlocked.ssh("cat", more=("-oRekeyLimit=1M",), stdin=sent).stdout == sent


def test_a_locked_key_opens_no_shell(locked: Client) -> None:
    answer = locked.ssh(stdin=f"{ASK_FOR_SUM}\n")
    assert answer.returncode not in (0, 255)
    assert SUM not in answer.stdout
    assert "Not invoked via sshd" in answer.stderr


def test_a_locked_key_runs_no_other_command(locked: Client) -> None:
    answer = locked.ssh(ASK_FOR_SUM)
    assert answer.returncode not in (0, 255)
    assert SUM not in answer.stdout
    assert "rrsync error" in answer.stderr


def test_a_locked_key_gets_no_terminal(locked: Client) -> None:
    assert "PTY allocation request failed" in locked.ssh("true", more=("-tt",)).stderr


def test_a_locked_key_opens_no_sftp(locked: Client) -> None:
    argv = ["sftp", *locked.options(), "-P", str(locked.server.port), f"{locked.server.user}@{locked.server.host}"]
    answer = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert answer.returncode != 0
    assert "rrsync error" in answer.stderr


@pytest.mark.parametrize("target", ["127.0.0.1:1", "/run/no-such-socket"])
def test_a_locked_key_opens_no_tunnel_and_an_unlocked_one_is_told_that_its_end_is_down(
    locked: Client, target: str
) -> None:
    with signed_in(locked) as transport, pytest.raises(paramiko.ChannelException) as refused:
        _open_tunnel(transport, target)
    assert refused.value.code == 1

    locked.server.apply(locked.public_key)
    with signed_in(locked) as transport, pytest.raises(paramiko.ChannelException) as refused:
        _open_tunnel(transport, target)
    assert refused.value.code == 2


def test_no_tunnel_is_opened_through_ssh_itself(locked: Client) -> None:
    answer = locked.ssh(more=("-W", f"127.0.0.1:{locked.server.port}"))
    assert answer.returncode == 255
    assert "administratively prohibited" in answer.stderr
    assert "SSH-2.0" not in answer.stdout
    inward = locked.ssh("true", more=("-oExitOnForwardFailure=yes", "-R", "0:127.0.0.1:1"))
    assert inward.returncode == 255


@pytest.mark.parametrize(
    ("method", "user", "key", "wanted"),
    [
        ("publickey", "amanda", "the right one", True),
        ("publickey", "amanda", "another", False),
        ("publickey", "root", "the right one", False),
        ("password,keyboard-interactive", "amanda", "the right one", False),
    ],
)
def test_only_the_right_key_of_the_right_user_signs_in(
    unlocked: Client, tmp_path: Path, method: str, user: str, key: str, wanted: bool
) -> None:
    client = unlocked if key == "the right one" else Client(unlocked.server, new_key(tmp_path / "other"))
    answer = client.ssh("echo in", user=user, more=(f"-oPreferredAuthentications={method}",))
    assert answer.stdout == ("in\n" if wanted else "")
    assert ("Permission denied (publickey)" in answer.stderr) is not wanted


def _contents(folder: Path) -> dict[str, tuple[str, str]]:
    return {name: (entry.kind, entry.content) for name, entry in tree(folder).items()}


def _open_tunnel(transport: paramiko.Transport, target: str) -> None:
    if target.startswith("/"):
        transport.open_channel("direct-streamlocal@openssh.com")
    else:
        host, port = target.split(":")
        transport.open_channel("direct-tcpip", (host, int(port)), ("127.0.0.1", 1))
