"""A second key for reading: made once, noted, named to ssh alone, carried along, and gone with its backup."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.support.data.trees import tree
from tests.unit.client.test_forgetting import begun
from wizard.client import forgetting, renaming
from wizard.client.keys import askpass, found_keys, key_files, reading_key, secrets
from wizard.failure import Failure, Kind
from wizard.storage import files, paths, profiles

if TYPE_CHECKING:
    from tests.support.secret_service import SecretService
    from wizard.client.keys.reading_key import Asked
    from wizard.profile import Profile

EXPIRES = datetime(2026, 12, 1, 11, 30, tzinfo=UTC)


def ensure(profile: Profile) -> Asked:
    return reading_key.ensure(profile, EXPIRES, by_itself=True)


def has_secret(name: str) -> bool:
    try:
        return bool(secrets.fetch(name, reading_key.SECRET))
    except Failure as failure:
        assert failure.kind is Kind.SECRET_MISSING
        return False


@pytest.mark.usefixtures("secret_service")
def test_it_is_made_beside_the_backup_s_own_and_used_again() -> None:
    profile = begun("amamac", "keyring")
    asked = ensure(profile)
    file = Path(asked.file)
    assert (file.parent, file.name) == (profile.key_path.parent, "backup-restore-amamac")
    assert file.stat().st_mode & 0o777 == 0o600
    assert key_files.opens(file, secrets.fetch("amamac", reading_key.SECRET))
    assert not key_files.opens(file, secrets.fetch("amamac", "passphrase"))
    assert asked.keys == (" ".join(asked.line.split()[:2]),)
    assert asked.fingerprint.startswith("SHA256:")
    assert not asked.replaces
    again = reading_key.ensure(profile, EXPIRES + timedelta(days=2), by_itself=True)
    assert (again.file, again.keys, again.replaces) == (asked.file, asked.keys, True)
    assert found_keys.found() == []  # no backup is offered it

    reading_key.remove("amamac")
    assert not file.exists()
    assert not has_secret("amamac")
    assert reading_key.in_use("amamac") is None
    anew = ensure(profile)
    assert anew.replaces
    assert anew.keys == (*asked.keys, " ".join(anew.line.split()[:2]))


@pytest.mark.usefixtures("secret_service")
def test_for_another_server_there_is_another_key() -> None:
    profile = begun("amamac", "keyring")
    asked = ensure(profile)
    moved = replace(profile, server=replace(profile.server, host="other.example.lan"))
    assert not reading_key.is_for(moved, asked)
    anew = ensure(moved)
    assert not Path(asked.file).exists() or anew.line != asked.line
    assert anew.line.split()[1] != asked.line.split()[1]
    assert not anew.replaces
    by_password = replace(moved, scheme=replace(moved.scheme, kind="daemon"))
    assert not reading_key.is_for(by_password, anew)
    assert ensure(by_password).file == ""
    assert not Path(anew.file).exists()


@pytest.mark.usefixtures("secret_service")
def test_no_file_is_overwritten() -> None:
    profile = begun("amamac", "keyring")
    taken = profile.key_path.with_name("backup-restore-amamac")
    taken.write_text("mine")
    taken.with_name("backup-restore-amamac-2.pub").write_text("mine as well")
    asked = ensure(profile)
    assert Path(asked.file).name == "backup-restore-amamac-3"
    forgetting.forget("amamac", remove_key=True)
    assert sorted(path.name for path in taken.parent.iterdir()) == [
        "backup-restore-amamac",
        "backup-restore-amamac-2.pub",
    ]


def test_with_a_locked_keyring_nothing_is_left(secret_service: SecretService) -> None:
    profile = begun("amamac", "none")
    before = tree(paths.walk_state("amamac")), tree(profile.key_path.parent)
    secret_service.lock()
    with pytest.raises(Failure) as failure:
        ensure(profile)
    assert failure.value.kind is Kind.KEYRING_LOCKED
    assert (tree(paths.walk_state("amamac")), tree(profile.key_path.parent)) == before


@pytest.mark.usefixtures("secret_service")
def test_cut_off_in_between_nothing_half_made_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    profile = begun("amamac", "none")
    with monkeypatch.context() as failing:
        failing.setattr(files, "create", _no_space)
        with pytest.raises(Failure):
            ensure(profile)
    assert reading_key.kept("amamac") is None
    assert not has_secret("amamac")
    # Killed: the note is there, and the key's file is not.
    asked = ensure(profile)
    Path(asked.file).unlink()
    anew = ensure(profile)
    assert anew.file != asked.file
    assert key_files.opens(Path(anew.file), secrets.fetch("amamac", reading_key.SECRET))


def _no_space(path: Path, *_arguments: object) -> None:
    raise Failure(Kind.DISK_FULL_HERE, str(path))


@pytest.mark.parametrize("remove_key", [True, False])
@pytest.mark.usefixtures("secret_service")
def test_it_goes_with_its_backup_and_with_no_other(remove_key: bool) -> None:
    gone, kept = begun("gone", "keyring"), begun("kept", "keyring")
    asked, other = ensure(gone), ensure(kept)
    forgetting.forget("gone", remove_key=remove_key)
    assert not Path(asked.file).exists()
    assert not has_secret("gone")
    assert gone.key_path.exists() is not remove_key
    assert Path(other.file).exists()
    assert has_secret("kept")


@pytest.mark.usefixtures("secret_service")
def test_it_gets_the_backup_s_new_name() -> None:
    asked = ensure(begun("old", "keyring"))
    renaming.rename("old", "new")
    carried = reading_key.in_use("new")
    assert carried
    assert Path(carried.file).name == "backup-restore-new"
    assert key_files.public_line(Path(carried.file)).split()[:2] == asked.line.split()[:2]
    assert key_files.opens(Path(carried.file), secrets.fetch("new", reading_key.SECRET))
    assert (carried.expires, carried.keys) == (asked.expires, asked.keys)
    assert not Path(asked.file).exists()
    assert not has_secret("old")
    forgetting.forget("new", remove_key=True)
    assert not Path(carried.file).exists()


@pytest.mark.usefixtures("secret_service")
def test_ssh_is_told_its_passphrase_and_no_other_key_s(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    profile = begun("amamac", "keyring")
    asked = ensure(profile)
    begun("other", "keyring")

    def answer(file: str | Path, name: str = "amamac") -> str:
        monkeypatch.setenv(askpass.PROFILE_VARIABLE, name)
        monkeypatch.setattr("sys.argv", ["askpass", f"Enter passphrase for key '{file}': "])
        code = askpass.main()
        told = capsys.readouterr().out.rstrip("\n")
        assert bool(told) is (code == 0)
        return told

    assert answer(asked.file) == secrets.fetch("amamac", reading_key.SECRET).reveal()
    assert answer(profile.key_path) == secrets.fetch("amamac", "passphrase").reveal()
    assert answer(asked.file, "other") == ""
    assert answer(f"{asked.file}2") == ""
    reading_key.remove("amamac")
    assert answer(asked.file) == ""
    assert profiles.names() == ["amamac", "other"]
