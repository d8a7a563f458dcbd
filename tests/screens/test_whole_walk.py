"""The whole walk as a person makes it: on the screens, against the practice server and against a real sshd."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest
from textual.events import Key, Paste

from tests.support import canary
from tests.support.data.receipts import a_receipt
from tests.support.data.trees import tree
from tests.support.pilot import SIZES, TRIED_SIZES, at, said, text, until, walk, wizard_at
from tests.support.quick import sampled
from tests.support.servers.real_sshd import RealSshd
from wizard.client import access
from wizard.client.keys import secrets
from wizard.client.keys.secrets import Secret
from wizard.profile import Profile, Schedule, Server
from wizard.server import exports
from wizard.server.practice import PracticeServer
from wizard.storage import profiles
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.support.secret_service import SecretService

MOST_KEY_PRESSES = 15  # from nothing to the first backup, the message copied; names are not counted, but Tab is

_NAMES = {".": "full_stop", "-": "minus", "_": "underscore"}


class SomeServer(Protocol):
    """What the practice server and a real sshd have in common."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def user(self) -> str: ...


class Office:
    """A server with its admin, who puts the exported text in place."""

    def __init__(self, server: PracticeServer | RealSshd, root: str, folder: Path) -> None:
        self.server = server
        self.root = root
        self.folder = folder

    def apply(self) -> None:
        profile = profiles.load("amamac")
        lines = exports.export(profile, access.facts(profile), "authorized-keys")
        if isinstance(self.server, PracticeServer):
            self.server.apply(lines)
        else:
            self.server.install(lines)


