"""Host keys: what the person's own ssh knows is found, and what was confirmed for a backup is kept for it alone."""

from __future__ import annotations

import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support import programs
from tests.support.data.profiles import a_profile, towards
from tests.support.servers.sign_in import OWN_FAILURE, let_in, sign_in
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.client.keys import key_files
from wizard.failure import Failure, Kind
from wizard.profile import Server
from wizard.storage import paths

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import StartSshd
    from tests.support.servers.real_sshd import RealSshd
    from wizard.profile import Profile

ED25519 = HostKey("ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIMzKc/2XzRj2o3nLCAznh1DAlLB0EyU4rmybcvJrKzo8")
OTHER = HostKey("ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAILWeF0dhRbXwgAQzPdDSKhGmJUPWdmzKNSe8bMvk6jaq")


def _profile(name: str, *confirmed: HostKey) -> Profile:
    fingerprints = tuple(key.fingerprint for key in confirmed)
    return a_profile(name=name, server=Server(host="files.example.lan", user="amanda", host_keys=fingerprints))


def test_fingerprints_and_types_are_those_of_ssh_keygen(start_sshd: StartSshd) -> None:
    sshd = start_sshd(key_types=("ed25519", "ecdsa", "rsa"))
    found = [HostKey(*key.split()) for key in sshd.public_host_keys]
    assert tuple(key.fingerprint for key in found) == sshd.fingerprints
    assert [key.type_name for key in found] == ["ED25519", "ECDSA", "RSA"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"files {ED25519.type} {ED25519.blob}\n", [ED25519]),
        (f"files,192.0.2.7 {ED25519.type}  {ED25519.blob} a comment\n\n", [ED25519]),
        (f"# Host files found: line 1\nfiles {ED25519.type} {ED25519.blob}\n", [ED25519]),
        (f"@revoked files {ED25519.type} {ED25519.blob}\n", []),
        (f"@cert-authority * {ED25519.type} {ED25519.blob}\n", []),
        ("files ssh-ed25519\nfiles ssh-ed25519 not*base64\nfiles ssh-ed25519 A\n\x00\x1b[2J\n", []),
        ("", []),
    ],
    ids=["plain", "comment", "ssh-keygen's", "revoked", "authority", "broken", "empty"],
)
def test_only_whole_keys_are_read(text: str, found: list[HostKey]) -> None:
    assert known_hosts.parse(text) == found


@pytest.mark.parametrize("hashed", [False, True], ids=["plain", "hashed"])
@pytest.mark.parametrize(
    ("entry", "host", "port", "is_known"),
    [
        ("files.example.lan", "files.example.lan", 22, True),
        ("files.example.lan", "FILES.example.lan", 22, True),
        ("files.example.lan", "files.example.lan", 2222, False),
        ("[files.example.lan]:2222", "files.example.lan", 2222, True),
        ("[files.example.lan]:2222", "files.example.lan", 22, False),
        ("192.0.2.7", "192.0.2.7", 22, True),
        ("[2001:db8::7]:2222", "2001:db8::7", 2222, True),
        ("other.example.lan", "files.example.lan", 22, False),
    ],
)
def test_what_the_person_s_ssh_knows_is_found(
    home: Path, hashed: bool, entry: str, host: str, port: int, is_known: bool
) -> None:
    (home / ".ssh").mkdir()
    file = home / ".ssh/known_hosts"
    file.write_text(f"{entry} {ED25519.type} {ED25519.blob}\n")
    if hashed:
        subprocess.run([programs.require("ssh-keygen"), "-H", "-f", str(file)], capture_output=True, check=True)
        assert entry not in file.read_text()
    assert known_hosts.known_to_person(host, port) == ([ED25519] if is_known else [])


def test_without_a_file_or_ssh_keygen_nothing_is_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert known_hosts.known_to_person("files", 22) == []
    monkeypatch.setenv("PATH", str(tmp_path))
    assert known_hosts.known_to_person("files", 22) == []


def test_only_confirmed_keys_are_kept_under_the_backup_s_own_name() -> None:
    profile = _profile("amamac", ED25519)
    assert not known_hosts.trusts(profile)
    known_hosts.trust(profile, [OTHER, ED25519])
    assert known_hosts.trusts(profile)
    assert paths.known_hosts().read_text() == f"amamac {ED25519.type} {ED25519.blob}\n"
    assert stat.S_IMODE(paths.known_hosts().stat().st_mode) == 0o600


@pytest.mark.parametrize("offered", [[], [OTHER]], ids=["nothing", "another"])
def test_a_server_without_a_confirmed_key_changes_nothing(offered: list[HostKey]) -> None:
    profile = _profile("amamac", ED25519)
    known_hosts.trust(profile, [ED25519])
    before = paths.known_hosts().read_bytes()
    with pytest.raises(Failure) as failure:
        known_hosts.trust(profile, offered)
    assert failure.value.kind is Kind.HOST_KEY_CHANGED
    assert all(key.fingerprint in failure.value.raw for key in offered)
    assert paths.known_hosts().read_bytes() == before


def test_what_is_no_longer_confirmed_is_no_longer_trusted() -> None:
    known_hosts.trust(_profile("amamac", ED25519), [ED25519])
    assert not known_hosts.trusts(_profile("amamac", OTHER))
    assert not known_hosts.trusts(_profile("amamac"))
    known_hosts.trust(_profile("amamac", OTHER), [OTHER])
    assert not known_hosts.trusts(_profile("amamac", ED25519))


def test_backups_with_names_alike_are_kept_apart() -> None:
    for name in ("ama", "amamac", "a.ama"):
        known_hosts.trust(_profile(name, ED25519), [ED25519])
    known_hosts.forget("ama")
    trusted = {name: known_hosts.trusts(_profile(name, ED25519)) for name in ("ama", "amamac", "a.ama")}
    assert trusted == {"ama": False, "amamac": True, "a.ama": True}


def test_forgetting_where_there_is_nothing_makes_nothing() -> None:
    known_hosts.forget("amamac")
    assert not paths.config().exists()


def test_entries_of_others_survive_as_they_are() -> None:
    foreign = b"# mine\nother ssh-ed25519 \xff\n"
    paths.config().mkdir(parents=True)
    paths.known_hosts().write_bytes(foreign)
    known_hosts.trust(_profile("amamac", ED25519), [ED25519])
    known_hosts.forget("amamac")
    assert paths.known_hosts().read_bytes() == foreign


def test_what_was_confirmed_for_one_backup_is_not_trusted_for_another(sshd: RealSshd) -> None:
    one, other = towards(sshd, name="one"), towards(sshd, name="other")
    for profile in (one, other):
        key_files.make(profile.key_path, "test", None)
    let_in(sshd, one)
    sshd.install(key_files.public_line(other.key_path))
    assert sign_in(one).returncode != OWN_FAILURE
    refused = sign_in(other)
    assert refused.returncode == OWN_FAILURE
    assert "host key is known for other" in refused.stderr
