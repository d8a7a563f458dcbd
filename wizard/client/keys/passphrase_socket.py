"""A passphrase that the person typed, held by the wizard and given to its own askpass over a private socket."""

from __future__ import annotations

import contextlib
import socket
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.client.keys.secrets import Secret
from wizard.failure import Failure, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_BYTES = 4096


@contextlib.contextmanager
def serve(passphrase: Secret) -> Iterator[Path]:
    """Answer on a socket in a folder that only this user can enter, until the block ends."""
    with (
        tempfile.TemporaryDirectory(prefix="backup-wizard-") as folder,
        socket.socket(socket.AF_UNIX) as listener,
    ):
        path = Path(folder) / "ask"
        listener.bind(str(path))
        listener.listen()
        over = threading.Event()
        thread = threading.Thread(target=_answer_all, args=(listener, passphrase, over), daemon=True)
        thread.start()
        try:
            yield path
        finally:
            over.set()
            with socket.socket(socket.AF_UNIX) as waker:
                waker.connect(str(path))
            thread.join()


def ask(path: Path) -> Secret:
    """The passphrase that the wizard holds.

    Raises:
        Failure: `PASSPHRASE_UNASKED` if no wizard answers there.
    """
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(10)
            connection.connect(str(path))
            return Secret(connection.makefile("rb").read(_MOST_BYTES).decode())
    except OSError as error:
        raise Failure(Kind.PASSPHRASE_UNASKED, "", str(error)) from None


def _answer_all(listener: socket.socket, passphrase: Secret, over: threading.Event) -> None:
    while True:
        connection, _ = listener.accept()
        if over.is_set():
            connection.close()
            return
        with connection, contextlib.suppress(OSError):
            connection.sendall(passphrase.reveal().encode())
