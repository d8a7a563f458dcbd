"""Servers whose ssh is Dropbear, tinyssh or asyncssh: real ones."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import asyncssh
from msgspec.structs import replace

from tests.support.commands import backup_wizard
from tests.support.data.profiles import a_profile
from tests.support.servers import placing, setting_up
from tests.support.servers.other_ssh import DropbearOffice, TinysshOffice
from wizard.client import access
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.client.keys import key_files, protected_key
from wizard.client.ssh.connection import Connection
from wizard.profile import SchemeSettings, Server
from wizard.server import kept_facts
from wizard.storage import profiles

if TYPE_CHECKING:
    from pathlib import Path

HOST = "127.0.0.1"


def test_dropbear_goes_the_whole_circle(sample_folder: Path, tmp_path: Path) -> None:
    with DropbearOffice(setting_up.place(tmp_path)) as office:
        office.start_dropbear()
        profile = placing.profile_for(office, "rrsync", sample_folder)
        placing.begin(profile, tmp_path)
        assert kept_facts.known(profile).dropbear_version == (2022, 83)
        placing.apply(office, profile)
        walked = backup_wizard("--answers", tmp_path / "answers.toml")
        assert walked.exit_code == 0, walked.stdout + walked.stderr
        assert "Locked: the server passed all" in walked.stdout
        ran = backup_wizard("run", profile.name, "--json")
        assert (ran.exit_code, ran.json["whole"]) == (0, True), ran.stderr
        again = backup_wizard("run", profile.name, "--json")
        assert (again.json["new"], again.json["changed"], again.json["bytes_to_send"]) == (0, 0, 0)
        landed = f"{placing.OWN}/{sample_folder.name}/"
        assert office.run("rsync", "-naic", "--delete", *placing.stored(profile), f"{sample_folder}/", landed) == ""


def test_tinyssh_refuses_a_key_in_words_that_say_nothing_more(sample_folder: Path, tmp_path: Path) -> None:
    with TinysshOffice(setting_up.place(tmp_path)) as office:
        office.start_tinyssh()
        profile = placing.profile_for(office, "login", sample_folder)
        answers = tmp_path / "answers.toml"
        answers.write_text(profiles.dumps(profile))
        refused = backup_wizard("--answers", answers)
        assert refused.exit_code == 75, refused.stderr
        assert "knows the key" not in refused.stderr
        office.authorize(f"{key_files.public_line(profile.key_path)}\n")
        placing.make_root(office, profile)
        ran = backup_wizard("run", profile.name, "--json")
        assert (ran.exit_code, ran.json["whole"]) == (0, True), ran.stderr


class _Asyncssh:
    """A server of asyncssh's, in a thread of its own."""

    def __init__(self, authorized_keys: Path) -> None:
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self._authorized_keys = str(authorized_keys)
        self._loop = asyncio.new_event_loop()
        self._is_up = threading.Event()
        self.port = 0

    def __enter__(self) -> _Asyncssh:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._is_up.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        self._loop.run_until_complete(self._listen())
        self._is_up.set()
        self._loop.run_forever()

    async def _listen(self) -> None:
        listener = await asyncssh.create_server(
            asyncssh.SSHServer,
            HOST,
            0,
            server_host_keys=[self.host_key],
            authorized_client_keys=self._authorized_keys,
            process_factory=lambda process: process.exit(0),
        )
        self.port = listener.get_port()


def test_asyncssh_lets_our_own_connection_sign_in(home: Path, tmp_path: Path) -> None:
    """It ends a connection on which the service of signing in is asked for twice."""
    profile = a_profile(scheme=SchemeSettings())
    line = protected_key.ensure(profile)
    (tmp_path / "keys").write_text(f"{line}\n")
    with _Asyncssh(tmp_path / "keys") as server:
        known = HostKey(*server.host_key.export_public_key().decode().split()[:2])
        place = Server(host=HOST, port=server.port, user="amanda", host_keys=(known.fingerprint,))
        profile = replace(profile, server=place)
        profiles.save(profile)
        known_hosts.trust(profile, [known])
        connection = Connection.open(profile, access.prepare(profile))
        try:
            assert connection.methods == ("publickey",)
            assert connection.run("true").exit_code == 0
        finally:
            connection.close()
