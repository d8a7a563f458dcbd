"""What keeps a backup waiting: power, a network that costs money, and a server behind a jump host."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest
from jeepney import (  # type: ignore[import-untyped]
    HeaderFields,
    MessageType,
    message_bus,
    new_method_return,
)
from jeepney.io.blocking import Proxy, open_dbus_connection  # type: ignore[import-untyped]

from tests.support.data.profiles import a_profile
from tests.support.secret_service import session_bus as run_bus
from wizard.client.ssh import dial
from wizard.failure import Failure, Kind
from wizard.profile import Key, Schedule
from wizard.schedule import conditions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLUGGED = {"type": "Mains", "online": "1"}
UNPLUGGED = {"type": "Mains", "online": "0"}
GETS_EMPTY = {"type": "Battery", "status": "Discharging", "scope": "System"}
MOUSE = {"type": "Battery", "status": "Discharging", "scope": "Device"}


@pytest.mark.parametrize(
    ("supplies", "is_on_battery"),
    [
        ([], False),
        ([PLUGGED, GETS_EMPTY], False),
        ([UNPLUGGED, GETS_EMPTY], True),
        ([UNPLUGGED, {"type": "Battery", "status": "Charging"}], False),
        ([UNPLUGGED, {"type": "USB", "online": "1"}, GETS_EMPTY], False),
        ([{"type": "Battery", "status": "Discharging"}], True),
        ([{"type": "UPS", "status": "Discharging"}], True),
        ([MOUSE], False),
        ([{}], False),
    ],
)
def test_power(
    supplies: list[dict[str, str]], is_on_battery: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, supply in enumerate(supplies):
        folder = tmp_path / f"supply{number}"
        folder.mkdir()
        for name, value in supply.items():
            (folder / name).write_text(f"{value}\n")
    monkeypatch.setattr(conditions, "POWER_SUPPLIES", tmp_path)
    monkeypatch.setattr("sys.platform", "linux")
    assert conditions.is_on_battery() is is_on_battery


@contextlib.contextmanager
def network_manager(address: str, metered: int) -> Iterator[None]:
    """A stand-in on that bus, which says how it takes the connection."""
    with contextlib.closing(open_dbus_connection(bus=address)) as bus:
        Proxy(message_bus, bus).RequestName("org.freedesktop.NetworkManager")

        def answer() -> None:
            with contextlib.suppress(Exception):
                while True:
                    message = bus.receive()
                    if message.header.message_type is MessageType.method_call:
                        assert message.header.fields[HeaderFields.member] == "Get"
                        assert message.body == ("org.freedesktop.NetworkManager", "Metered")
                        bus.send(new_method_return(message, "v", (("u", metered),)))

        threading.Thread(target=answer, daemon=True).start()
        yield


@pytest.mark.parametrize(("metered", "expected"), [(0, False), (1, True), (2, False), (3, True), (4, False)])
def test_a_network_that_costs_money(metered: int, expected: bool, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with run_bus(home / "run") as address:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        assert not conditions.is_metered()  # nobody is on the bus
        with network_manager(address, metered):
            assert conditions.is_metered() is expected


def test_without_a_system_bus_nothing_is_known() -> None:
    assert not conditions.is_metered()


def refuse(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Have each connection fail so; returns those that were tried."""
    tried: list[object] = []

    def connect(target: object, seconds: float) -> None:
        tried.append(target)
        raise Failure(kind, "there")

    monkeypatch.setattr(dial, "connect", connect)
    return tried


async def test_a_server_is_asked_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = refuse(Kind.NAME_UNKNOWN, monkeypatch)
    assert await conditions.is_away(a_profile(), (0, 0, 0))
    assert tried == [dial.service(a_profile())] * 4


async def test_a_jump_host_that_refuses_is_no_reason_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = refuse(Kind.JUMP_REFUSES_KEY, monkeypatch)
    with pytest.raises(Failure):
        await conditions.is_away(a_profile(), (0, 0, 0))
    assert len(tried) == 1


async def test_the_keyring_is_asked_only_where_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    assert not await conditions.is_keyring_locked(a_profile(key=Key(protection="none")))
    assert not await conditions.is_keyring_locked(a_profile(key=Key(protection="keyring", file="~/of-an-agent.pub")))
    with pytest.raises(Failure) as failure:
        await conditions.is_keyring_locked(a_profile(key=Key(protection="keyring")))
    assert failure.value.kind is Kind.KEYRING_MISSING


async def test_before_anybody_signs_in_there_is_no_bus_and_it_waits(home: Path) -> None:
    service = home / "installed/dbus-1/services/org.freedesktop.secrets.service"
    service.parent.mkdir(parents=True)
    service.write_text("[D-BUS Service]\n")
    assert await conditions.is_keyring_locked(a_profile(key=Key(protection="keyring")))


async def test_the_first_reason_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    power, network = Mock(return_value=True), Mock(return_value=True)
    monkeypatch.setattr(conditions, "is_on_battery", power)
    monkeypatch.setattr(conditions, "is_metered", network)
    refuse(Kind.HOST_UNREACHABLE, monkeypatch)
    assert await conditions.why_not(a_profile()) == "battery"
    assert (power.called, network.called) == (True, False)
    assert await conditions.why_not(a_profile(schedule=Schedule(on_battery=True))) == "metered"
    assert await conditions.why_not(a_profile(schedule=Schedule(on_battery=True, on_metered=True))) == "server"
