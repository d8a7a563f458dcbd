"""A person before the screens, who answers what the profile, the keyring and our notes don't hold yet, and no more.

Where a thing was answered before, Enter alone has to go on.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from textual.widgets import Button, Input, TextArea

from screens.app import WizardApp
from screens.dialogs.receipt import ReceiptScreen
from screens.steps.hand_over.do_it_for_me import DoItForMeScreen
from screens.steps.key.choose_key import ChooseKeyScreen
from screens.steps.key.open_key import OpenKeyScreen
from screens.widgets.choice import Choice
from screens.widgets.exports.export_pane import ExportPane
from screens.widgets.tick_list import TickList
from tests.support import canary
from tests.support.data.receipts import a_receipt
from tests.support.kills import killing
from tests.support.pilot import arrived, at, said, text, until, wizard_at
from wizard.client import access
from wizard.running import record
from wizard.server import exports, kept_facts
from wizard.server.by_password import install
from wizard.server.by_password.password_login import PasswordLogin
from wizard.walk.descriptions.key.choices import Answer
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from screens.outcome import Outcome
    from tests.support.servers.real_sshd import RealSshd
    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.walk.steps import Walk

LEFT_OUT = "/Documents/rendered/"
TAKEN = f"{Step.HAND_OVER} receipt-taken"


class Office(msgspec.Struct, frozen=True):
    """A real server, what its admin sends, and how the person goes about it.

    `key` is the answer to which key shall open the server; one of the person's own is `key_file`, which opens with
    `passphrase`. One who has the account's password does the admin's part.
    """

    host: str
    port: int
    user: str
    root: str
    authorized_keys: str
    fingerprints: tuple[str, ...]
    key: str = Answer.KEYRING
    key_file: str = ""
    passphrase: str = ""
    has_password: bool = False

    @classmethod
    def of(cls, sshd: RealSshd) -> Office:
        """The office of a real server, whose admin has another folder in mind than the usual one."""
        root = str(sshd.folder / "backup")
        return cls(sshd.host, sshd.port, sshd.user, root, str(sshd.authorized_keys), sshd.fingerprints)

    @property
    def as_text(self) -> str:
        """As the trials take it."""
        return msgspec.json.encode(self).decode()


class Person:
    """Walks on from where a walk was left, for as many answers as are wanted, or until a step is shown."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._shown: list[Step] = []
        if office.has_password:
            self._let_the_password_in()

    async def look(self, begun: Walk) -> None:
        """See that the screen is there, and do nothing."""
        async with wizard_at(begun.profile, begun.step, reached=begun.reached) as pilot:
            await arrived(pilot, begun.step)
            if begun.step == Step.HAND_OVER:
                await until(pilot, lambda: any(copy.has_focus for copy in pilot.app.screen.query("#copy")))
            elif begun.step == Step.FINISH:
                await self._is_told_of_backups(pilot, begun.profile)

    async def walk(self, begun: Walk, *, answers: int = 100, until_at: Step | None = None) -> bool:
        """Answer what is asked; whether nothing is left to be done at the end of it."""
        self._watch(answers, until_at)
        async with wizard_at(begun.profile, begun.step, reached=begun.reached) as pilot:
            while len(self._shown) <= answers and self._shown[-1] != until_at:
                shown = len(self._shown)
                await until(pilot, lambda: at(pilot) == self._shown[-1])
                if self._shown[-1] == Step.FINISH:
                    await self._back_up(pilot, begun.profile)
                    return True
                await self._answer(pilot, pilot.app.screen.profile)  # type: ignore[attr-defined]
                await until(pilot, lambda: len(self._shown) > shown)  # noqa: B023 - awaited here
        return False

    def _watch(self, answers: int, until_at: Step | None) -> None:
        show = WizardApp._show

        async def counted(app: WizardApp, walk: Walk) -> Outcome:
            killing.comes_to(walk.step)
            self._shown.append(walk.step)
            if len(self._shown) > answers or walk.step == until_at:
                await asyncio.Event().wait()  # it is not asked any more
            return await show(app, walk)

        WizardApp._show = counted  # type: ignore[method-assign, assignment]

    async def _answer(self, pilot: Pilot[int], profile: Profile) -> None:
        """Answer what the step asks."""
        match at(pilot):
            case Step.SERVER if not profile.server.host:
                for field in ("host", "port", "user"):
                    pilot.app.screen.query_one(f"#{field} Input", Input).value = str(getattr(self._office, field))
            case Step.FINGERPRINT:
                await until(pilot, lambda: "SHA256" in text(pilot))
                await pilot.press("home")
            case Step.KEY:
                await self._answer_key(pilot, profile)
                return
            case Step.HAND_OVER:
                await until(pilot, lambda: pilot.app.screen.query(ExportPane))
                if profile.server.root != self._office.root:
                    await self._paste_receipt(pilot, profile)
                    return
                await self._let_in(pilot, profile)
            case Step.SECURITY_CHECK:
                await until(pilot, lambda: _forward_is_focused(pilot))
            case Step.DRY_RUN:
                await until(pilot, lambda: "Nothing was copied" in said(pilot) or "Run without them" in text(pilot))
                if LEFT_OUT not in profile.exclude:
                    await self._leave_out(pilot)
        await pilot.press("enter")

    async def _answer_key(self, pilot: Pilot[int], profile: Profile) -> None:
        shown, choice = len(self._shown), await _key_choice(pilot)
        is_answered = self._office.key == Answer.KEYRING or profile.key.file == self._office.key_file
        while not is_answered and choice.chosen != self._office.key:
            await pilot.press("down")
        await pilot.press("enter")
        while len(self._shown) == shown:
            await until(pilot, lambda: len(self._shown) > shown or _asks(pilot))
            if isinstance(over := pilot.app.screen, OpenKeyScreen):
                is_kept = (profile.key.file, profile.key.protection) == (self._office.key_file, "keyring")
                assert not is_kept, "asked for what the keyring has"
                await pilot.press(*self._office.passphrase)
            if _asks(pilot):
                await pilot.press("enter")
                await until(pilot, lambda: pilot.app.screen is not over)

    async def _paste_receipt(self, pilot: Pilot[int], profile: Profile) -> None:
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReceiptScreen))
        receipt = a_receipt(profile, self._office.fingerprints, folder=self._office.root)
        pilot.app.screen.query_one(TextArea).text = receipt
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "It's your server." in said(pilot))
        killing.comes_to(TAKEN)
        await pilot.press("enter")

    async def _let_in(self, pilot: Pilot[int], profile: Profile) -> None:
        if self._office.has_password:
            if not Path(self._office.authorized_keys).read_text():
                await pilot.press("i")
                await until(pilot, lambda: isinstance(pilot.app.screen, DoItForMeScreen))
                await pilot.press(*canary.SECRET, "enter")
                await until(pilot, lambda: "is locked" in said(pilot) and isinstance(pilot.app.focused, Button))
                await pilot.press("enter")
        else:
            text = exports.export(profile, access.facts(profile), "authorized-keys")
            Path(self._office.authorized_keys).write_text(text)
        await until(pilot, lambda: _forward_is_focused(pilot))

    def _let_the_password_in(self) -> None:
        """The server of the tests takes no password: what signing in with one does there is done here."""

        def put(login: PasswordLogin, profile: Profile, access: Access, change: install.Change) -> None:
            text = exports.export(profile, access.facts, "authorized-keys", kept_facts.learn(profile, shell="/bin/sh"))
            Path(self._office.authorized_keys).write_text(text)

        async def proved(profile: Profile, access: Access) -> None:
            """It writes nothing here, and is tried where a password is really taken."""

        install._prove = proved
        PasswordLogin.sign_in = lambda *_: None  # type: ignore[method-assign]
        install.put = put

    async def _leave_out(self, pilot: Pilot[int]) -> None:
        boxes = pilot.app.screen.query_one("#proposals", TickList)
        if boxes.ticked:  # before it was killed
            return
        while not boxes.has_focus:
            await pilot.press("f3")
            await pilot.pause()
        await pilot.press("space")
        await until(pilot, lambda: "Run without them" in text(pilot))

    async def _is_told_of_backups(self, pilot: Pilot[int], profile: Profile) -> None:
        kept = record.read(profile.name)
        words = "didn't finish" if kept.last else "No backup yet"
        await until(pilot, lambda: ("Last good backup" if kept.last_good else words) in said(pilot))

    async def _back_up(self, pilot: Pilot[int], profile: Profile) -> None:
        await self._is_told_of_backups(pilot, profile)
        if record.read(profile.name).last_good:
            return
        await pilot.press("enter")
        await until(pilot, lambda: "Done. " in said(pilot))


async def _key_choice(pilot: Pilot[int]) -> Choice:
    await until(pilot, lambda: list(pilot.app.screen.query("#key").results(Choice)))
    choice = pilot.app.screen.query_one("#key", Choice)
    await until(pilot, lambda: choice.has_focus and choice.chosen)
    return choice


def _asks(pilot: Pilot[int]) -> bool:
    return isinstance(pilot.app.screen, ChooseKeyScreen | OpenKeyScreen) and pilot.app.focused is not None


def _forward_is_focused(pilot: Pilot[int]) -> bool:
    return any(button.has_focus for button in pilot.app.screen.query("#forward"))
