"""One office, and three people who set up the same backup there: on the screens, on lines, and with nobody asking."""

from __future__ import annotations

import contextlib
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from textual.widgets import Input, TextArea

from screens.dialogs.confirm import ConfirmScreen
from screens.dialogs.receipt import ReceiptScreen
from screens.steps.key.choose_key import ChooseKeyScreen
from screens.widgets.choice import Choice
from screens.widgets.exports.export_pane import ExportPane
from tests.support.pilot import at, said, text, until, wizard_at
from tests.support.servers import placing
from wizard import trouble
from wizard.client.keys import key_files
from wizard.client.session import Session
from wizard.failure import Failure, Kind
from wizard.storage import paths
from wizard.walk import description, plain, steps, unattended
from wizard.walk.plain import asker
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from textual.pilot import Pilot

    from tests.support.servers.office import Office
    from wizard.profile import Profile

_MOST_QUESTIONS = 200
_STEP = re.compile(r"\nStep \d+ of \d+: (.*)")
_LET_IN_LATER = {Kind.WAITING_FOR_ADMIN, Kind.SERVER_SHELL_RSSH, Kind.DAEMON_REFUSED}


@dataclass
class Walked:
    """The profile at the end, the steps in their order, where a confirmation was asked, and where it was refused."""

    profile: Profile | None = None
    order: list[Step] = field(default_factory=list)
    confirmed: list[Step] = field(default_factory=list)
    refused: list[Step] = field(default_factory=list)
    exit_code: int = 0

    def comes_to(self, step: Step) -> None:
        """Note down a step."""
        if not self.order or self.order[-1] != step:
            self.order.append(step)


@dataclass
class Errand:
    """What is to be set up where, and how the person answers.

    `wrong` fingerprints are pasted before the right one; `receipt` is pasted in place of it; `own_key` has the person
    use a key that they have already.
    """

    office: Office
    profile: Profile
    receipt: str = ""
    wrong: tuple[str, ...] = ()
    own_key: bool = False

    def apply(self) -> None:
        """Do the admin's part, with the text as it is by now."""
        placing.apply(self.office, self.profile)

    def begin(self) -> Walk:
        """The walk from its start, with a computer and a server that know nothing of it."""
        for folder in (paths.config(), paths.state()):
            shutil.rmtree(folder, ignore_errors=True)
        for key in key_files.usual_folder().glob("backup-wizard-*"):
            key.unlink()
        with contextlib.suppress(FileNotFoundError):
            (self.office.home / ".ssh/authorized_keys").unlink()
        self.office.put("/etc/rsyncd.conf", "", mode=0o644)
        return Walk(self.profile)


class OnScreens:
    """Takes the walk by keys."""

    def __init__(self, errand: Errand) -> None:
        self._errand, self._walked = errand, Walked()

    async def walk(self) -> Walked:
        """From the welcome to the end."""
        begun = self._errand.begin()
        async with wizard_at(begun.profile, begun.step) as pilot:
            while at(pilot) != Step.FINISH:
                await until(pilot, lambda: at(pilot) is not None)
                step = at(pilot)
                assert step
                self._walked.comes_to(step)
                await self._answer(pilot, step)
                await until(pilot, lambda: at(pilot) not in {None, step})  # noqa: B023 - awaited here
            self._walked.comes_to(Step.FINISH)
            self._walked.profile = pilot.app.screen.profile  # type: ignore[attr-defined]
        return self._walked

    async def _answer(self, pilot: Pilot[int], step: Step) -> None:
        match step:
            case Step.FINGERPRINT:
                await self._compare(pilot)
            case Step.SCHEME:
                await pilot.press("ctrl+s")
                await self._confirm(pilot, step)
            case Step.KEY:
                await self._choose_key(pilot)
            case Step.HAND_OVER:
                await self._be_let_in(pilot)
            case Step.SECURITY_CHECK:
                await until(pilot, lambda: not pilot.app.screen.query_one("#forward").disabled)
                await pilot.press("ctrl+s")
                await self._confirm(pilot, step)
            case Step.DRY_RUN:
                await until(pilot, lambda: "Nothing was copied" in said(pilot) or "Counted on this" in said(pilot))
                await pilot.press("ctrl+s")
            case _:
                await until(pilot, lambda: pilot.app.focused is not None)
                await pilot.press("ctrl+s")

    async def _compare(self, pilot: Pilot[int]) -> None:
        await until(pilot, lambda: "SHA256" in text(pilot) and not pilot.app.screen.query_one("#forward").disabled)
        if self._errand.receipt:
            choice = pilot.app.screen.query_one("#answer", Choice)
            while choice.chosen != "receipt":
                await pilot.press("up")
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, ReceiptScreen))
            pilot.app.screen.query_one(TextArea).text = self._errand.receipt
            await pilot.press("ctrl+s")
            await until(pilot, lambda: "It's your server." in said(pilot))
            await pilot.press("enter")
            return
        if pilot.app.screen.query("#answer"):
            await pilot.press("home", "down", "enter")  # a fingerprint to be pasted
        await until(pilot, lambda: pilot.app.screen.query("#pasted"))
        for fingerprint in (*self._errand.wrong, self._errand.office.fingerprint):
            pilot.app.screen.query_one("#pasted Input", Input).value = fingerprint
            await pilot.press("ctrl+s")
            if fingerprint in self._errand.wrong:
                await until(pilot, lambda: "Stop: this isn't the server" in said(pilot))
                self._walked.refused.append(Step.FINGERPRINT)
                await until(pilot, lambda: not pilot.app.screen.query_one("#forward").disabled)

    async def _choose_key(self, pilot: Pilot[int]) -> None:
        await until(pilot, lambda: list(pilot.app.screen.query("#key").results(Choice)))
        choice = pilot.app.screen.query_one("#key", Choice)
        await until(pilot, lambda: choice.has_focus and choice.chosen)
        while choice.chosen != ("own" if self._errand.own_key else "unprotected"):
            await pilot.press("down")
        await pilot.press("enter")
        if self._errand.own_key:
            await until(pilot, lambda: isinstance(pilot.app.screen, ChooseKeyScreen) and pilot.app.focused)
            await pilot.press("enter")
        else:
            await self._confirm(pilot, Step.KEY)

    async def _be_let_in(self, pilot: Pilot[int]) -> None:
        await until(pilot, lambda: pilot.app.screen.query(ExportPane))
        self._walked.refused.append(Step.HAND_OVER)
        while not any(button.has_focus for button in pilot.app.screen.query("#forward")):
            self._errand.apply()
            await pilot.pause(0.2)
        await pilot.press("enter")

    async def _confirm(self, pilot: Pilot[int], step: Step) -> None:
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen) or at(pilot) not in {None, step})
        if isinstance(asked := pilot.app.screen, ConfirmScreen):
            await until(pilot, lambda: pilot.app.focused is not None)
            self._walked.confirmed.append(step)
            await pilot.press("left", "enter")
            await until(pilot, lambda: pilot.app.screen is not asked)


