"""A practice server: what stands in for the office's file server in the demo and in tests."""

from __future__ import annotations

import io
import selectors
import socket
import threading
import time
from typing import TYPE_CHECKING, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from paramiko import Ed25519Key

from wizard.client.host_keys.known_hosts import HostKey
from wizard.server.practice import authorized_keys
from wizard.server.practice.connection import Account, PracticeConnection
from wizard.server.practice.ending import Ending
from wizard.storage import files

if TYPE_CHECKING:
    from pathlib import Path


class PracticeServer:
    """An SSH server on this machine's loopback that behaves as OpenSSH's would for one account.

    It serves from entering its `with` block to leaving it, on a free port that is known from then on. A command
    ends with its client; what has left the command's session for one of its own lives on, as with OpenSSH.

    What differs: keys on security tokens are not known. Nothing is tunnelled: where a line allows it, a tunnel out
    answers as if its far end were down, and a tunnel in is refused, as X11 always is. Without a forced command to
    answer for it, there is no sftp.
    """

    host = "127.0.0.1"
    user = "amanda"

    def __init__(self, folder: Path) -> None:
        self.port = 0
        self.home = files.private_folder(folder / "home")
        self.authorized_keys = files.private_folder(self.home / ".ssh") / "authorized_keys"
        self._account = Account(self.user, self.home, self.authorized_keys, _new_host_key())
        self._connections: list[PracticeConnection] = []

    @property
    def fingerprint(self) -> str:
        """The host key's SHA256 fingerprint as OpenSSH prints it."""
        key = self._account.host_key
        return HostKey(key.get_name(), key.get_base64()).fingerprint

    def apply(self, authorized_keys_text: str) -> None:
        """Do as an admin does: put the text into authorized_keys, in place of earlier lines with its keys.

        Raises:
            Failure: the file can't be written.
        """
        new = authorized_keys_text.encode().strip(b"\n").split(b"\n")
        keys = {line.key for line in map(authorized_keys.parse, new) if line}
        kept = []
        if self.authorized_keys.exists():
            for line in self.authorized_keys.read_bytes().split(b"\n"):
                parsed = authorized_keys.parse(line)
                if line and line not in new and (parsed is None or parsed.key not in keys):
                    kept.append(line)
        files.replace(self.authorized_keys, b"".join(line + b"\n" for line in kept + new))

    def __enter__(self) -> Self:
        self._listener = socket.create_server((self.host, 0))
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]
        self._closing = Ending()
        self._thread = threading.Thread(target=self._accept_all, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.come()
        self._thread.join()
        self._closing.close()
        self._listener.close()
        for connection in self._connections:
            connection.close()
        for connection in self._connections:
            connection.join()
        self._connections.clear()

    def _accept_all(self) -> None:
        for _ in self._closing.turns(self._listener.fileno(), selectors.EVENT_READ):
            try:
                connected, _address = self._listener.accept()
            except OSError:
                time.sleep(0.05)  # out of descriptors: let others end first
                continue
            try:
                connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection = PracticeConnection(self._account, connected)
            except OSError:  # the client is gone already
                connected.close()
                continue
            connection.start()
            self._connections = [*filter(PracticeConnection.is_alive, self._connections), connection]


def _new_host_key() -> Ed25519Key:
    private = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    return Ed25519Key(file_obj=io.StringIO(private.decode()))
