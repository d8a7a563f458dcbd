"""The key: made or reused, protected unless the person says otherwise in words, and never overwritten."""

from __future__ import annotations

import gc
import threading
from typing import TYPE_CHECKING

import pytest
from textual.events import Paste
from textual.widgets import Button, Input

from screens.app import WizardApp
from screens.dialogs.confirm import ConfirmScreen
from screens.steps.key.new_passphrase import NewPassphraseScreen
from screens.steps.key.open_key import OpenKeyScreen
from screens.widgets.choice import Choice
from tests.support.data.profiles import a_profile
from tests.support.data.trees import tree
from tests.support.pilot import SIZES, at, said, text, until, walk, wizard_at
from wizard.client.keys import key_files, passphrase_socket, protected_key, public_keys, secrets
from wizard.client.keys.secrets import Secret
from wizard.failure import Failure, Kind
from wizard.profile import Key
from wizard.storage import profiles
from wizard.walk import steps
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.support.agent import Agent
    from tests.support.secret_service import SecretService

NEW = a_profile(key=Key())
FILE = "~/.ssh/backup-wizard-amamac"
CANARY = "canary in a coal mine"


@pytest.mark.usefixtures("secret_service")
@pytest.mark.parametrize("size", SIZES)
async def test_enter_makes_a_key_that_the_keyring_opens(home: Path, size: tuple[int, int]) -> None:
    steps.record(Walk(NEW, Step.KEY, Step.KEY))
    left = steps.begin(profiles.load("amamac"))
    async with wizard_at(left.profile, left.step, size=size) as pilot:
        await _until_ready(pilot)
        assert "● A new key, with its passphrase saved in your keyring" in text(pilot)
        assert "Saves its passphrase in your desktop's keyring" in text(pilot)
        assert not _made(home)
        await pilot.press("enter")
        await until(pilot, lambda: walk(pilot).step == Step.HAND_OVER)
    decided = profiles.load("amamac")
    assert decided.key == Key(protection="keyring", file=FILE)
    assert key_files.opens(decided.key_path, secrets.fetch("amamac", "passphrase"))
    assert not key_files.opens(decided.key_path, None)


async def test_without_a_keyring_it_says_so_and_asks_for_a_passphrase(home: Path) -> None:
    async with wizard_at(NEW, Step.KEY) as pilot:
        await _until_ready(pilot)
        assert "This computer has no keyring" in said(pilot)
        assert "gnome-keyring or KWallet" in said(pilot)
        assert "● A new key, with a passphrase you type each time" in text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, NewPassphraseScreen))
        await pilot.press(*"short", "enter")
        await until(pilot, lambda: "Use at least 8 characters" in said(pilot))
        await _type(pilot, CANARY)
        await until(pilot, lambda: pilot.app.focused is _lines(pilot)[1])
        assert CANARY not in text(pilot) + _screenshot(pilot)
        given_up = _lines(pilot)
        await pilot.press("escape")
        await _until_ready(pilot)
        assert not any(line.value for line in given_up)
        assert not _all_that_is_kept(pilot, home)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, NewPassphraseScreen))
        await _type(pilot, CANARY)
        await until(pilot, lambda: pilot.app.focused is _lines(pilot)[1])
        await _type(pilot, "another one")
        await until(pilot, lambda: "The two aren't the same" in said(pilot))
        assert not _made(home)
        await _type(pilot, CANARY)
        await until(pilot, lambda: walk(pilot).step == Step.HAND_OVER)
        decided = walk(pilot).profile
        assert decided.key == Key(protection="ask", file=FILE)
        assert key_files.opens(decided.key_path, Secret(CANARY))
        assert _held(pilot) == CANARY
        assert not _all_that_is_kept(pilot, home)