@pytest.fixture(params=["practice server", "real sshd"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    if request.param == "real sshd":
        sshd: RealSshd = request.getfixturevalue("sshd")
        (sshd.folder / "backup/amamac").mkdir(parents=True)
        yield Office(sshd, str(sshd.folder / "backup"), sshd.folder)
        return
    with PracticeServer(tmp_path / "server") as server:
        (server.home / "backup/amamac").mkdir(parents=True)
        yield Office(server, "backup", server.home / "backup")


@pytest.fixture
def documents(home: Path) -> Path:
    folder = home / "Documents"
    (folder / "Letters").mkdir(parents=True)
    (folder / "Letters" / "to the bank.txt").write_text("Dear Sir or Madam")
    (folder / "accounts.csv").write_text("1,2,3\n" * 1000)
    (folder / "leftover.tmp").write_text("x")
    return folder


class Person:
    """Presses keys and keeps count of them."""

    def __init__(self, pilot: Pilot[int]) -> None:
        self.pilot = pilot
        self.presses = 0

    async def press(self, *keys: str) -> None:
        self.presses += len(keys)
        await self.pilot.press(*keys)

    async def types(self, name: str) -> None:
        """Type a host's or an account's name, which is not counted."""
        await self.pilot.press(*name)

    async def comes_to(self, step: Step) -> None:
        await until(self.pilot, lambda: at(self.pilot) == step)


async def can_go_on(pilot: Pilot[int]) -> None:
    """Wait until Enter goes on: with the cursor on Continue, in the practice run's views or on a choice."""

    def holds() -> bool:
        forward = pilot.app.screen.query_one("#forward")
        return forward.has_focus or (at(pilot) in {Step.DRY_RUN, Step.SCHEDULE} and not forward.disabled)

    await until(pilot, holds)


async def decide_all(person: Person, office: Office, *, confirm: tuple[str, ...] = ("home", "enter")) -> None:
    """From the welcome to the hand-over, the server confirmed and every default accepted."""
    await person.press("enter")
    await person.comes_to(Step.FOLDERS)
    await until(person.pilot, lambda: "will be backed up" in said(person.pilot))
    await person.press("enter")
    await person.comes_to(Step.SERVER)
    await person.types(office.server.host)
    await person.press("tab")
    await person.types(office.server.user)
    await person.press("enter")
    await person.comes_to(Step.FINGERPRINT)
    await until(person.pilot, lambda: "SHA256" in text(person.pilot))
    await person.press(*confirm)
    await person.comes_to(Step.SCHEME)
    await person.press("enter")
    await person.comes_to(Step.VERSIONS)
    await person.press("enter")
    await person.comes_to(Step.KEY)
    await until(person.pilot, lambda: "keyring" in said(person.pilot) + text(person.pilot))
    await person.press("enter")
    await person.comes_to(Step.HAND_OVER)


async def to_the_summary(person: Person) -> None:
    """From the hand-over, once the admin has acted, to the summary."""
    pilot = person.pilot
    await can_go_on(pilot)
    await person.press("enter")
    await person.comes_to(Step.SECURITY_CHECK)
    await until(pilot, lambda: "Locked: " in said(pilot))
    await can_go_on(pilot)
    await person.press("enter")
    await person.comes_to(Step.DRY_RUN)
    await until(pilot, lambda: "Nothing was copied" in said(pilot))
    await can_go_on(pilot)
    await person.press("enter")
    await person.comes_to(Step.SCHEDULE)
    await until(pilot, lambda: "● Every day (recommended)" in text(pilot))
    await person.press("enter")
    await person.comes_to(Step.FINISH)


def new_profile(office: Office) -> Profile:
    # The port and the folder are a test server's, for which a person would leave 22 and “backup”.
    return Profile(name="amamac", server=Server(port=office.server.port, root=office.root))


@pytest.mark.parametrize(
    ("office", "size"),
    [("practice server", SIZES[0]), pytest.param("real sshd", SIZES[1], marks=pytest.mark.every_case)],
    indirect=["office"],
)
async def test_from_nothing_to_a_dry_run_in_a_few_key_presses(
    size: tuple[int, int], office: Office, documents: Path, secret_service: SecretService
) -> None:
    before = tree(office.folder)
    async with wizard_at(new_profile(office), Step.WELCOME, size=size) as pilot:
        person = Person(pilot)
        await decide_all(person, office)
        await until(pilot, lambda: "yet" in said(pilot))
        await person.press("enter")
        await until(pilot, lambda: "Sent to the terminal's clipboard" in said(pilot))
        office.apply()
        await to_the_summary(person)
        await until(pilot, lambda: "backup-wizard run amamac" in text(pilot) and "Next backup" in text(pilot))
        assert tree(office.folder) == before
        await person.press("enter")
        await until(pilot, lambda: "Done. " in said(pilot))
        assert person.presses <= MOST_KEY_PRESSES
    decided = profiles.load("amamac")
    assert decided.folders == (str(documents),)
    assert decided.key.protection == "keyring"
    assert secrets.fetch("amamac", "passphrase")
    assert decided.schedule == Schedule(every="daily")


@pytest.mark.parametrize("office", ["real sshd"], indirect=True)
@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_with_the_admin_s_receipt_pasted_one_message_goes_out_and_one_text_comes_in(
    size: tuple[int, int], office: Office, documents: Path, secret_service: SecretService
) -> None:
    async with wizard_at(new_profile(office), Step.WELCOME, size=size) as pilot:
        person = Person(pilot)
        await decide_all(person, office, confirm=("enter",))
        await until(pilot, lambda: "Paste your admin's answer here" in said(pilot))
        await person.press("enter")
        await until(pilot, lambda: "shown to me" in pilot.app.clipboard)
        office.apply()
        assert isinstance(office.server, RealSshd)
        pilot.app.post_message(Paste(a_receipt(profiles.load("amamac"), office.server.fingerprints)))
        person.presses += 1
        await until(pilot, lambda: at(pilot) == Step.HAND_OVER and walk(pilot).profile.server.host_keys)
        await to_the_summary(person)
        await person.press("enter")
        await until(pilot, lambda: "Done. " in said(pilot))
        assert person.presses <= MOST_KEY_PRESSES
    assert profiles.load("amamac").server.host_keys == office.server.fingerprints


@pytest.mark.parametrize("office", ["real sshd"], indirect=True)
@pytest.mark.parametrize("time", sampled.first(1, [1, 2, 3]))
@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_typed_without_any_pause_no_key_is_lost(
    size: tuple[int, int], time: int, office: Office, documents: Path, secret_service: SecretService
) -> None:
    typed = ["enter", "enter", *office.server.host, "tab", *office.server.user, "enter"]
    typed += ["home", "enter"]  # I compared it: it's the same
    typed += ["enter", "enter", "enter", "enter"]  # how to sign in, no versions, the key, copy the message
    async with wizard_at(new_profile(office), Step.WELCOME, size=size) as pilot:
        for key in typed:
            pilot.app.post_message(Key(_NAMES.get(key, key), key if len(key) == 1 else None))
        await until(pilot, lambda: at(pilot) == Step.HAND_OVER and "amamac" in pilot.app.clipboard)
        office.apply()
        await can_go_on(pilot)
        for _ in range(5):  # to the security check, the practice run, the schedule, the summary, and the backup
            pilot.app.post_message(Key("enter", None))
        await until(pilot, lambda: at(pilot) == Step.FINISH and "Done. " in said(pilot))
    decided = profiles.load("amamac")
    assert (decided.server.host, decided.server.user) == (office.server.host, office.server.user)
    assert decided.folders == (str(documents),)
    assert (office.folder / "backup/amamac/Documents/Letters/to the bank.txt").exists()


@pytest.mark.parametrize("office", ["practice server"], indirect=True)
async def test_leaving_at_the_hand_over_and_coming_back(
    office: Office, documents: Path, secret_service: SecretService
) -> None:
    async with wizard_at(new_profile(office), Step.WELCOME) as pilot:
        await decide_all(Person(pilot), office)
        await pilot.press("ctrl+q")
    office.apply()
    from wizard.walk import steps

    left = steps.begin(profiles.load("amamac"))
    assert left.step == Step.HAND_OVER
    async with wizard_at(left.profile, left.step) as pilot:
        await can_go_on(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: walk(pilot).step == Step.SECURITY_CHECK)


@pytest.mark.every_case
@pytest.mark.parametrize("office", ["real sshd"], indirect=True)
async def test_the_passphrase_is_in_the_keyring_and_nowhere_else(
    office: Office,
    documents: Path,
    home: Path,
    tmp_path: Path,
    secret_service: SecretService,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(secrets, "generate", lambda: Secret(canary.SECRET))
    pictures = []
    with canary.ProcessWatch() as watch:
        async with wizard_at(new_profile(office), Step.WELCOME) as pilot:
            await decide_all(Person(pilot), office)
            office.apply()
            for step in (Step.HAND_OVER, Step.SECURITY_CHECK, Step.DRY_RUN, Step.SCHEDULE):
                await until(pilot, lambda step=step: at(pilot) == step)  # type: ignore[misc]
                await can_go_on(pilot)
                if step == Step.HAND_OVER:
                    await until(pilot, lambda: "The server accepts this computer." in said(pilot))
                if step == Step.DRY_RUN:
                    await until(pilot, lambda: "Nothing was copied" in said(pilot))
                pictures.append(pilot.app.export_screenshot())
                await pilot.press("enter")
            await until(pilot, lambda: at(pilot) == Step.FINISH)
            pictures.append(pilot.app.export_screenshot())
            pictures.append(repr(vars(pilot.app)) + repr(vars(pilot.app.screen)))
    assert {"ssh", "rsync"} <= watch.programs  # it did see them
    assert secrets.fetch("amamac", "passphrase").reveal() == canary.SECRET
    assert watch.holding(canary.SECRET) == []
    assert canary.files_holding(canary.SECRET, home, tmp_path) == []
    assert not any(canary.SECRET in picture for picture in pictures)
    printed = capfd.readouterr()
    assert canary.SECRET not in printed.out + printed.err + caplog.text
