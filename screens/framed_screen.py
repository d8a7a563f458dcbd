"""What every screen with a page has in common: its frame, the way on and the way back, and what is in the way."""

from __future__ import annotations

import contextlib
import math
import time
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.widgets import Button, Input, Label, Static

from screens.dialogs.explanation import ExplanationScreen
from screens.dimming import DimmingScreen
from screens.fitting import fit
from screens.outcome import Back, Leave
from screens.steps.with_trouble import WithTrouble
from screens.widgets.choice import Choice
from screens.widgets.footer import Keys
from screens.widgets.page import Explained, Frame, Page
from screens.widgets.trouble_panel import TroublePanel
from screens.work import Begin
from wizard.failure import Failure
from wizard.text.language import _
from wizard.trouble import diagnose, telling

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from screens.context import Context
    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.trouble.telling import ExplainedFailure

_DEMO = _("Demo: your own files stay untouched")
_TYPED_ON_SECONDS = 1.0
_ASKING = _("That didn't work. Looking for the cause …")


class FramedScreen(WithTrouble, DimmingScreen[Any]):
    """A page about one backup: a question, what it takes to answer it, and one primary action.

    A screen says what it shows in `compose_step` and what goes on from there in `try_forward`; what else can be done
    is in `compose_actions`. One that `looks_first` goes on by itself, to find out what there is to choose from.
    """

    question: ClassVar[str]
    explanation: ClassVar[str]
    primary: str = _("Continue")
    looks_first: ClassVar[bool] = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", _("Back")),
        Binding("f1", "explain", _("Help")),
        Binding("ctrl+s", "forward", _("Continue"), show=False),
        Binding("ctrl+q", "leave", _("Quit"), priority=True),
        Binding("up", "scroll_page(-1)", show=False),
        Binding("down", "scroll_page(1)", show=False),
        Binding("pageup", "scroll_page(-8)", show=False),
        Binding("pagedown", "scroll_page(8)", show=False),
    ]
    HORIZONTAL_BREAKPOINTS = [(110, "-wide"), (160, "-very-wide")]  # noqa: RUF012 - so declared by Textual
    AUTO_FOCUS = ""  # `focus_first` knows better, and each focus costs a restyling

    def __init__(self, profile: Profile, context: Context) -> None:
        super().__init__()
        self._profile, self.context = profile, context
        # What is typed before has to wait.
        self.is_complete, self._decides_since, self._is_wanted = not self.looks_first, math.inf, False

    @property
    def profile(self) -> Profile:
        """The profile as it was when this screen was shown."""
        return self._profile

    @property
    def title_of_page(self) -> str:
        """What stands on the page's border."""
        raise NotImplementedError

    @property
    def tried(self) -> Profile:
        """What was tried when it failed."""
        return self.profile

    @property
    def takes_keys(self) -> bool:
        """Whether a key is for this screen; what is typed on right behind Enter is for the next one."""
        return self.is_complete or time.monotonic() - self._decides_since > _TYPED_ON_SECONDS

    @property
    def is_leaving(self) -> bool:
        """Whether the screen is on its way out, and its widgets perhaps gone already."""
        return not (self.is_attached and self.display)

    def compose(self) -> ComposeResult:
        """The frame around the step's own widgets."""
        fit(self)
        with Horizontal(id="title-bar"):
            yield Label("backup-wizard", id="product", markup=False)
            named = _("Backup “{name}”").format(name=self.profile.name)
            yield Label(_DEMO if self.context.is_demo else named, id="whereabouts", markup=False)
        with Horizontal(id="body"):
            yield from self.compose_rail()
            with Container(id="middle"):
                with Frame(id="page") as page:
                    page.border_title = self.title_of_page
                    yield Label(self.question, id="question", markup=False)
                    with Page(id="content"):
                        yield from self.compose_step()
                    yield Vertical(id="trouble-place")
                    with Horizontal(id="buttons"):
                        yield from self.compose_actions()
                        yield Button(_("Back"), id="back", compact=True)
                        yield Button(self.primary, id="forward", variant="primary", compact=True)
                yield Explained(self.explanation)
        yield Keys()

    def compose_rail(self) -> ComposeResult:
        """The way that the page is a part of."""
        yield from ()

    def compose_step(self) -> ComposeResult:
        """The screen's own widgets."""
        raise NotImplementedError

    def compose_actions(self) -> ComposeResult:
        """Buttons of the screen's own, beside Back."""
        yield from ()

    async def try_forward(self) -> None:
        """Do what leads on, or say what is missing.

        Raises:
            Failure: it is shown in the screen's trouble panel.
        """
        raise NotImplementedError

    def on_mount(self) -> None:
        """The cursor is where the answer goes."""
        (self.action_forward if self.looks_first else self.focus_first)()

    def _on_prune(self) -> None:
        # Before the widgets go: work that meets them half gone would crash the wizard, and its programs would run on.
        self.workers.cancel_node(self)

    def focus_first(self) -> None:
        """Put the cursor where the answer goes."""
        for kind in (Input, Choice):
            for answer in self.query("#content").first().query(kind):
                if all(node.display for node in answer.ancestors_with_self):
                    answer.focus()
                    return
        self.query_one("#forward", Button).focus()

    def leave_with(self, outcome: Any) -> None:
        """End the screen, once: a second key press on the way out is dropped."""
        if self.is_current and self.is_attached:
            self.dismiss(outcome)

    async def show_trouble(self, failure: Failure | None) -> None:
        """Explain a failure under the step's widgets; `None` takes the explanation away."""
        if self.is_leaving:
            return
        place = self.query_one("#trouble-place", Vertical)
        await place.remove_children()
        self.refresh_bindings()
        if failure is None:
            return
        if diagnose.is_worth_asking(failure, self.tried):
            await place.mount(Static(_ASKING, id="asking", markup=False))
        await self._show_told(await telling.tell(failure, self.tried, await self._access_at_hand()))

    async def _show_told(self, told: ExplainedFailure) -> None:
        if self.is_leaving:
            return
        self._decides_since = math.inf  # keys that answer what is shown now wait until the way on is open again
        place, panel = self.query_one("#trouble-place", Vertical), TroublePanel(told.trouble, told.raw_file)
        await place.remove_children()
        await place.mount(panel)
        self.refresh_bindings()
        panel.scroll_visible()

    async def _access_at_hand(self) -> Access | None:
        """What signs in without asking anybody, where a passphrase is held that would be asked for."""
        if self.context.session.holds(self.profile.key_path):
            with contextlib.suppress(Failure):
                return await self.context.session.access(self.profile)
        return None

    def lead_with(self, id: str, *, focus: bool = True) -> None:
        """Make that button the primary one, and put the cursor on it."""
        if self.is_leaving:
            return
        for button in self.query(Button):
            button.variant = "primary" if button.id == id else "default"
        if focus:
            self.query_one(f"#{id}", Button).focus()
        if self._is_wanted:
            self._is_wanted, self.is_complete = False, True
            if id == "forward":
                self.action_forward()

    def busy(self, is_busy: bool) -> None:
        """While something is done, the way on is shut."""
        self.query("#forward").set(disabled=is_busy)  # on the way out it may be gone already

    @on(Button.Pressed, "#forward")
    @on(Input.Submitted)
    @on(Choice.OptionSelected, "Choice")
    def action_forward(self) -> None:
        """Decide, and go on; while something is looked at, as soon as that leads on."""
        is_busy = self.query_one("#forward", Button).disabled
        if self.is_complete:  # what is typed behind it is for the next screen
            self.is_complete, self._is_wanted = False, is_busy
            self._decides_since = math.inf if is_busy else time.monotonic()
        if not is_busy:
            Begin(self, "forward", only=True)(self._forward)

    @on(Button.Pressed, "#back")
    def action_back(self) -> None:
        """One step back, whatever is typed."""
        self.leave_with(Back())

    def action_leave(self) -> None:
        """Leave the wizard; everything decided is kept."""
        self.leave_with(Leave())

    def action_explain(self) -> None:
        """Show the explanation over a window that is too narrow for the pane."""
        self.app.push_screen(ExplanationScreen(self.question, self.explanation))

    def action_scroll_page(self, lines: int) -> None:
        """Move what does not fit, wherever the cursor is."""
        for part in self.query("#content, #trouble-place, .scrolls"):
            if all(node.display for node in part.ancestors_with_self):
                part.scroll_relative(y=lines, animate=False)

    async def _forward(self) -> None:
        try:
            await self._try_forward()
        finally:
            self.is_complete = True

    async def _try_forward(self) -> None:
        await self.show_trouble(None)
        self.busy(True)
        try:
            await self.try_forward()
        except Failure as failure:
            await self.show_trouble(failure)
        finally:
            self.busy(False)
