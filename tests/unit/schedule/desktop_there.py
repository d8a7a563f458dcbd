"""A stand-in for the desktop's notifications, on a real session bus."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

from jeepney import (  # type: ignore[import-untyped]
    DBusAddress,
    HeaderFields,
    MessageType,
    message_bus,
    new_error,
    new_method_call,
    new_method_return,
)
from jeepney.io.blocking import Proxy, open_dbus_connection  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jeepney.io.blocking import DBusConnection

_NAME = "org.freedesktop.Notifications"
_QUIT = "Quit"


class Desktop:
    """Takes what is shown; `capabilities` are what it says of itself, and one that `refuses` shows nothing."""

    def __init__(self, *capabilities: str) -> None:
        self.capabilities = list(capabilities)
        self.shown: list[tuple[str, str]] = []
        self.refuses = False

    def serve(self, connection: DBusConnection) -> None:
        """Answer until told to end."""
        while True:
            call = connection.receive()
            if call.header.message_type is not MessageType.method_call:
                continue
            match call.header.fields[HeaderFields.member]:
                case "GetCapabilities":
                    connection.send(new_method_return(call, "as", (self.capabilities,)))
                case "Notify" if self.refuses:
                    connection.send(new_error(call, f"{_NAME}.Error"))
                case "Notify":
                    self.shown.append(call.body[3:5])
                    connection.send(new_method_return(call, "u", (1,)))
                case member:
                    connection.send(new_method_return(call))
                    if member == _QUIT:
                        return


@contextlib.contextmanager
def desktop(address: str, *capabilities: str) -> Iterator[Desktop]:
    """A desktop on that bus."""
    there = Desktop(*capabilities)
    with open_dbus_connection(bus=address) as connection, open_dbus_connection(bus=address) as ending:
        Proxy(message_bus, connection).RequestName(_NAME)
        serving = threading.Thread(target=there.serve, args=[connection])
        serving.start()
        try:
            yield there
        finally:
            ending.send_and_get_reply(new_method_call(DBusAddress("/", _NAME, _NAME), _QUIT))
            serving.join()
