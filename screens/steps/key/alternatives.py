"""The alternatives of the key step, in words that follow what there is on this computer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, auto
from typing import TYPE_CHECKING

from screens.widgets.choice import Alternative

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.client.keys.key_options import KeyOptions
    from wizard.profile import Profile, Protection

_COUNTS = {0: "is none", 1: "is one"}
_BY_YOU = "You make up a passphrase, and type it for each backup."
_REPLACES = "The one that is there can't be opened any more then."
_UNPROTECTED = "Whoever gets hold of this computer's files can use it."


class Answer(StrEnum):
    """What can be chosen."""

    THERE = auto()
    KEYRING = auto()
    ASK = auto()
    OWN = auto()
    UNPROTECTED = auto()


@dataclass(frozen=True)
class KeyAlternatives:
    """What can be chosen for this backup; a passphrase is lost if the one in the keyring is not the key's."""

    profile: Profile
    outlook: KeyOptions
    passphrase_is_lost: bool

    @property
    def kept_protection(self) -> Protection:
        """What would protect the key that is there already."""
        in_keyring = self.profile.key.protection == "keyring" and self.outlook.keyring
        return "keyring" if in_keyring and not self.passphrase_is_lost else "ask"

    @property
    def default(self) -> Answer:
        """What is proposed: never a key without protection, unless that was chosen before."""
        chosen_before = not self.outlook.there_is_open or self.profile.key.protection == "none"
        if self.outlook.there and chosen_before and not self.passphrase_is_lost:
            return Answer.THERE
        return Answer.KEYRING if self.outlook.keyring else Answer.ASK

    def listed(self) -> Iterator[Alternative]:
        """All of them, in order."""
        outlook = self.outlook
        if outlook.there:
            yield Alternative(Answer.THERE, "The key that is there already, kept as it is", self._about_there())
        if outlook.keyring:
            made = f"Made now; {outlook.keyring} keeps its passphrase."
            sentence = _REPLACES if self._would_lose_one() else made
            yield Alternative(Answer.KEYRING, "A new key, opened by your keyring", sentence)
        yield Alternative(Answer.ASK, "A new key, opened by you", _BY_YOU)
        count = len(outlook.found)
        sentence = f"There {_COUNTS.get(count, f'are {count}')} in ~/.ssh or your ssh agent."
        yield Alternative(Answer.OWN, "A key of your own that you have already", sentence, disabled=not count)
        yield Alternative(Answer.UNPROTECTED, "A new key without protection", _UNPROTECTED)

    def _about_there(self) -> str:
        if self.profile.key_is_agents:
            return "In your ssh agent."
        if self.outlook.there_is_open:
            return f"{self.outlook.there}, without protection."
        return f"{self.outlook.there}, opened by {'your keyring' if self.kept_protection == 'keyring' else 'you'}."

    def _would_lose_one(self) -> bool:
        # The keyring holds one passphrase for a backup; that of a key made here is known to nobody else.
        made_here = self.outlook.there.startswith("~/.ssh/backup-wizard-") and not self.outlook.there_is_open
        return made_here and self.kept_protection == "keyring"