class OnLines:
    """Takes the walk by answering what is printed."""

    def __init__(self, errand: Errand, monkeypatch: pytest.MonkeyPatch) -> None:
        self._errand, self._walked = errand, Walked()
        self._said: list[str] = []
        self._to_paste = [*errand.wrong, errand.office.fingerprint]
        self._receipt = errand.receipt.splitlines()
        self._asked = 0
        for module in (plain, asker):
            monkeypatch.setattr(module, "say", self._hear)
        monkeypatch.setattr("builtins.input", self._answer)

    def walk(self) -> Walked:
        """From the welcome to the end."""
        with Session() as session:
            plain.walk(self._errand.begin(), session)
        from wizard.storage import profiles

        self._walked.profile = profiles.load(self._errand.profile.name)
        return self._walked

    @property
    def _step(self) -> Step:
        return self._walked.order[-1]

    def _hear(self, words: str = "") -> None:
        self._said.append(words)
        if found := _STEP.match(words):
            self._walked.comes_to(next(step for step, title in steps.TITLES.items() if title == found[1]))

    def _answer(self, prompt: str) -> str:
        self._asked += 1
        assert self._asked < _MOST_QUESTIONS, f"asked again and again: {prompt}"
        if prompt.startswith("Number"):
            return self._chosen()
        if "The fingerprint your admin sent" in prompt:
            return self._to_paste.pop(0)
        if not prompt:
            return self._receipt.pop(0)
        if "anyway? (y/n)" in prompt or "keep the password? (y/n)" in prompt:
            self._walked.confirmed.append(self._step)
            return "y"
        if "tries again" in prompt:
            if not self._walked.refused or self._walked.refused[-1] != self._step:
                self._walked.refused.append(self._step)
            if self._step == Step.HAND_OVER:
                self._errand.apply()
        return ""

    def _chosen(self) -> str:
        own = ("A key you already have", "agent")
        answers = {
            Step.FINGERPRINT: ("receipt",) if self._errand.receipt else ("My admin sent me a fingerprint",),
            Step.KEY: own if self._errand.own_key else ("A new key without a passphrase",),
        }
        for line in reversed(self._said):
            if not line.startswith("  "):
                break
            number, _, title = line.strip().partition(". ")
            if any(wanted in title for wanted in answers.get(self._step, ())):
                return number
        return ""


class Unattended:
    """Takes the walk from the answers of another."""

    def __init__(self, errand: Errand, answers: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
        self._errand, self._answers, self._walked = errand, answers, Walked()
        of = description.of

        def noted(step: Step) -> description.Description:
            self._walked.comes_to(step)
            return of(step)

        monkeypatch.setattr(description, "of", noted)

    async def walk(self, prepare: Callable[[], object] = lambda: None) -> Walked:
        """Again and again, until the admin has acted and the walk comes to its end."""
        self._errand.begin()
        prepare()
        while True:
            self._walked.order.clear()
            try:
                with Session() as session:
                    self._walked.exit_code = await unattended.walk(self._answers, session)
            except Failure as failure:
                kind = trouble.kind_of(failure, self._answers)
                self._walked.refused.append(self._walked.order[-1])
                if kind not in _LET_IN_LATER:
                    self._walked.exit_code = trouble.explain(failure, self._answers).exit_code
                    return self._walked
                assert len(self._walked.refused) < 4, failure
                self._errand.apply()
            else:
                self._walked.comes_to(Step.FINISH)
                self._walked.profile = self._answers
                return self._walked


def with_full_paths(profile: Profile) -> Profile:
    """The profile with its key's file written in one way."""
    import msgspec

    key = msgspec.structs.replace(profile.key, file=paths.shown(Path(profile.key_path)))
    return msgspec.structs.replace(profile, key=key)
