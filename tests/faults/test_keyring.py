"""A real keyring that locks, hangs or goes away while the wizard is at work with it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import keyring
import pytest
from textual.widgets import Button

from screens.widgets.choice import Choice
from tests.support.data.profiles import FINGERPRINT, a_profile
from tests.support.pilot import at, said, text, until, wizard_at
from tests.support.secret_service import reset_keyring
from tests.support.secret_service import secret_service as run_secret_service
from wizard import trouble
from wizard.client.keys import daemon_password, protected_key, secrets
from wizard.client.keys.secrets import Secret
from wizard.client.session import Session
from wizard.failure import Failure, Kind
from wizard.profile import Key, Profile, SchemeSettings, Server
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.support.secret_service import SecretService

NEW = Profile(
    name="amamac",
    folders=("/home/amanda/Documents",),
    server=Server(host="files.example.lan", user="amanda", host_keys=(FINGERPRINT,)),
)
GONE_OR_SHUT = {Kind.KEYRING_MISSING, Kind.KEYRING_LOCKED, Kind.KEYRING_REFUSED}


async def ready(pilot: Pilot[int]) -> None:
    def is_ready() -> bool:
        if at(pilot) != Step.KEY or not isinstance(pilot.app.focused, Choice):
            return False
        return not pilot.app.screen.query_one("#forward", Button).disabled and "●" in text(pilot)

    await until(pilot, is_ready)


def made(home: Path) -> list[str]:
    return [path.name for path in home.glob(".ssh/*")]


async def test_one_that_hangs_keeps_the_screen_alive_and_goes_on_when_it_wakes(
    home: Path, secret_service: SecretService
) -> None:
    secrets.store("another", "passphrase", Secret("x"))
    async with wizard_at(NEW, Step.KEY) as pilot:
        await ready(pilot)
        secret_service.hang()
        await pilot.press("enter")
        await until(pilot, lambda: "Preparing the key" in text(pilot))
        await pilot.press("f1")
        await until(pilot, lambda: "Macs and most desktops have a keyring" in said(pilot))
        await pilot.press("escape", "escape")
        await until(pilot, lambda: at(pilot) == Step.VERSIONS)
        await pilot.press("enter")
        await until(pilot, lambda: at(pilot) == Step.KEY)
        secret_service.wake()
        await ready(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: at(pilot) == Step.HAND_OVER)
    protected_key.ensure(NEW)  # which sees that what is kept opens the key


async def test_one_that_hangs_at_the_hand_over_keeps_the_screen_alive(secret_service: SecretService) -> None:
    profile = a_profile(scheme=SchemeSettings(kind="daemon"), folders=("/",))
    secrets.store("another", "passphrase", Secret("x"))
    secret_service.hang()
    async with wizard_at(profile, Step.HAND_OVER) as pilot:
        await until(pilot, lambda: "Preparing the text" in text(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: at(pilot) == Step.VERSIONS)
        secret_service.wake()


async def test_one_that_hangs_at_a_sign_in_keeps_nothing_else_waiting(secret_service: SecretService) -> None:
    profile = a_profile(scheme=SchemeSettings(kind="daemon"), folders=("/",))
    daemon_password.ensure(profile)
    secret_service.hang()
    with Session() as session:
        waiting = asyncio.create_task(session.access(profile))
        for _ in range(3):  # the loop turns while the keyring does not answer
            await asyncio.sleep(0)
        assert not waiting.done()
        secret_service.wake()
        assert (await waiting).password


async def test_unlocked_late_it_is_taken_then(home: Path, session_bus: str) -> None:
    with run_secret_service(session_bus) as running:
        secrets.store("another", "passphrase", Secret("x"))
        running.lock()
        async with wizard_at(NEW, Step.KEY) as pilot:
            await ready(pilot)
            await pilot.press("enter")
            await until(pilot, lambda: "Your keyring is locked" in said(pilot))
            assert not made(home)
            running.end()
            with run_secret_service(session_bus):  # which is how its owner's password unlocks it
                reset_keyring()
                await ready(pilot)
                await pilot.press("enter")
                await until(pilot, lambda: at(pilot) == Step.HAND_OVER)
                protected_key.ensure(NEW)


def test_gone_in_the_middle_it_leaves_nothing_half_made(
    home: Path, secret_service: SecretService, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wizard.client.keys import key_files

    real = key_files.make

    def make(*arguments: object) -> None:
        secret_service.end()
        raise Failure(Kind.DISK_FULL_HERE, "the key's folder")

    monkeypatch.setattr(key_files, "make", make)
    with pytest.raises(Failure):
        protected_key.ensure(NEW)
    assert not made(home)
    monkeypatch.setattr(key_files, "make", real)
    with pytest.raises(Failure) as failed:
        protected_key.ensure(NEW)
    assert failed.value.kind in GONE_OR_SHUT
    told = trouble.explain(failed.value, NEW)
    assert "keyring" in told.what
    assert not made(home)


def test_gone_before_a_secret_is_fetched_is_told(secret_service: SecretService) -> None:
    secrets.store("amamac", "daemon-password", Secret("x"))
    secret_service.end()
    with pytest.raises(Failure) as failed:
        secrets.fetch("amamac", "daemon-password")
    assert failed.value.kind in GONE_OR_SHUT


@pytest.mark.parametrize("backend", ["PlaintextKeyring", ""])
def test_keyrings_in_plain_files_are_not_used_though_they_are_all_there_is(
    home: Path, monkeypatch: pytest.MonkeyPatch, backend: str
) -> None:
    if backend:
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", f"keyrings.alt.file.{backend}")
    reset_keyring()
    chosen = keyring.get_keyring()
    assert "keyrings.alt" in type(chosen).__module__  # it is installed, and would be taken
    profile = a_profile(key=Key(protection="keyring", file=str(home / "key")))
    with pytest.raises(Failure) as failed:
        protected_key.ensure(profile)
    assert failed.value.kind is Kind.KEYRING_MISSING
    assert not [path for path in home.rglob("*") if path.is_file()]
