"""Sign in: the scheme by which the server lets this computer in, and how far it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.widgets import Collapsible, Input, Static

from screens.outcome import Forward, Outcome
from screens.steps.scheme.options import SchemeOptions
from screens.steps.step_screen import StepScreen
from screens.widgets.choice import Choice
from screens.widgets.labelled import Labelled
from screens.widgets.note import Note
from screens.widgets.tick_list import TickList
from wizard.text.language import _
from wizard.walk.description import MayIfConfirmed, MayNot
from wizard.walk.descriptions import scheme
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from screens.context import Context
    from wizard.profile import Profile
    from wizard.schemes.base import Scheme
    from wizard.walk.description import Answers
    from wizard.walk.steps import Walk


class SchemeScreen(StepScreen):
    """Offers the schemes in order of recommendation, with what each one gives away."""

    step = Step.SCHEME
    question = scheme.DESCRIPTION.question
    explanation = _(
        "For each backup, this computer signs in to the server without you. Here you decide what else it could do"
        " there. The recommended option allows the least.\n\n"
        "Under “More choices”, you decide what this computer may do in the backup, and from where. The server"
        " enforces that even if someone steals the key.\n\n"
        "If this computer can't read the backup, a thief with its key can't either. To restore files, you ask"
        " your admin for copies.\n\n"
        "A key can be limited to some addresses, if this computer's address stays the same."
    )
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]  # noqa: RUF012 - so declared by Textual

    def __init__(self, walk: Walk, context: Context) -> None:
        super().__init__(walk, context)
        self._offers = scheme.known(self.profile)

    def compose_step(self) -> ComposeResult:
        """The schemes, what is to be known of the one at hand, and what can be set beside."""
        drafted = self.draft["way"] if self.draft.get("options") == repr(self.profile.scheme) else ""
        asked = scheme.way(self.profile, self._offers, drafted)
        yield Choice(asked.alternatives, id=asked.id, chosen=asked.default)
        yield Note(id="fit")
        yield Static(id="summary", markup=False)
        for id, title, _words in scheme.about(self.profile):
            yield Labelled(title, id=id)
        with Collapsible(title=_("More choices")):
            yield SchemeOptions(self.profile, self.draft, id="options")

    async def decide(self) -> Profile | None:
        """The profile with that scheme and its options; one that gives much away is asked for once more."""
        chosen, options = self._at_hand(), self.query_one(SchemeOptions)
        if chosen is None:
            return None
        options.suit(chosen)
        if not options.check():
            self.query_one(Collapsible).collapsed = False
            return None
        answers = self._answers()
        judged = scheme.may_pass(self.profile, self._offers, answers)
        if isinstance(judged, MayNot) or (isinstance(judged, MayIfConfirmed) and not await self._is_meant(judged)):
            return None
        return await scheme.settle(self.profile, self._offers, answers, self.context)

    def leave_with(self, outcome: Outcome) -> None:
        """Remember the scheme and the boxes for as long as nothing else changes them."""
        super().leave_with(outcome)
        if isinstance(outcome, Forward):
            self.draft["options"] = ""

    def on_mount(self) -> None:
        """Tell of the scheme at hand."""
        super().on_mount()
        self._tell()

    @on(Choice.OptionHighlighted, "#way")
    @on(TickList.Changed)
    @on(Input.Changed)
    def _tell(self) -> None:
        chosen, options = self._at_hand(), self.query_one(SchemeOptions)
        if chosen is None:
            self.query_one("#fit", Note).say(scheme.NONE_WORKS, "bad")
            return
        options.suit(chosen)
        wanted = scheme.decided(self.profile, self._offers, self._answers())
        options.tell(wanted)
        fit = self._offers.fit(wanted)
        self.query_one("#fit", Note).say(fit.reason, "warn" if fit.possible else "bad")
        self.query_one("#summary", Static).update(chosen.description.summary)
        for id, _title, words in scheme.about(wanted):
            self.query_one(f"#{id}", Labelled).say(words)
        listed = [scheme.alternative(one, is_chosen=one.scheme is chosen) for one in self._offers.of(wanted)]
        self.query_one(Choice).change(listed)

    def _at_hand(self) -> Scheme | None:
        return scheme.scheme_of(self.query_one(Choice).chosen)

    def _answers(self) -> Answers:
        return {**self.query_one(SchemeOptions).answers(), "way": self.query_one(Choice).chosen}

    async def _is_meant(self, asked: MayIfConfirmed) -> bool:
        if self.draft.get("meant") == asked.words:
            return True
        is_meant = await self.confirms(asked)
        self.draft["meant"] = asked.words if is_meant else ""
        return is_meant

    def _keep_draft(self) -> None:
        super()._keep_draft()
        self.draft["options"] = repr(self.profile.scheme)
        self.draft["way"] = self.query_one(Choice).chosen
        self.draft["ticked"] = " ".join(sorted(self.query_one(SchemeOptions).ticked))