@pytest.mark.usefixtures("secret_service")
async def test_an_unprotected_key_is_made_after_a_yes_in_words_alone(home: Path) -> None:
    async with wizard_at(NEW, Step.KEY) as pilot:
        await _until_ready(pilot)
        for refusal in ("enter", "escape"):
            await pilot.press("end", "enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
            assert "Anyone who gets this computer" in said(pilot)
            await pilot.press(refusal)
            await _until_ready(pilot)
        assert not _made(home)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.press("left", "enter")
        await until(pilot, lambda: walk(pilot).step == Step.HAND_OVER)
    assert profiles.load("amamac").key == Key(protection="none", file=FILE)
    assert key_files.opens(profiles.load("amamac").key_path, None)


@pytest.mark.usefixtures("secret_service")
async def test_a_key_of_the_person_s_is_opened_once_and_its_passphrase_kept(home: Path) -> None:
    key_files.make(home / ".ssh/id_ed25519", "amanda@amamac", Secret(CANARY))
    before = tree(home / ".ssh")
    async with wizard_at(NEW, Step.KEY) as pilot:
        await _choose_own(pilot)
        await until(pilot, lambda: isinstance(pilot.app.screen, OpenKeyScreen))
        await _type(pilot, "not it")
        await until(pilot, lambda: "doesn't unlock the key" in said(pilot))
        lines = _lines(pilot)
        await _type(pilot, CANARY)
        await until(pilot, lambda: walk(pilot).step == Step.HAND_OVER)
        assert walk(pilot).profile.key == Key(protection="keyring", file="~/.ssh/id_ed25519")
        assert not any(line.value for line in lines)
        assert not _all_that_is_kept(pilot, home)
    assert tree(home / ".ssh") == before
    assert secrets.fetch("amamac", "passphrase").reveal() == CANARY


async def test_an_unprotected_key_of_the_person_s_needs_a_yes_in_words(home: Path) -> None:
    key_files.make(home / ".ssh/id_ed25519", "amanda@amamac", None)
    async with wizard_at(NEW, Step.KEY) as pilot:
        await _choose_own(pilot)
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.press("left", "enter")
        await until(pilot, lambda: walk(pilot).step == Step.HAND_OVER)
    assert profiles.load("amamac").key == Key(protection="none", file="~/.ssh/id_ed25519")


async def test_a_key_in_the_agent_stays_there(home: Path, agent: Agent) -> None:
    key_files.make(home / "held", "held", None)
    agent.add(home / "held")
    async with wizard_at(NEW, Step.KEY) as pilot:
        await _choose_own(pilot)
        await until(pilot, lambda: walk(pilot).step == Step.HAND_OVER)
    decided = profiles.load("amamac")
    assert decided.key_is_agents
    assert decided.key.protection == "ask"
    assert public_keys.same_key(key_files.public_line(decided.key_path), key_files.public_line(home / "held"))


@pytest.mark.usefixtures("secret_service")
async def test_a_key_that_is_there_is_kept_as_it_is(home: Path) -> None:
    decided = a_profile(key=Key(protection="keyring", file=FILE))
    protected_key.ensure(decided)
    before = tree(home / ".ssh")
    async with wizard_at(decided, Step.KEY) as pilot:
        await _until_ready(pilot)
        assert "● Keep the current key" in text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: walk(pilot).step == Step.HAND_OVER)
        assert walk(pilot).profile == decided
    assert tree(home / ".ssh") == before


@pytest.mark.usefixtures("secret_service")
async def test_a_key_that_nobody_can_open_makes_room_for_one_beside_it(home: Path) -> None:
    key_files.make(home / ".ssh/backup-wizard-amamac", "older", Secret("nobody knows"))
    before = tree(home / ".ssh")
    async with wizard_at(NEW, Step.KEY) as pilot:
        await _until_ready(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "Your keyring has no passphrase" in said(pilot))
        await _until_ready(pilot)
        assert "● A new key, with its passphrase saved in your keyring" in text(pilot)
        assert f"A new key is created as {FILE}-2." in said(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: walk(pilot).step == Step.HAND_OVER)
    assert profiles.load("amamac").key == Key(protection="keyring", file=f"{FILE}-2")
    after = tree(home / ".ssh")
    assert {name: after[name] for name in before if name != "."} == {n: before[n] for n in before if n != "."}


@pytest.mark.usefixtures("secret_service")
async def test_a_key_that_is_there_can_be_opened_by_its_passphrase_each_time(home: Path) -> None:
    key_files.make(home / ".ssh/backup-wizard-amamac", "older", Secret(CANARY))
    async with wizard_at(a_profile(key=Key(protection="ask")), Step.KEY) as pilot:
        await _until_ready(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, OpenKeyScreen) and pilot.app.focused is not None)
        await pilot.press("tab", "space", "shift+tab")
        await _type(pilot, CANARY)
        await until(pilot, lambda: walk(pilot).step == Step.HAND_OVER)
        assert walk(pilot).profile.key == Key(protection="ask", file="~/.ssh/backup-wizard-amamac")
        assert _held(pilot) == CANARY
        await until(pilot, lambda: at(pilot) == Step.HAND_OVER)
        await pilot.press("escape")
        await until(pilot, lambda: at(pilot) == Step.KEY)
        await _until_ready(pilot)
        await pilot.press("enter")  # it is held already, so nothing is asked again
        await until(pilot, lambda: walk(pilot).step == Step.HAND_OVER)


