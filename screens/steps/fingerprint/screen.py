"""Fingerprint: whether the server is the one it should be, which only a person or the admin can say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual.containers import Vertical
from textual.events import Paste
from textual.widgets import Button

from screens.dialogs.receipt import ReceiptScreen
from screens.outcome import Forward
from screens.steps.fingerprint.fingerprint_box import FingerprintBox
from screens.steps.step_screen import StepScreen
from screens.widgets.choice import Choice
from screens.widgets.field import Field, Line
from screens.widgets.note import Note
from screens.widgets.trouble_panel import TroublePanel
from screens.widgets.waiting import Waiting
from screens.work import Begin
from wizard.client.host_keys import host_identity
from wizard.client.host_keys.host_identity import HostKeyStatus
from wizard.failure import Failure
from wizard.server.receipts import admin_answer
from wizard.text.language import _
from wizard.walk.description import MayNot
from wizard.walk.descriptions import fingerprint
from wizard.walk.descriptions.fingerprint import PASTE, RECEIPT, SAME
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.app import ComposeResult
    from textual.widget import Widget

    from wizard.profile import Profile
    from wizard.walk.description import Answers
    from wizard.walk.descriptions.fingerprint import Met

_AGAIN = _("Try again")


class _Line(Line):
    """Leaves a text of several lines, such as a whole mail, to the screen."""

    def _on_paste(self, event: Paste) -> None:
        if len(event.text.strip().splitlines()) > 1 and admin_answer.is_there(event.text):
            event.prevent_default()


class _FingerprintField(Field):
    line = _Line


class FingerprintScreen(StepScreen):
    """Asks the server for its keys and takes none for the server's own that nobody has vouched for."""

    step = Step.FINGERPRINT
    question = fingerprint.DESCRIPTION.question
    explanation = _(
        "Anyone on the network could pretend to be your server and take your files.\n\n"
        "A fake server can't copy the fingerprint. So if your admin gives you the same fingerprint as you see"
        " here, it's your server.\n\n"
        "If you don't have it yet, continue. Your message to your admin asks for it. You can also paste here whatever"
        " your admin sent: the wizard finds the fingerprint in it.\n\n"
        "The wizard asks you only once. After that, it compares the fingerprint each time, and stops if it ever"
        " changes.\n\n"
        "A server can have one fingerprint per type. It's enough if one of them is the same."
    )
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]  # noqa: RUF012 - so declared by Textual
    looks_first = True
    _met: Met | None = None

    def compose_step(self) -> ComposeResult:
        """Room for what the server shows."""
        yield Waiting(id="asking")
        yield Vertical(id="meeting")

    async def decide(self) -> Profile | None:
        """The profile with what was confirmed; or first, a look at the server.

        Raises:
            Failure: the server can't be asked, shows another key than the one that was confirmed, or our folder can't
                be written to.
        """
        met = self._met
        if met is None:
            await self._meet()
            return None
        answers = self._answers(met)
        if answers.get("answer") == PASTE and not await self._pasted_is_taken():
            return None
        if answers.get("answer") == RECEIPT:
            return await self._by_answer()
        judged = fingerprint.may_pass(self.profile, met, answers)
        if isinstance(judged, MayNot):
            self._be_warned()
            raise judged.as_failure
        return await fingerprint.settle(self.profile, met, answers, self.context)

    def busy(self, is_busy: bool) -> None:
        """While the server is asked, the way on is shut; if that failed, it has the cursor."""
        super().busy(is_busy)
        if self._met is None and not is_busy and not self.is_leaving:
            self.query_one("#forward", Button).focus()

    def _answers(self, met: Met) -> Answers:
        if met.standing is HostKeyStatus.CONFIRMED:
            return {}
        pasted, boxes = self.query(Field), self.query(FingerprintBox)
        answers = {"pasted": pasted.first().value} if pasted else {}
        if boxes:
            answers["shown"] = boxes.first().shown.fingerprint
        # What was pasted counts, wherever the cursor is.
        is_pasted = pasted and (pasted.first().value or pasted.first().has_focus_within)
        choices = self.query(Choice)
        return answers | {"answer": PASTE if is_pasted or not choices else choices.first().chosen}

    async def _pasted_is_taken(self) -> bool:
        if self.query(Field):
            return self.query_one(Field).check()
        await self.query_one("#meeting").mount(self._pasted())
        self.focus_first()
        self.call_after_refresh(self.query_one(Field).scroll_visible)
        return False

    def on_paste(self, event: Paste) -> None:
        """Take whatever the admin sent, wherever the cursor is."""
        if self._met and self._met.standing is not HostKeyStatus.CONFIRMED and admin_answer.is_there(event.text):
            event.stop()
            Begin(self, "forward", only=True)(self._take_pasted, event.text)

    async def _take_pasted(self, text: str) -> None:
        try:
            decided = await self._by_answer(text)
        except Failure as failure:
            await self.show_trouble(failure)
        else:
            if decided is not None:
                self.leave_with(Forward(decided))

    async def _by_answer(self, pasted: str = "") -> Profile | None:
        taken = await self.app.push_screen_wait(ReceiptScreen(self.profile, self.keep, pasted=pasted, draft=self.draft))
        if isinstance(taken, Failure):
            self._be_warned()
            raise taken
        return taken.profile if taken else None

    def _be_warned(self) -> None:
        if self._met:
            self._met = replace(self._met, differs=True)
        for choice in self.query(Choice):
            choice.disable_option(SAME)

    async def _meet(self) -> None:
        host = self.profile.server.host
        try:
            with self.query_one(Waiting).on(_("Asking {host} for its fingerprint").format(host=host)):
                self._met = await fingerprint.look(self.profile, self.context)
        except Failure:
            if not self.is_leaving:
                self.query_one("#forward", Button).label = _AGAIN
            raise
        await self._show(self._met)

    async def _show(self, met: Met) -> None:
        if self.is_leaving:
            return
        with self.app.batch_update():
            await self.query_one("#meeting").mount_all(self._about(met))
        if not self.is_leaving:
            self.query_one("#forward", Button).label = self.primary
            self.busy(False)
            self.focus_first()

    def _about(self, met: Met) -> Iterator[Widget]:
        if met.standing in {HostKeyStatus.CONTRADICTED, HostKeyStatus.CHANGED}:
            yield TroublePanel(fingerprint.changed(self.profile, met))
        else:
            is_known = met.standing in {HostKeyStatus.KNOWN, HostKeyStatus.CONFIRMED}
            yield Note(fingerprint.words(self.profile, met), "good" if is_known else "plain")
            yield FingerprintBox(met.identity.as_expected or met.identity.offered, id="shown")
        asked = fingerprint.choice(met)
        if asked:
            yield Choice(asked.alternatives, id=asked.id, chosen=asked.default)
        if met.standing is not HostKeyStatus.CONFIRMED and (self.draft.get("pasted") or not asked):
            yield self._pasted()

    def _pasted(self) -> Field:
        line = fingerprint.pasted(self.draft.get("pasted", ""))
        return _FingerprintField.of(replace(line, rule=self._pasted_complaint))

    def _pasted_complaint(self, typed: str) -> str | None:
        complaint = host_identity.complaint(typed)
        if complaint and typed and self.query(Choice):
            return _("{complaint} Or clear this line and choose an answer above.").format(complaint=complaint)
        return complaint
