"""Ways to break a jump host that an office's server is reached through, each undone at its end."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.network.proxy import Fate, Proxy, from_the_start
from tests.support.servers.jump_host import JumpHostSshd
from wizard.storage import profiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.attacks.case import Case, Fault


def jump_host(
    *settings: str, is_known: bool = True, admits: bool = True, is_on: bool = True, host: str = "", options: str = ""
) -> Fault:
    """With a jump host before the server, which lets the person in and through unless it is said otherwise.

    `host` is another name for it, and `options` are those of the person's key there.
    """

    @contextlib.contextmanager
    def fault(case: Case) -> Iterator[Case]:
        place = case.folder / "jump host"
        place.mkdir()
        server = JumpHostSshd(place, settings=settings)
        server.start()
        home = Path(os.environ["HOME"])
        if is_known:
            server.meet(home)
        if admits:
            server.admit(home, options)
        if not is_on:
            server.end()
        behind = case.at(jump=server.address.replace(server.host, host or server.host)).patient_for(1)
        profiles.save(behind.profile)
        yield behind
        server.end()

    return fault


@contextlib.contextmanager
def silent(case: Case) -> Iterator[Case]:
    """With one that takes connections, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield case.at(jump=f"amanda@127.0.0.1:{listener.getsockname()[1]}").patient_for(1)


@contextlib.contextmanager
def hangs_up(case: Case) -> Iterator[Case]:
    """With one that ends each connection at once."""
    with Proxy(case.profile.server.port, from_the_start(Fate.CUT)) as proxy:
        yield case.at(jump=f"amanda@127.0.0.1:{proxy.port}").patient_for(1)


@contextlib.contextmanager
def set_up_again(case: Case) -> Iterator[Case]:
    """With one that has other host keys by now."""
    place = case.folder / "jump host"
    place.mkdir()
    server = JumpHostSshd(place)
    server.start()
    server.meet(Path(os.environ["HOME"]))
    server.change_host_keys()
    yield case.at(jump=server.address)
    server.end()
