"""Done for the admin with the account's password, on a real sshd."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.servers.walks.by_password.installing import contents, do_it, failed
from tests.support import canary
from tests.support.attacks import faults
from tests.support.commands import backup_wizard
from tests.support.data.trees import tree
from tests.support.plain import decided
from tests.support.servers import placing
from tests.support.servers.office import ACCOUNT
from tests.support.servers.with_password import FOREIGN, HOME, KEYS, begun
from wizard.failure import Kind
from wizard.profile import SchemeSettings
from wizard.server import kept_facts
from wizard.server.by_password import install
from wizard.walk.plain import asker
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers.office import Office


@pytest.mark.parametrize("kind", ["rrsync", "forced-command", "login"])
async def test_it_works_and_keeps_what_is_others(kind: str, office: Office, sample_folder: Path, home: Path) -> None:
    profile = begun(office, sample_folder, kind)
    with canary.ProcessWatch() as watch:
        await do_it(profile)
    assert watch.holding(canary.SECRET) == []
    assert canary.files_holding(canary.SECRET, home) == []
    written = office.path(KEYS).read_text()
    assert written.startswith(f"{FOREIGN}\n# backup-wizard begin amamac\n")
    assert office.path(KEYS).stat().st_mode & 0o777 == 0o640
    assert office.path(f"{HOME}/{profile.destination}").stat().st_mode & 0o777 == 0o700
    assert {entry.owner for entry in tree(office.home).values()} == {tree(office.home)["."].owner}
    assert backup_wizard("run", profile.name).exit_code == 0
    done = contents(office)
    await do_it(profile)
    assert contents(office) == done


async def test_a_home_without_any_keys_gets_a_closed_folder(office: Office, sample_folder: Path) -> None:
    office.run("rm", "-r", f"{HOME}/.ssh")
    await do_it(begun(office, sample_folder))
    assert office.path(f"{HOME}/.ssh").stat().st_mode & 0o777 == 0o700
    assert office.path(KEYS).stat().st_mode & 0o777 == 0o600


def test_on_lines_it_is_one_of_the_answers(
    office: Office, sample_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed, passwords = iter(["i", "i", ""]), iter(["wrong", canary.SECRET])
    monkeypatch.setattr("builtins.input", lambda _: next(typed))
    monkeypatch.setattr("getpass.getpass", lambda _: next(passwords))
    decided(begun(office, sample_folder), Step.HAND_OVER)
    shown = capsys.readouterr()
    assert "doesn't accept that password" in shown.err
    assert "The server accepts this computer." in shown.out
    assert canary.SECRET not in shown.out + shown.err


def test_the_password_that_stays_is_told_as_what_it_is(
    office: Office, sample_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    profile = begun(office, sample_folder)
    asyncio.run(do_it(profile))
    asked: list[str] = []

    def agrees(question: str, *, default: bool) -> bool:
        asked.append(question)
        return not default

    monkeypatch.setattr(asker, "agrees", agrees)
    monkeypatch.setattr("builtins.input", lambda _: "")
    decided(profile, Step.SECURITY_CHECK)
    said = capsys.readouterr().out
    assert "The key is locked. But the account also accepts its password" in said
    assert "If you or others sign in with that password, keep it secret and continue." in said
    assert "can do more" not in said
    assert f"Match User {ACCOUNT}" in said
    assert asked == ["Continue and keep the password?"]


async def test_what_rsync_there_is_is_learnt(office: Office, sample_folder: Path) -> None:
    office.run("install", "-D", "-o", ACCOUNT, "/usr/bin/rrsync", f"{HOME}/bin/rrsync")
    profile = begun(office, sample_folder)
    await do_it(profile)
    assert kept_facts.known(profile).rrsync == f"{HOME}/bin/rrsync"
    assert kept_facts.known(profile).rsync_version


@pytest.mark.parametrize("write_only", [True, False])
async def test_only_a_key_that_may_read_needs_an_rrsync(write_only: bool, office: Office, sample_folder: Path) -> None:
    scheme = SchemeSettings(write_only=write_only)
    profile = msgspec.structs.replace(begun(office, sample_folder), scheme=scheme)
    with faults.without_rrsync(office):
        if write_only:
            await do_it(profile)
            assert kept_facts.known(profile).rrsync == ""
        else:
            assert (await failed(office, profile)).kind is Kind.NO_RRSYNC


def test_a_daemon_s_settings_are_root_s_alone(office: Office, sample_folder: Path) -> None:
    offered = partial(placing.profile_for, office, folder=sample_folder)
    assert all(install.is_offered(offered(kind=kind)) for kind in ("rrsync", "forced-command", "login"))
    assert not any(install.is_offered(offered(kind=kind)) for kind in ("daemon-over-ssh", "daemon"))
