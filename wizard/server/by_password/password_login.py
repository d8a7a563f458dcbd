"""One sign-in with the account's password, to the server that was confirmed and to no other."""

from __future__ import annotations

import logging
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paramiko import AuthenticationException, BadAuthenticationType, SSHException, Transport

from wizard.client.host_keys import known_hosts
from wizard.failure import Failure, Kind

if TYPE_CHECKING:
    from paramiko import Channel

    from wizard.client.keys.secrets import Secret
    from wizard.profile import Profile

_SECONDS = 20.0
_LONGEST_ANSWER = 16 * 2**20
_RSA = ("rsa-sha2-512", "rsa-sha2-256")
_SILENT = logging.getLogger("backup-wizard.password-login")
_SILENT.setLevel(logging.CRITICAL + 1)  # paramiko would print each failure with its traceback


@dataclass(frozen=True)
class Answer:
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
                `PASSWORD_NOT_TAKEN`; or there is no way to the server.
        """
        self._transport = _meet(self._profile)
        _sign_in(self._transport, self._profile.server.user, password)

    @property
    def is_open(self) -> bool:
        """Whether scripts can be run."""
        return self._transport is not None and self._transport.is_active()

    def close(self) -> None:
        """End the connection."""
        if self._transport:
            self._transport.close()

    def run(self, script: bytes) -> Answer:
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
                return Answer(channel.recv_exit_status(), stdout, channel.recv_stderr(_LONGEST_ANSWER))
        except TimeoutError:
            raise Failure(Kind.TIMED_OUT, self._profile.server.host) from None
        except (SSHException, EOFError, OSError) as error:
            raise Failure(Kind.CONNECTION_CUT, self._profile.server.host, str(error)) from None


def _meet(profile: Profile) -> Transport:
    """A connection to the server, once it has shown a key that was confirmed."""
    host, confirmed = profile.server.host, known_hosts.confirmed(profile)
    if not confirmed:
        raise Failure(Kind.HOST_KEY_UNKNOWN, host)
    try:
        transport = Transport(socket.create_connection((host, profile.server.port), _SECONDS))
    except TimeoutError:
        raise Failure(Kind.TIMED_OUT, f"{host}:{profile.server.port}") from None
    except socket.gaierror as error:
        raise Failure(Kind.NAME_UNKNOWN, host, str(error)) from None
    except ConnectionRefusedError as error:
        raise Failure(Kind.PORT_CLOSED, f"{host}:{profile.server.port}", str(error)) from None
    except OSError as error:
        raise Failure(Kind.HOST_UNREACHABLE, host, str(error)) from None
    try:
        transport.set_log_channel(_SILENT.name)
        types = [type for key in confirmed for type in (_RSA if key.type == "ssh-rsa" else (key.type,))]
        options = transport.get_security_options()
        options.key_types = [type for type in options.key_types if type in types]
        transport.start_client(timeout=_SECONDS)
        shown = transport.get_remote_server_key()
    except (SSHException, EOFError, OSError, ValueError) as error:
        transport.close()
        kind = Kind.HOST_KEY_CHANGED if "no acceptable host key" in str(error).lower() else Kind.CONNECTION_CUT
        raise Failure(kind, host, str(error)) from None
    if (shown.get_name(), shown.get_base64()) not in {(key.type, key.blob) for key in confirmed}:
        transport.close()
        raise Failure(Kind.HOST_KEY_CHANGED, host)
    return transport


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
            raise OSError("The server says more than it was asked")
    return bytes(read)
