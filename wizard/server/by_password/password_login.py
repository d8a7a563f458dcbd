"""One sign-in with the account's password, to the server that was confirmed and to no other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paramiko import AuthenticationException, BadAuthenticationType, SSHException

from wizard.client.ssh.transport import meet
from wizard.failure import Failure, Kind

if TYPE_CHECKING:
    from paramiko import Channel, Transport

    from wizard.client.keys.secrets import Secret
    from wizard.profile import Profile

_SECONDS = 20.0
_LONGEST_ANSWER = 16 * 2**20


@dataclass(frozen=True)
class ScriptResult:
    """What a script ended with and printed."""

    exit_code: int
    stdout: bytes
    stderr: bytes


class PasswordLogin:
    """A connection that runs scripts as the account; the password is held for as long as signing in takes."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._transport: Transport | None = None

    def sign_in(self, password: Secret) -> None:
        """Connect, and sign in once the server is seen to be the one that was confirmed.

        Raises:
            Failure: `HOST_KEY_UNKNOWN` or `HOST_KEY_CHANGED` before the password is used; `PASSWORD_WRONG` or
                `PASSWORD_NOT_TAKEN`; or as for `transport.meet`.
        """
        self._transport = meet(self._profile)
        _sign_in(self._transport, self._profile.server.user, password)

    @property
    def is_open(self) -> bool:
        """Whether scripts can be run."""
        return self._transport is not None and self._transport.is_active()

    def close(self) -> None:
        """End the connection."""
        if self._transport:
            self._transport.close()

    def run(self, script: bytes) -> ScriptResult:
        """Run a POSIX shell script to its end, whatever the account's login shell is.

        Raises:
            Failure: `CONNECTION_CUT` or `TIMED_OUT`.
        """
        assert self._transport
        try:
            channel = self._transport.open_session(timeout=_SECONDS)
            channel.settimeout(_SECONDS)
            with channel:
                # Not as an argument: each login shell has quotes of its own.
                channel.exec_command("/bin/sh")
                _give(channel, script)
                stdout = _all(channel)
                return ScriptResult(channel.recv_exit_status(), stdout, channel.recv_stderr(_LONGEST_ANSWER))
        except TimeoutError:
            raise Failure(Kind.TIMED_OUT, self._profile.server.host) from None
        except (SSHException, EOFError, OSError) as error:
            raise Failure(Kind.CONNECTION_CUT, self._profile.server.host, str(error)) from None


def _sign_in(transport: Transport, user: str, password: Secret) -> None:
    try:
        transport.auth_password(user, password.reveal())
    except BadAuthenticationType:
        kind, printed = Kind.PASSWORD_NOT_TAKEN, ""
    except AuthenticationException:
        kind, printed = Kind.PASSWORD_WRONG, ""
    except (SSHException, EOFError, OSError) as error:
        kind, printed = Kind.CONNECTION_CUT, str(error)
    else:
        return
    finally:
        if transport.auth_handler is not None:
            transport.auth_handler.password = None
    # Raised out here, so that it doesn't carry paramiko's frames along, which hold the password.
    raise Failure(kind, user, printed)


def _give(channel: Channel, script: bytes) -> None:
    try:
        channel.sendall(script)
        channel.shutdown_write()
    except TimeoutError:
        raise
    except OSError:
        # A shell that ends at once takes nothing, and says why; a connection that is cut tells no exit code.
        if channel.recv_exit_status() < 0:
            raise


def _all(channel: Channel) -> bytes:
    read = bytearray()
    while part := channel.recv(2**16):
        read += part
        if len(read) > _LONGEST_ANSWER:
            raise OSError("the server says more than it was asked")
    return bytes(read)
