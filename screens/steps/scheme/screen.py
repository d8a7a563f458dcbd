"""Way in: the scheme by which the server lets this computer in, and how far it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.widgets import Collapsible, Input, Static

from screens.dialogs.confirm import ConfirmScreen
from screens.outcome import Forward, Outcome
from screens.steps.scheme.options import SchemeOptions
from screens.steps.step_screen import StepScreen
from screens.widgets.choice import Alternative, Choice
from screens.widgets.labelled import Labelled
from screens.widgets.note import Note
from screens.widgets.tick_list import TickList
from wizard import profile as profiles
from wizard import schemes
from wizard.client import access
from wizard.schemes import choosing
from wizard.server import facts
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from screens.context import Context
    from wizard.profile import Profile
    from wizard.schemes.base import Scheme
    from wizard.schemes.choosing import Offer
    from wizard.schemes.fit import Fit
    from wizard.walk.steps import Walk

_WHERE = "On the server it opens the folder {}; under “More choices” you can name another."
_NONE_WORKS = "None of these can work yet; each says why. Go back, or ask the admin."


class SchemeScreen(StepScreen):
    """Offers the schemes in order of recommendation, with what each one gives away."""

    step = Step.SCHEME
    question = "How shall the server let this computer in?"
    explanation = (
        "The server has to let this computer in by itself, without you, whenever a backup is made. How much else the "
        "computer could do there is decided here.\n\n"
        "Take the recommended one unless the admin wants another. It gives away the least.\n\n"
        "Under “More choices” you can say what the computer may do in the backup, and from where. The server holds "
        "to that even if somebody steals the key.\n\n"
        "If this computer can't read the backup, a thief with its key can't either. To restore files, ask the admin "
        "to copy them back or to lift that lock for a while.\n\n"
        "A key can be held to certain places. That helps only if this computer's address stays the same. For a "
        "second place with other rules, the admin can add a second line with the same key."
    )
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]  # noqa: RUF012 - so declared by Textual

    def __init__(self, walk: Walk, context: Context) -> None:
        super().__init__(walk, context)
        self._client = access.computer()
        self._server = facts.known(self.profile)

    def compose_step(self) -> ComposeResult:
        """The schemes, what is to be known of the one at hand, and what can be set beside."""
        offers = choosing.offers(self.profile, self._client, self._server)
        yield Choice([_alternative(offer) for offer in offers], id="way", chosen=self._chosen_at_first(offers))
        yield Note(id="fit")
        yield Static(id="summary", markup=False)
        yield Labelled("On the way", id="traffic")
        yield Labelled("If stolen", id="stolen")
        yield Labelled("The admin", id="admin")
        with Collapsible(title="More choices"):
            yield SchemeOptions(self.profile, self.draft, id="options")

    async def decide(self) -> Profile | None:
        """The profile with that scheme and its options; one that gives much away is asked for once more."""
        scheme, options = self._at_hand(), self.query_one(SchemeOptions)
        if scheme is None:
            return None
        options.suit(scheme)
        if not options.check():
            self.query_one(Collapsible).collapsed = False
            return None
        wanted = self._wanted(scheme)
        if not self._fit(scheme, wanted).possible or not await self._is_meant(wanted):
            return None
        return profiles.check(wanted)

    def leave_with(self, outcome: Outcome) -> None:
        """Remember the scheme and the boxes for as long as nothing else changes them."""
        is_undecided = not isinstance(outcome, Forward)
        self.draft["options"] = repr(self.profile.scheme) if is_undecided else ""
        self.draft["way"] = self.query_one(Choice).chosen
        self.draft["ticked"] = " ".join(sorted(self.query_one(SchemeOptions).ticked))
        super().leave_with(outcome)

    def on_mount(self) -> None:
        """Tell of the scheme at hand."""
        super().on_mount()
        self._tell()

    @on(Choice.OptionHighlighted, "#way")
    @on(TickList.Changed)
    @on(Input.Changed)
    def _tell(self) -> None:
        scheme, options = self._at_hand(), self.query_one(SchemeOptions)
        if scheme is None:
            self.query_one("#fit", Note).say(_NONE_WORKS, "bad")
            return
        options.suit(scheme)
        wanted = self._wanted(scheme)
        options.tell(wanted)
        about, fit = scheme.description, self._fit(scheme, wanted)
        self.query_one("#fit", Note).say(fit.reason, "warn" if fit.possible else "bad")
        self.query_one("#summary", Static).update(about.summary)
        self.query_one("#traffic", Labelled).say(about.traffic)
        self.query_one("#stolen", Labelled).say(scheme.if_stolen(wanted))
        self.query_one("#admin", Labelled).say(about.admin_does)
        offers = choosing.offers(wanted, self._client, self._server)
        self.query_one(Choice).change([_alternative(one, at_hand=one.scheme is scheme) for one in offers])

    def _at_hand(self) -> Scheme | None:
        chosen = self.query_one(Choice).chosen
        return next((scheme for scheme in schemes.SCHEMES if scheme.kind == chosen), None)

    def _wanted(self, scheme: Scheme) -> Profile:
        return self.query_one(SchemeOptions).applied(choosing.suited(self.profile, scheme, self._server))

    def _fit(self, scheme: Scheme, wanted: Profile) -> Fit:
        return scheme.fits(self._client, self._server, wanted)

    async def _is_meant(self, wanted: Profile) -> bool:
        scheme, warning = schemes.of(wanted), choosing.warning(wanted)
        if not warning or self.draft.get("meant") == warning:
            return True
        title, where = f"{scheme.description.title}?", _WHERE.format(wanted.server.root)
        words = f"{warning}\n\n{where}" if scheme.full_root else warning
        ask = ConfirmScreen(title, words, yes="Take it all the same", no="Not now")
        is_meant = await self.app.push_screen_wait(ask)
        self.draft["meant"] = warning if is_meant else ""
        return is_meant

    def _chosen_at_first(self, offers: list[Offer]) -> str:
        drafted = self.draft["way"] if self.draft.get("options") == repr(self.profile.scheme) else ""
        possible = {offer.scheme.kind for offer in offers if offer.fit.possible}
        recommended = [offer.scheme.kind for offer in offers if offer.recommended]
        return next((kind for kind in (drafted, self.profile.scheme.kind, *recommended) if kind in possible), "")


def _alternative(offer: Offer, *, at_hand: bool = False) -> Alternative:
    # What is at hand stays so when a box makes it impossible; a note says why it can't be taken.
    is_shut = not offer.fit.possible and not at_hand
    return Alternative(offer.scheme.kind, offer.title, offer.fit.reason if is_shut else "", disabled=is_shut)
