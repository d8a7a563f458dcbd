"""What rsync starts in ssh's place says nothing of its own: it would be taken for the server's words."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import TYPE_CHECKING

from wizard.server.locks import rsync_runner

if TYPE_CHECKING:
    from pathlib import Path


def test_a_server_that_takes_nothing_more_is_no_reason_to_complain(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "way"))
        listening.listen()
        argv = [sys.executable, "-c", rsync_runner._REMOTE_SHELL, str(tmp_path / "way"), "host", "rsync", "--server"]
        running = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert running.stdin
        assert running.stderr
        line, _address = listening.accept()
        with line:
            assert line.recv(100) == b"rsync --server\0"
            line.shutdown(socket.SHUT_RD)
            running.stdin.write(b"what nobody reads")
            running.stdin.close()
            running.stdin = None
            line.sendall(b"the last word")
        said, complaint = running.communicate(timeout=60)
    assert (said, complaint, running.returncode) == (b"the last word", b"", 0)
