"""Keys are made as OpenSSH makes them, never written over, and read without being misled."""

from __future__ import annotations

import platform
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support import programs
from tests.support.data.trees import tree
from wizard.client import computer as this_computer
from wizard.client.keys import found_keys, key_files
from wizard.client.keys.found_keys import FoundKey
from wizard.client.keys.secrets import Secret
from wizard.failure import Failure, Kind
from wizard.storage import files, paths

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.agent import Agent

PASSPHRASE = Secret("it's a “pass\\phrase”")
LINE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMzKc/2XzRj2o3nLCAznh1DAlLB0EyU4rmybcvJrKzo8"


def _keygen(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [programs.require("ssh-keygen"), *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True
    )


@pytest.mark.parametrize("passphrase", [PASSPHRASE, None], ids=["protected", "unprotected"])
def test_ssh_reads_the_key_that_is_made(tmp_path: Path, passphrase: Secret | None) -> None:
    path = tmp_path / "new folder/key"
    key_files.make(path, "backup-wizard-amamac", passphrase)
    public = _keygen("-y", "-P", passphrase.reveal() if passphrase else "", "-f", str(path)).stdout.split()
    assert key_files.public_line(path) == f"{' '.join(public[:2])} backup-wizard-amamac"
    assert _keygen("-y", "-P", "another", "-f", str(path)).returncode == (255 if passphrase else 0)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.with_name("key.pub").stat().st_mode) == 0o644
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("taken", ["key", "key.pub"])
@pytest.mark.parametrize(
    "make",
    [lambda path: path.write_text("mine"), lambda path: path.symlink_to("nowhere"), lambda path: path.mkdir()],
    ids=["file", "dangling link", "folder"],
)
def test_what_is_there_is_never_written_over(tmp_path: Path, taken: str, make: Callable[[Path], object]) -> None:
    make(tmp_path / taken)
    before = tree(tmp_path)
    with pytest.raises(Failure) as failure:
        key_files.make(tmp_path / "key", "comment", None)
    assert (failure.value.kind, failure.value.about) == (Kind.FILE_EXISTS, str(tmp_path / taken))
    assert tree(tmp_path) == before


def test_no_private_key_stays_if_the_public_one_can_t_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = files.create

    def fail(path: Path, content: bytes, mode: int = 0o600) -> None:
        if path.suffix == ".pub":
            raise Failure(Kind.DISK_FULL_HERE, str(path))
        create(path, content, mode)

    monkeypatch.setattr(files, "create", fail)
    with pytest.raises(Failure) as failure:
        key_files.make(tmp_path / "key", "comment", None)
    assert failure.value.kind is Kind.DISK_FULL_HERE
    assert list(tmp_path.iterdir()) == []


FORMS = [
    ("ed25519", "RFC4716"),
    ("ecdsa", "RFC4716"),
    ("ecdsa", "PEM"),
    ("rsa", "RFC4716"),
    ("rsa", "PEM"),
    ("rsa", "PKCS8"),
]


@pytest.mark.parametrize("passphrase", [PASSPHRASE, None], ids=["protected", "unprotected"])
@pytest.mark.parametrize(("key_type", "form"), FORMS)
def test_only_the_right_passphrase_opens_a_key(
    tmp_path: Path, key_type: str, form: str, passphrase: Secret | None
) -> None:
    path = tmp_path / "key"
    bits = ["-b", "2048"] if key_type == "rsa" else []
    given = passphrase.reveal() if passphrase else ""
    assert _keygen("-q", "-t", key_type, *bits, "-m", form, "-N", given, "-f", str(path)).returncode == 0
    assert key_files.opens(path, passphrase)
    if passphrase:
        assert not key_files.opens(path, None)
        assert not key_files.opens(path, Secret("another"))
        assert not key_files.opens(path, Secret(""))


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(bytes(range(256))),
        lambda path: path.write_text(LINE),
        lambda path: path.write_text("PuTTY-User-Key-File-3: ssh-ed25519\n"),
        lambda path: path.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"),
        lambda path: path.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        lambda path: path.mkdir(),
        lambda path: path.symlink_to(path),
    ],
    ids=["empty", "binary", "public", "putty", "cut", "certificate", "folder", "loop of links"],
)
def test_what_is_no_private_key_is_told(tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / "key")
    with pytest.raises(Failure) as failure:
        key_files.opens(tmp_path / "key", None)
    assert failure.value.kind is Kind.KEY_UNUSABLE


@pytest.mark.parametrize("look", [lambda path: key_files.opens(path, None), key_files.public_line])
def test_a_missing_key_is_told(tmp_path: Path, look: Callable[[Path], object]) -> None:
    with pytest.raises(Failure) as failure:
        look(tmp_path / "key")
    assert failure.value.kind is Kind.KEY_MISSING


