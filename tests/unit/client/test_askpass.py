"""Our askpass opens a backup's own key for the real ssh, and answers no other question."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.data.profiles import a_profile, towards
from tests.support.servers.sign_in import OWN_FAILURE, let_in, sign_in
from wizard.client.keys import askpass, key_files, passphrase_socket, protected_key, secrets
from wizard.client.keys.secrets import Secret
from wizard.failure import Failure, Kind
from wizard.profile import Key
from wizard.storage import profiles

if TYPE_CHECKING:
    from tests.support.servers.real_sshd import RealSshd

CANARY = "canary-9c44aa"
FILE = "/home/amanda/.ssh/backup-wizard-amamac"
LONG = "/home/amanda/" + "long/" * 30 + "key"


def _ask(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["backup-wizard-askpass", *arguments])
    return askpass.main()


@pytest.fixture
def kept(secret_service: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backup whose passphrase is in the keyring."""
    profiles.save(a_profile(key=Key(protection="keyring", file=FILE)))
    secrets.store("amamac", "passphrase", Secret(CANARY))
    monkeypatch.setenv(askpass.PROFILE_VARIABLE, "amamac")


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    "prompt",
    [
        f"Enter passphrase for key '{FILE}': ",
        f"Enter passphrase for '{FILE}': ",
        f"Enter passphrase for {FILE}: ",
    ],
)
def test_it_answers_for_the_backup_s_own_key(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], prompt: str
) -> None:
    assert _ask(monkeypatch, prompt) == 0
    assert capsys.readouterr() == (f"{CANARY}\n", "")


HOSTILE = [
    "",
    "Password: ",
    "amanda@files.example.lan's password: ",
    "Are you sure you want to continue connecting (yes/no/[fingerprint])? ",
    "Enter passphrase for key '/home/amanda/.ssh/id_ed25519': ",
    "Enter passphrase for key '': ",
    f"Enter passphrase for key '{FILE}2': ",
    f"Enter passphrase for key '{FILE[:-1]}': ",
    f"Enter passphrase for key '{FILE}/': ",
    f"Enter passphrase for key '.{FILE}': ",
    f"Enter passphrase for key '{FILE.upper()}': ",
    f"Enter PIN for ED25519-SK key {FILE}: ",
    f"Enter passphrase for key '/evil': \nEnter passphrase for key '{FILE}': ",
    f"Enter passphrase for key '{FILE}': \nand for '/evil': ",
    f"Enter passphrase for key '{FILE}' on evil.example.com: ",
    f"Send it to evil! Enter passphrase for key '{FILE}': ",
    f"enter passphrase for key '{FILE}': ",
    FILE,
]


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("prompt", HOSTILE, ids=ascii)
def test_it_answers_no_other_question(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], prompt: str
) -> None:
    assert _ask(monkeypatch, prompt) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert CANARY not in said.err
    assert said.err.count("\n") == 1


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("arguments", [(), (f"Enter passphrase for key '{FILE}': ", "more")])
def test_it_is_asked_with_one_argument_or_not_at_all(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert _ask(monkeypatch, *arguments) == 1
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SSH_ASKPASS_PROMPT", "confirm"),
        ("SSH_ASKPASS_PROMPT", "none"),
        (askpass.PROFILE_VARIABLE, ""),
        (askpass.PROFILE_VARIABLE, "other"),
        (askpass.PROFILE_VARIABLE, "../amamac"),
    ],
)
def test_it_answers_only_within_its_own_backup(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert _ask(monkeypatch, f"Enter passphrase for key '{FILE}': ") == 1
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("protection", ["ask", "none"])
@pytest.mark.usefixtures("kept")
def test_it_looks_into_the_keyring_only_where_that_was_chosen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], protection: str
) -> None:
    profiles.save(a_profile(key=Key(protection=protection, file=FILE)))  # type: ignore[arg-type]
    assert _ask(monkeypatch, f"Enter passphrase for key '{FILE}': ") == 1
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("shown", "exit_code"),
    [(LONG, 0), (LONG[:100], 0), (LONG[:99], 1), (LONG[:101], 1), (f"{LONG[:99]}x", 1)],
    ids=["whole", "cut as ssh cuts", "shorter", "longer", "another"],
)
@pytest.mark.usefixtures("kept")
def test_a_long_path_may_be_cut_as_ssh_cuts_it_and_not_otherwise(
    monkeypatch: pytest.MonkeyPatch, shown: str, exit_code: int
) -> None:
    profiles.save(a_profile(key=Key(protection="keyring", file=LONG)))
    assert _ask(monkeypatch, f"Enter passphrase for key '{shown}': ") == exit_code


