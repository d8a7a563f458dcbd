"""A backup that works, which a fault then breaks."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec

from tests.support.servers import placing
from tests.support.servers.office import ACCOUNT, Office

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from wizard.client.access import Access
    from wizard.profile import Profile


@dataclass(frozen=True)
class Case:
    """A backup that works, and the server it goes to."""

    office: Office
    profile: Profile
    access: Access
    folder: Path
    monkeypatch: pytest.MonkeyPatch
    request: pytest.FixtureRequest

    def at_port(self, port: int) -> Case:
        """The same at another port."""
        return replace(self, profile=placing.at_port(self.profile, port))

    def at(self, **server: object) -> Case:
        """The same with something else in the profile's server."""
        changed = msgspec.structs.replace(self.profile.server, **server)
        return replace(self, profile=msgspec.structs.replace(self.profile, server=changed))

    def patient_for(self, seconds: int) -> Case:
        """The same for somebody who waits so long."""
        facts = msgspec.structs.replace(self.access.facts, timeout=seconds)
        return replace(self, access=msgspec.structs.replace(self.access, facts=facts))


Fault = Callable[[Case], AbstractContextManager[Case]]


def a_case(office: Office, kind: str, request: pytest.FixtureRequest, **changes: Any) -> Case:
    """A backup of two files that works, in a test that has `tmp_path` and `monkeypatch`."""
    folder: Path = request.getfixturevalue("tmp_path")
    documents = folder / "documents"
    documents.mkdir()
    (documents / "letter.txt").write_text("Dear Sir or Madam")
    (documents / "picture").write_bytes(os.urandom(SIZE))
    profile = placing.profile_for(office, kind, documents, **changes)
    office.run("rm", "-rf", placing.ROOT)
    admitted = placing.settle(office, profile)
    return Case(office, profile, admitted, folder, request.getfixturevalue("monkeypatch"), request)


SIZE = 300_000  # of the picture
HOME = f"/home/{ACCOUNT}"
KEYS = f"{HOME}/.ssh/authorized_keys"
SECRETS = "/etc/rsyncd-amamac.secrets"
PRIVATE_CONFIG = f"/etc/backup-wizard/amamac@{ACCOUNT}.conf"
CONFIG = "/etc/rsyncd.conf"


@contextlib.contextmanager
def nothing(case: Case) -> Iterator[Case]:
    """Without any fault."""
    yield case


def both(first: Fault, second: Fault) -> Fault:
    """With two faults."""

    @contextlib.contextmanager
    def fault(case: Case) -> Iterator[Case]:
        with first(case) as broken, second(broken) as twice:
            yield twice

    return fault