async def test_an_unprotected_key_that_is_there_is_not_what_is_proposed(home: Path) -> None:
    key_files.make(home / ".ssh/backup-wizard-amamac", "older", None)
    async with wizard_at(NEW, Step.KEY) as pilot:
        await _until_ready(pilot)
        await until(pilot, lambda: f"{FILE}, without a passphrase." in text(pilot))
        await until(pilot, lambda: "● A new key, with a passphrase you type each time" in text(pilot))


async def test_a_locked_keyring_is_explained_and_nothing_half_made_stays(
    home: Path, secret_service: SecretService
) -> None:
    secrets.store("other", "passphrase", Secret("x"))
    secret_service.lock()
    async with wizard_at(NEW, Step.KEY) as pilot:
        await _until_ready(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "Your keyring is locked" in said(pilot))
        await _until_ready(pilot)
        assert "● A new key, with its passphrase saved in your keyring" in text(pilot)
        assert not _made(home)


@pytest.mark.usefixtures("secret_service")
async def test_a_keyring_that_waits_for_its_owner_keeps_nothing_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    answered, asked = threading.Event(), threading.Event()

    def wait(*_: object) -> None:
        asked.set()
        answered.wait()
        raise Failure(Kind.KEYRING_LOCKED)

    monkeypatch.setattr(secrets, "store", wait)
    async with wizard_at(NEW, Step.KEY) as pilot:
        await _until_ready(pilot)
        await pilot.press("enter")
        await until(pilot, asked.is_set)
        assert "Preparing the key" in text(pilot)
        await pilot.press("f1")
        await until(pilot, lambda: "Macs and most desktops have a keyring" in said(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: at(pilot) == Step.KEY)
        await pilot.press("escape")
        await until(pilot, lambda: at(pilot) == Step.SCHEME)
    answered.set()


async def _until_ready(pilot: Pilot[int]) -> None:
    def is_ready() -> bool:
        if at(pilot) != Step.KEY or not isinstance(pilot.app.focused, Choice):
            return False
        # What has the cursor may not be laid out yet.
        return not pilot.app.screen.query_one("#forward", Button).disabled and "●" in text(pilot)

    await until(pilot, is_ready)


async def _choose_own(pilot: Pilot[int]) -> None:
    await _until_ready(pilot)
    await pilot.press("end", "up", "enter")
    await until(pilot, lambda: "Which key do you want to use?" in said(pilot))
    await pilot.press("enter")


async def _type(pilot: Pilot[int], passphrase: str) -> None:
    line = pilot.app.focused
    assert isinstance(line, Input)
    line.clear()
    pilot.app.post_message(Paste(passphrase))
    await until(pilot, lambda: line.value == passphrase)
    await pilot.press("enter")


def _lines(pilot: Pilot[int]) -> list[Input]:
    return list(pilot.app.screen.query(Input))


def _held(pilot: Pilot[int]) -> str:
    """The passphrase that ssh would be given."""
    assert isinstance(pilot.app, WizardApp)
    socket = pilot.app.context.session._sockets[walk(pilot).profile.key_path]
    return passphrase_socket.ask(socket).reveal()


def _screenshot(pilot: Pilot[int]) -> str:
    return pilot.app.export_screenshot().replace("&#160;", " ")


def _made(home: Path) -> list[Path]:
    return list(home.glob(".ssh/*"))


def _all_that_is_kept(pilot: Pilot[int], home: Path) -> list[str]:
    """Where the canary is found that should be nowhere."""
    assert isinstance(pilot.app, WizardApp)
    app = pilot.app
    places = {
        "drafts": repr(vars(app.context.drafts)),
        "context": repr(app.context) + repr(vars(app.context.session)),
        "walk": repr(app.walk),
        "app": repr([value for value in vars(app).values() if value is not app.workers]),  # it can't always tell itself
        "screens": "".join(repr(vars(screen)) for screen in app.screen_stack),
        "screenshot": _screenshot(pilot),
        "text": text(pilot),
        **{str(path): path.read_text(errors="replace") for path in home.rglob("*") if path.is_file()},
    }
    gc.collect()
    places |= {f"input {line!r}": line.value for line in gc.get_objects() if isinstance(line, Input)}
    return [place for place, content in places.items() if CANARY in content]
