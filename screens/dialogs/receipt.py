"""Takes what the admin answered, a receipt or a fingerprint: pasted whole, compared, and explained in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Label, Static, TextArea

from screens.widgets.note import Note
from screens.widgets.waiting import Waiting
from screens.work import Begin
from wizard import trouble
from wizard.failure import Failure, Kind
from wizard.server.receipts import admin_answer, receipt_text
from wizard.text.display import printable
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.events import Key

    from wizard.profile import Profile
    from wizard.server.receipts.receipt import Taken

_WHAT = N_("Paste what your admin sent: the receipt or the fingerprint. You can paste the whole email.")
_VERIFIED = N_("Verified: {host} shows a fingerprint from your admin. It's your server.")
_NOT_MET = N_("Receipt saved. {host} can't be reached now. The wizard compares its fingerprint as soon as it answers.")
_DRAFT = "answer"
_STOPS = frozenset({Kind.HOST_KEY_DIFFERS, Kind.RECEIPT_DIFFERS})
_NO_KEYS = N_("Receipt saved. This kind of connection has no fingerprint to compare.")


class _Area(TextArea):
    """Where it is pasted; Enter after the whole of it takes it, also before the button has the cursor."""

    def __init__(self, text: str, is_whole: Callable[[str], bool], take: Callable[[], None]) -> None:
        super().__init__(text, id="pasted-receipt", theme="css", tab_behavior="focus")
        self._is_whole, self._take = is_whole, take

    def _on_key(self, event: Key) -> None:  # type: ignore[override]
        if event.key == "enter" and self._is_whole(self.text):
            event.stop()
            event.prevent_default()
            self._take()


class ReceiptScreen(ModalScreen["Taken | Failure | None"]):
    """Returns what was taken, the failure that stops the walk where the fingerprint differs, or nothing.

    `keep` keeps the profile before it is said that the answer is taken. A `pasted` text is taken at once, and where
    there is no more to say of it, the dialog ends with that. A text that is left without being taken is in `draft`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", _("Cancel")),
        Binding("ctrl+s", "take", _("Use answer")),
    ]

    def __init__(
        self,
        profile: Profile,
        keep: Callable[[Profile], None],
        *,
        pasted: str = "",
        draft: dict[str, str] | None = None,
    ) -> None:
        super().__init__()
        self._profile, self._keep, self._is_pasted = profile, keep, bool(pasted)
        self._draft = {} if draft is None else draft
        self._begun_with = pasted or self._draft.get(_DRAFT, "")
        self._taken: Taken | None = None
        self.is_complete = self.takes_keys = True

    def compose(self) -> ComposeResult:
        """Room for many lines, and later for what was in them."""
        with Vertical(classes="window wide"):
            yield Label(_("Answer from your admin"), classes="window-title")
            yield Static(_(_WHAT), id="receipt-what", classes="window-words", markup=False)
            yield _Area(self._begun_with, self._is_whole, self.action_take)
            yield Waiting(id="receipt-waiting")
            yield Note(id="receipt-news")
            with VerticalScroll(id="receipt-says", can_focus=False):
                yield Static(id="receipt-lines", markup=False)
            with Horizontal(classes="window-buttons"):
                yield Button(_("Use answer"), id="take", variant="primary", compact=True)
                yield Button(_("Cancel"), id="leave", compact=True)

    def on_mount(self) -> None:
        """The cursor is where it is pasted."""
        self.query_one("#receipt-says").display = False
        self.query_one(TextArea).focus()
        if self._is_pasted:
            self.action_take()

    @on(TextArea.Changed)
    def _pasted(self) -> None:
        self._draft[_DRAFT] = self.query_one(TextArea).text
        self.query_one("#receipt-news", Note).say("")
        self.query_one("#receipt-what").display = True
        if self._is_whole(self.query_one(TextArea).text):
            self.query_one("#take", Button).focus()

    def _is_whole(self, text: str) -> bool:
        if receipt_text.holds_one(text):
            return receipt_text.END.format(name=self._profile.name) in text
        return admin_answer.is_there(text)

    @on(Button.Pressed, "#take")
    def action_take(self) -> None:
        """Compare it; once it is taken, go on."""
        if self._taken:
            self._end(self._taken)
        else:
            self.is_complete = self.takes_keys = False  # what is typed waits for where the cursor goes then
            Begin(self, only=True)(self._take)

    @on(Button.Pressed, "#leave")
    def action_leave(self) -> None:
        """Go back; what was taken stays taken, and what was only pasted is there the next time."""
        self._end(self._taken)

    async def _take(self) -> None:
        self.query_one("#take", Button).disabled = True
        text = self.query_one(TextArea).text
        try:
            with self.query_one(Waiting).on(
                _("Asking {host} for its fingerprint").format(host=self._profile.server.host)
            ):
                taken = await admin_answer.take(self._profile, text)
            self._keep(taken.profile)
        except Failure as failure:
            if failure.kind in _STOPS:
                self._end(failure)
                return
            told = trouble.explain(failure, self._profile)
            self.query_one("#receipt-what").display = False  # in a low window there is room for one of them
            self.query_one("#receipt-news", Note).say(f"{told.what}. {told.to_do}", "bad")
            self.query_one(TextArea).focus()
        else:
            self._taken = taken
            if self._is_pasted and taken.met and not (taken.changes or taken.warnings):
                self._end(taken)
            else:
                self._tell(taken)
        finally:
            self.query("#take").set(disabled=False)
            self.call_after_refresh(self._take_keys)

    def _take_keys(self) -> None:
        self.is_complete = self.takes_keys = True

    def _tell(self, taken: Taken) -> None:
        for spent in ("#receipt-what", "#pasted-receipt", "#leave"):
            self.query_one(spent).display = False
        host, has_keys = taken.profile.server.host, bool(taken.named)
        sentence = _(_VERIFIED if taken.met else _NOT_MET if has_keys else _NO_KEYS).format(host=host)
        self.query_one("#receipt-news", Note).say(sentence, "good" if taken.met else "warn")
        self.query_one("#receipt-lines", Static).update("\n".join(_lines(taken)))
        self.query_one("#receipt-says").display = True
        button = self.query_one("#take", Button)
        button.label, button.disabled = _("Continue"), False
        button.focus()

    def _end(self, result: Taken | Failure | None) -> None:
        if self.is_current:
            if result:
                self._draft.pop(_DRAFT, None)
            self.dismiss(result)


def _lines(taken: Taken) -> list[str]:
    return [
        *(f"  {key}" for key in taken.named),
        *(_("• Your admin decided: {change}.").format(change=printable(change)) for change in taken.changes),
        *(_("! Warning from the server: {warning}").format(warning=warning) for warning in taken.warnings),
    ]