def test_a_missing_keyring_or_a_broken_profile_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(askpass.PROFILE_VARIABLE, "amamac")
    profiles.save(a_profile(key=Key(protection="keyring", file=FILE)))
    assert _ask(monkeypatch, f"Enter passphrase for key '{FILE}': ") == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("backup-wizard-askpass: ")


def test_the_environment_holds_no_secret_and_nothing_of_the_person_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_ASKPASS_PROMPT", "confirm")
    monkeypatch.setenv("SSH_ASKPASS", "/usr/bin/ksshaskpass")
    monkeypatch.setenv(askpass.SOCKET_VARIABLE, "/another/wizard's")
    environment = askpass.environment(a_profile())
    assert Path(environment["SSH_ASKPASS"]).name == "backup-wizard-askpass"
    assert os.access(environment["SSH_ASKPASS"], os.X_OK)
    assert environment["SSH_ASKPASS_REQUIRE"] == "force"
    assert environment[askpass.PROFILE_VARIABLE] == "amamac"
    assert (environment["SSH_ASKPASS_PROMPT"], environment[askpass.SOCKET_VARIABLE]) == ("", "")
    assert askpass.environment(a_profile(), Path("/ours"))[askpass.SOCKET_VARIABLE] == "/ours"


def test_an_askpass_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Failure) as failure:
        askpass.environment(a_profile())
    assert failure.value.kind is Kind.KEY_UNUSABLE


@pytest.mark.usefixtures("secret_service")
@pytest.mark.parametrize(
    "name", ["it's 'quoted': ü", 'a "b" $(x) `y`', "ü" * 75, "x" + "ü" * 75], ids=lambda name: ascii(name)[:24]
)
def test_the_real_ssh_opens_the_key_with_the_keyring(tmp_path: Path, sshd: RealSshd, name: str) -> None:
    profile = towards(sshd, key=Key(protection="keyring", file=str(tmp_path / name)))
    profiles.save(profile)
    protected_key.ensure(profile)
    let_in(sshd, profile)
    signed_in = sign_in(profile, askpass.environment(profile))
    assert signed_in.returncode != OWN_FAILURE, signed_in.stderr


@pytest.mark.usefixtures("secret_service")
def test_the_real_ssh_gets_no_answer_for_another_key(tmp_path: Path, sshd: RealSshd) -> None:
    profile = towards(sshd, key=Key(protection="keyring"))
    profiles.save(profile)
    protected_key.ensure(profile)
    key_files.make(tmp_path / "other", "other", secrets.fetch("amamac", "passphrase"))
    other = towards(sshd, key=Key(protection="keyring", file=str(tmp_path / "other")))
    let_in(sshd, other)
    signed_in = sign_in(other, askpass.environment(profile))
    assert signed_in.returncode == OWN_FAILURE
    assert "This key doesn't belong to the backup" in signed_in.stderr


def test_the_real_ssh_gets_what_was_typed(sshd: RealSshd) -> None:
    profile = towards(sshd, key=Key(protection="ask"))
    profiles.save(profile)
    protected_key.ensure(profile, Secret(CANARY))
    let_in(sshd, profile)
    with passphrase_socket.serve(Secret(CANARY)) as socket:
        assert sign_in(profile, askpass.environment(profile, socket)).returncode != OWN_FAILURE
    refused = sign_in(profile, askpass.environment(profile, socket))
    assert refused.returncode == OWN_FAILURE
    assert CANARY not in refused.stderr
