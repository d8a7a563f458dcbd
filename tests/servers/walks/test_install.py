"""Doing it for the admin with the account's password, on a real sshd: all of it or nothing."""

from __future__ import annotations

import asyncio
import traceback
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.support import canary
from tests.support.attacks import faults
from tests.support.commands import backup_wizard
from tests.support.data.profiles import towards
from tests.support.data.trees import Entry, tree
from tests.support.plain import decided
from tests.support.servers import placing
from tests.support.servers.office import ACCOUNT
from tests.support.servers.with_password import FOREIGN, HOME, KEYS, PASSWORD, begun, furnish, office_with_password
from wizard.client import access
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.client.keys import key_files, protected_key
from wizard.client.keys.secrets import Secret
from wizard.failure import Failure, Kind, ProgramFailed
from wizard.profile import SchemeSettings
from wizard.server import facts
from wizard.server.by_password import install
from wizard.server.by_password.install import InstallStage
from wizard.walk.plain import asker
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.servers.office import Office
    from tests.support.servers.real_sshd import RealSshd
    from wizard.profile import Profile
    from wizard.server.by_password.password_login import PasswordLogin


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office_with_password(tmp_path_factory.mktemp("office")) as office:
        yield office


@pytest.fixture
def office(running: Office) -> Office:
    furnish(running)
    return running


def silent(_: InstallStage) -> None:
    """Tell nobody."""


async def do_it(profile: Profile, password: Secret = PASSWORD, tell: Callable[[InstallStage], None] = silent) -> None:
    await install.install(profile, access.prepare(profile), password, tell)


def contents(office: Office) -> dict[str, tuple[str, int, tuple[int, int], str]]:
    """All of the home but its times: a file that is written back has another."""
    return {name: _timeless(entry) for name, entry in tree(office.home).items()}


def _timeless(entry: Entry) -> tuple[str, int, tuple[int, int], str]:
    return entry.kind, entry.mode, entry.owner, entry.content


async def failed(office: Office, profile: Profile, **options: object) -> Failure:
    """Why it failed, once it is seen that it left nothing behind and the password nowhere."""
    before = contents(office)
    with pytest.raises(Failure) as raised:
        await do_it(profile, **options)  # type: ignore[arg-type]
    assert contents(office) == before
    told = traceback.TracebackException.from_exception(raised.value, capture_locals=True)
    assert canary.SECRET not in "".join(told.format())
    return raised.value


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


async def test_a_wrong_password_is_told_as_such(office: Office, sample_folder: Path) -> None:
    wrong = await failed(office, begun(office, sample_folder), password=Secret(f"{canary.SECRET}x"))
    assert wrong.kind is Kind.PASSWORD_WRONG


async def test_a_server_that_takes_no_passwords_is_told_as_such(sshd: RealSshd, sample_folder: Path) -> None:
    profile = towards(sshd, folders=(str(sample_folder),))
    known_hosts.trust(profile, [HostKey(*key.split()) for key in sshd.public_host_keys])
    protected_key.ensure(profile)
    with pytest.raises(Failure) as raised:
        await do_it(profile)
    assert raised.value.kind is Kind.PASSWORD_NOT_TAKEN


@pytest.mark.parametrize("key_type", ["ed25519", "ecdsa"])
async def test_another_server_never_sees_the_password(key_type: str, office: Office, sample_folder: Path) -> None:
    profile, before = begun(office, sample_folder), office.log()
    office.run("ssh-keygen", "-q", "-t", key_type, "-N", "", "-f", f"{HOME}/other")
    other = HostKey(*office.path(f"{HOME}/other.pub").read_text().split()[:2])
    server = msgspec.structs.replace(profile.server, host_keys=(other.fingerprint,))
    profile = msgspec.structs.replace(profile, server=server)
    known_hosts.trust(profile, [other])
    assert (await failed(office, profile)).kind is Kind.HOST_KEY_CHANGED
    office.connections()  # by then all is logged
    assert "password" not in office.log().removeprefix(before)


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


async def test_a_home_that_cannot_be_written_to(office: Office, sample_folder: Path) -> None:
    office.run("chown", "root:", HOME)
    office.run("rm", "-r", f"{HOME}/.ssh")
    closed = await failed(office, begun(office, sample_folder))
    assert closed.kind is Kind.SERVER_HOME_CLOSED
    assert "ermission denied" in closed.raw


@pytest.mark.parametrize(
    "make",
    ["mkfifo -m 600", "ln -s /dev/zero", "ln -s /dev/null"],
    ids=["a pipe", "without end", "a device"],
)
async def test_what_is_no_file_is_neither_waited_for_nor_replaced(
    make: str, office: Office, sample_folder: Path
) -> None:
    office.run("sh", "-c", f"rm {KEYS} && {make} {KEYS} && chown -h {ACCOUNT}: {KEYS}")
    closed = await failed(office, begun(office, sample_folder))
    assert closed.kind is Kind.SERVER_HOME_CLOSED
    assert ".ssh/authorized_keys is not a file" in closed.raw


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


async def test_a_shell_that_starts_nothing(office: Office, sample_folder: Path) -> None:
    office.run("usermod", "-s", "/usr/sbin/nologin", ACCOUNT)
    assert (await failed(office, begun(office, sample_folder))).kind is Kind.SERVER_SHELL_BLOCKS


async def test_what_rsync_there_is_is_learnt(office: Office, sample_folder: Path) -> None:
    office.run("install", "-D", "-o", ACCOUNT, "/usr/bin/rrsync", f"{HOME}/bin/rrsync")
    profile = begun(office, sample_folder)
    await do_it(profile)
    assert facts.known(profile).rrsync == f"{HOME}/bin/rrsync"
    assert facts.known(profile).rsync_version


@pytest.mark.parametrize("write_only", [True, False])
async def test_only_a_key_that_may_read_needs_an_rrsync(write_only: bool, office: Office, sample_folder: Path) -> None:
    scheme = SchemeSettings(write_only=write_only)
    profile = msgspec.structs.replace(begun(office, sample_folder), scheme=scheme)
    with faults.without_rrsync(office):
        if write_only:
            await do_it(profile)
            assert facts.known(profile).rrsync == ""
        else:
            assert (await failed(office, profile)).kind is Kind.NO_RRSYNC


def test_a_daemon_s_settings_are_root_s_alone(office: Office, sample_folder: Path) -> None:
    offered = partial(placing.profile_for, office, folder=sample_folder)
    assert all(install.is_offered(offered(kind=kind)) for kind in ("rrsync", "forced-command", "login"))
    assert not any(install.is_offered(offered(kind=kind)) for kind in ("daemon-over-ssh", "daemon"))
