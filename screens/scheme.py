"""Way in: the scheme by which the server lets this computer in, and how far it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from textual import on
from textual.widgets import Collapsible, Static

from screens.outcome import Forward, Outcome
from screens.step_screen import StepScreen
from screens.widgets.choice import Alternative, Choice
from screens.widgets.field import Field
from screens.widgets.labelled import Labelled
from screens.widgets.note import Note
from screens.widgets.tick_list import Tick, TickList
from wizard import rules, schemes
from wizard.steps import Step

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from wizard.profile import Profile

_WRITE_ONLY = Tick(
    "write-only",
    "This computer can't read the backup back",
    "Safer. To restore, you ask the admin.",
)
_ALLOW_DELETE = Tick(
    "allow-delete",
    "This computer may delete in the backup",
    "Needed to remove there what you removed here.",
)


class SchemeScreen(StepScreen):
    """Offers the schemes in order of recommendation, with what each one gives away."""

    step = Step.SCHEME
    question = "How shall the server let this computer in?"
    explanation = (
        "The server has to let this computer in by itself, without you, whenever a backup is made. How much else the "
        "computer could do there is decided here.\n\n"
        "Take the first one unless the admin wants another. It gives away the least.\n\n"
        "Under “More choices” you can say what the computer may do in the backup, and from where. The server holds "
        "to that even if somebody steals the key.\n\n"
        "If this computer can't read the backup back, a thief can't either. To restore files, the admin copies them "
        "back, or lifts that lock for a while."
    )
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]  # noqa: RUF012 - so declared by Textual

    def compose_step(self) -> ComposeResult:
        """The schemes, what is to be known of the one at hand, and what can be set beside."""
        titles = [one.description.title for one in schemes.SCHEMES]
        recommended, *others = titles
        shown = [f"{recommended} (recommended)", *others] if others else titles
        ways = [Alternative(one.kind, title) for one, title in zip(schemes.SCHEMES, shown, strict=True)]
        yield Choice(ways, id="way", chosen=self.profile.scheme.kind)
        yield Static(id="summary", markup=False)
        yield Labelled("On the way", id="traffic")
        yield Labelled("If stolen", id="stolen")
        yield Labelled("The admin", id="admin")
        server, scheme = self.profile.server, self.profile.scheme
        with Collapsible(title="More choices"):
            yield TickList([_WRITE_ONLY, _ALLOW_DELETE], id="may", ticked=self._ticked(), sentences_below=True)
            yield Note(id="deleting")
            yield Field(
                "The folder on the server that it opens",
                id="root",
                value=self.draft.get("root", server.root),
                hint="backup",
                rule=rules.root,
            )
            yield Field(
                "Only from these addresses, with commas between",
                id="from",
                value=self.draft.get("from", ", ".join(scheme.from_)),
                hint="empty: from anywhere",
                rule=_from_rule,
            )

    async def decide(self) -> Profile | None:
        """The profile with that scheme and its options."""
        # All are checked, so that every complaint stands; the first line's comes last and takes the cursor.
        if [field for field in reversed(self.query(Field)) if not field.check()]:
            self.query_one(Collapsible).collapsed = False
            return None
        return self._chosen()

    def leave_with(self, outcome: Outcome) -> None:
        """Remember the boxes for as long as nothing else changes them."""
        is_undecided = not isinstance(outcome, Forward)
        self.draft["options"] = repr(self.profile.scheme) if is_undecided else ""
        self.draft["ticked"] = " ".join(self.query_one(TickList).ticked)
        super().leave_with(outcome)

    def on_mount(self) -> None:
        """Tell of the scheme at hand."""
        super().on_mount()
        self._tell()

    @on(Choice.OptionHighlighted, "#way")
    @on(TickList.Changed)
    def _tell(self) -> None:
        chosen = self._chosen()
        scheme = schemes.of(chosen)
        self.query_one("#summary", Static).update(scheme.description.summary)
        self.query_one("#traffic", Labelled).say(scheme.description.traffic)
        self.query_one("#stolen", Labelled).say(scheme.if_stolen(chosen))
        self.query_one("#admin", Labelled).say(scheme.description.admin_does)
        stays = self.profile.delete and not chosen.delete
        self.query_one("#deleting", Note).say("Then what you remove here stays in the backup." if stays else "", "warn")

    def _chosen(self) -> Profile:
        ticked = self.query_one(TickList).ticked
        scheme = msgspec.structs.replace(
            self.profile.scheme,
            kind=self.query_one(Choice).chosen,
            write_only=_WRITE_ONLY.id in ticked,
            allow_delete=_ALLOW_DELETE.id in ticked,
            from_=_addresses(self.query_one("#from", Field).value),
        )
        return msgspec.structs.replace(
            self.profile,
            server=msgspec.structs.replace(self.profile.server, root=self.query_one("#root", Field).value),
            scheme=scheme,
            delete=self.profile.delete and scheme.allow_delete,
        )

    def _ticked(self) -> list[str]:
        scheme = self.profile.scheme
        if self.draft.get("options") == repr(scheme):
            return self.draft["ticked"].split()
        given = {_WRITE_ONLY.id: scheme.write_only, _ALLOW_DELETE.id: scheme.allow_delete}
        return [id for id, is_given in given.items() if is_given]


def _addresses(typed: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in typed.split(",") if part.strip()))


def _from_rule(typed: str) -> str | None:
    return next(filter(None, map(rules.allowed_from, _addresses(typed))), None)
