"""Homes and settings as they are after sudo, under cron, and with variables that say nothing."""

from __future__ import annotations

import io
import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import deprived
from tests.support.data.profiles import a_profile
from wizard.client.keys import askpass
from wizard.client.keys.secrets import Secret
from wizard.failure import Failure, Kind
from wizard.storage import profiles
from wizard.storage.paths import config, ignore_unusable_variables

_PROGRAM = Path(sys.executable).parent / "backup-wizard"
_ON_ONE = (["show", "amamac"], ["run", "amamac"], ["check", "amamac"])
_NOBODY = pwd.getpwnam("nobody").pw_uid


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it as somebody who may open no more than a file's rights allow."""
    return subprocess.run(
        [_PROGRAM, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        preexec_fn=deprived.no_privilege,
    )


@pytest.mark.parametrize("arguments", [["list"], *_ON_ONE], ids=" ".join)
def test_settings_that_belong_to_another_are_told_as_such(home: Path, arguments: list[str]) -> None:
    profiles.save(a_profile())
    _give_away(config())
    _is_told_of(config(), _run(*arguments))


@pytest.mark.parametrize("arguments", _ON_ONE, ids=" ".join)
def test_a_profile_that_belongs_to_another_is_told_as_such(home: Path, arguments: list[str]) -> None:
    profiles.save(a_profile())
    file = config() / "profiles/amamac.toml"
    _give_away(file)
    _is_told_of(file, _run(*arguments))


def _give_away(path: Path) -> None:
    os.chown(path, _NOBODY, -1)
    path.chmod(0o700 if path.is_dir() else 0o600)


def _is_told_of(path: Path, ended: subprocess.CompletedProcess[str]) -> None:
    told = " ".join(ended.stderr.split())
    assert f"{path} belongs to another user" in told
    assert f"sudo chown -R $USER {path}" in told
    assert ended.returncode == 69


@pytest.mark.parametrize("value", ["", "here", "./here"])
@pytest.mark.parametrize("name", ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"])
def test_a_variable_without_a_whole_path_counts_as_unset(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, value)
    ignore_unusable_variables()
    assert name not in os.environ
    assert Path.home() == Path(os.environ.get("HOME") or pwd.getpwuid(os.getuid()).pw_dir)
    assert config().is_absolute()


def test_nobody_s_home_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", _no_such_user)
    with pytest.raises(Failure) as failed:
        ignore_unusable_variables()
    assert failed.value.kind is Kind.NO_HOME


def test_a_passphrase_reaches_ssh_as_the_bytes_that_the_key_was_encrypted_with(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    printed = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(printed, encoding="latin-1"))
    monkeypatch.setattr(askpass, "_answer", lambda _: Secret("pässwörd").reveal())
    assert askpass.main() == 0
    sys.stdout.flush()
    assert printed.getvalue() == "pässwörd\n".encode()


def _no_such_user(_: int) -> pwd.struct_passwd:
    raise KeyError
