"""Where it fails or the person quits, nothing is left behind on the server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.servers.walks.by_password.installing import contents, do_it, failed
from tests.support.servers.office import ACCOUNT
from tests.support.servers.with_password import FOREIGN, HOME, KEYS, begun
from wizard.client.keys import key_files
from wizard.failure import Kind, ProgramFailed
from wizard.server.by_password import install
from wizard.server.by_password.install import InstallStage

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers.office import Office
    from wizard.profile import Profile
    from wizard.server.by_password.password_login import PasswordLogin


async def test_an_open_door_has_it_all_taken_back(office: Office, sample_folder: Path) -> None:
    profile = begun(office, sample_folder)
    # sshd takes the first line with the key: one that locks nothing stands there already.
    office.authorize(f"{key_files.public_line(profile.key_path)}\n{FOREIGN}")
    assert (await failed(office, profile)).kind is Kind.LOCK_OPEN


async def test_a_key_that_is_refused_is_taken_back(office: Office, sample_folder: Path) -> None:
    office.run("rm", "-r", f"{HOME}/.ssh")
    office.home.chmod(0o777)  # sshd passes over the keys of such a home
    profile = begun(office, sample_folder)
    assert isinstance(await failed(office, profile), ProgramFailed)


async def test_whoever_leaves_in_the_middle_leaves_nothing_behind(office: Office, sample_folder: Path) -> None:
    profile, before = begun(office, sample_folder), contents(office)
    for stage in (InstallStage.INSTALLING, InstallStage.TRYING):
        assert await is_cancelled_at(stage, profile)
        assert contents(office) == before


async def is_cancelled_at(stage: InstallStage, profile: Profile) -> bool:
    def leave(now: InstallStage) -> None:
        if now is stage:
            doing.cancel()

    doing = asyncio.ensure_future(do_it(profile, tell=leave))
    await asyncio.wait([doing])
    return doing.cancelled()


async def test_what_others_add_meanwhile_stays(office: Office, sample_folder: Path) -> None:
    profile = begun(office, sample_folder)

    def add(now: InstallStage) -> None:
        if now is InstallStage.TRYING:
            with office.path(KEYS).open("a") as file:
                file.write("# another's\n")
            office.home.chmod(0o777)

    with pytest.raises(ProgramFailed):
        await do_it(profile, tell=add)
    assert office.path(KEYS).read_text() == f"{FOREIGN}\n# another's\n"


def _put_rsync(office: Office, script: str) -> None:
    office.put(f"{HOME}/bin/rsync", f"#!/bin/sh\n{script}\n", mode=0o755, owner=ACCOUNT)


_ENDLESS = "while echo x; do sleep 0.1; done"


@pytest.mark.parametrize("where", ["before anything is changed", "once all is in place"])
async def test_whoever_leaves_a_server_that_never_comes_to_an_end_leaves_nothing_behind(
    where: str, office: Office, sample_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile, before, put, loop = begun(office, sample_folder), contents(office), install.put, asyncio.get_running_loop()

    def put_and_hang(login: PasswordLogin, *rest: Any) -> None:
        if where == "once all is in place":
            put(login, *rest)
        loop.call_soon_threadsafe(doing.cancel)
        login.run(_ENDLESS.encode())

    monkeypatch.setattr(install, "put", put_and_hang)
    monkeypatch.setattr(install, "_GRACE_SECONDS", 0.1)
    doing = asyncio.ensure_future(do_it(profile))
    await asyncio.wait([doing])
    assert doing.cancelled()
    assert contents(office) == before


async def test_a_server_that_never_comes_to_an_end_is_left_in_time(
    office: Office, sample_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.run("install", "-d", "-o", ACCOUNT, f"{HOME}/bin")
    _put_rsync(office, _ENDLESS)
    monkeypatch.setattr(install, "_MOST_SECONDS", 2.0)
    monkeypatch.setattr(install, "_GRACE_SECONDS", 0.1)
    assert (await failed(office, begun(office, sample_folder))).kind is Kind.INSTALL_TOO_SLOW
