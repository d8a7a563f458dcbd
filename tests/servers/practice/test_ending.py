"""What a client or the practice server leaves behind when it ends: nothing."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import struct
import threading
from typing import TYPE_CHECKING

import pytest

from tests.support import processes
from tests.support.servers.practice_client import (
    Client,
    first_number,
    held,
    holds_no_more_than,
    new_key,
    started,
    wait_until,
)
from wizard.server.practice import PracticeServer

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")

GARBAGE = (
    b"",
    b"\0" * 300,
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"SSH-1.5-old\r\n",
    b"SSH-2.0-scan\r\n",
    b"SSH-2.0-scan\r\n" + b"\xff" * 300,
    b"SSH-2.0-scan\r\n\0\0\0\x0c\x0a\x15" + b"\0" * 40,
    b"SSH-2.0-scan\r\n\0\0\0\x0c\x0a\x14" + b"\0" * 40,
)


def test_a_client_killed_midway_leaves_no_process_and_no_half_file(locked: Client, tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "large").write_bytes(os.urandom(20_000_000))
    argv = locked.rsync_argv("-a", "--bwlimit=500", f"{tmp_path}/source/", locked.destination)
    ours = set(processes.descendants(os.getpid()))
    with started(argv) as rsync:
        wait_until(lambda: list(locked.server.home.glob("backup/computer/.large.*")))
        theirs = set(processes.descendants(rsync.pid)) | {rsync.pid}
        on_server = set(processes.descendants(os.getpid())) - ours - theirs
        assert on_server
    wait_until(lambda: not any(map(processes.is_running, on_server)))
    assert not list(locked.server.home.glob("backup/computer/.large.*"))
    assert locked.rsync("-a", f"{tmp_path}/source/", locked.destination).returncode == 0


@pytest.mark.parametrize(("habit", "grace"), [("", 600), ("trap '' HUP;", 0.3)])
def test_a_command_that_waits_for_nothing_from_its_client_ends_with_it(
    unlocked: Client, monkeypatch: pytest.MonkeyPatch, habit: str, grace: float
) -> None:
    monkeypatch.setattr("wizard.server.practice.session._GRACE_SECONDS", grace)
    with started(unlocked.ssh_argv(f"{habit} echo $$; sleep 600; sleep 600")) as ssh:
        pid = first_number(ssh)
        children = processes.descendants(pid)
        assert processes.is_running(pid)
    wait_until(lambda: not any(map(processes.is_running, [pid, *children])))


def test_stopping_ends_all_that_is_still_under_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.server.practice.session._GRACE_SECONDS", 0.3)
    before = held()
    with contextlib.ExitStack() as clients:
        with PracticeServer(tmp_path / "practice") as server:
            client = Client(server, new_key(tmp_path / "key"))
            server.apply(client.public_key)
            silent = clients.enter_context(socket.create_connection((server.host, server.port)))
            greeted = clients.enter_context(socket.create_connection((server.host, server.port)))
            greeted.sendall(b"SSH-2.0-scan\r\n")
            for command in ("echo 1; sleep 600", "echo 1; yes", "echo 1; exec sleep 600"):
                first_number(clients.enter_context(started(client.ssh_argv(command))))
            # As with OpenSSH, what has left its session lives on, here with hold of all its pipes.
            leaver = client.ssh_argv("setsid sh -c 'echo $$; exec sleep 600' & wait")
            survivor = first_number(clients.enter_context(started(leaver)))
        assert processes.is_running(survivor)
        os.kill(survivor, signal.SIGKILL)
        assert threading.active_count() <= before[0]
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((server.host, server.port))
        assert silent
    assert holds_no_more_than(before)


def test_garbage_neither_stops_the_server_nor_is_spoken_of(
    unlocked: Client, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    for garbage in GARBAGE:
        for reset in (False, True):
            with socket.create_connection((unlocked.server.host, unlocked.server.port)) as scanner:
                scanner.sendall(garbage)
                if reset:
                    scanner.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert unlocked.ssh("echo serving").stdout == "serving\n"
    assert capfd.readouterr().err == ""
    assert not caplog.records
