"""Servers that speak less than usual, or otherwise: the walk goes on, and says what can't be tested."""

from __future__ import annotations

import shutil
import threading
from typing import TYPE_CHECKING

import paramiko
import pytest
from msgspec.structs import replace
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL

from tests.servers.trouble_rows.backup import line
from tests.support.attacks.case import a_case
from tests.support.attacks.hostile_servers import HOST, HostileSsh, Stage, once, talking
from tests.support.attacks.sign_in_faults import sshd
from tests.support.commands import backup_wizard
from tests.support.data.profiles import a_profile
from tests.support.plain import Person, decided
from tests.support.servers import old_rsync, placing
from tests.support.servers.office import open_office
from wizard.client import access
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.client.keys import protected_key
from wizard.client.ssh.connection import Connection
from wizard.failure import Failure, Kind
from wizard.profile import SchemeSettings, Server
from wizard.server.reaching import reachability, sign_in
from wizard.server.reaching.reachability import OpenPorts
from wizard.storage import paths, profiles
from wizard.trouble import Sure, Who, diagnose, telling
from wizard.walk.steps import Step

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.servers.office import Office

# What ssh knows, and paramiko doesn't.
ONLY = {
    "curve25519": ("KexAlgorithms curve25519-sha256",),
    "sntrup761": ("KexAlgorithms sntrup761x25519-sha512@openssh.com",),
    "chacha20": ("Ciphers chacha20-poly1305@openssh.com",),
    "umac-etm": ("Ciphers aes256-ctr", "MACs umac-128-etm@openssh.com"),
    "sha1-etm": ("Ciphers aes256-ctr", "MACs hmac-sha1-etm@openssh.com"),
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("office")) as running:
        yield running


@pytest.mark.parametrize("methods", ONLY)
def test_what_only_ssh_can_speak_is_not_tested_and_the_walk_goes_on(
    office: Office, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, methods: str
) -> None:
    with sshd(*ONLY[methods])(a_case(office, "rrsync", request)) as case:
        profiles.save(case.profile)
        answers = tmp_path / "answers.toml"
        answers.write_text(profiles.dumps(case.profile))
        walked = backup_wizard("--answers", answers)
        checked = backup_wizard("check", case.profile.name, "--json")
    assert walked.exit_code == 1, walked
    assert "Nothing was copied." in walked.stdout
    assert (checked.exit_code, checked.json["verdict"]) == (1, "unknown")
    told = "Can't be tested: only ssh itself knows an encryption method that this server accepts."
    assert {finding["detail"] for finding in checked.json["findings"]} == {told}
    assert told in walked.stdout


@pytest.mark.parametrize(
    "scheme", [SchemeSettings(kind="forced-command"), SchemeSettings(from_=("192.0.2.1",))], ids=["quotes", "addresses"]
)
async def test_a_line_that_dropbear_cant_read_is_told(home: Path, scheme: SchemeSettings) -> None:
    with talking(once(b"SSH-2.0-dropbear_2022.83\r\n")) as port:
        profile = a_profile(server=Server(host=HOST, port=port, user="amanda"), scheme=scheme)
        found = await diagnose.ask(Failure(Kind.KEY_REFUSED, HOST), profile)
    assert found
    assert (found.sure, found.who) == (Sure.PROBABLY, Who.YOU)
    assert found.text.startswith("The server's ssh is Dropbear.")


class TakesAnyKeyAtFirst(paramiko.ServerInterface):
    """As tinyssh does: a key is refused only with its signature."""

    def __init__(self) -> None:
        self._tries = 0

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        self._tries += 1
        return AUTH_SUCCESSFUL if self._tries == 1 else AUTH_FAILED


@pytest.mark.parametrize("name", ["tinyssh_20230101", "OpenSSH_9.2"])
async def test_tinyssh_does_not_know_a_key_that_it_takes_at_first(home: Path, name: str) -> None:
    host_key = paramiko.ECDSAKey.generate()

    def serve(client: socket.socket) -> None:
        transport = paramiko.Transport(client)
        transport.local_version = f"SSH-2.0-{name}"
        transport.add_server_key(host_key)
        transport.start_server(threading.Event(), TakesAnyKeyAtFirst())
        transport.join()

    with talking(serve) as port:
        known = HostKey(host_key.get_name(), host_key.get_base64())
        profile = a_profile(
            server=Server(host=HOST, port=port, user="amanda", host_keys=(known.fingerprint,)), scheme=SchemeSettings()
        )
        profiles.save(profile)
        known_hosts.trust(profile, [known])
        protected_key.ensure(profile)
        with pytest.raises(Failure) as refused:
            await sign_in.attempt(profile, access.prepare(profile))
        told = (await telling.tell(refused.value, profile)).trouble
    knows = "The server knows the key, but this computer couldn't use it."
    assert (told.found == knows) is (name != "tinyssh_20230101")


