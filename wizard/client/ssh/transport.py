"""paramiko's transport, with what it lacks: it meets confirmed servers alone, and knows OpenSSH's socket tunnels."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from paramiko import BadAuthenticationType, Message, SSHException, Transport
from paramiko.common import cMSG_CHANNEL_OPEN, cMSG_SERVICE_REQUEST
from paramiko.ssh_exception import IncompatiblePeer

from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.client.ssh import dial
from wizard.failure import Failure, Kind, ProgramFailed

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

    from paramiko import Channel

    from wizard.client.ssh.dial import Target
    from wizard.profile import Profile

SECONDS = 5.0
SECONDS_TO_SIGN_IN = 15.0
_SOCKET_TUNNEL = "direct-streamlocal@openssh.com"
_OPENS_SOCKET_TUNNEL = cMSG_CHANNEL_OPEN + len(_SOCKET_TUNNEL).to_bytes(4, "big") + _SOCKET_TUNNEL.encode()
_SIGN_IN = "ssh-userauth"
_ASKS_TO_SIGN_IN = cMSG_SERVICE_REQUEST + len(_SIGN_IN).to_bytes(4, "big") + _SIGN_IN.encode()
_NO_COMMON_TYPE = "no acceptable host key"
_SILENT = logging.getLogger("backup-wizard.connection")
_SILENT.setLevel(logging.CRITICAL + 1)  # paramiko logs each refusal as an error


class QuietTransport(Transport):
    """A transport that logs nothing, for one sign-in."""

    _payload = b""
    _has_asked_to_sign_in = False

    def __init__(self, connected: socket.socket) -> None:
        super().__init__(connected)
        self._opening = threading.Lock()
        self.set_log_channel(_SILENT.name)
        self.banner_timeout = self.handshake_timeout = self.auth_timeout = SECONDS_TO_SIGN_IN

    def require(self, confirmed: Sequence[HostKey], host: str) -> None:
        """Agree on one of the confirmed host keys.

        Raises:
            Failure: `HOST_KEY_CHANGED`.
            SSHException, EOFError, OSError: the server broke off, or speaks no ssh that we do.
        """
        options = self.get_security_options()
        options.key_types = [name for name in options.key_types if _family(name) in {key.type for key in confirmed}]
        try:
            self.start_client(timeout=SECONDS_TO_SIGN_IN)
        except SSHException as error:
            if _NO_COMMON_TYPE not in str(error):
                raise
            raise Failure(Kind.HOST_KEY_CHANGED, host, str(error)) from None
        shown = self.get_remote_server_key()
        if not any((key.type, key.blob) == (shown.get_name(), shown.get_base64()) for key in confirmed):
            raise Failure(Kind.HOST_KEY_CHANGED, host)

    def open_channel(self, *args: Any, **kwargs: Any) -> Channel:
        """One at a time: paramiko keeps a refusal for whichever thread asks for it first."""
        with self._opening:
            return super().open_channel(*args, **kwargs)

    def methods(self, user: str) -> tuple[str, ...]:
        """The ways to sign in that are offered to whoever has none yet."""
        try:
            self.auth_none(user)
        except BadAuthenticationType as refused:
            return tuple(refused.allowed_types)
        return ("none",)

    def open_socket(self, path: str) -> Channel:
        """Ask for a tunnel to a socket of the server's file system, in OpenSSH's own form.

        Raises:
            ChannelException: it was not opened.
        """
        wanted = Message()
        wanted.add_string(path)
        wanted.add_string("")
        wanted.add_int(0)
        self._payload = wanted.asbytes()
        return self.open_channel(_SOCKET_TUNNEL, timeout=SECONDS)

    def _send_message(self, data: Message) -> None:
        # paramiko asks for the sign-in before each try; some servers, such as asyncssh's, end the connection then.
        if data.asbytes() == _ASKS_TO_SIGN_IN:
            if self._has_asked_to_sign_in:
                accepted = Message()
                accepted.add_string(_SIGN_IN)
                accepted.rewind()
                assert self.auth_handler
                self.auth_handler._parse_service_accept(accepted)  # type: ignore[attr-defined]
                return
            self._has_asked_to_sign_in = True
        super()._send_message(data)  # type: ignore[misc]

    def _send_user_message(self, data: Message) -> None:
        # paramiko sends no fields for a kind that it doesn't know, and sshd would hang up. At the same time, other
        # threads open channels of other kinds.
        if data.asbytes().startswith(_OPENS_SOCKET_TUNNEL):
            data.add_bytes(self._payload)
        super()._send_user_message(data)  # type: ignore[misc]


def meet(profile: Profile) -> QuietTransport:
    """A transport to the profile's server, once it has shown a host key that was confirmed; nobody is signed in yet.

    Raises:
        Failure: `HOST_KEY_UNKNOWN` if none was confirmed; `HOST_KEY_CHANGED`; `SSH_UNSUPPORTED` where only the ssh
            program has a method in common with the server; or as for `dial.connect`.
        ProgramFailed: the server broke off, or speaks no ssh that we do.
    """
    host, confirmed = profile.server.host, known_hosts.confirmed(profile)
    if not confirmed:
        raise Failure(Kind.HOST_KEY_UNKNOWN, host)
    transport = QuietTransport(dial.connect(dial.ssh(profile), SECONDS_TO_SIGN_IN))
    try:
        transport.require(confirmed, host)
    except Failure:
        transport.close()
        raise
    except IncompatiblePeer as error:
        transport.close()
        raise Failure(Kind.SSH_UNSUPPORTED, host, str(error)) from None
    except (SSHException, EOFError, OSError, ValueError) as error:
        transport.close()
        raise ProgramFailed("ssh", 255, str(error)) from None
    return transport


def shown(target: Target, key_type: str) -> list[HostKey]:
    """The host key of a type (ed25519, ecdsa or rsa) that a server shows, if it has one; nobody signs in.

    Raises:
        Failure: `SSH_UNSUPPORTED` where only the ssh program has a method in common with it; or as for `dial.connect`.
        EOFError, OSError: the server broke off.
    """
    transport = QuietTransport(dial.connect(target, SECONDS_TO_SIGN_IN))
    try:
        options = transport.get_security_options()
        options.key_types = [name for name in options.key_types if key_type in _family(name)]
        transport.start_client(timeout=SECONDS_TO_SIGN_IN)
        key = transport.get_remote_server_key()
        return [HostKey(key.get_name(), key.get_base64())]
    except IncompatiblePeer as error:
        if _NO_COMMON_TYPE in str(error):
            return []
        raise Failure(Kind.SSH_UNSUPPORTED, str(target), str(error)) from None
    except SSHException as error:
        raise EOFError(str(error)) from None
    finally:
        transport.close()


def _family(algorithm: str) -> str:
    return "ssh-rsa" if algorithm.startswith("rsa-sha2-") else algorithm
