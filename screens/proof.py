"""Proof: the doors that must be shut are tried, before anyone trusts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Button, Static

from screens.confirm import ConfirmScreen
from screens.step_screen import StepScreen
from screens.widgets.door import Door
from screens.widgets.note import Note
from screens.widgets.trouble_panel import TroublePanel
from screens.widgets.waiting import Waiting
from wizard import trouble
from wizard.failure import Failure, Kind
from wizard.server import locks, sign_in
from wizard.steps import Step

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from screens.context import Context
    from wizard.profile import Profile
    from wizard.server.locks import Finding
    from wizard.steps import Walk

_LOCKED = "The lock holds: every door that was tried is shut."
_UNKNOWN = "Not every door could be tried. Try again, or go on without knowing."
_OPEN = (
    "Whoever steals your key could do more on the server than it is meant for. Nothing of yours is lost by waiting"
    " until the admin has shut the door."
)


class ProofScreen(StepScreen):
    """Signs in, and asks for all that the server must refuse."""

    step = Step.PROOF
    question = "Does the lock hold?"
    explanation = (
        "Your key should open one thing: the place where your backup goes. Whoever gets hold of it could try more. So "
        "the wizard tries that now, and the server has to refuse.\n\n"
        "✓ is a door that is shut.\n\n"
        "✗ is a door that is open: the admin has to shut it, and the words for that are shown.\n\n"
        "? could not be tried from here.\n\n"
        "Nothing is changed on the server, and none of your files is sent."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "again", "Try again"),
        Binding("enter", "forward", "Continue", show=False),
    ]

    def __init__(self, walk: Walk, context: Context) -> None:
        super().__init__(walk, context)
        self._findings: list[Finding] = []
        self._failure: Failure | None = None

    def compose_step(self) -> ComposeResult:
        """A line for each door, and what they come to."""
        yield Static("The wizard tries what a thief of your key would try.", id="proof-intro", markup=False)
        yield Waiting(id="signing-in")
        with Vertical(id="doors"):
            for refusal in locks.refusals(self.profile):
                yield Door(refusal)
        yield Note(id="verdict")
        yield Vertical(id="open-doors")

    def compose_actions(self) -> ComposeResult:
        """To try again."""
        yield Button("Try again", id="again", compact=True)

    def focus_first(self) -> None:
        """Try at once."""
        self.action_again()

    async def decide(self) -> Profile | None:
        """The profile as it is, if the doors are shut or the person goes on all the same."""
        if self._failure:
            raise self._failure
        if locks.verdict(self._findings) == "open" and not await self._all_the_same():
            return None
        return self.profile

    @on(Button.Pressed, "#again")
    def action_again(self) -> None:
        """Try all doors, from the beginning."""
        self.run_worker(self._try_doors(), group="proof", exclusive=True)

    async def _try_doors(self) -> None:
        self._findings, self._failure = [], None
        await self._tidy()
        try:
            with self.query_one(Waiting).on(f"Signing in at {self.profile.server.host}", "Esc goes back."):
                access = await self.context.access(self.profile)
                await sign_in.attempt(self.profile, access)
            self.query_one("#doors").display = True
            async for finding in locks.check(self.profile, access):
                self._findings.append(finding)
                self.query_one(f"#door-{finding.id}", Door).tell(finding)
        except Failure as failure:
            self._failure = failure
            self.add_class("-trouble-alone")
            await self.show_trouble(failure)
            self.lead_with("again")
        else:
            await self._conclude()
        self.busy(False)

    async def _tidy(self) -> None:
        self.busy(True)
        self.remove_class("-trouble-alone")
        await self.show_trouble(None)
        self.query_one("#proof-intro").display = True
        await self.query_one("#open-doors").remove_children()
        self.query_one("#verdict", Note).say("")
        self.query_one("#doors").display = False
        for door in self.query(Door):
            door.reset()

    async def _conclude(self) -> None:
        note = self.query_one("#verdict", Note)
        match locks.verdict(self._findings):
            case "locked":
                note.say(_LOCKED, "good")
                self.busy(False)
                self.lead_with("forward")
            case "unknown":
                note.say(_UNKNOWN, "warn")
                self.lead_with("again")
            case "open":
                self.query_one("#proof-intro").display = False
                told = trouble.explain(Failure(Kind.LOCK_OPEN, self._open_doors()), self.profile)
                await self.query_one("#open-doors").mount(TroublePanel(told))
                self.lead_with("again")

    def _open_doors(self) -> str:
        found_open = {finding.id for finding in self._findings if finding.held is False}
        titles = (refusal.title for refusal in locks.refusals(self.profile) if refusal.id in found_open)
        return ", ".join(title[:1].lower() + title[1:] for title in titles)

    async def _all_the_same(self) -> bool:
        return await self.app.push_screen_wait(
            ConfirmScreen("A door is open", _OPEN, yes="Go on although a door is open", no="Stay here")
        )
