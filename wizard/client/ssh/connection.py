"""One ssh connection of our own, for what can't be asked with the ssh program or is told by it with no answer."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from paramiko import AuthenticationException, ChannelException, Message, SSHException
from paramiko.common import (
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_FAILED_CONNECT_FAILED,
    OPEN_SUCCEEDED,
    cMSG_CHANNEL_REQUEST,
)

from wizard.client.keys import signing_key
from wizard.client.ssh.sending import end_input, send
from wizard.client.ssh.transport import SECONDS, meet
from wizard.failure import ProgramFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from paramiko import Channel

    from wizard.client.access import Access
    from wizard.client.ssh.transport import QuietTransport
    from wizard.profile import Profile

_PATIENT_SECONDS = 1.0
_PAUSE_SECONDS = (0.02, 0.5)  # before a session is asked for again, each twice the last one, up to the longest
_MOST_BYTES = 1 << 16
# Nothing listens there; where a tunnel is allowed, the server says that it could not connect.
_NOWHERE = ("127.0.0.1", 1)
# A key line may allow tunnels to a few targets alone (permitopen). Only these usual ones are tried: there are too many.
_USUAL_TARGETS = (_NOWHERE, *((host, port) for host in ("localhost", "127.0.0.1") for port in (22, 80, 443, 873)))
# The empty name: Linux binds it in no folder, so no file is left behind, and other systems refuse it.
_NAMELESS = ""
# Sockets that anybody may connect to; a server has at least one of them. Nothing is sent to them.
USUAL_SOCKETS = (
    "/run/systemd/journal/stdout",
    "/run/dbus/system_bus_socket",
    "/var/run/nscd/socket",
    "/run/docker.sock",
)


@dataclass(frozen=True)
class Reply:
    """What came back of a request: the first 64 KiB of each stream; not `granted` where the server took none.

    `exit_code` is `None` where the server told none.
    """

    stdout: bytes = b""
    stderr: bytes = b""
    granted: bool = True
    exit_code: int | None = None

    @property
    def printed(self) -> str:
        """Both streams as text."""
        return (self.stdout + self.stderr).decode(errors="replace")

    @property
    def complaint(self) -> str:
        """What was printed as an error, or all where nothing was."""
        return self.stderr.decode(errors="replace") or self.printed


class Connection:
    """Signed in with the profile's key; `methods` are the ways to sign in that the account offers.

    Calls block, one at a time, each for some seconds at most or until `close`; whatever fails in between is an
    `OSError`, an `SSHException` or an `EOFError`.
    """

    def __init__(self, transport: QuietTransport, methods: tuple[str, ...]) -> None:
        self._transport = transport
        self.methods = methods

    @classmethod
    def open(cls, profile: Profile, access: Access) -> Self:
        """Sign in, once the server has shown a key that was confirmed.

        Raises:
            Failure: the key can't be used; or as for `transport.meet`.
            ProgramFailed: the key is refused, or the connection failed.
        """
        key = signing_key.load(profile, access)
        server, transport = profile.server, meet(profile)
        try:
            methods = transport.methods(server.user)
            transport.auth_publickey(server.user, key)
        except AuthenticationException:
            transport.close()
            raise ProgramFailed("ssh", 255, f"{server.user}@{server.host}: Permission denied (publickey).") from None
        except (SSHException, EOFError, OSError) as error:
            transport.close()
            raise ProgramFailed("ssh", 255, str(error)) from None
        return cls(transport, methods)

    def close(self) -> None:
        """End it, and with it every call that waits."""
        self._transport.close()

    def start(self, command: str) -> Channel:
        """Ask for a command, and go on with its channel."""
        channel = self._session()
        channel.exec_command(command.encode("utf-8", "surrogateescape"))
        return channel

    def run(self, command: str) -> Reply:
        """Ask for a command, and give it nothing."""
        return self._asked(lambda channel: channel.exec_command(command.encode("utf-8", "surrogateescape")))

    def run_with(self, command: str, stdin: bytes) -> Reply:
        """Ask for a command, and give it that."""
        return self._asked(lambda channel: channel.exec_command(command.encode()), stdin)

    def shell(self, stdin: bytes) -> Reply:
        """Ask for a shell, and give it that."""
        return self._asked(lambda channel: channel.invoke_shell(), stdin)

    def sftp(self, stdin: bytes) -> Reply:
        """Ask for sftp, and give it that; at the end of its input it would end without an answer."""
        return self._asked(lambda channel: channel.invoke_subsystem("sftp"), stdin, patient=True)

    def grants_terminal(self) -> bool:
        """Whether a terminal is granted."""
        return self._grants(lambda channel: channel.get_pty())

    def grants_windows(self) -> bool:
        """Whether X11 is forwarded."""
        return self._grants(lambda channel: channel.request_x11())

    def grants_agent(self) -> bool:
        """Whether an agent is forwarded; asked with a reply wanted, which paramiko's own request is not."""
        return self._grants(_ask_for_agent)

    def grants_tunnel_out(self) -> bool | None:
        """Whether the server connects on our behalf to one of the usual targets; `None` where it gives another reason
        than that it won't."""
        codes = {self._code(partial(self._open_tunnel, target)) for target in _USUAL_TARGETS}
        if codes & {OPEN_SUCCEEDED, OPEN_FAILED_CONNECT_FAILED}:
            return True
        return False if codes == {OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED} else None

    def grants_tunnel_in(self) -> bool:
        """Whether the server listens on our behalf; it stops at once."""
        try:
            port = self._transport.request_port_forward(_NOWHERE[0], 0)
        except SSHException:
            self._require_alive()
            return False
        self._transport.cancel_port_forward(_NOWHERE[0], port)
        return True

    def grants_socket_tunnel(self) -> bool | None:
        """Whether the server listens on a socket on our behalf, or connects to one; it stops at once.

        sshd's answer is the same where it won't connect and where there is no such socket. But it connects to none
        where it would not to a port; where it would, and there is none of the usual sockets, that can't be told.
        """
        # Asked twice: another check of the same server may hold the one empty name at the moment.
        if self._listens_on_a_socket() or self._connects_to_a_socket() or self._listens_on_a_socket():
            return True
        return False if self.grants_tunnel_out() is False else None

    def _open_tunnel(self, target: tuple[str, int]) -> Channel:
        return self._transport.open_channel("direct-tcpip", target, _NOWHERE, timeout=SECONDS)

    def _listens_on_a_socket(self) -> bool:
        granted = self._transport.global_request("streamlocal-forward@openssh.com", (_NAMELESS,))
        self._require_alive()
        if granted is not None:
            self._transport.global_request("cancel-streamlocal-forward@openssh.com", (_NAMELESS,))
        return granted is not None

    def _connects_to_a_socket(self) -> bool:
        codes = (self._code(partial(self._transport.open_socket, path)) for path in USUAL_SOCKETS)
        return any(code == OPEN_SUCCEEDED for code in codes)

    def _session(self) -> Channel:
        latest = time.monotonic() + SECONDS
        pause, longest = _PAUSE_SECONDS
        while True:
            try:
                channel = self._transport.open_session(timeout=SECONDS)
            except SSHException:  # sshd's MaxSessions: others are open, or still on their way out
                if time.monotonic() > latest or not self._transport.is_active():
                    raise EOFError from None
                time.sleep(pause)
                pause = min(2 * pause, longest)
            else:
                channel.settimeout(SECONDS)
                return channel

    def _grants(self, ask: Callable[[Channel], object]) -> bool:
        channel = self._session()
        try:
            ask(channel)
        except SSHException:
            self._require_alive()
            return False
        finally:
            channel.close()
        return True

    def _code(self, open: Callable[[], Channel]) -> int:
        try:
            open().close()
        except ChannelException as refused:
            return refused.code
        return OPEN_SUCCEEDED

    def _asked(self, ask: Callable[[Channel], object], stdin: bytes = b"", *, patient: bool = False) -> Reply:
        channel = self._session()
        try:
            try:
                ask(channel)
            except SSHException:
                self._require_alive()
                return Reply(granted=False)
            send(channel, stdin)  # a server that refuses at once takes none; its answer is read all the same
            first = _first(channel) if patient else b""
            end_input(channel)
            return Reply(first + _head(channel.recv), _head(channel.recv_stderr), exit_code=_exit_code(channel))
        finally:
            channel.close()

    def _require_alive(self) -> None:
        if not self._transport.is_active():
            raise EOFError


def _ask_for_agent(channel: Any) -> None:
    request = Message()
    request.add_byte(cMSG_CHANNEL_REQUEST)
    request.add_int(channel.remote_chanid)
    request.add_string("auth-agent-req@openssh.com")
    request.add_boolean(True)
    channel._event_pending()
    channel.transport._send_user_message(request)
    channel._wait_for_event()


def _exit_code(channel: Channel) -> int | None:
    channel.status_event.wait(_PATIENT_SECONDS)
    return channel.exit_status if channel.exit_status >= 0 else None


def _first(channel: Channel) -> bytes:
    channel.settimeout(_PATIENT_SECONDS)
    try:
        return channel.recv(_MOST_BYTES)
    except TimeoutError:
        return b""
    finally:
        channel.settimeout(SECONDS)


def _head(receive: Callable[[int], bytes]) -> bytes:
    kept, latest = b"", time.monotonic() + SECONDS
    while len(kept) < _MOST_BYTES and (chunk := receive(_MOST_BYTES)):
        kept += chunk
        if time.monotonic() > latest:
            raise TimeoutError
    return kept
