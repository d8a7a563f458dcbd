"""A key of another type, for a server that takes no ed25519."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest
from msgspec.structs import replace

from tests.support.data.profiles import a_profile
from tests.support.data.trees import tree
from wizard.client.keys import key_files, key_types, protected_key, public_keys
from wizard.client.keys.secrets import Secret
from wizard.failure import BadProfile, Failure, Kind
from wizard.profile import Key, KeyType
from wizard.schemes.facts import ServerFacts
from wizard.storage import profiles

if TYPE_CHECKING:
    from pathlib import Path

OPENSSH = ("ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512", "rsa-sha2-256")


@pytest.mark.parametrize(
    ("server", "instead"),
    [
        (ServerFacts(), ()),
        (ServerFacts(key_types=OPENSSH), ()),
        (ServerFacts(key_types=OPENSSH[1:]), ("ecdsa", "rsa")),
        (ServerFacts(key_types=OPENSSH[2:]), ("rsa",)),
        (ServerFacts(openssh_version=(6, 4)), ("ecdsa",)),
        (ServerFacts(openssh_version=(6, 5)), ()),
        (ServerFacts(dropbear_version=(2019, 78)), ("ecdsa",)),
        (ServerFacts(dropbear_version=(2020, 79)), ()),
        (ServerFacts(dropbear_version=()), ()),
        (ServerFacts(openssh_version=(6, 4), key_types=OPENSSH), ()),
    ],
)
def test_what_a_server_takes_instead_is_told_by_what_it_says(server: ServerFacts, instead: tuple[KeyType, ...]) -> None:
    assert key_types.instead(server) == instead


def test_nothing_else_that_a_server_names_is_kept() -> None:
    named = ["ssh-dss", "rsa-sha2-256", "x" * 9999, "rsa-sha2-256", "sk-ssh-ed25519@openssh.com"]
    assert key_types.known(named) == ("rsa-sha2-256",)


@pytest.mark.parametrize(
    ("type", "begins", "passphrase"),
    [("ecdsa", "ecdsa-sha2-nistp256 ", Secret("long enough")), ("rsa", "ssh-rsa ", None), ("", "ssh-ed25519 ", None)],
)
def test_a_key_is_made_of_the_type_that_is_named(
    home: Path, type: KeyType, begins: str, passphrase: Secret | None
) -> None:
    path = home / ".ssh/backup-wizard-amamac"
    key_files.make(path, "amamac", passphrase, type)
    line = key_files.public_line(path)
    assert line.startswith(begins)
    assert line.endswith(" amamac")
    assert public_keys.weakness(line) == ""
    assert key_files.opens(path, passphrase)
    if type == "rsa":
        assert 4096 // 8 * 4 // 3 < len(line) < 800
    before = tree(home / ".ssh")
    with pytest.raises(Failure) as failure:
        key_files.make(path, "amamac", passphrase, type)
    assert failure.value.kind is Kind.FILE_EXISTS
    key_files.public_path(path).unlink()
    key_files.complete(path, "amamac")
    assert key_files.public_line(path).split()[:2] == line.split()[:2]
    assert tree(home / ".ssh").keys() == before.keys()


def test_a_key_of_another_type_that_is_there_is_neither_used_nor_touched(home: Path) -> None:
    profile = a_profile()
    line = protected_key.ensure(profile)
    before = tree(home / ".ssh")
    with pytest.raises(Failure) as failure:
        protected_key.ensure(replace(profile, key=replace(profile.key, type="ecdsa")))
    assert failure.value.kind is Kind.BAD_VALUE
    assert "~/.ssh/backup-wizard-amamac already exists" in failure.value.about
    assert tree(home / ".ssh") == before
    assert protected_key.ensure(replace(profile, key=replace(profile.key, type="ed25519"))) == line


@pytest.mark.parametrize("type", get_args(KeyType))
def test_a_file_says_it_under_key(tmp_path: Path, type: KeyType) -> None:
    file = tmp_path / "answers.toml"
    profile = a_profile(key=Key(protection="none", type=type))
    file.write_text(profiles.dumps(profile))
    assert profiles.read(file) == profile
    assert ("type =" in file.read_text()) is bool(type)  # who says nothing can be read by an older version


@pytest.mark.parametrize("type", ['"dsa"', '"RSA"', "4096"])
def test_another_type_is_refused_by_its_line(tmp_path: Path, type: str) -> None:
    file = tmp_path / "answers.toml"
    text = profiles.dumps(a_profile())
    file.write_text(text.replace("[key]\n", f"[key]\ntype = {type}\n"))
    with pytest.raises(BadProfile) as refused:
        profiles.read(file)
    assert (refused.value.key, refused.value.line) == ("key.type", text.split("\n").index("[key]") + 2)
