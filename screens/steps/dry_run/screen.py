"""Dry run: what a backup would do, told by the real rsync through the real connection, with nothing copied."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

import msgspec
from textual import on
from textual.widgets import Button, Static

from screens.outcome import Again
from screens.pace import Pace
from screens.practice_run import PracticeRunScreen
from screens.steps.dry_run import words
from screens.steps.dry_run.run_views import RunViews
from screens.steps.dry_run.skipping import SkippingScreen
from screens.widgets.note import Note, Tone
from screens.widgets.tick_list import TickList
from wizard.client import rsync
from wizard.running import problems, report
from wizard.text import display
from wizard.text.language import _, ngettext
from wizard.walk.description import MayNot
from wizard.walk.descriptions import dry_run
from wizard.walk.descriptions.dry_run import CountedHere
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from screens.context import Context
    from wizard.profile import Profile
    from wizard.trouble import Trouble
    from wizard.walk.steps import Walk


class DryRunScreen(PracticeRunScreen, SkippingScreen):
    """Runs rsync with --dry-run, shows what it tells while it tells it, and can stop it."""

    step = Step.DRY_RUN
    question = dry_run.DESCRIPTION.question
    explanation = _(
        "The wizard rehearses the whole backup with the server. No file is copied, and nothing on the server"
        " changes.\n\n"
        "Folders: how much each folder would send. → opens a folder, ← closes it.\n\n"
        "Deleted: what is on the server but no longer here.\n\n"
        "All: + is new, ~ is sent again because it changed, · only its properties changed, − would be deleted."
        " Press / to find a name.\n\n"
        "Skip: what is skipped already, and what apps can recreate.\n\n"
        "F3 shows the next list. “s” saves the whole list as a file.\n\n"
        "The time is estimated for 100 Mbit/s, until a backup has shown how fast your network is."
    )
    stopped = _("You stopped the practice run. Nothing was copied.")
    saved_as = "practice-run"
    views: RunViews

    def __init__(self, walk: Walk, context: Context) -> None:
        super().__init__(walk, context)
        self._met: list[rsync.Problem] = []
        self._ended: rsync.Ended | None = None
        self._preview: dry_run.Preview | None = None
        self._why_not: Trouble | None = None
        self._told: tuple[str, Tone] = ("", "plain")

    def compose_step(self) -> ComposeResult:
        """What is going on or came of it, and the views."""
        yield Note(id="run-news")
        yield Note(id="danger")
        yield Static(id="looking-at", markup=False)
        yield RunViews(self.draft, self.profile, id="views")

    def compose_actions(self) -> ComposeResult:
        """To stop it, to skip what can't be read, and to run it again."""
        yield Button(_("Stop"), id="stop", compact=True)
        yield from super().compose_actions()
        yield Button(_("Run again"), id="again", compact=True)

    async def decide(self) -> Profile | None:
        """The profile as it is, once a run came to its end."""
        if self.views.left_out:
            self.action_again()
            return None
        judged = dry_run.may_pass(self.profile, self._preview, {})
        if isinstance(judged, MayNot):
            self.say("run-news", judged.why, "warn")
            self.lead_with("again")
            return None
        return self.profile

    def action_again(self) -> None:
        """Run, from the beginning, and without what is ticked."""
        left_out = self.views.left_out
        if left_out:
            exclude = tuple(dict.fromkeys((*self.profile.exclude, *left_out)))
            self.leave_with(Again(msgspec.structs.replace(self.profile, exclude=exclude)))
        else:
            self.run_anew()

    @on(TickList.Changed)
    def _ticked(self) -> None:
        self._recount()
        self.note_draft()

    def _recount(self, *, focus: bool = False) -> None:
        left_out = self.views.left_out
        if left_out:
            saved = self.listing.proposals.saved(left_out)
            self.say("run-news", words.without(self.listing, saved), "plain")
            self._show_duration(saved.files, saved.bytes)
        else:
            self.say("run-news", *self._told)
            self._show_duration()
        (again := self.query_one("#again", Button)).label = _("Run without them") if left_out else self.run_again
        again.refresh(layout=True)
        self.lead_with("again" if left_out or not self._preview else "forward", focus=focus)

    @property
    def has_result(self) -> bool:
        """Whether a run has come to its end."""
        return self._preview is not None

    def forget(self) -> None:
        """Forget what the run before came to."""
        self._preview, self._why_not, self._met, self._ended = None, None, [], None
        self.offer_to_skip(None)
        self.say("danger", "", "plain")

    async def follow(self) -> None:
        """Run, take in what is told, and settle.

        Raises:
            Failure: as for `dry_run.events`.
        """
        access = await self.context.access(self.profile)
        pace = Pace()
        async with aclosing(dry_run.events(self.profile, access)) as events:
            async for event in events:
                match event:
                    case CountedHere():
                        self._why_not = event.why
                    case rsync.Entries():
                        await self.take(event, pace)
                    case rsync.Problem():
                        self._met.append(event)
                        self.problems.append(problems.in_words(event))
                    case rsync.Ended():
                        self._ended = event
        await self._show_result()

    def how_far(self) -> str:
        """How far it is, in words."""
        sent = self.listing.sent
        if not sent.files:
            return _("Looking at your files")
        return ngettext(
            "Looking at your files: {count} file, {size} to send so far",
            "Looking at your files: {count} files, {size} to send so far",
            sent.files,
        ).format(count=display.number(sent.files), size=display.size(sent.bytes))

    async def settle_views(self) -> None:
        """Show that all has come; what would be deleted is not known if the server wasn't asked."""
        await self.views.settle(server_was_asked=self._why_not is None)
        self.context.drafts.keep(self.step)  # what the profile skips by now is no wish any more

    def tell(self, sentence: str, tone: Tone) -> None:
        """Say what came of it, and offer what comes next."""
        self._told = (sentence, tone)
        self._recount(focus=self._preview is None)

    async def _show_result(self) -> None:
        assert self._ended
        ended, totals = self._ended, report.require_totals(self._ended)
        self._preview = dry_run.preview(self.profile, ended, self._why_not, self._met)
        self.count_skipped()
        if self._why_not:
            await self._show_estimate(self._why_not)
            return
        self.problems += [] if self.problems else words.unnamed_problems(ended)
        self.context.dry_run = totals
        told = words.result(self.listing, totals)
        count = len(self.problems) + ended.untold
        room = dry_run.first_room(self.profile, totals)
        too_little = "" if room is None or room.fits else room.sentence
        self.say("danger", words.danger(totals) or too_little, "warn")
        told = f"{told} {room.sentence}" if room and room.fits else told
        tone: Tone = "good" if self._preview.is_whole else "warn"
        self.offer_to_skip(self._preview)
        unread = sum(one.cause == "unread" for one in self._met)
        await self.settle(" ".join(filter(None, (told, words.about_problems(unread, count)))), tone)

    async def _show_estimate(self, why: Trouble) -> None:
        self.problems.insert(0, f"{why.what}. {why.to_do}\n\n{why.forward}\n")
        self.context.dry_run = None
        await self.settle(words.estimate(self.listing, why.what), "warn")

    def _show_duration(self, less_files: int = 0, less_bytes: int = 0) -> None:
        sent = self.listing.sent
        remaining = sent._replace(files=sent.files - less_files, bytes=sent.bytes - less_bytes)
        told = words.duration(self.profile, remaining) if self._preview else ""
        self.show_below(told)
