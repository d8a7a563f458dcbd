"""Fingerprint: whether the server is the one it should be, which only a person or the admin can say."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from msgspec.structs import replace
from textual.containers import Vertical
from textual.widgets import Button

from screens.dialogs.explanation import ExplanationScreen
from screens.dialogs.receipt import ReceiptScreen
from screens.steps.fingerprint.fingerprint_box import FingerprintBox
from screens.steps.step_screen import StepScreen
from screens.widgets.choice import Alternative, Choice
from screens.widgets.field import Field
from screens.widgets.note import Note
from screens.widgets.trouble_panel import TroublePanel
from screens.widgets.waiting import Waiting
from wizard import trouble
from wizard.client.host_keys import host_identity, known_hosts
from wizard.client.host_keys.host_identity import HostKeyStatus
from wizard.failure import Failure, Kind
from wizard.server.reaching import host_trust
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.app import ComposeResult
    from textual.widget import Widget

    from wizard.client.host_keys.host_identity import Identity
    from wizard.profile import Profile

_SAME, _PASTE, _RECEIPT, _LATER = "same", "paste", "receipt", "later"

_COMPARED = Alternative(_SAME, "I compared it: it is the same", "The admin told me this fingerprint, sign for sign.")
_AS_BEFORE = Alternative(_SAME, "It is the same server as before", "Nothing has changed, so go on.")
_FOR_ME = Alternative(_PASTE, "The admin sent me a fingerprint", "Paste it, and the wizard compares.")
_PASTE_ALL = Alternative(
    _RECEIPT, "I have the admin's receipt", "Paste it whole, and the wizard reads it and compares."
)
_NOT_NOW = Alternative(_LATER, "I can't compare it now", "See what to ask the admin. The wizard can wait.")

_CONTRADICTED = (
    "This computer has seen that server before, with another fingerprint: it was set up anew, or somebody is in between"
)

_HOW_TO_ASK = """\
Ask by phone, in person or in a message that you trust:

    Which fingerprint does {host} have for ssh?
    This shows it, on the server itself:
    ssh-keygen -lf /etc/ssh/ssh_host_{type}_key.pub

