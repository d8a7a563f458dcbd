"""Servers that are set up wrongly: each fault has words of its own, for whoever mends it, and nothing is changed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest

from tests.support import placing
from tests.support.commands import backup_wizard
from tests.support.office import ACCOUNT, Office
from tests.support.trees import tree
from wizard import trouble
from wizard.failure import Failure, Kind
from wizard.server import report

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.secret_service import SecretService

Fault = Callable[[Office], AbstractContextManager[object]]
_AWAY = "/home/away"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    place = tmp_path / "office"
    place.mkdir()
    with Office(place) as running:
        running.start_sshd()
        running.put("/etc/rsyncd.conf", "", mode=0o644)
        running.start_daemon()
        yield running


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "letter.txt").write_text("Dear Sir or Madam")
    return folder


def missing(path: str) -> Fault:
    """Without a file or folder."""

    @contextlib.contextmanager
    def fault(office: Office) -> Iterator[None]:
        office.run("mv", path, _AWAY)
        yield
        office.run("mv", _AWAY, path)

    return fault


def owned_by_root(mode: str) -> Fault:
    """With a locked folder that isn't the account's."""

    @contextlib.contextmanager
    def fault(office: Office) -> Iterator[None]:
        office.run("install", "-d", "-m", mode, "-o", "root", placing.ROOT)
        yield
        office.run("install", "-d", "-m", "700", "-o", ACCOUNT, placing.ROOT)

    return fault


def rewritten(path: str, old: str, new: str, mode: int | None = None) -> Fault:
    """With another text in a file, or with another mode."""

    @contextlib.contextmanager
    def fault(office: Office) -> Iterator[None]:
        file = office.path(path)
        before, mode_before = file.read_text(), file.stat().st_mode
        assert old in before
        file.write_text(before.replace(old, new))
        file.chmod(mode or mode_before)
        yield
        file.write_text(before)
        file.chmod(mode_before)

    return fault


def start_up_file(text: str) -> Fault:
    """With a login shell that reads this at its start."""

    @contextlib.contextmanager
    def fault(office: Office) -> Iterator[None]:
        office.run("usermod", "-s", "/bin/bash", ACCOUNT)
        with rewritten(f"/home/{ACCOUNT}/.bashrc", "", "")(office):
            (office.home / ".bashrc").write_text(text)
            yield
        office.run("usermod", "-s", "/bin/sh", ACCOUNT)

    return fault


KEYS = f"/home/{ACCOUNT}/.ssh/authorized_keys"
SECRETS = "/etc/rsyncd-amamac.secrets"
NO_FOLDER = (missing(placing.ROOT), Kind.SERVER_NO_FOLDER, f"“{placing.ROOT}”")
READ_ONLY = (owned_by_root("755"), Kind.SERVER_FOLDER_CLOSED, f"“{placing.ROOT}”")
CLOSED = (owned_by_root("700"), Kind.SERVER_FOLDER_CLOSED, f"“{placing.ROOT}”")
GREETING = (start_up_file("echo Welcome\n"), Kind.SERVER_SHELL_TALKS, "prints text")
NO_RSYNC = (start_up_file("PATH=/nowhere\n"), Kind.SERVER_NO_RSYNC, "install rsync")
FAULTS: dict[str, list[tuple[Fault, Kind, str]]] = {
    "rrsync": [
        *(NO_FOLDER, READ_ONLY, CLOSED, GREETING),
        (rewritten(KEYS, "/usr/bin/rrsync", "/usr/local/bin/rrsync"), Kind.NO_RRSYNC, "put its path in the line"),
        (rewritten(KEYS, "/usr/bin/rrsync", "/etc/rsyncd.conf/rrsync"), Kind.NO_RRSYNC, "put its path in the line"),
    ],
    "forced-command": [NO_FOLDER, READ_ONLY, CLOSED, GREETING, NO_RSYNC],
    "daemon-over-ssh": [
        *(NO_FOLDER, READ_ONLY, GREETING, NO_RSYNC),
        (missing(f"/home/{ACCOUNT}/.backup-wizard-amamac.conf"), Kind.SERVER_NO_CONFIG, "the part for rsyncd.conf"),
        (
            rewritten(f"/home/{ACCOUNT}/.backup-wizard-amamac.conf", "[amanda]", "[amandas]"),
            Kind.DAEMON_MODULE_UNKNOWN,
            "rsyncd.conf",
        ),
    ],
    "daemon": [
        (missing(placing.ROOT), Kind.DAEMON_CHROOT, "is the folder there"),
        *(READ_ONLY, CLOSED),
        (rewritten("/etc/rsyncd.conf", "[amanda]", "[amandas]"), Kind.DAEMON_MODULE_UNKNOWN, "rsyncd.conf"),
        (rewritten(SECRETS, "", "", mode=0o644), Kind.DAEMON_REFUSED, "nobody but root can read it"),
        (rewritten(SECRETS, "amanda:", "amanda:x"), Kind.DAEMON_REFUSED, "holds the line I sent"),
        (missing(SECRETS), Kind.DAEMON_REFUSED, "secrets file"),
    ],
    "login": [NO_FOLDER, READ_ONLY, CLOSED, GREETING, NO_RSYNC],
}


@pytest.mark.parametrize("kind", FAULTS)
async def test_each_fault_has_its_own_words_and_changes_nothing(
    kind: str, office: Office, documents: Path, secret_service: SecretService
) -> None:
    profile = placing.profile_for(office, kind, documents)
    admitted = placing.settle(office, profile)
    for fault, expected, words in FAULTS[kind]:
        with fault(office):
            before = tree(office.path("/home"))
            with pytest.raises(Failure) as refused:
                await report.backup(profile, admitted)
            told = trouble.explain(refused.value, profile)
            assert (told.kind, told.who, told.exit_code) == (expected, trouble.Who.ADMIN, 69), told.raw
            assert words in told.forward
            assert tree(office.path("/home")) == before
    assert (await report.backup(profile, admitted)).exit_code == 0


async def test_a_port_with_nothing_or_something_else_behind_it(office: Office, documents: Path) -> None:
    profile = placing.profile_for(office, "daemon", documents, scheme={"auth": False})
    admitted = placing.settle(office, profile)
    elsewhere = {
        office.port: (Kind.NOT_RSYNCD, f"What answers at 127.0.0.1:{office.port} is not an rsync service"),
        1: (Kind.DAEMON_CLOSED, "127.0.0.1:1 is there but no rsync service answers"),
    }
    for port, (expected, words) in elsewhere.items():
        with pytest.raises(Failure) as refused:
            await report.backup(placing.at_port(profile, port), admitted)
        told = trouble.explain(refused.value, placing.at_port(profile, port))
        assert (told.kind, told.what) == (expected, words)


def test_a_command_tells_the_fault_in_its_fixed_form(office: Office, documents: Path) -> None:
    profile = placing.profile_for(office, "rrsync", documents)
    placing.settle(office, profile)
    with rewritten(KEYS, "/usr/bin/rrsync", "/usr/local/bin/rrsync")(office):
        ran = backup_wizard("run", profile.name)
    assert (ran.exit_code, ran.stdout) == (69, "")
    assert ran.stderr.startswith(
        "The server has no rrsync that can be run where the key line says it is — the server's admin mends this — "
    )