@pytest.mark.parametrize(
    ("greeting", "version"),
    [
        ("SSH-2.0-dropbear_2019.78", (2019, 78)),
        ("SSH-2.0-dropbear", ()),
        ("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7", None),
        ("SSH-2.0-tinyssh_20230101 dropbear", None),
    ],
)
def test_dropbear_is_known_by_its_greeting(home: Path, greeting: str, version: tuple[int, ...] | None) -> None:
    profile = a_profile()
    profiles.save(profile)
    assert reachability.remember(profile, profile, OpenPorts(22, greeting, None, 0)).dropbear_version == version


class TakesNoKey(paramiko.ServerInterface):
    """Refuses every key."""

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"


@pytest.mark.parametrize("greeting", ["dropbear_2019.78", "OpenSSH_7.1", "OpenSSH_9.2"])
def test_every_walk_asks_for_the_line_that_the_server_s_greeting_calls_for(
    home: Path, tmp_path: Path, sample_folder: Path, monkeypatch: pytest.MonkeyPatch, greeting: str
) -> None:
    host_key = paramiko.ECDSAKey.generate()

    def serve(client: socket.socket) -> None:
        transport = paramiko.Transport(client, server_sig_algs=False)  # these name no types
        transport.local_version = f"SSH-2.0-{greeting}"
        transport.add_server_key(host_key)
        transport.start_server(threading.Event(), TakesNoKey())
        transport.join()

    fingerprint = HostKey(host_key.get_name(), host_key.get_base64()).fingerprint
    with talking(serve) as port:
        server = Server(host=HOST, port=port, user="amanda", host_keys=(fingerprint,))
        profile = a_profile(folders=(str(sample_folder),), server=server, scheme=SchemeSettings())
        answers = {"Server name": [HOST], "Port": [str(port)], "username": ["amanda"], "fingerprint": [fingerprint]}
        monkeypatch.setattr("builtins.input", Person({**answers, "Number": ["2"]}))
        asked = replace(profile, server=Server())
        for step in (Step.SERVER, Step.FINGERPRINT):
            asked = decided(asked, step)
        protected_key.ensure(asked)
        profiles.save(asked)
        by_hand = backup_wizard("export", profile.name, "--format", "authorized-keys").stdout
        for folder in (paths.config(), paths.state()):
            shutil.rmtree(folder)
        file = tmp_path / "answers.toml"
        file.write_text(profiles.dumps(profile))
        waiting = backup_wizard("--answers", file)
    assert waiting.exit_code == 75
    is_old = greeting == "dropbear_2019.78"
    assert ("The server's ssh is too old for this type of key (ed25519)." in waiting.stderr) is is_old
    assert ('type = "ecdsa" under [key]' in waiting.stderr) is is_old
    unattended = backup_wizard("export", profile.name, "--format", "authorized-keys").stdout
    assert unattended == by_hand
    assert ("\nrestrict,command=" in unattended) is (greeting == "OpenSSH_9.2")


@pytest.mark.parametrize("version", ["3.1.3", "3.2.3"])
async def test_an_rrsync_in_perl_that_refuses_has_let_us_in(
    office: Office, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str
) -> None:
    """It ends with 255 where it is asked for nothing, as ssh does when it gets no connection."""
    rrsync = old_rsync.require(version) / "rrsync"
    with line(f"{rrsync} -wo {placing.OWN}")(a_case(office, "rrsync", request)) as case:
        await sign_in.attempt(case.profile, case.access)


async def test_the_service_of_signing_in_is_asked_for_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """asyncssh's servers end a connection on which it is asked for again."""
    asked: list[str] = []
    parse = paramiko.auth_handler.AuthHandler._parse_service_request  # type: ignore[attr-defined]

    def counting(handler: paramiko.auth_handler.AuthHandler, message: paramiko.Message) -> None:
        asked.append("ssh-userauth")
        parse(handler, message)

    monkeypatch.setattr(paramiko.auth_handler.AuthHandler, "_parse_service_request", counting)
    with HostileSsh(Stage.NEVER) as server:
        profile = a_profile(
            server=Server(host=server.host, port=server.port, user="amanda", host_keys=(server.known.fingerprint,)),
            scheme=SchemeSettings(),
        )
        profiles.save(profile)
        known_hosts.trust(profile, [server.known])
        protected_key.ensure(profile)
        connection = Connection.open(profile, access.prepare(profile))
        connection.close()
    assert connection.methods == ("publickey",)
    assert asked == ["ssh-userauth"]
