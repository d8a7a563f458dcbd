"""What was typed and ticked and not yet decided: there again at the next visit, also after the wizard was left."""

from __future__ import annotations

import contextlib

from wizard.failure import Failure
from wizard.storage import profiles, state_files
from wizard.walk.steps import Step

Draft = dict[str, str]

_FILE = "typed.json"


class Drafts:
    """One draft a step, of the backup at hand; each is kept in a file until its step is decided."""

    def __init__(self) -> None:
        self._name = ""
        self._of: dict[Step, Draft] = {}
        self._undecided: set[Step] = set()
        self._saved: dict[Step, Draft] = {}

    def of(self, name: str, step: Step) -> Draft:
        """What was typed at that step of that backup, to be changed by its screen."""
        if name != self._name:
            self._name, self._undecided = name, set()
            self._saved = state_files.load(name, _FILE, dict[Step, dict[str, str]], {})
            self._of = {one: dict(draft) for one, draft in self._saved.items()}
            self._undecided.update(self._of)
        return self._of.setdefault(step, {})

    def keep(self, step: Step) -> None:
        """Keep what is typed at a step by now."""
        self._undecided.add(step)
        self._save()

    def decided(self, step: Step) -> None:
        """Keep no more of a step: the profile has it now."""
        self._undecided.discard(step)
        self._save()

    def _save(self) -> None:
        wanted = {
            step: dict(draft) for step, draft in self._of.items() if step in self._undecided and any(draft.values())
        }
        if wanted == self._saved:
            return
        with contextlib.suppress(Failure):  # on a full disk it is kept for as long as the wizard runs
            if wanted or profiles.exists(self._name):
                state_files.save(self._name, _FILE, wanted, lasting=False)
            else:
                state_files.forget(self._name, _FILE)
            self._saved = wanted
