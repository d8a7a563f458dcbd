"""What asking further makes of what a server of another make or age says."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.support.data.profiles import a_profile
from tests.support.servers.placing import at_port
from wizard import allowed_from
from wizard.failure import Failure, Kind
from wizard.schemes.parts import over_network
from wizard.trouble import Sure, diagnose, diagnose_reaching

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wizard.profile import Profile


@pytest.fixture(autouse=True)
def no_other_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnose_reaching, "SSH_PORT", 2)
    monkeypatch.setattr(over_network, "USUAL_PORT", 3)


@contextlib.asynccontextmanager
async def server_saying(greeting: str) -> AsyncIterator[Profile]:
    """A profile whose server greets so, and hangs up."""

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting.encode())
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        here = a_profile(server=msgspec.structs.replace(a_profile().server, host="127.0.0.1"))
        yield at_port(here, server.sockets[0].getsockname()[1])


async def test_a_server_that_shuts_out_for_a_while_says_so_before_its_greeting() -> None:
    async with server_saying("Not allowed at this time\r\n") as profile:
        found = await diagnose.ask(Failure(Kind.HUNG_UP), profile)
    assert (
        found and found.sentence == "Surely: The server shuts this computer out for some minutes, after failed tries."
    )


@pytest.mark.parametrize(
    ("greeting", "sure", "words"),
    [
        ("SSH-2.0-OpenSSH_8.4p1 Debian-5+deb11u3\r\n", Sure.PROBABLY, "/usr/share/doc/rsync/scripts/rrsync"),
        ("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n", Sure.CANT_TELL, "not to be seen from here"),
    ],
)
async def test_where_rrsync_may_be_is_told_by_the_distribution(greeting: str, sure: Sure, words: str) -> None:
    async with server_saying(greeting) as profile:
        found = await diagnose.ask(Failure(Kind.NO_RRSYNC), profile)
    assert found and found.sure is sure
    assert words in found.text


@pytest.mark.parametrize(
    ("place", "address", "holds"),
    [
        ("192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.70", False),
        ("192.0.2.0/24", "192.0.2.70", True),
        ("192.0.2.0/24", "2001:db8::1", False),
        ("192.0.2.*", "192.0.2.70", True),
        ("2001:db8::/32", "2001:db8::1", True),
        ("pc.example.lan", "192.0.2.7", True),
        ("cafe", "192.0.2.7", True),
    ],
)
def test_a_name_may_be_any_address_and_an_address_only_itself(place: str, address: str, holds: bool) -> None:
    assert allowed_from.may_match(place, address) is holds


async def test_nothing_is_asked_where_there_is_nobody_to_ask() -> None:
    assert await diagnose.ask(Failure(Kind.PORT_CLOSED), None) is None
    assert (
        await diagnose.ask(
            Failure(Kind.PORT_CLOSED), a_profile(server=msgspec.structs.replace(a_profile().server, host=""))
        )
        is None
    )
    assert await diagnose.ask(Failure(Kind.FOLDER_MISSING), a_profile()) is None
