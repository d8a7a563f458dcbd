"""Security check: the doors that must be shut are tried, before anyone trusts them."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import ItemGrid, Vertical
from textual.widgets import Button, Collapsible, Static

from screens.dialogs.save_text import SaveTextScreen
from screens.outcome import Jump
from screens.steps.security_check.security_finding import Door
from screens.steps.step_screen import StepScreen
from screens.widgets.note import Note
from screens.widgets.trouble_panel import TroublePanel
from screens.widgets.waiting import Waiting
from screens.work import Begin
from wizard import console
from wizard.failure import Failure
from wizard.server import locks
from wizard.storage import paths
from wizard.text.display import printable
from wizard.text.language import _
from wizard.walk.description import MayIfConfirmed, MayNot
from wizard.walk.descriptions import security_check
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from pathlib import Path

    from textual.app import ComposeResult

    from screens.context import Context
    from wizard.profile import Profile
    from wizard.server.locks import Finding
    from wizard.walk.steps import Walk

_COMPARE = _("Compare")
_SENT = _("Copied, if your terminal allows it. If Paste doesn't work, save it instead.")
_TRIED = _("What was tested")
_TALL = 34  # rows that show it all


class SecurityCheckScreen(StepScreen):
    """Signs in, and asks for all that the server must refuse."""

    step = Step.SECURITY_CHECK
    question = security_check.DESCRIPTION.question
    explanation = _(
        "Your key should open only one thing: the place where your backup goes. A thief would try to do more. The"
        " wizard tries that now, and the server has to refuse it.\n\n"
        "✓ is locked.\n\n"
        "✗ is open: your admin needs to fix it. The wizard shows what to send them.\n\n"
        "? was not tested this time.\n\n"
        "– can't be tested from here.\n\n"
        "This changes nothing on the server, and sends none of your files."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "again", _("Try again")),
        Binding("c", "copy", _("Copy")),
        Binding("s", "save", _("Save")),
        Binding("enter", "forward", _("Continue"), show=False),
    ]

    def __init__(self, walk: Walk, context: Context) -> None:
        super().__init__(walk, context)
        self._findings: list[Finding] = []
        self._failure: Failure | None = None

    def compose_step(self) -> ComposeResult:
        """What the doors come to, a line for each, and what to send of those that are open."""
        yield Static(security_check.INTRO, id="security-intro", markup=False)
        yield Waiting(id="signing-in")
        yield Note(id="verdict")
        yield Vertical(id="open-doors")
        yield Note(id="security-news")
        with ItemGrid(id="doors", min_column_width=27):
            for check in locks.planned(self.profile):
                yield Door(check)
        with Collapsible(title=_TRIED, id="tried", collapsed=self.app.size.height < _TALL):
            yield Static(id="tried-text", markup=False)

    def compose_actions(self) -> ComposeResult:
        """To try again, and to send what is to be changed."""
        yield Button(_("Copy"), id="copy", compact=True)
        yield Button(_("Save…"), id="save", compact=True)
        yield Button(_("Try again"), id="again", compact=True)

    def focus_first(self) -> None:
        """Try at once."""
        self.action_again()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is something to send once a door was found open."""
        if action in ("copy", "save"):
            return self.has_class("-open")
        return super().check_action(action, parameters)

    async def decide(self) -> Profile | None:
        """The profile as it is, if the server refused all it must, or the person goes on all the same.

        Raises:
            Failure: the check couldn't be made.
        """
        if self._is_another_server:
            self.leave_with(Jump(Step.FINGERPRINT))
            return None
        if self._failure:
            raise self._failure
        judged = security_check.may_pass(self.profile, self._findings, {})
        if isinstance(judged, MayNot) or (isinstance(judged, MayIfConfirmed) and not await self.confirms(judged)):
            return None
        return self.profile

    @on(Button.Pressed, "#again")
    def action_again(self) -> None:
        """Try all doors, from the beginning."""
        Begin(self, "security-check", only=True)(self._try_doors)

    @on(Button.Pressed, "#copy")
    def action_copy(self) -> None:
        """Send the words for the admin to the terminal's clipboard, which gives no answer."""
        self.app.copy_to_clipboard(self._letter)
        self._tell(_SENT)

    @on(Button.Pressed, "#save")
    def action_save(self) -> None:
        """Ask where the words for the admin are to be saved."""
        default = f"~/backup-wizard-{self.profile.name}-security-check.txt"
        self.app.push_screen(SaveTextScreen(self._letter, default), self._saved)

    @property
    def _letter(self) -> str:
        return locks.letter(self.profile, self._findings)

    async def _try_doors(self) -> None:
        self._findings, self._failure = [], None
        await self._tidy()
        try:
            await self._try_each()
        except Failure as failure:
            self._failure = failure
            self.add_class("-trouble-alone")
            await self.show_trouble(failure)
            self._offer_what_helps()
        else:
            await self._conclude()
        self.busy(False)

    async def _try_each(self) -> None:
        waiting, host = self.query_one("#signing-in", Waiting), self.profile.server.host
        with waiting.on(_("Signing in to {host}").format(host=host), _("Esc goes back.")):
            tried = security_check.tried(self.profile, await self.context.access(self.profile))
            first = await anext(tried)
        self.query_one("#doors").display = True
        async with aclosing(tried):
            self._tell_of(first)
            async for finding in tried:
                self._tell_of(finding)

    @property
    def _is_another_server(self) -> bool:
        return security_check.is_another_server(self._failure, self.profile)

    def _offer_what_helps(self) -> None:
        """Another fingerprint is compared at its own step; all else may pass."""
        if self._is_another_server:
            self.query_one("#forward", Button).label = _COMPARE
            self.busy(False)
        self.lead_with("forward" if self._is_another_server else "again")

    def _tell_of(self, finding: Finding) -> None:
        doors = list(self.query(Door))
        self._findings.append(finding)
        doors[len(self._findings) - 1].tell(finding)
        if len(self._findings) < len(doors):
            doors[len(self._findings)].begin()

    async def _tidy(self) -> None:
        self.busy(True)
        self.remove_class("-trouble-alone", "-open")
        self.refresh_bindings()
        await self.show_trouble(None)
        self.query_one("#forward", Button).label = self.primary
        self.query_one("#security-intro").display = True
        await self.query_one("#open-doors").remove_children()
        self.query_one("#verdict", Note).say("")
        self._tell("")
        self.query_one("#doors").display = self.query_one("#tried").display = False
        for door in self.query(Door):
            door.reset()

    async def _conclude(self) -> None:
        note = self.query_one("#verdict", Note)
        self.query_one("#security-intro").display = False
        tried = "\n".join(console.finding(finding, in_full=True).strip() for finding in self._findings)
        self.query_one("#tried-text", Static).update(tried)
        self.query_one("#tried").display = True
        match locks.verdict(self._findings):
            case "locked":
                note.say(security_check.verdict(self._findings), "good")
                self.query_one("#doors").display = False
                self.busy(False)
                self.lead_with("forward")
            case "unknown":
                note.say(security_check.verdict(self._findings), "warn")
                self.lead_with("again")
            case "open":
                self.add_class("-open")
                self.refresh_bindings()
                told = security_check.open_ones(self.profile, self._findings)
                await self.query_one("#open-doors").mount(TroublePanel(told))
                self.lead_with("again")

    def _saved(self, path: Path | None) -> None:
        if path is not None:
            self._tell(_("Saved as {file}.").format(file=printable(paths.shown(path))))

    def _tell(self, sentence: str) -> None:
        self.query_one("#security-news", Note).say(sentence, "good")
