"""Ways to break the way to an office's server and the sign-in there, each undone at its end."""

from __future__ import annotations

import contextlib
import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from tests.support.network.proxy import Proxy, Rule
from tests.support.servers import placing
from tests.support.servers.office import HOST
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.storage import profiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.attacks.case import Case, Fault


def told(**server: object) -> Fault:
    """With something else in the profile's server."""

    @contextlib.contextmanager
    def fault(case: Case) -> Iterator[Case]:
        changed = case.at(**server)
        profiles.save(changed.profile)
        yield changed

    return fault


def sshd(*settings: str) -> Fault:
    """With an sshd that is set up otherwise."""

    @contextlib.contextmanager
    def fault(case: Case) -> Iterator[Case]:
        usual = case.office.port
        case.office.start_sshd(*settings)
        other, case.office.port = case.office.port, usual
        yield case.at_port(other)

    return fault


def confirmed_another(key_type: str) -> Fault:
    """With a key of that type confirmed, which isn't the server's."""

    @contextlib.contextmanager
    def fault(case: Case) -> Iterator[Case]:
        case.office.run("ssh-keygen", "-q", "-t", key_type, "-N", "", "-f", "/etc/other-host-key")
        kind, blob = case.office.path("/etc/other-host-key.pub").read_text().split()[:2]
        other = case.at(host_keys=(HostKey(kind, blob).fingerprint,))
        known_hosts.trust(other.profile, [HostKey(kind, blob)])
        yield other
        case.office.run("rm", "/etc/other-host-key", "/etc/other-host-key.pub")

    return fault


def held_connections(greeting: bytes = b"") -> Fault:
    """With the one connection taken that the server has room for."""

    @contextlib.contextmanager
    def fault(case: Case) -> Iterator[Case]:
        with socket.create_connection((HOST, case.profile.server.port)) as ours, ours.makefile("rwb") as talk:
            talk.readline()
            if greeting:
                talk.write(greeting)
                talk.flush()
                talk.readline()
            yield case

    return fault


def by_way_of(rule: Rule) -> Fault:
    """With a network in between that does not last."""

    @contextlib.contextmanager
    def fault(case: Case) -> Iterator[Case]:
        with Proxy(case.profile.server.port, rule) as proxy:
            yield case.at_port(proxy.port).patient_for(1)

    return fault


@contextlib.contextmanager
def let_in_from_elsewhere(case: Case) -> Iterator[Case]:
    scheme = msgspec.structs.replace(case.profile.scheme, from_=("192.0.2.0/24",))
    elsewhere = replace(case, profile=msgspec.structs.replace(case.profile, scheme=scheme))
    placing.hand_over(case.office, elsewhere.profile)
    yield elsewhere
