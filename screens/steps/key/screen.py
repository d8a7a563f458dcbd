"""Key: what this computer shows the server to be let in, and what protects it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from textual.containers import Vertical
from textual.widgets import Static

from screens.steps.key.choose_key import CREATE, ChooseKeyScreen
from screens.steps.key.new_passphrase import NewPassphraseScreen
from screens.steps.key.open_key import OpenKeyScreen
from screens.steps.step_screen import StepScreen
from screens.widgets.choice import Choice
from screens.widgets.note import Note
from screens.widgets.waiting import Waiting
from wizard.client.keys import key_files
from wizard.client.process.background import in_background
from wizard.failure import Failure
from wizard.text.language import _
from wizard.walk.description import MayIfConfirmed
from wizard.walk.descriptions import key
from wizard.walk.descriptions.key import choices
from wizard.walk.descriptions.key.choices import Answer
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.widget import Widget

    from wizard.profile import Profile
    from wizard.walk.description import Answers
    from wizard.walk.descriptions.key.choices import Keys

_MAY_ASK = _("Your keyring may be asking for its password in another window. Esc stops this.")


class KeyScreen(StepScreen):
    """Makes a key or takes one that is there, and never lets one be without protection unasked."""

    step = Step.KEY
    question = key.DESCRIPTION.question
    explanation = _(
        "The server recognizes this computer by a key: a small file that stays here. Only its public half goes to"
        " your admin.\n\n"
        "A passphrase is a password for the key. It protects the key, so a stolen copy of the file is worthless."
        " A keyring saves the passphrase and uses it while you are signed in, so backups run without you.\n\n"
        "Macs and most desktops have a keyring; on Linux it's gnome-keyring or KWallet. Without one, you type the"
        " passphrase for each backup.\n\n"
        "The wizard never changes keys you already have."
    )
    looks_first = True
    _keys: Keys | None = None

    def compose_step(self) -> ComposeResult:
        """Room for what there is to choose from."""
        yield Waiting(id="working")
        yield Vertical(id="keys")

    async def decide(self) -> Profile | None:
        """The profile with a key that is there and can be opened; or first, a look at what there is."""
        if self._keys is None:
            with self.query_one(Waiting).on(_("Looking for keys and a keyring")):
                await self._look()
            return None
        keys = self._keys
        answers = await self._answers(keys)
        if answers is None:
            return None
        judged = key.may_pass(self.profile, keys, answers)
        if isinstance(judged, MayIfConfirmed) and not await self.confirms(judged):
            return None
        try:
            with self.query_one(Waiting).on(_("Preparing the key"), _MAY_ASK):
                return await key.settle(self.profile, keys, answers, self.context)
        except Failure as failure:
            if answers["key"] == Answer.THERE and failure.kind in key.DESCRIPTION.warnings:
                self.context.warned[self.step] = failure
            await self._look()
            raise

    async def _answers(self, keys: Keys) -> Answers | None:
        """What is chosen, with what has to be typed for it; nothing where the person would rather not."""
        answers: dict[str, Any] = {"key": self.query_one(Choice).chosen}
        if answers["key"] == Answer.OWN:
            number = await self.app.push_screen_wait(ChooseKeyScreen(choices.own_keys(keys)))
            if number is None:
                return None
            answers["own-key"] = number
        if answers["key"] in choices.MADE and keys.types:
            answers["key-type"] = await self.app.push_screen_wait(ChooseKeyScreen(choices.new_type(keys), CREATE))
            if answers["key-type"] is None:
                return None
        if answers["key"] == Answer.ASK:
            typed = await self.app.push_screen_wait(NewPassphraseScreen(key.new_passphrase()))
            return answers | {"new-passphrase": typed} if typed else None
        if path := key.to_open(self.profile, keys, answers):
            return await self._opened(path, keys, answers)
        return answers

    async def _opened(self, path: Path, keys: Keys, answers: Answers) -> Answers | None:
        await in_background(partial(key_files.opens, path, None))  # one that can't be used is told of at once
        keyring = keys.options.keyring
        opened = await self.app.push_screen_wait(
            OpenKeyScreen(key.passphrase(path), key.keep(keyring) if keyring else None)
        )
        return {**answers, "passphrase": opened.passphrase, "keep": opened.keep} if opened else None

    async def _look(self) -> None:
        self._keys = await key.look(self.profile, self.context)
        if self.is_leaving or self._keys is None:
            return
        place = self.query_one("#keys")
        with self.app.batch_update():
            await place.remove_children()
            await place.mount_all(self._about(self._keys))
        if not self.is_leaving:
            self.focus_first()

    def _about(self, keys: Keys) -> Iterator[Widget]:
        if not keys.options.keyring:
            yield Note(key.NO_KEYRING, "warn")
        if keys.types:
            yield Note(choices.REFUSED, "warn")
        asked = choices.choice(self.profile, keys)
        yield Choice(asked.alternatives, id=asked.id, chosen=asked.default)
        made = _("A new key is created as {file}.").format(file=keys.options.new_file)
        yield Static(made, classes="aside", markup=False)
