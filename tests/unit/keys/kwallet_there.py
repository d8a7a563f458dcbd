"""A stand-in for KDE's wallets on a real session bus, with the methods and signatures of kwalletd5."""

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

_NAME, _PATH, _INTERFACE = "org.kde.kwalletd5", "/modules/kwalletd5", "org.kde.KWallet"
_QUIT = "Quit"


class Wallets:
    """The wallets that are open, and the one for passwords of the network, which is the one that programs use."""

    def __init__(self) -> None:
        self.open: set[str] = {"kdewallet"}
        self.network = "kdewallet"
        self.is_silent = False

    def serve(self, connection: DBusConnection) -> None:
        """Answer until told to end."""
        while True:
            call = connection.receive()
            if call.header.message_type is not MessageType.method_call:
                continue
            fields = call.header.fields
            member = fields[HeaderFields.member]
            if member == _QUIT:
                connection.send(new_method_return(call))
                return
            if self.is_silent:
                continue
            asked = (fields[HeaderFields.path], fields.get(HeaderFields.interface), member)
            match (*asked, fields.get(HeaderFields.signature, "")):
                case (str(path), str(interface), "networkWallet", "") if (path, interface) == (_PATH, _INTERFACE):
                    connection.send(new_method_return(call, "s", (self.network,)))
                case (str(path), str(interface), "isOpen", "s") if (path, interface) == (_PATH, _INTERFACE):
                    connection.send(new_method_return(call, "b", (call.body[0] in self.open,)))
                case _:
                    connection.send(new_error(call, "org.freedesktop.DBus.Error.UnknownMethod"))


@contextlib.contextmanager
def wallets(address: str) -> Iterator[Wallets]:
    """Such wallets on that bus."""
    there = Wallets()
    with open_dbus_connection(bus=address) as connection, open_dbus_connection(bus=address) as ending:
        Proxy(message_bus, connection).RequestName(_NAME)
        serving = threading.Thread(target=there.serve, args=[connection])
        serving.start()
        try:
            yield there
        finally:
            ending.send_and_get_reply(new_method_call(DBusAddress("/", _NAME, _NAME), _QUIT))
            serving.join()
