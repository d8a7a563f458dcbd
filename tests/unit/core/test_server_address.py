"""What people type for a server is understood in ssh's ways of writing it; a file says each part by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.data.profiles import a_profile
from wizard import rules, server_address
from wizard.client.ssh.dial import Target
from wizard.failure import BadProfile
from wizard.profile import Profile, Server, check
from wizard.schemes.daemon import Daemon
from wizard.schemes.facts import ClientFacts, ServerFacts
from wizard.schemes.parts import daemon_modules
from wizard.server_address import ServerAddress, understood
from wizard.storage import profiles

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("files.example.lan", ("files.example.lan", "", "")),
        ("192.0.2.7", ("192.0.2.7", "", "")),
        ("::1", ("::1", "", "")),
        ("fe80::1%eth0", ("fe80::1%eth0", "", "")),
        ("[::1]", ("::1", "", "")),
        ("[::1]:2222", ("::1", "2222", "")),
        ("files.example.lan:2222", ("files.example.lan", "2222", "")),
        ("files.example.lan:", ("files.example.lan", "", "")),  # as for scp
        ("amanda@files.example.lan", ("files.example.lan", "", "amanda")),
        ("amanda@[fe80::1%eth0]:2222", ("fe80::1%eth0", "2222", "amanda")),
        ("amanda@::1", ("::1", "", "amanda")),
        ("amanda@example.lan@files", ("files", "", "amanda@example.lan")),
        ("ssh://files.example.lan", ("files.example.lan", "", "")),
        ("ssh://amanda@files.example.lan:2222/", ("files.example.lan", "2222", "amanda")),
        ("SSH://amanda@[::1]:2222", ("::1", "2222", "amanda")),
        ("sftp://amanda%2Bnas@files/", ("files", "", "amanda+nas")),
    ],
)
def test_each_part_is_found(typed: str, meant: tuple[str, str, str]) -> None:
    assert understood(typed) == ServerAddress(*meant)
    assert server_address.complaint(typed) is None


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Type the server's name"),
        ("[]", "Type the server's name"),
        ("amanda@", "Type the server's name"),
        ("ssh://", "Type the server's name"),
        ("ssh://files/backup", "without a folder or slashes"),
        ("rsync://files/amanda", "without a folder or slashes"),
        ("amanda@files:backup", "without a folder or slashes"),
        ("files:/srv/backup", "without a folder or slashes"),
        ("files:0", "from 1 to 65535"),
        ("files:65536", "from 1 to 65535"),
        ("files:２２", "from 1 to 65535"),
        ("-l@files", "can't start with a dash"),
        ("amanda:secret@files", "without a password"),
        ("ssh://amanda:secret@files/", "without a password"),
        ("[::1", "has only letters"),
        ("::1]:22", "has only letters"),
        ("two words", "has only letters"),
        ("amanda@-oProxyCommand=x", "has only letters"),
        ("ssh://%2doProxyCommand=x@files", "can't start with a dash"),
    ],
)
def test_what_is_none_is_refused_with_the_reason(typed: str, words: str) -> None:
    assert words in (server_address.complaint(typed) or "")


@pytest.mark.parametrize(
    ("host", "settings"),
    [
        ("[::1]", 'host = "::1".'),
        ("files:2222", 'host = "files", port = 2222.'),
        ("amanda@files", "host = \"files\", user = 'amanda'."),
        ("ssh://amanda@[::1]:2222/", "host = \"::1\", port = 2222, user = 'amanda'."),
    ],
)
def test_a_profile_is_told_what_to_write_instead(host: str, settings: str) -> None:
    with pytest.raises(BadProfile) as refused:
        check(Profile(name="amamac", server=Server(host=host)))
    assert refused.value.key == "server.host"
    assert str(refused.value).endswith(f"Write instead: {settings}")


def test_an_ipv6_address_and_its_port_are_told_apart() -> None:
    assert str(Target("::1", 2222)) == "[::1]:2222"
    assert str(Target("files", 2222)) == "files:2222"


@pytest.mark.parametrize(
    ("typed", "may"),
    [
        ("amanda:secret@files", True),
        ("amanda:secret", True),
        ("amanda:s", True),
        ("files:22", False),
        ("files:", False),
    ],
)
def test_a_password_is_noticed_while_it_is_typed(typed: str, may: bool) -> None:
    assert understood(typed).may_have_password is may


def test_a_username_with_a_space_is_refused_with_the_reason() -> None:
    for rule, typed in ((rules.user, "Amanda Miller"), (server_address.complaint, "Amanda Miller@files")):
        assert "can't contain a space" in (rule(typed) or "")


@pytest.mark.parametrize("user", ["CORP\\joe", "CORP\\user", "CORP\\xray"])
def test_a_backslash_in_a_profile_is_told_how_to_be_written(user: str, tmp_path: Path) -> None:
    file = tmp_path / "answers.toml"
    file.write_text(f'format = 1\nname = "amamac"\n[server]\nhost = "files"\nuser = "{user}"\n')
    with pytest.raises(BadProfile) as refused:
        profiles.read(file)
    assert "Put a text with a backslash in single quotes: 'DOMAIN\\user'." in str(refused.value)
    file.write_text(file.read_text().replace(f'"{user}"', f"'{user}'"))
    assert profiles.read(file).server.user == user


def test_what_a_domain_account_is_called_on_the_server(tmp_path: Path) -> None:
    profile = a_profile(server=Server(host="files", user="CORP\\nora", root="/srv/backup"))
    assert daemon_modules.name(profile) == "nora"
    assert not Daemon().fits(ClientFacts(known_hosts=tmp_path), ServerFacts(), profile).possible
