"""Key: what this computer shows the server to be let in, and what protects it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from textual.containers import Vertical
from textual.widgets import Static

from screens.dialogs.confirm import ConfirmScreen
from screens.steps.key.alternatives import Answer, KeyAlternatives
from screens.steps.key.choose_key import ChooseKeyScreen
from screens.steps.key.new_passphrase import NewPassphraseScreen
from screens.steps.key.open_key import OpenKeyScreen
from screens.steps.step_screen import StepScreen
from screens.widgets.choice import Choice
from screens.widgets.note import Note
from screens.widgets.waiting import Waiting
from wizard import paths
from wizard.client.keys import key_files, key_options, protected_key
from wizard.client.process.background import in_background
from wizard.failure import Failure, Kind
from wizard.profile import Key
from wizard.walk import steps
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.app import ComposeResult
    from textual.widget import Widget

    from wizard.client.keys.found_keys import FoundKey
    from wizard.client.keys.secrets import Secret
    from wizard.profile import Profile

    Choosing = tuple[Key, Secret | None]

_NO_KEYRING = (
    "This computer has no keyring to keep a passphrase in. Install one (gnome-keyring or KWallet) and start the "
    "wizard again, or go on without."
)
_UNPROTECTED = (
    "This key has no passphrase. Whoever gets hold of this computer, of its disk or of a copy of its files can open "
    "the server with it, and nobody would notice."
)
_MAY_ASK = "Your keyring may be asking for its password in a window of its own. Esc stops it."
_LOST = {Kind.SECRET_MISSING, Kind.PASSPHRASE_WRONG}


class KeyScreen(StepScreen):
    """Makes a key or takes one that is there, and never lets one be without protection unasked."""

    step = Step.KEY
    question = "Which key shall open the server?"
    explanation = (
        "The server knows this computer by a key: a small file that stays here. Only its public half goes to the "
        "admin.\n\n"
        "A passphrase protects the key, so that a copy of the file alone is worth nothing. A keyring keeps it for you "
        "and opens the key by itself while you are signed in, so backups can run without you.\n\n"
        "A Mac has a keyring, and so have most desktops. On Linux, gnome-keyring and KWallet are such. Without one, "
        "you are asked for the passphrase each time.\n\n"
        "No key that is there already is ever changed."
    )
    looks_first = True
    _alternatives: KeyAlternatives | None = None
    _passphrase_is_lost = False

    def compose_step(self) -> ComposeResult:
        """Room for what there is to choose from."""
        yield Waiting(id="working")
        yield Vertical(id="keys")

    async def decide(self) -> Profile | None:
        """The profile with a key that is there and can be opened; or first, a look at what there is."""
        if self._alternatives is None:
            with self.query_one(Waiting).on("Looking for keys and a keyring"):
                await self._look()
            return None
        answer = Answer(self.query_one(Choice).chosen)
        chosen = await self._choose(answer, self._alternatives)
        if chosen is None:
            return None
        try:
            with self.query_one(Waiting).on("Preparing the key", _MAY_ASK):
                return await self._settled(*chosen)
        except Failure as failure:
            self._passphrase_is_lost |= answer is Answer.THERE and failure.kind in _LOST
            await self._look()
            raise

    async def _choose(self, answer: Answer, alternatives: KeyAlternatives) -> Choosing | None:
        outlook = alternatives.outlook
        match answer:
            case Answer.THERE if outlook.there_is_open:
                return await self._unprotected(outlook.there)
            case Answer.THERE:
                return await self._kept(alternatives)
            case Answer.KEYRING:
                return Key(protection="keyring", file=outlook.new_file), None
            case Answer.ASK:
                typed = await self.app.push_screen_wait(NewPassphraseScreen())
                return (Key(protection="ask", file=outlook.new_file), typed) if typed else None
            case Answer.OWN:
                found = await self.app.push_screen_wait(ChooseKeyScreen(outlook.found))
                return await self._own(found, alternatives) if found else None
            case Answer.UNPROTECTED:
                return await self._unprotected(outlook.new_file)

    async def _kept(self, alternatives: KeyAlternatives) -> Choosing | None:
        key = Key(protection=alternatives.kept_protection, file=alternatives.outlook.there)
        if key.protection == "keyring" or self.profile.key_is_agents or self.context.session.holds(_path(key)):
            return key, None
        return await self._opened(key, alternatives)

    async def _own(self, found: FoundKey, alternatives: KeyAlternatives) -> Choosing | None:
        if not found.file:
            kept = await in_background(partial(key_files.keep_agent_key, self.profile.name, found.line))
            return Key(protection="ask", file=paths.shown(kept)), None
        key = Key(protection="ask", file=found.file)
        if await in_background(partial(key_files.opens, _path(key), None)):
            return await self._unprotected(found.file)
        return await self._opened(key, alternatives)

    async def _opened(self, key: Key, alternatives: KeyAlternatives) -> Choosing | None:
        opened = await self.app.push_screen_wait(OpenKeyScreen(_path(key), alternatives.outlook.keyring))
        if opened is None:
            return None
        return Key(protection="keyring" if opened.keep else "ask", file=key.file), opened.passphrase

    async def _unprotected(self, file: str) -> Choosing | None:
        key = Key(protection="none", file=file)
        if key == self.profile.key:
            return key, None
        ask = ConfirmScreen("A key without protection?", _UNPROTECTED, yes="Take it all the same", no="Choose another")
        return (key, None) if await self.app.push_screen_wait(ask) else None

    async def _settled(self, key: Key, typed: Secret | None) -> Profile:
        decided = msgspec.structs.replace(self.profile, key=key)
        await in_background(partial(protected_key.ensure, decided, typed, partial(steps.record_undecided, self.step)))
        if typed and key.protection == "ask":
            self.context.session.remember(decided.key_path, typed)
        return decided

    async def _look(self) -> None:
        outlook = await in_background(partial(key_options.look, self.profile))
        self._alternatives = KeyAlternatives(self.profile, outlook, self._passphrase_is_lost)
        if self.is_leaving:
            return
        place = self.query_one("#keys")
        with self.app.batch_update():
            await place.remove_children()
            await place.mount_all(self._about(self._alternatives))
        if not self.is_leaving:
            self.focus_first()

    def _about(self, alternatives: KeyAlternatives) -> Iterator[Widget]:
        if not alternatives.outlook.keyring:
            yield Note(_NO_KEYRING, "warn")
        yield Choice(list(alternatives.listed()), id="key", chosen=alternatives.default)
        yield Static(f"A new key is made as {alternatives.outlook.new_file}.", classes="aside", markup=False)


def _path(key: Key) -> Path:
    return Path(key.file).expanduser()
