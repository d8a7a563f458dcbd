"""Ways to break an office's server, each undone at its end."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec

from tests.support import programs
from tests.support.network.proxy import Proxy, Rule
from tests.support.servers import placing
from tests.support.servers.office import ACCOUNT, HOST, Office
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.storage import profiles

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


@contextlib.contextmanager
def an_office(place: Path, *settings: str) -> Iterator[Office]:
    """An office with both doors open."""
    with Office(place) as running:
        running.start_sshd(*settings)
        running.put(CONFIG, "", mode=0o644)
        running.start_daemon()
        yield running


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
_AWAY = "/home/away"


@contextlib.contextmanager
def nothing(case: Case) -> Iterator[Case]:
    """Without any fault."""
    yield case


@contextlib.contextmanager
def without_rrsync(office: Office, text: str = "", mode: int = 0o644) -> Iterator[None]:
    """With something else in rrsync's place: a file that can't be run, or that does another thing."""
    other = "/etc/other-rrsync"
    office.put(other, text, mode=mode)
    office.run("mount", "--bind", other, programs.require("rrsync"))
    yield
    office.run("umount", programs.require("rrsync"))


@contextlib.contextmanager
def no_rrsync(case: Case) -> Iterator[Case]:
    """Without an rrsync that can be run."""
    with without_rrsync(case.office):
        yield case


@contextlib.contextmanager
def rrsync_without_python(case: Case) -> Iterator[Case]:
    """With the rrsync of a server that has no python3."""
    usage = "usage: rrsync [-ro | -wo] [-munge] [-no-del] [-no-overwrite] DIR"
    with without_rrsync(case.office, f"#!/nowhere/python3\n{usage}\n", 0o755):
        yield case


@contextlib.contextmanager
def old_rrsync(case: Case) -> Iterator[Case]:
    """With an rrsync that takes our flags for the folder, as up to 3.2.3."""
    text = "#!/bin/sh\necho Restricted directory does not exist! >&2; exit 1\n"
    with without_rrsync(case.office, text, 0o755):
        yield case


def both(first: Fault, second: Fault) -> Fault:
    """With two faults."""

    @contextlib.contextmanager
    def fault(case: Case) -> Iterator[Case]:
        with first(case) as broken, second(broken) as twice:
            yield twice

    return fault


def told(**server: object) -> Fault:
    """With something else in the profile's server."""

    @contextlib.contextmanager
    def fault(case: Case) -> Iterator[Case]:
        changed = case.at(**server)
        profiles.save(changed.profile)
        yield changed

    return fault


def missing(path: str) -> Fault:
    """Without a file or folder."""

    @contextlib.contextmanager
    def fault(case: Case) -> Iterator[Case]:
        case.office.run("mv", path, _AWAY)
        yield case
        case.office.run("mv", _AWAY, path)

    return fault


def owned_by_root(mode: str, folder: str = placing.OWN) -> Fault:
    """With a folder that isn't the account's."""

    @contextlib.contextmanager
    def fault(case: Case) -> Iterator[Case]:
        case.office.run("install", "-d", "-m", mode, "-o", "root", folder)
        yield case
        case.office.run("install", "-d", "-m", "700", "-o", ACCOUNT, folder)

    return fault


def with_mode(path: str, mode: str) -> Fault:
    """With other rights on a path."""

    @contextlib.contextmanager
    def fault(case: Case) -> Iterator[Case]:
        before = case.office.run("stat", "-c", "%a", path).strip()
        case.office.run("chmod", mode, path)
        yield case
        case.office.run("chmod", before, path)

    return fault


def rewritten(path: str, old: str, new: str) -> Fault:
    """With another text in a file."""

    @contextlib.contextmanager
    def fault(case: Case) -> Iterator[Case]:
        file = case.office.path(path)
        before = file.read_text()
        assert old in before, before
        file.write_text(before.replace(old, new))
        yield case
        file.write_text(before)

    return fault


def account(*change: str, back: tuple[str, ...]) -> Fault:
    """With the account changed by usermod."""

    @contextlib.contextmanager
    def fault(case: Case) -> Iterator[Case]:
        case.office.run("usermod", *change, ACCOUNT)
        yield case
        case.office.run("usermod", *back, ACCOUNT)

    return fault


def shell(path: str) -> Fault:
    """With another login shell."""
    return account("-s", path, back=("-s", "/bin/sh"))


def start_up_file(text: str) -> Fault:
    """With a login shell that reads this at its start."""

    @contextlib.contextmanager
    def file(case: Case) -> Iterator[Case]:
        (case.office.home / ".bashrc").write_text(text)
        yield case
        (case.office.home / ".bashrc").unlink()

    return both(shell("/bin/bash"), file)


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


@contextlib.contextmanager
def locked_by_another_run(case: Case) -> Iterator[Case]:
    """With rrsync's lock on the folder held."""
    folder = os.open(case.office.path(placing.OWN), os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    yield case
    os.close(folder)


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


def mounted(*options: str, then: tuple[str, ...] = ()) -> Fault:
    """With a small disk of its own under the backup's folder; `then` remounts it."""

    @contextlib.contextmanager
    def fault(case: Case) -> Iterator[Case]:
        case.office.run("mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", placing.OWN)
        case.office.run("chown", f"{ACCOUNT}:", placing.OWN)
        if then:
            case.office.run("mount", "-o", f"remount,{','.join(then)}", placing.OWN)
        yield case
        case.office.run("umount", "--lazy", placing.OWN)

    return fault


@contextlib.contextmanager
def used_up_quota(case: Case) -> Iterator[Case]:
    """With a real quota on the backup's folder, of which nothing is left (btrfs: this kernel has no other kind)."""
    office, disk, mount = case.office, case.folder / "disk", "/home/disk"
    with disk.open("wb") as file:
        file.truncate(128 << 20)
    office.run("mkfs.btrfs", "--quiet", str(disk))
    office.run("mkdir", mount)
    office.run("mount", "-o", "loop", str(disk), mount)
    office.run("btrfs", "quota", "enable", mount)
    office.run("btrfs", "subvolume", "create", f"{mount}/amanda")
    office.run("btrfs", "qgroup", "limit", "1M", f"{mount}/amanda")
    office.run("chown", f"{ACCOUNT}:", f"{mount}/amanda")
    office.run("mount", "--bind", f"{mount}/amanda", placing.OWN)
    office.as_account(f"! dd if=/dev/zero of={placing.OWN}/old bs=64k count=32 2>/dev/null")
    yield case
    office.run("umount", "--lazy", placing.OWN, mount)
    office.run("rmdir", mount)


@contextlib.contextmanager
def let_in_from_elsewhere(case: Case) -> Iterator[Case]:
    scheme = msgspec.structs.replace(case.profile.scheme, from_=("192.0.2.0/24",))
    elsewhere = replace(case, profile=msgspec.structs.replace(case.profile, scheme=scheme))
    placing.hand_over(case.office, elsewhere.profile)
    yield elsewhere
