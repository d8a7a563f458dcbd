"""Proof: the doors that must be shut are tried, before anyone trusts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import ItemGrid, Vertical
from textual.widgets import Button, Collapsible, Static

from screens.dialogs.confirm import ConfirmScreen
from screens.dialogs.save_text import SaveTextScreen
from screens.outcome import Jump
from screens.steps.proof.security_finding import Door
from screens.steps.step_screen import StepScreen
from screens.widgets.note import Note
from screens.widgets.trouble_panel import TroublePanel
from screens.widgets.waiting import Waiting
from wizard import console, paths, trouble
from wizard.display import printable
from wizard.failure import Failure, Kind
from wizard.running import record
from wizard.server import locks
from wizard.server.reaching import sign_in
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from pathlib import Path

    from textual.app import ComposeResult

    from screens.context import Context
    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.server.locks import Finding
    from wizard.walk.steps import Walk

_OPEN = (
    "Whoever steals your key could do more on the server than it is meant for. Nothing of yours is lost by waiting"
    " until the admin has shut the door."
)
_LOCKED_BUT = (
    "Your key is locked. But whoever learns the account's password can sign in with it, as before this backup was set"
    " up, and do all that the account may."
)
_COMPARE = "Compare"
_SENT = "Sent to the terminal's clipboard; if pasting brings nothing, save it instead."


class ProofScreen(StepScreen):
    """Signs in, and asks for all that the server must refuse."""

    step = Step.PROOF
    question = "Does the lock hold?"
    explanation = (
        "Your key should open one thing: the place where your backup goes. Whoever gets hold of it could try more. So "
        "the wizard tries that now, and the server has to refuse.\n\n"
        "✓ is as it should be.\n\n"
        "✗ is open: the admin has to shut it. What to send is shown.\n\n"
        "? could not be tested this time.\n\n"
        "– can't be tested from here.\n\n"
        "Nothing is changed on the server, and none of your files is sent."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "again", "Try again"),
        Binding("c", "copy", "Copy"),
        Binding("s", "save", "Save"),
        Binding("enter", "forward", "Continue", show=False),
    ]

    def __init__(self, walk: Walk, context: Context) -> None:
        super().__init__(walk, context)
        self._findings: list[Finding] = []
        self._failure: Failure | None = None

    def compose_step(self) -> ComposeResult:
        """What the doors come to, a line for each, and what to send of those that are open."""
        yield Static("The wizard tries what a thief of your key would try.", id="proof-intro", markup=False)
        yield Waiting(id="signing-in")
        yield Note(id="verdict")
        yield Vertical(id="open-doors")
        yield Note(id="proof-news")
        with ItemGrid(id="doors", min_column_width=27):
            for refusal in locks.refusals(self.profile):
                yield Door(refusal)
        with Collapsible(title="What was tried, and what came back", id="tried"):
            yield Static(id="tried-text", markup=False)

    def compose_actions(self) -> ComposeResult:
        """To try again, and to send what is to be changed."""
        yield Button("Copy", id="copy", compact=True)
        yield Button("Save…", id="save", compact=True)
        yield Button("Try again", id="again", compact=True)

    def focus_first(self) -> None:
        """Try at once."""
        self.action_again()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is something to send once a door was found open."""
        if action in ("copy", "save"):
            return self.has_class("-open")
        return super().check_action(action, parameters)

    async def decide(self) -> Profile | None:
        """The profile as it is, if the doors are shut or the person goes on all the same."""
        if self._is_another_server:
            self.leave_with(Jump(Step.FINGERPRINT))
            return None
        if self._failure:
            raise self._failure
        if locks.verdict(self._findings) == "open" and not await self._all_the_same():
            return None
        return self.profile

    @on(Button.Pressed, "#again")
    def action_again(self) -> None:
        """Try all doors, from the beginning."""
        self.run_worker(self._try_doors(), group="proof", exclusive=True)

    @on(Button.Pressed, "#copy")
    def action_copy(self) -> None:
        """Send the words for the admin to the terminal's clipboard, which gives no answer."""
        self.app.copy_to_clipboard(self._letter)
        self._tell(_SENT)

    @on(Button.Pressed, "#save")
    def action_save(self) -> None:
        """Ask where the words for the admin are to be saved."""
        default = f"~/backup-wizard-{self.profile.name}-open-doors.txt"
        self.app.push_screen(SaveTextScreen(self._letter, default), self._saved)

    @property
    def _letter(self) -> str:
        return locks.letter(self.profile, self._findings)

    async def _try_doors(self) -> None:
        self._findings, self._failure = [], None
        await self._tidy()
        try:
            with self.query_one(Waiting).on(f"Signing in at {self.profile.server.host}", "Esc goes back."):
                access = await self.context.access(self.profile)
                await sign_in.attempt(self.profile, access)
            self.query_one("#doors").display = True
            await self._try_each(access)
        except Failure as failure:
            self._failure = failure
            self.add_class("-trouble-alone")
            await self.show_trouble(failure)
            self._offer_what_helps()
        else:
            await self._conclude()
        self.busy(False)

    @property
    def _is_another_server(self) -> bool:
        return self._failure is not None and trouble.kind_of(self._failure, self.profile) in locks.ANOTHER_SERVER

    def _offer_what_helps(self) -> None:
        """Another fingerprint is compared at its own step; all else may pass."""
        if self._is_another_server:
            self.query_one("#forward", Button).label = _COMPARE
            self.busy(False)
        self.lead_with("forward" if self._is_another_server else "again")

    async def _try_each(self, access: Access) -> None:
        doors = list(self.query(Door))
        doors[0].begin()
        async for finding in locks.check(self.profile, access, expects_backup=not record.is_first(self.profile)):
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
        self.query_one("#proof-intro").display = True
        await self.query_one("#open-doors").remove_children()
        self.query_one("#verdict", Note).say("")
        self._tell("")
        self.query_one("#doors").display = self.query_one("#tried").display = False
        for door in self.query(Door):
            door.reset()

    async def _conclude(self) -> None:
        note = self.query_one("#verdict", Note)
        self.query_one("#proof-intro").display = False
        tried = "\n".join(console.finding(finding).strip() for finding in self._findings)
        self.query_one("#tried-text", Static).update(tried)
        self.query_one("#tried").display = True
        match locks.verdict(self._findings):
            case "locked":
                note.say(console.verdict(self._findings), "good")
                self.query_one("#doors").display = False
                self.busy(False)
                self.lead_with("forward")
            case "unknown":
                note.say("\n".join([console.verdict(self._findings), *locks.why_untested(self._findings)]), "warn")
                self.lead_with("again")
            case "open":
                self.add_class("-open")
                self.refresh_bindings()
                kind = Kind.PASSWORD_OPEN if self._is_password_alone else Kind.LOCK_OPEN
                told = trouble.explain(Failure(kind, self._open_doors()), self.profile)
                await self.query_one("#open-doors").mount(TroublePanel(replace(told, forward=self._letter)))
                self.lead_with("again")

    @property
    def _is_password_alone(self) -> bool:
        return locks.opens_by_password_alone(self._findings)

    def _open_doors(self) -> str:
        titles = (finding.title for finding in self._findings if finding.held is False)
        return ", ".join(title[:1].lower() + title[1:] for title in titles)

    def _saved(self, path: Path | None) -> None:
        if path is not None:
            self._tell(f"Saved as {printable(paths.shown(path))}.")

    def _tell(self, sentence: str) -> None:
        self.query_one("#proof-news", Note).say(sentence, "good")

    async def _all_the_same(self) -> bool:
        asked = (
            ConfirmScreen("The password opens it", _LOCKED_BUT, yes="Go on, the password stays", no="Stay here")
            if self._is_password_alone
            else ConfirmScreen("A door is open", _OPEN, yes="Go on although a door is open", no="Stay here")
        )
        return await self.app.push_screen_wait(asked)
