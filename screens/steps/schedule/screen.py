"""Schedule: how often the backup is made from now on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import on
from textual.containers import Vertical
from textual.widgets import Collapsible, Static

from screens.steps.step_screen import StepScreen
from screens.widgets.choice import Choice
from screens.widgets.field import Field
from screens.widgets.note import Note
from screens.widgets.tick_list import Tick, TickList
from screens.widgets.waiting import Waiting
from wizard import trouble
from wizard.text.display import printable
from wizard.text.language import _
from wizard.walk.description import MayIfConfirmed, MayNot
from wizard.walk.descriptions import schedule
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.app import ComposeResult
    from textual.widget import Widget

    from wizard.profile import Profile
    from wizard.walk.description import Answers
    from wizard.walk.descriptions.schedule import Found


class ScheduleScreen(StepScreen):
    """One choice, with what belongs to it; Enter takes the recommended one."""

    step = Step.SCHEDULE
    question = schedule.DESCRIPTION.question
    explanation = _(
        "From now on, your computer backs up on a schedule. You don't have to open the wizard for that.\n\n"
        "If the computer is off or asleep at the time, the backup starts once it is on again. If the server can't be"
        " reached, or your keyring is locked, the backup waits and starts later.\n\n"
        "On battery power and on metered networks, the backup waits too, unless you tick the box.\n\n"
        "“When it suits” means at any time of the day, as soon as nothing stands in the way.\n\n"
        "Your system's own scheduler starts the backups. “{added}” shows exactly what that is.\n\n"
        "You can change this at any time, or start a backup yourself whenever you like."
    ).format(added=schedule.ADDED)
    looks_first = True
    _found: Found | None = None

    def compose_step(self) -> ComposeResult:
        """Room for what there is to choose from."""
        yield Waiting(id="working")
        yield Vertical(id="schedule")

    async def decide(self) -> Profile | None:
        """The profile with the schedule that was chosen; or first, a look at what this computer can do."""
        if self._found is None:
            with self.query_one(Waiting).on(_("Looking for your system's scheduler")):
                await self._look()
            return None
        time = self.query_one("#at", Field)
        if time.display and not time.check():
            return None
        answers = self._answers()
        judged = schedule.may_pass(self.profile, self._found, answers)
        if isinstance(judged, MayNot):
            raise judged.as_failure
        with self.query_one(Waiting).on(schedule.TRYING):
            judged = await schedule.try_out(self.profile, self._found, answers, self.context)
        if isinstance(judged, MayIfConfirmed) and not await self.confirms(judged):
            return None
        with self.query_one(Waiting).on(_("Setting the schedule")):
            return await schedule.settle(self.profile, self._found, answers, self.context)

    def focus_first(self) -> None:
        """The choice comes before the line to fill in."""
        self.query_one("#every", Choice).focus()

    @on(Choice.OptionHighlighted, "#every")
    def _suit(self) -> None:
        """Show what belongs to the choice at hand."""
        chosen = self.query_one("#every", Choice).chosen
        self.query_one("#at").display = schedule.has_time(chosen)
        self.query_one("#conditions").display = chosen != "off"
        self.query("#added").set(display=chosen != "off")

    async def _look(self) -> None:
        self._found = await schedule.look(self.profile, self.context)
        if self.is_leaving:
            return
        with self.app.batch_update():
            await self.query_one("#schedule").mount_all(self._about(self._found))
        if not self.is_leaving:
            self.focus_first()

    def _about(self, found: Found) -> Iterator[Widget]:
        if found.why_not:
            yield Note(trouble.explain(found.why_not, self.profile).what + ".", "warn")
        elif schedule.needs_person(self.profile):
            yield Note(schedule.ASKS_EACH_TIME, "warn")
        asked = schedule.every(self.profile, found, self.draft.get("every", ""))
        yield Choice(asked.alternatives, id=asked.id, chosen=asked.default)
        yield Field.of(schedule.at(self.profile), self.draft.get("at"))
        boxes = schedule.conditions(self.profile)
        ticked = self.draft.get("ticked", " ".join(one.id for one in boxes if one.default)).split()
        yield TickList(list(map(Tick.of, boxes)), id="conditions", ticked=ticked)
        yield Static(schedule.CATCHES_UP, classes="aside", markup=False)
        if found.added:
            added = Static(printable(found.added, keep_lines=True), id="added-text", markup=False)
            yield Collapsible(added, title=schedule.ADDED, id="added")

    def _answers(self) -> Answers:
        ticked = self.query_one("#conditions", TickList).ticked
        answers: dict[str, Any] = {one.id: one.id in ticked for one in schedule.conditions(self.profile)}
        return answers | {"every": self.query_one("#every", Choice).chosen, "at": self.query_one("#at", Field).value}

    def _keep_draft(self) -> None:
        super()._keep_draft()
        if self.query("#every"):
            answers = self._answers()
            self.draft["every"] = answers["every"]
            self.draft["ticked"] = " ".join(sorted(self.query_one("#conditions", TickList).ticked))
