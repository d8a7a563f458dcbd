"""Getting files back as questions on lines, by what screens go by as well."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from wizard import console
from wizard.console import ToPaste, say
from wizard.failure import Failure, Kind
from wizard.restore import versions
from wizard.server import exports
from wizard.text.language import _
from wizard.trouble import telling
from wizard.walk.getting_back import admin_words, questions, stages, wish, words
from wizard.walk.getting_back.stages import Stage
from wizard.walk.getting_back.way_in import WayIn
from wizard.walk.plain import asker
from wizard.walk.plain.asker import GoBack
from wizard.walk.plain.picking import Picking

if TYPE_CHECKING:
    from collections.abc import Callable

    from wizard.profile import Profile
    from wizard.restore.events import Result
    from wizard.restore.order import Order
    from wizard.restore.versions import Version
    from wizard.walk.context import WalkContext

    Restore = Callable[[Profile, Order, WayIn, bool], Result | None]

_TRY_AGAIN = _("Enter tries again, < goes back")
_CHECK_AGAIN = _("Enter checks again, < goes back")


class GettingBack:
    """One visit, stage by stage; `restore` carries an order out, or practises it, and says what came of it."""

    def __init__(self, profile: Profile, context: WalkContext, restore: Restore) -> None:
        self._profile, self._restore = profile, restore
        self._way = WayIn(profile, context)
        self._wish = wish.kept(profile)

    def lead(self) -> None:
        """From the first stage to the last.

        Raises:
            GoBack, GoAway: the person would rather not.
        """
        here: Stage | None = stages.applicable(self._profile, self._wish)[0]
        while here:
            order = stages.applicable(self._profile, self._wish)
            at = order.index(here)
            place = {"number": at + 1, "count": len(order), "title": _(stages.TITLES[here])}
            say("\n" + _("Step {number} of {count}: {title}").format(**place))
            try:
                self._pass(here)
            except GoBack:
                if at == 0:
                    raise
                here = order[at - 1]
                continue
            wish.keep(self._profile, self._wish)
            order = stages.applicable(self._profile, self._wish)
            here = next(iter(order[order.index(here) + 1 :]), None)
        wish.forget(self._profile)

    def _pass(self, stage: Stage) -> None:
        """Do what a stage is for; after a failure, as often as the person likes."""
        do = {
            Stage.ADMIN: self._ask_admin,
            Stage.VERSION: self._choose_version,
            Stage.FILES: self._choose_files,
            Stage.PLACE: self._choose_place,
            Stage.EXISTING: self._choose_existing,
            Stage.PRACTICE: self._practise,
            Stage.RESTORE: self._put_back,
        }[stage]
        while True:
            try:
                return do()
            except Failure as failure:
                told = asyncio.run(telling.tell(failure, self._way.reader))
                console.complain(told.trouble, told.raw_file)
                asker.line(_CHECK_AGAIN if failure.kind is Kind.READ_KEY_WAITING else _TRY_AGAIN)

    def _ask_admin(self) -> None:
        if self._way.asked is None or self._way.asked.has_expired:
            say(admin_words.EXPIRED if self._way.asked else _(admin_words.WHY))
            if not asker.agrees(_("Write the message now?"), default=True):
                raise GoBack
            context = asyncio.run(self._way.ask())
            say(admin_words.lasts(context, self._way.asked))
            if context.setup.secrets:
                ask = _("Your admin needs the password too. Run “backup-wizard restore {name} --ask --format secrets”.")
                say(ask.format(name=self._profile.name))
            say(ToPaste(f"\n{exports.rendered(context, 'text')}"))
            asker.line(_("Once your admin has used the message, Enter checks it. < goes back"))
        say(_("Checking what the key for reading can do …"))
        if opened := asyncio.run(self._way.open()):
            say(words.verdict(opened.findings))

    def _choose_version(self) -> None:
        found = asyncio.run(self._versions())
        if not found:
            say(_(questions.NO_VERSIONS))
        self._wish = questions.of_version(self._wish, asker.ask(questions.version(self._wish, found)))

    async def _versions(self) -> list[Version]:
        return await versions.listed(self._way.reader, await self._way.access())

    def _choose_files(self) -> None:
        picking = Picking(self._profile, self._way, self._wish)
        self._wish = msgspec.structs.replace(self._wish, paths=picking.picked())

    def _choose_place(self) -> None:
        answers = asker.ask_all(partial(questions.place, self._profile, self._wish))
        self._wish = questions.placed(self._profile, self._wish, answers)

    def _choose_existing(self) -> None:
        self._wish = msgspec.structs.replace(self._wish, overwrite=asker.ask(questions.existing(self._wish)))

    def _practise(self) -> None:
        say(_("Practice run: nothing is written. This can take a while."))
        if result := self._restore(self._profile, self._wish.order, self._way, True):
            questions.require_room(result)
        if not asker.agrees(_("Restore now? You can stop it with Ctrl+C and continue later."), default=True):
            raise GoBack

    def _put_back(self) -> None:
        if self._restore(self._profile, self._wish.order, self._way, False) is None:
            raise GoBack
