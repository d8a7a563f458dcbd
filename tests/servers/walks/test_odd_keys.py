"""Keys that the wizard would not make itself: of another format or type, or in a folder that is a link."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import paramiko
import pytest
from msgspec.structs import replace
from paramiko.common import cMSG_EXT_INFO

from tests.support import programs
from tests.support.attacks.hostile_servers import HOST, talking
from tests.support.commands import backup_wizard
from tests.support.data.profiles import a_profile, towards
from tests.support.quick import sampled
from tests.support.servers import placing
from tests.support.servers.office import free_port
from wizard.client import access
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.client.keys import key_files, key_types, protected_key
from wizard.failure import Failure
from wizard.profile import Key, SchemeSettings, Server
from wizard.server import exports, kept_facts
from wizard.server.exports.shell_lines import MOST_BYTES
from wizard.server.reaching import sign_in
from wizard.storage import profiles
from wizard.trouble import telling

if TYPE_CHECKING:
    import socket

    from tests.conftest import StartSshd
    from tests.support.secret_service import SecretService
    from tests.support.servers.real_sshd import RealSshd
    from wizard.profile import KeyType

# What ssh-keygen is asked for, and its format: PEM and PKCS8 are what other programs write.
KEYS = [("rsa", "PKCS8"), ("rsa", "PEM"), ("ecdsa", "PKCS8"), ("ecdsa", "RFC4716"), ("ed25519", "RFC4716")]


def a_key(path: Path, key_type: str, form: str = "RFC4716") -> Path:
    argv = [programs.require("ssh-keygen"), "-q", "-t", key_type, "-m", form, "-N", "", "-f", str(path)]
    subprocess.run(argv, check=True)
    return path


@pytest.mark.parametrize(("key_type", "form"), sampled.first(2, KEYS))
def test_a_key_of_any_format_is_tested_like_any_other(
    sshd: RealSshd, sample_folder: Path, tmp_path: Path, key_type: str, form: str
) -> None:
    key = a_key(tmp_path / "key", key_type, form)
    profile = towards(sshd, folders=(str(sample_folder),))
    profile = replace(profile, key=Key(protection="none", file=str(key)))
    Path(profile.server.root, profile.name).mkdir(parents=True, mode=0o700)
    placing.begin(profile, tmp_path)
    sshd.install(backup_wizard("export", profile.name, "--format", "authorized-keys").stdout)
    checked = backup_wizard("check", profile.name, "--json")
    assert (checked.exit_code, checked.json["verdict"]) == (0, "locked"), checked


@pytest.mark.parametrize("key_type", sampled.first(1, ["ecdsa", "rsa"]))
def test_a_server_without_ed25519_is_backed_up_to_with_a_key_that_a_file_asks_for(
    start_sshd: StartSshd, sample_folder: Path, tmp_path: Path, key_type: KeyType
) -> None:
    accepted = {"ecdsa": "ecdsa-sha2-nistp256", "rsa": "rsa-sha2-512,rsa-sha2-256"}
    sshd = start_sshd(settings=[f"PubkeyAcceptedAlgorithms {accepted[key_type]}"])
    profile = towards(sshd, folders=(str(sample_folder),), key=Key(protection="none", type=key_type))
    Path(profile.server.root, profile.name).mkdir(parents=True, mode=0o700)
    placing.begin(profile, tmp_path)
    line = " ".join(key_files.public_line(profile.key_path).split()[:2])
    texts = {
        name: backup_wizard("export", profile.name, "--format", name).stdout for name in ("authorized-keys", "text")
    }
    # But for the key itself, the line is what it is for any other.
    usual = a_key(tmp_path / "usual", "ed25519")
    facts = replace(access.facts(profile), public_key=key_files.public_line(usual))
    other = exports.export(profile, facts, "authorized-keys")
    assert texts["authorized-keys"].replace(line, " ".join(key_files.public_line(usual).split()[:2])) == other.replace(
        facts.public_key.split()[2], key_files.comment_for(profile.name)
    )
    assert max(len(line.encode()) for line in texts["text"].splitlines()) <= MOST_BYTES
    sshd.install(texts["authorized-keys"])
    walked = backup_wizard("--answers", tmp_path / "answers.toml")
    assert walked.exit_code == 0, walked.stderr
    assert backup_wizard("run", profile.name).exit_code == 0


@pytest.mark.parametrize("leads_to", ["dotfiles/ssh", "not yet there"])
def test_a_key_is_made_in_an_ssh_folder_that_is_a_link(
    sshd: RealSshd, sample_folder: Path, tmp_path: Path, leads_to: str
) -> None:
    folder = Path.home() / leads_to
    if leads_to == "dotfiles/ssh":
        folder.mkdir(parents=True, mode=0o700)
    (Path.home() / ".ssh").symlink_to(folder)
    placing.begin(towards(sshd, folders=(str(sample_folder),)), tmp_path)
    assert (folder / "backup-wizard-amamac").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o077 == 0


def test_a_link_to_a_folder_that_others_can_change_is_refused(
    sshd: RealSshd, sample_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "everybody's"
    folder.mkdir()
    folder.chmod(0o777)
    (Path.home() / ".ssh").symlink_to(folder)
    answers = tmp_path / "answers.toml"
    answers.write_text(profiles.dumps(towards(sshd, folders=(str(sample_folder),))))
    refused = backup_wizard("--answers", answers)
    assert (refused.exit_code, list(folder.iterdir())) == (69, [])
    assert str(folder) in refused.stderr


class NamesItsTypes(paramiko.Transport):
    """Says which types of signature it takes, as OpenSSH does since 9.6."""

    types = ""

    def _send_message(self, data: paramiko.Message) -> None:
        if data.asbytes().startswith(cMSG_EXT_INFO):
            data = paramiko.Message()
            data.add_byte(cMSG_EXT_INFO)
            data.add_int(1)
            data.add_string("server-sig-algs")
            data.add_string(self.types)
        super()._send_message(data)  # type: ignore[misc]


class TakesNoKey(paramiko.ServerInterface):
    """Refuses every key."""

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"


@pytest.mark.parametrize(
    ("types", "make"), [(["ecdsa-sha2-nistp256", "rsa-sha2-512"], "ecdsa"), (["rsa-sha2-512", "rsa-sha2-256"], "rsa")]
)
async def test_a_server_that_names_its_types_gets_another_one_offered(home: Path, types: list[str], make: str) -> None:
    host_key = paramiko.ECDSAKey.generate()

    def serve(client: socket.socket) -> None:
        transport = NamesItsTypes(client)
        transport.add_server_key(host_key)
        transport.get_security_options().key_types = ["ecdsa-sha2-nistp256"]
        transport.types = ",".join(types)
        transport.start_server(threading.Event(), TakesNoKey())
        transport.join()

    with talking(serve) as port:
        known = HostKey(host_key.get_name(), host_key.get_base64())
        server = Server(host=HOST, port=port, user="amanda", host_keys=(known.fingerprint,))
        profile = a_profile(server=server, scheme=SchemeSettings())
        profiles.save(profile)
        known_hosts.trust(profile, [known])
        protected_key.ensure(profile)
        with pytest.raises(Failure) as refused:
            await sign_in.attempt(profile, access.prepare(profile))
        told = (await telling.tell(refused.value, profile)).trouble
    assert told.found == f"The server accepts no key of type ssh-ed25519, only: {', '.join(types)}."
    assert f'type = "{make}" under [key]' in told.to_do
    assert key_types.instead(kept_facts.known(profile))[0] == make
    assert "(PubkeyAcceptedAlgorithms)" in told.forward


def test_a_service_that_is_not_on_yet_is_waited_for(
    sample_folder: Path, tmp_path: Path, secret_service: SecretService
) -> None:
    """Before its admin has acted, rsync's own service may not even run."""
    profile = a_profile(
        folders=(str(sample_folder),),
        server=Server(host=HOST, port=free_port(), user="amanda", root="/srv/backup"),
        scheme=SchemeSettings(kind="daemon"),
    )
    answers = tmp_path / "answers.toml"
    answers.write_text(profiles.dumps(profile))
    for command in (["--answers", answers], ["check", profile.name], ["run", profile.name]):
        waiting = backup_wizard(*command)
        assert waiting.exit_code == 75, waiting
        assert "doesn't accept this computer yet" in waiting.stderr
        assert "Future" not in waiting.stderr