@pytest.mark.parametrize("path", ["key", "key.pub"])
def test_the_public_line_is_found_from_either_half(tmp_path: Path, path: str) -> None:
    (tmp_path / "key.pub").write_text(f"{LINE} amanda's key\n")
    assert key_files.public_line(tmp_path / path) == f"{LINE} amanda's key"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "no key",
        "#" + LINE,
        f"{LINE}\n{LINE}\n",
        f"{LINE} x\x0b{LINE}",
        f'command="id" {LINE}',
        f"{LINE} \x1b[2Jcomment",
        f"{LINE} \u202eyek",
        "ssh-ed25519",
        "ssh-ed25519 ",
        "ssh-ed25519 not*base64",
        "ssh-dss AAAA",
        "\xff",
    ],
    ids=ascii,
)
def test_a_public_file_that_would_mislead_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "key.pub").write_bytes(content.encode("utf-8" if content != "\xff" else "latin-1"))
    with pytest.raises(Failure) as failure:
        key_files.public_line(tmp_path / "key")
    assert failure.value.kind is Kind.KEY_UNUSABLE


@pytest.mark.parametrize(
    ("line", "comment"),
    [(LINE, "ssh-ed25519"), (f"{LINE} amanda@mac", "amanda@mac"), (f"{LINE} two words", "two words")],
)
def test_a_key_is_known_by_its_comment(line: str, comment: str) -> None:
    assert FoundKey(line).comment == comment


def test_the_person_s_keys_are_found_in_files_and_in_the_agent(home: Path, tmp_path: Path, agent: Agent) -> None:
    key_files.make(home / ".ssh/id_ed25519", "in a file", None)
    key_files.make(home / ".ssh/backup-wizard-other", "of another backup", None)
    key_files.make(home / ".ssh/lonely", "without its private half", None)
    (home / ".ssh/lonely").unlink()
    (home / ".ssh/broken.pub").write_text("broken")
    (home / ".ssh/broken").touch()
    key_files.make(tmp_path / "held", "in the agent", None)
    for key in (home / ".ssh/id_ed25519", tmp_path / "held"):
        agent.add(key)
    assert [(key.comment, key.file) for key in found_keys.found()] == [
        ("in a file", "~/.ssh/id_ed25519"),
        (str(tmp_path / "held"), ""),  # ssh-add's own comment
    ]


def test_another_backup_s_key_is_left_out_though_the_agent_holds_it(home: Path, agent: Agent) -> None:
    key_files.make(home / ".ssh/backup-wizard-other", "backup-wizard-other", None)
    agent.add(home / ".ssh/backup-wizard-other")
    assert found_keys.found() == []


def test_without_a_folder_or_an_agent_nothing_is_found(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    assert found_keys.found() == []
    monkeypatch.setenv("SSH_AUTH_SOCK", str(home / "no agent"))
    assert found_keys.agent_lines() == []


def test_an_empty_agent_holds_nothing(agent: Agent) -> None:
    assert found_keys.agent_lines() == []


def test_without_ssh_add_there_is_no_agent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, agent: Agent) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert found_keys.agent_lines() == []


def test_an_agent_s_key_is_kept_where_ssh_can_be_pointed_at_it() -> None:
    path = key_files.keep_agent_key("amamac", f"{LINE} comment")
    assert path == paths.agent_keys() / "amamac.pub"
    assert key_files.public_line(path) == f"{LINE} comment"
    assert key_files.keep_agent_key("amamac", f"{LINE} another") == path
    assert key_files.public_line(path) == f"{LINE} another"


def test_both_halves_are_removed_and_nothing_else(tmp_path: Path) -> None:
    key_files.make(tmp_path / "key", "comment", None)
    (tmp_path / "key.old").touch()
    key_files.remove(tmp_path / "key")
    key_files.remove(tmp_path / "key")
    assert [path.name for path in tmp_path.iterdir()] == ["key.old"]


@pytest.mark.parametrize(
    ("computer", "name"),
    [
        ("Amamac.example.lan", "amamac"),
        ("Amanda's MacBook", "amanda-s-macbook"),
        ("-x-", "x"),
        ("…", "my-computer"),
        ("", "my-computer"),
        ("a" * 99, "a" * 32),
    ],
)
def test_a_computer_s_name_becomes_one_that_a_backup_can_have(
    monkeypatch: pytest.MonkeyPatch, computer: str, name: str
) -> None:
    monkeypatch.setattr(platform, "node", lambda: computer)
    assert this_computer.name() == name
