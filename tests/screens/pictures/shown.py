"""Every screen and every dialog, brought about with the same values each time, and without any server.

The one that asks for a larger window shows in none of these sizes: `test_window.py` has it.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from screens.admin.app import AdminApp
from screens.app import WizardApp
from screens.context import Context
from screens.dialogs.confirm import ConfirmScreen
from screens.dialogs.explanation import ExplanationScreen
from screens.dialogs.passphrase import PassphraseScreen
from screens.dialogs.receipt import ReceiptScreen
from screens.dialogs.save_text import SaveTextScreen
from screens.dialogs.trouble_screen import TroubleScreen
from screens.steps.hand_over.do_it_for_me import DoItForMeScreen
from screens.steps.key.choose_key import CREATE, ChooseKeyScreen
from screens.steps.key.new_passphrase import NewPassphraseScreen
from screens.steps.key.open_key import OpenKeyScreen
from screens.steps.registry import screen_for
from tests.screens.pictures import getting_back
from tests.support.data import scheduler
from tests.support.data.profiles import a_profile
from tests.support.data.requests import a_request, public_key, saved
from wizard import trouble
from wizard.client import computer, rsync
from wizard.client.host_keys.known_hosts import HostKey
from wizard.client.keys.found_keys import FoundKey
from wizard.client.keys.key_options import KeyOptions
from wizard.client.request import Versions
from wizard.client.session import Session
from wizard.client.ssh.ssh_settings import Known
from wizard.failure import Failure, Kind
from wizard.profile import Key, Profile, SchemeSettings, Server, VersionsSettings
from wizard.running import history, transfer
from wizard.running.history import Run
from wizard.schedule import trial
from wizard.server import locks
from wizard.server.locks import Finding
from wizard.server.reaching import probe, reachability, sign_in
from wizard.server.reaching.reachability import OpenPorts
from wizard.storage import paths, state_files
from wizard.text.language import _
from wizard.walk import steps
from wizard.walk.descriptions import key, schedule, server
from wizard.walk.descriptions.key import choices
from wizard.walk.descriptions.key.choices import Keys
from wizard.walk.getting_back.stages import Stage
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from contextlib import ExitStack
    from pathlib import Path

    import pytest
    from textual.pilot import Pilot
    from textual.screen import Screen

    from screens.base_app import BaseApp

_HOST = "files.example.lan"
_HOST_KEY = HostKey(*public_key(7).split()[:2])
_OTHER_TYPES = Keys(KeyOptions("", (), ""), frozenset(), is_held=False, is_lost=False, types=("ecdsa", "rsa"))
_OWN_KEYS = Keys(
    KeyOptions("GNOME Keyring", tuple(FoundKey(public_key(number), f"~/.ssh/id_{number}") for number in (1, 2)), ""),
    unlocked=frozenset(),
    is_held=False,
    is_lost=False,
)
_STILL_TURNS = 5
_LISTED = b"""\
cd+++++++++|0|Documents/
<f+++++++++|1200000|Documents/minutes of the year.pdf
<f+++++++++|800000|Pictures/garden.jpg
<f.st......|1000|Documents/letter.txt
"""


@dataclass(frozen=True)
class Shown:
    """A screen by its name; `dialog` is over the step, and `press` is what leads to it.

    Without a step it is the home screen, one that files come back by, or else one of the admin's.
    """

    name: str
    step: Step | None = None
    dialog: Callable[[Profile], Screen[Any]] | None = None
    press: tuple[str, ...] = ()
    is_home: bool = False
    stage: Stage | None = None
    keeps_versions: bool = False

    def app(self, stack: ExitStack, home: Path) -> BaseApp:
        """The app that shows it."""
        if self.step is None and not self.is_home and not self.stage:
            return AdminApp([_requests(home)])
        session = stack.enter_context(Session())
        if self.step is None:
            may_read = self.stage not in {None, Stage.ADMIN}
            _keep_backups(home, may_read=may_read, keeps_versions=self.keeps_versions)
        walk = Walk(_profile(home), self.step, Step.FINISH) if self.step else None
        app = WizardApp(walk, Context(session))
        session.ask = app.ask_passphrase
        return app

    async def reach(self, pilot: Pilot[Any]) -> None:
        """Go to it."""
        await _settled(pilot)
        if self.stage:
            await getting_back.go_to(pilot, self.stage, _settled)
        if self.dialog:
            assert isinstance(pilot.app, WizardApp)
            assert pilot.app.walk
            await pilot.app.push_screen(self.dialog(pilot.app.walk.profile))
        if self.press:
            await pilot.press(*self.press)
        await _settled(pilot)


def _open_key(profile: Profile) -> OpenKeyScreen:
    return OpenKeyScreen(key.passphrase(profile.key_path), key.keep("GNOME Keyring"))


def _trouble(profile: Profile) -> TroubleScreen:
    told = trouble.explain(Failure(Kind.FOLDER_UNREADABLE, "~/.config/backup-wizard", "Read-only file system"), profile)
    return TroubleScreen(told, again=_("Try again"))


def _trial(profile: Profile) -> ConfirmScreen:
    told = trouble.explain(Failure(Kind.PASSPHRASE_UNASKED, profile.name), profile)
    asked = schedule.is_meant(trial.answer(told.exit_code, told.kind, told.sentence, profile))
    return ConfirmScreen(asked.title, asked.words, yes=asked.yes, no=asked.no)


def _history(profile: Profile) -> ExplanationScreen:
    began = datetime(2026, 11, 29, 10, 25).astimezone()
    why = trouble.explain(Failure(Kind.SERVER_DISK_FULL), profile).sentence
    runs = [
        Run(began=began, seconds=65, result="failed", why=why, by="schedule"),
        Run(began=began - timedelta(days=1), seconds=5, new=3, changed=2, deleted=1, files=12_000, bytes=3_400_000),
    ]
    state_files.save(profile.name, "runs.json", runs)
    return ExplanationScreen(_("The last runs of “{name}”").format(name=profile.name), history.listed(profile.name))


SCREENS = (
    *(Shown(str(step), step) for step in Step),
    Shown("explanation", Step.WELCOME, lambda _: _explanation()),
    Shown("confirm", Step.KEY, lambda _: ConfirmScreen("Is this meant?", "Nothing is lost.", yes="Yes", no="No")),
    Shown("ssh-settings", Step.SERVER, lambda _: _ssh_settings()),
    Shown("passphrase", Step.SECURITY_CHECK, PassphraseScreen),
    Shown("new-passphrase", Step.KEY, lambda _: NewPassphraseScreen(key.new_passphrase())),
    Shown("open-key", Step.KEY, _open_key),
    Shown("choose-key", Step.KEY, lambda _: ChooseKeyScreen(choices.own_keys(_OWN_KEYS))),
    Shown("key-type", Step.KEY, lambda _: ChooseKeyScreen(choices.new_type(_OTHER_TYPES), CREATE)),
    Shown("do-it-for-me", Step.HAND_OVER, lambda profile: DoItForMeScreen(profile, Context(Session()))),
    Shown("trouble", Step.FINISH, _trouble),
    Shown("schedule-added", Step.SCHEDULE, press=("tab", "tab", "tab", "enter")),
    Shown("schedule-trial", Step.SCHEDULE, _trial),
    Shown("history", Step.FINISH, _history),
    Shown("receipt", Step.HAND_OVER, lambda profile: ReceiptScreen(profile, lambda _: None)),
    Shown("save", Step.HAND_OVER, lambda _: SaveTextScreen("text", "~/text.txt")),
    Shown("home", is_home=True),
    Shown("home-setup", is_home=True, press=("down",)),
    Shown("home-new", is_home=True, press=("end",)),
    Shown("home-change", is_home=True, press=("c",)),
    Shown("home-alerts", is_home=True, press=("c", "end", "up", "enter")),
    Shown("home-monitoring", is_home=True, press=("c", "end", "enter")),
    Shown("home-forget", is_home=True, press=("f",)),
    Shown("home-rename", is_home=True, press=("down", "r")),
    *(Shown(f"restore-{stage}", stage=stage, keeps_versions=stage is Stage.VERSION) for stage in Stage),
    Shown("restore-found-in", stage=Stage.FILES, press=("down", "v"), keeps_versions=True),
    Shown("restore-search", stage=Stage.FILES, press=("slash", "m", "i", "n")),
    Shown("restore-text", stage=Stage.ADMIN, press=("enter",)),
    Shown("restore-stop", stage=Stage.RESTORE, dialog=lambda _: getting_back.stop()),
    Shown("admin"),
    Shown("admin-change", press=("enter",)),
    Shown("admin-export", press=("e",)),
    Shown("admin-open", press=("o",)),
)


def arrange(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """No server is asked; what it would say is always the same."""

    async def meet(*_: object, **__: object) -> tuple[str, tuple[HostKey, ...]]:
        return "SSH-2.0-OpenSSH_9.2p1", (_HOST_KEY,)

    async def look(*_: object, **__: object) -> OpenPorts:
        return OpenPorts(22, "SSH-2.0-OpenSSH_9.2p1", None, 0)

    async def attempt(*_: object, **__: object) -> None:
        pass

    async def check(profile: Profile, *_: object, **__: object) -> AsyncGenerator[Finding]:
        for door in locks.planned(profile):
            yield Finding(door.id, door.title, True, True, "It was refused.")

    async def dry_run(*_: object, **__: object) -> AsyncGenerator[rsync.Event]:
        yield rsync.Entries(_LISTED)
        yield rsync.Ended(0, rsync.Totals(files=4, new=2, bytes_to_send=2_000_000, bytes_total=2_000_000), "")

    monkeypatch.setattr(probe, "meet", meet)
    monkeypatch.setattr(reachability, "look", look)
    monkeypatch.setattr(sign_in, "attempt", attempt)
    monkeypatch.setattr(locks, "check", check)
    monkeypatch.setattr(transfer, "dry_run", dry_run)
    getting_back.arrange(monkeypatch, _LISTED)
    monkeypatch.setattr(schedule, "_module", scheduler.stand_in)
    monkeypatch.setattr(socket, "gethostname", lambda: "amamac")
    sender = computer.Sender("Amanda Example", "amanda", "amamac.example.lan")
    monkeypatch.setattr(computer, "sender", lambda: sender)
    monkeypatch.setattr("screens.steps.server.screen._TYPING_PAUSE_SECONDS", 3600)  # or it would be there now and then
    for folder in ("Documents", "Pictures", "Music", ".ssh"):
        (home / folder).mkdir(mode=0o700)


def _explanation() -> ExplanationScreen:
    screen = screen_for(Step.KEY)
    return ExplanationScreen(screen.question, screen.explanation)


def _ssh_settings() -> ConfirmScreen:
    known = Known(host=_HOST, port="2222", user="amanda", jump="amanda@gate.example.lan")
    asked = server.offer("office", known)
    return ConfirmScreen(asked.title, asked.words, yes=asked.yes, no=asked.no)


def _profile(home: Path) -> Profile:
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    file = home / ".ssh/backup-wizard-amamac"
    file.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    file.chmod(0o600)
    line = private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    file.with_suffix(".pub").write_text(f"{line} backup-wizard-amamac\n")
    there = Server(host=_HOST, user="amanda", host_keys=(_HOST_KEY.fingerprint,))
    folders = (str(home / "Documents"), str(home / "Pictures"))
    return a_profile(
        folders=folders, scheme=SchemeSettings(), server=there, key=Key(protection="none", file=paths.shown(file))
    )


def _keep_backups(home: Path, *, may_read: bool = False, keeps_versions: bool = False) -> None:
    profile = _profile(home)
    profile = msgspec.structs.replace(profile, scheme=SchemeSettings(write_only=not may_read))
    if keeps_versions:  # read by a key that may read all
        scheme, versions = SchemeSettings(kind="login"), VersionsSettings(keep="server")
        profile = msgspec.structs.replace(profile, scheme=scheme, versions=versions)
    begun = Profile(name="begun", folders=profile.folders)
    waiting = msgspec.structs.replace(profile, name="photos")
    for one, step in ((profile, Step.FINISH), (begun, Step.SERVER), (waiting, Step.HAND_OVER)):
        steps.record(Walk(one, step, step))


def _requests(home: Path) -> Path:
    folder = home / "requests"
    folder.mkdir()
    for number, name in enumerate(("amamac", "bobs-laptop", "carols-mac")):
        asked_of = Server(host=_HOST, user=("amanda", "bob", "carol")[number])
        versions = Versions(rsync="3.2.7", openssh="9.2p1")
        saved(a_request(name=name, public_key=public_key(number), server=asked_of, versions=versions), folder)
    return folder


async def _settled(pilot: Pilot[Any]) -> None:
    app, still = pilot.app, 0
    while still < _STILL_TURNS:
        await pilot.pause(0.02)
        is_busy = any(worker.is_running and worker.group not in {"conductor", "connection"} for worker in app.workers)
        still = 0 if is_busy or len(app.screen_stack) == 1 else still + 1
    for area in app.screen.query("Input, TextArea"):
        area.cursor_blink = False  # type: ignore[attr-defined]
        area._pause_blink(visible=True)  # type: ignore[attr-defined]
    await pilot.pause()
