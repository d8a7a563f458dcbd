"""A computer that is locked out while its thief uploads: ended, refused and verified; all others go on."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

import msgspec
import pytest

from tests.servers.script.test_script import KEYS, context_for, set_up
from tests.support import processes
from tests.support.network.proxy import Fate, Proxy
from tests.support.servers import placing, setting_up
from tests.support.servers.office import ACCOUNT, HOST
from tests.support.servers.setting_up import SetUpOffice
from wizard import schemes
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.failure import Failure, Kind
from wizard.schemes.base import Transfer
from wizard.server.reaching import sign_in
from wizard.server.receipts import admin_answer
from wizard.trouble import telling

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.secret_service import SecretService
    from wizard.client.access import Access
    from wizard.server.exports.context import ExportContext

NAMES = {
    "rrsync": "one",
    "forced-command": "two",
    "daemon-over-ssh": "three",
    "daemon": "four",
    "login": "five",
}
HALF = 2_000_000
MODULES = f"/home/{ACCOUNT}/modules"
_OPTIONS = ("IdentitiesOnly=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path), None) as running:
        running.start_sshd()
        running.put("/etc/rsyncd.conf", "", mode=0o644)
        running.start_daemon()
        yield running


class Client:
    """A computer, or its thief, whose upload stops halfway until it is let go on."""

    def __init__(self, office: SetUpOffice, context: ExportContext, admitted: Access, folder: Path) -> None:
        self.office, self.context = office, context
        self._go_on = threading.Event()
        self._line = Proxy(context.profile.server.port, self._rule)
        self._admitted, self._name = admitted, folder.name

    def _rule(self, piece: bytes, sent: int) -> Fate:
        return Fate.ON if sent < HALF or self._go_on.wait() else Fate.CUT

    def __enter__(self) -> Self:
        profile = self.context.profile
        port = self._line.__enter__().port
        there = msgspec.structs.replace(profile, server=msgspec.structs.replace(profile.server, port=port))
        known_hosts.trust(there, [HostKey(*self.office.host_key)])
        command = schemes.of(there).client_command(there, self._admitted.facts, Transfer(dry_run=False))
        environment = {**self._admitted.environment}
        if self._admitted.password:
            command = [word for word in command if not word.startswith("--password-file")]
            environment["RSYNC_PASSWORD"] = self._admitted.password.reveal()
        self._process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        place = f"{placing.root_of(profile)}/{self.context.name}/{self._name}"
        wait_until(self.office, f"ls -A {place!r} | grep -q ^.large")
        return self

    def __exit__(self, *_: object) -> None:
        self._go_on.set()
        processes.end(self._process)
        self._line.__exit__()

    @property
    def is_uploading(self) -> bool:
        return self._process.poll() is None

    def end_of_upload(self) -> int:
        return self._process.wait(timeout=20)

    def go_on(self) -> None:
        self._go_on.set()

    def waits_for_better_times(self, stack: ExitStack) -> subprocess.Popen[bytes]:
        """An idle connection, over which one can begin anew without a key line."""
        idle = subprocess.Popen(self._ssh("-N"), stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stack.callback(processes.end, idle)
        return idle

    def tries_to_sign_in(self) -> str:
        return subprocess.run([*self._ssh(), "true"], capture_output=True, text=True).stderr

    def _ssh(self, *options: str) -> list[str]:
        key = str(self.context.profile.key_path)
        common = ["ssh", "-F", "none", *(f"-o{option}" for option in _OPTIONS), "-i", key]
        return [*common, "-p", str(self.office.port), *options, f"{ACCOUNT}@{HOST}"]


def wait_until(office: SetUpOffice, condition: str) -> None:
    office.run("timeout", "20", "sh", "-c", f"until {condition}; do :; done 2>/dev/null")


@pytest.fixture
def large(sample_folder: Path) -> Path:
    (sample_folder / "large").write_bytes(os.urandom(4_000_000))
    return sample_folder


@pytest.mark.long
async def test_one_after_the_other_is_ended_and_all_others_go_on(
    office: SetUpOffice, large: Path, secret_service: SecretService
) -> None:
    made = {
        kind: context_for(office, kind, large, name, MODULES if kind == "daemon" else placing.ROOT)
        for kind, name in NAMES.items()
    }
    set_up(office, *(context for context, _ in made.values()))
    ran = office.script()
    assert ran.exit_code == 0, ran.stderr
    with ExitStack() as stack:
        clients = {
            kind: stack.enter_context(Client(office, context, admitted, large))
            for kind, (context, admitted) in made.items()
        }
        idle = clients["rrsync"].waits_for_better_times(stack)
        office.wait_until_logged("Accepted publickey", len(made))
        for at, (kind, name) in enumerate(NAMES.items()):
            revoked = office.script(f"--revoke {name}")
            assert (revoked.exit_code, revoked.stderr) == (0, ""), revoked.stdout
            assert clients[kind].end_of_upload() != 0
            later = list(NAMES)[at + 1 :]
            assert all(clients[one].is_uploading for one in later), (kind, revoked.stdout)
            assert "verified: no session of it is left" in revoked.stdout
            assert "\nrevoked: 1" in revoked.stdout
            assert "\nrevoked-verified: yes\n" in revoked.stdout
            context, admitted = made[kind]
            taken = await admin_answer.take(context.profile, revoked.stdout)
            assert taken.warnings[0].startswith("your admin locked this computer out on ")
            if kind == "rrsync":
                assert idle.wait(timeout=20) == 255
                with pytest.raises(Failure) as refused:
                    await sign_in.attempt(context.profile, admitted)
                told = (await telling.tell(refused.value, context.profile)).trouble
                assert told.kind is Kind.LOCKED_OUT
                assert told.what.startswith("Your admin has locked this computer out of the server, on ")
            if kind != "daemon":
                assert "Permission denied" in clients[kind].tries_to_sign_in()
    assert not office.path(KEYS).exists()
    socket.create_connection((HOST, office.daemon_port)).close()  # rsync's daemon is there for others
