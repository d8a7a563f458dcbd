"""ssh signing in while this program goes on with something else; it leaves a connection for others to use."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wizard.failure import Failure, Kind
from wizard.schemes.parts import over_ssh

if TYPE_CHECKING:
    from wizard.client.access import Access
    from wizard.profile import Profile

_LINGERS_SECONDS = 5
_TO_END_SECONDS = 10.0  # it is asked over a socket of this computer, so it answers at once
_LONGEST_PATH = 85  # a socket's may have 103 bytes on a Mac, and ssh begins with one that is longer than the last
_MOST_SAID = 1 << 16


class SigningIn:
    """One sign-in, which has begun; whoever made it closes it.

    The connection ends some seconds after its last use by itself, should nobody be left to end it.
    """

    def __init__(self, argv: list[str], access: Access, folder: tempfile.TemporaryDirectory[str]) -> None:
        self.access = access
        self._argv, self._folder = argv, folder
        self._said = tempfile.TemporaryFile(dir=folder.name)  # noqa: SIM115 - closed in close()
        to_stay = ["-M", "-N", "-o", f"ControlPersist={_LINGERS_SECONDS}"]
        self._process = subprocess.Popen(
            [argv[0], *to_stay, *argv[1:]],
            env=access.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._said,
            start_new_session=True,
        )
        self.is_closed = False

    def wait(self) -> int:
        """The exit code, once there is one: 0 where the connection is there, 255 where we were not let in."""
        return self._process.wait()

    @property
    def said(self) -> str:
        """What ssh has said on its standard error, after what the ssh to a jump host has said."""
        own = os.pread(self._said.fileno(), _MOST_SAID, 0)
        with contextlib.suppress(FileNotFoundError), _jump_log(self._folder).open("rb") as log:
            own = log.read(_MOST_SAID) + own
        return own.decode(errors="backslashreplace")

    def close(self) -> None:
        """End the sign-in, or the connection that it left."""
        if self.is_closed:
            return
        self.is_closed = True
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        assert self.access.facts.connection
        if self.access.facts.connection.exists():
            with contextlib.suppress(OSError, subprocess.SubprocessError):  # ControlPersist ends it anyway
                subprocess.run(
                    [*self._argv[:-2], "-O", "exit", *self._argv[-2:]],
                    env=self.access.environment,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,  # with pipes, Python notices at once that it has ended; without, it only polls
                    timeout=_TO_END_SECONDS,
                    check=False,
                )
        self._said.close()
        self._folder.cleanup()


def begin(profile: Profile, access: Access) -> SigningIn | None:
    """Begin to sign in with ssh; what uses the `access` of the sign-in asks over its connection, once it is there.

    Returns `None` where no connection can be kept, because its socket's path would be too long.

    Raises:
        Failure: `NO_SSH`.
    """
    folder = tempfile.TemporaryDirectory(prefix="backup-wizard-", ignore_cleanup_errors=True)
    path = Path(folder.name) / "ssh"
    if len(os.fsencode(path)) > _LONGEST_PATH:
        folder.cleanup()
        return None
    over_it = replace(access, facts=replace(access.facts, connection=path), signing_in=None)
    facts = replace(over_it.facts, jump_log=_jump_log(folder))  # ssh drops what that says, to stay in the background
    try:
        return SigningIn([*over_ssh.ssh_command(profile, facts), "--", profile.server.host], over_it, folder)
    except OSError as error:
        folder.cleanup()
        raise Failure(Kind.NO_SSH, "ssh", str(error)) from None


def _jump_log(folder: tempfile.TemporaryDirectory[str]) -> Path:
    return Path(folder.name) / "jump"