You can leave with Ctrl+Q meanwhile. The wizard goes on here."""


class FingerprintScreen(StepScreen):
    """Asks the server for its keys and takes none for the server's own that nobody has vouched for."""

    step = Step.FINGERPRINT
    question = "Is this really your server?"
    explanation = (
        "Anybody on the network could pretend to be your server and take your files.\n\n"
        "A server can't borrow another one's fingerprint. So if the admin names the same fingerprint as you see "
        "here, it is your server.\n\n"
        "This is asked once. From then on the wizard compares by itself, and stops if the fingerprint is ever "
        "another one.\n\n"
        "A server can have a fingerprint of each type; one that is the same is enough."
    )
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]  # noqa: RUF012 - so declared by Textual
    looks_first = True
    _identity: Identity | None = None

    def compose_step(self) -> ComposeResult:
        """Room for what the server shows."""
        yield Waiting(id="asking")
        yield Vertical(id="meeting")

    async def decide(self) -> Profile | None:
        """The profile with what was confirmed; or first, a look at the server."""
        identity = self._identity
        if identity is None:
            await self._meet()
            return None
        if identity.status is HostKeyStatus.CONFIRMED:
            known_hosts.trust(self.profile, identity.offered)
            return self.profile
        answer = self._answer()
        if answer == _PASTE:
            return await self._compared(identity)
        if answer == _RECEIPT:
            return await self._by_receipt()
        if answer == _SAME:
            shown = self.query_one(FingerprintBox).shown
            return host_trust.confirm(self.profile, identity.as_expected or [shown])
        self._tell_how_to_ask()
        return None

    def busy(self, is_busy: bool) -> None:
        """While the server is asked, the way on is shut; if that failed, it has the cursor."""
        super().busy(is_busy)
        if self._identity is None and not is_busy and not self.is_leaving:
            self.query_one("#forward", Button).focus()

    def _answer(self) -> str:
        pasted = self.query(Field)
        # What was pasted counts, wherever the cursor is.
        if pasted and (pasted.first().value or pasted.first().has_focus_within):
            return _PASTE
        return self.query_one(Choice).chosen

    async def _compared(self, identity: Identity) -> Profile | None:
        if not self.query(Field):
            await self.query_one("#meeting").mount(self._pasted())
            self.focus_first()
            self.call_after_refresh(self.query_one(Field).scroll_visible)
            return None
        field = self.query_one(Field)
        if not field.check():
            return None
        if matching := host_identity.matching(field.value, identity.offered):
            return host_trust.confirm(self.profile, matching)
        self._shut_the_easy_way()
        boxes = self.query(FingerprintBox)
        shown = boxes.first().shown if boxes else identity.offered[0]
        pasted = ", ".join(host_identity.fingerprints(field.value))
        raise Failure(Kind.HOST_KEY_DIFFERS, pasted, shown.fingerprint)

    async def _by_receipt(self) -> Profile | None:
        taken = await self.app.push_screen_wait(ReceiptScreen(self.profile, self.keep))
        if isinstance(taken, Failure):
            self._shut_the_easy_way()
            raise taken
        return taken.profile if taken else None

    def _shut_the_easy_way(self) -> None:
        for choice in self.query(Choice):
            choice.disable_option(_SAME)

    def _tell_how_to_ask(self) -> None:
        type = self.query_one(FingerprintBox).shown.type_name.lower()
        text = _HOW_TO_ASK.format(host=self.profile.server.host, type=type)
        self.app.push_screen(ExplanationScreen("What to ask the admin", text))

    async def _meet(self) -> None:
        host = self.profile.server.host
        try:
            with self.query_one(Waiting).on(f"Asking {host} for its fingerprint"):
                self._identity = await host_trust.meet(self.profile)
        except Failure:
            if not self.is_leaving:
                self.query_one("#forward", Button).label = "Try again"
            raise
        await self._show(self._identity)

    async def _show(self, identity: Identity) -> None:
        if self.is_leaving:
            return
        with self.app.batch_update():
            await self.query_one("#meeting").mount_all(self._about(identity))
        if not self.is_leaving:
            self.query_one("#forward", Button).label = self.primary
            self.busy(False)
            self.focus_first()

    def _about(self, identity: Identity) -> Iterator[Widget]:
        host = self.profile.server.host
        match identity.status:
            case HostKeyStatus.NEW:
                yield Note(f"{host} shows this fingerprint. Is it the one that the server's admin names?")
                yield FingerprintBox(identity.offered, id="shown")
                # Enter alone vouches for no server; a demo's has nobody who could.
                chosen = _SAME if self.context.is_demo else _LATER
                yield Choice([_COMPARED, _FOR_ME, _PASTE_ALL, _NOT_NOW], id="answer", chosen=chosen)
            case HostKeyStatus.KNOWN:
                yield Note(f"This computer has been at {host} before, and saw this fingerprint then.", "good")
                yield FingerprintBox(identity.as_expected, id="shown")
                yield Choice([_AS_BEFORE, _FOR_ME, _PASTE_ALL], id="answer")
            case HostKeyStatus.CONFIRMED:
                yield Note(f"{host} shows the fingerprint that was confirmed for this backup.", "good")
                yield FingerprintBox(identity.as_expected, id="shown")
            case HostKeyStatus.CONTRADICTED | HostKeyStatus.CHANGED:
                yield self._changed(identity)
            case _:
                assert_never(identity.status)
        is_changed = identity.status in {HostKeyStatus.CONTRADICTED, HostKeyStatus.CHANGED}
        if is_changed or (self.draft.get("pasted") and identity.status is not HostKeyStatus.CONFIRMED):
            yield self._pasted()

    def _changed(self, identity: Identity) -> TroublePanel:
        now = [f"{key.type_name} {key.fingerprint}" for key in identity.offered]
        raw = "\n".join(["Before:", *identity.expected, "Now:", *now])
        if identity.status is HostKeyStatus.CHANGED:
            told = replace(trouble.explain(host_trust.stranger(self.profile, identity.offered), self.profile), raw=raw)
        else:
            told = trouble.explain(Failure(Kind.HOST_KEY_CHANGED, self.profile.server.host, raw), self.profile)
            told = replace(told, what=_CONTRADICTED)
        return TroublePanel(told)

    def _pasted(self) -> Field:
        return Field(
            "The fingerprint that the admin sent",
            id="pasted",
            value=self.draft.get("pasted", ""),
            hint="begins with SHA256:",
            rule=_complaint,
        )


def _complaint(pasted: str) -> str | None:
    complaint = host_identity.complaint(pasted)
    return f"{complaint} Or empty this line, and choose above." if complaint and pasted else complaint
