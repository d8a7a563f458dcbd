"""A real session bus and a real Secret Service on it, both of the test's own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

from jeepney import (  # type: ignore[import-untyped]
    DBusAddress,
    MatchRule,
    MessageType,
    Properties,
    message_bus,
    new_method_call,
)
from jeepney.io.blocking import Proxy, open_dbus_connection  # type: ignore[import-untyped]

from tests.support import processes, programs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jeepney.io.blocking import DBusConnection

_NAME = "org.freedesktop.secrets"
_PASSWORD = "the login keyring's password"

# Without folders of services, nothing is started by the bus itself: a Secret Service is there only if a test wants it.
_BUS_CONFIG = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
    {policy}
  </policy>
</busconfig>
"""


class SecretService:
    """A gnome-keyring whose login keyring starts unlocked; nobody is there to answer when it asks."""

    def __init__(self, address: str, daemon: subprocess.Popen[str]) -> None:
        self.address = address
        self.ended = False
        self._daemon = daemon

    def hang(self) -> None:
        """Answer nothing from now on, as a keyring does that waits for its owner or is swapped out."""
        self._daemon.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        """Answer what was asked meanwhile, and go on."""
        self._daemon.send_signal(signal.SIGCONT)

    def end(self) -> None:
        """Go away in the middle of things."""
        self.ended = True
        processes.end(self._daemon)

    def lock(self) -> None:
        """Lock all that is kept, as a screen lock does on some systems."""
        import secretstorage

        with contextlib.closing(secretstorage.dbus_init()) as connection:
            for collection in secretstorage.get_all_collections(connection):
                collection.lock()


@contextlib.contextmanager
def session_bus(runtime_folder: Path, policy: str = "") -> Iterator[str]:
    """A session bus with nothing on it; yields its address. `policy` is what it forbids beside."""
    config = runtime_folder / "bus.conf"
    config.write_text(_BUS_CONFIG.format(socket=runtime_folder / "bus", policy=policy))
    argv = [programs.require("dbus-daemon"), f"--config-file={config}", "--nofork", "--print-address=1"]
    bus = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    try:
        assert bus.stdout
        yield bus.stdout.readline().strip()  # printed once it listens
    finally:
        processes.end(bus)


@contextlib.contextmanager
def secret_service(address: str) -> Iterator[SecretService]:
    """A gnome-keyring on that bus, with what it keeps under the test's own home."""
    argv = [programs.require("gnome-keyring-daemon"), "--foreground", "--unlock", "--components=secrets"]
    said = tempfile.TemporaryFile("w+")  # noqa: SIM115 # open for as long as the daemon
    with contextlib.closing(open_dbus_connection(bus=address)) as connection, _name_taken(connection):
        daemon = subprocess.Popen(
            argv,
            env=os.environ | {"DBUS_SESSION_BUS_ADDRESS": address},
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=said,
            text=True,
        )
        assert daemon.stdin
        daemon.stdin.write(_PASSWORD)
        daemon.stdin.close()
    _wait_until_it_serves(address)
    service = SecretService(address, daemon)
    with said:
        try:
            yield service
        finally:
            code = daemon.poll()
            processes.end(daemon)
            said.seek(0)
            assert service.ended or code is None, f"gnome-keyring ended by itself with {code}: {said.read()}"


@contextlib.contextmanager
def heard(address: str) -> Iterator[list[str]]:
    """The names of all that is called on that bus meanwhile."""
    called: list[str] = []
    bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus.Monitoring")
    with contextlib.closing(open_dbus_connection(bus=address)) as listening:
        listening.send_and_get_reply(new_method_call(bus, "BecomeMonitor", "asu", ([], 0)))
        yield called
        with contextlib.closing(open_dbus_connection(bus=address)) as ending:
            last = DBusAddress("/", "org.freedesktop.DBus", "org.freedesktop.DBus.Peer")
            ending.send_and_get_reply(new_method_call(last, "Ping"))
        while not called or called[-1] != "Ping":
            message = listening.receive(timeout=20)
            if message.header.message_type is MessageType.method_call:
                called.append(str(message.header.fields.get(3)))


def reset_keyring() -> None:
    """Let keyring look anew for its backend, which it does once a process."""
    if "keyring" in sys.modules:
        import keyring.core
        from keyring.backend import get_all_keyring

        keyring.core._keyring_backend = None
        vars(get_all_keyring).pop("saved_result", None)


def _wait_until_it_serves(address: str) -> None:
    """Wait until it knows who asks.

    gnome-keyring takes its name first, exports its objects next, and looks at senders last; it aborts if somebody asks
    for a collection's property in between (`gkd_secret_service_get_pkcs11_session: assertion 'client' failed`, measured
    with 42.1). Its list of collections needs no sender, and is told by the thread that does all of that.
    """
    service = DBusAddress("/org/freedesktop/secrets", _NAME, "org.freedesktop.Secret.Service")
    with contextlib.closing(open_dbus_connection(bus=address)) as connection:
        while True:
            reply = connection.send_and_get_reply(Properties(service).get("Collections"), timeout=20)
            if reply.header.message_type is MessageType.method_return:
                return


@contextlib.contextmanager
def _name_taken(connection: DBusConnection) -> Iterator[None]:
    rule = MatchRule(type="signal", sender="org.freedesktop.DBus", member="NameOwnerChanged")
    rule.add_arg_condition(0, _NAME)
    Proxy(message_bus, connection).AddMatch(rule)
    with connection.filter(rule) as signals:
        yield
        connection.recv_until_filtered(signals, timeout=20)
