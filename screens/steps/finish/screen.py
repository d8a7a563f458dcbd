"""Finish: all that was decided, a way to change each of it, and what to run from now on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Button, Static

from screens.outcome import Back, Jump, Leave
from screens.steps.finish.decision import Decision
from screens.steps.finish.running import RunningScreen
from screens.steps.step_screen import StepScreen
from screens.widgets.labelled import Labelled
from wizard import display, paths, schemes
from wizard.client.folders import exclude_presets
from wizard.display import printable
from wizard.running import record
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual.app import ComposeResult

    from wizard.client.rsync import Totals
    from wizard.profile import Profile

_MOST_NAMED = 5
_PROTECTION = {
    "keyring": "passphrase in your keyring",
    "ask": "asks for its passphrase",
    "none": "without a passphrase",
}


class FinishScreen(StepScreen):
    """The summary; each of its lines leads back to where it was decided."""

    step = Step.FINISH
    question = "All is set up"
    primary = "Back up now"
    explanation = (
        "Nothing is copied before you say so: “Back up now” makes the first real backup, here and now. It can be "
        "stopped at any time, and goes on from there later. “Finish” leaves it for another time.\n\n"
        "“check” tries the lock again, which is worth doing when something was changed on the server.\n\n"
        "“Change” leads back to where a thing was decided. What depends on it is then tried anew.\n\n"
        "Up and Down lead from one to the next."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
    ]

    def compose_step(self) -> ComposeResult:
        """What to run, and what was decided."""
        yield Labelled("Backups", id="backups")
        yield Static(self._commands(), id="commands")
        yield from self._decisions()

    def compose_actions(self) -> ComposeResult:
        """To leave it for another time."""
        yield Button("Finish", id="finish", compact=True)

    def focus_first(self) -> None:
        """There is nothing to be answered."""
        self._tell_of_backups()
        self.query_one("#forward", Button).focus()

    async def decide(self) -> Profile | None:
        """Back up, over this screen."""
        outcome = await self.app.push_screen_wait(RunningScreen(self.walk, self.context))
        if not isinstance(outcome, Back):
            self.leave_with(outcome)
            return None
        self._tell_of_backups()
        if self.context.backup and self.context.backup.is_whole:
            self.lead_with("finish")
        return None

    @on(Button.Pressed, "#finish")
    def action_leave(self) -> None:
        """The walk is at its end."""
        self.leave_with(Leave())

    @on(Decision.Reopened)
    def _reopen(self, event: Decision.Reopened) -> None:
        self.leave_with(Jump(event.step))

    def _tell_of_backups(self) -> None:
        self.query_one("#backups", Labelled).say(record.in_words(self.profile.name))

    def _commands(self) -> Content:
        name = self.profile.name
        lines = (
            (f"backup-wizard run {name}", "the real backup"),
            (f"backup-wizard dry-run {name}", "practise again"),
            (f"backup-wizard check {name}", "try the lock again"),
        )
        width = max(len(command) for command, _ in lines)
        parts = [
            part for command, aim in lines for part in ("\n  ", (f"{command:<{width}}", "bold"), (f"  {aim}", "dim"))
        ]
        opening = "For a backup of your own, you would run these" if self.context.is_demo else "Run these in a terminal"
        return Content.assemble(f"{opening} from now on:", *parts)

    def _decisions(self) -> Iterator[Decision]:
        profile, server = self.profile, self.profile.server
        folders = [paths.shown(Path(folder)) for folder in profile.folders]
        yield Decision("Folders", _named(folders), Step.FOLDERS)
        yield Decision("Left out", _named(exclude_presets.in_words(profile.exclude)) or "nothing", Step.FOLDERS)
        port = "" if server.port == 22 else f", port {server.port}"
        yield Decision("Server", f"{server.user} on {server.host}{port}", Step.SERVER)
        yield Decision("Lands in", printable(profile.destination), Step.SERVER)
        yield Decision("Fingerprint", _named(server.host_keys), Step.FINGERPRINT)
        yield Decision("Way in", schemes.of(profile).description.title, Step.SCHEME)
        yield Decision("Key", _key(profile), Step.KEY)
        yield Decision("Practice run", _dry_run(self.context.dry_run), Step.DRY_RUN, "Repeat")


def _named(texts: Sequence[str]) -> str:
    more = len(texts) - _MOST_NAMED
    named = ", ".join(printable(text) for text in texts[:_MOST_NAMED])
    return f"{named} and {display.number(more)} more" if more > 0 else named


def _key(profile: Profile) -> str:
    protection = "held by your ssh agent" if profile.key_is_agents else _PROTECTION[profile.key.protection]
    return f"{printable(paths.shown(profile.key_path))}, {protection}"


def _dry_run(totals: Totals | None) -> str:
    if totals is None:
        return "done, with nothing copied"
    new, changed, gone = map(display.number, (totals.new, totals.changed, totals.deleted))
    return f"{new} new, {changed} changed, {gone} gone: {display.size(totals.bytes_to_send)} to send"
