"""What came of a trial that the system's scheduler started, and what to choose where it failed."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from wizard import schemes, trouble
from wizard.client.process.background import in_background
from wizard.failure import Failure, Kind
from wizard.schedule import schedulers
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from wizard.profile import Profile

GOOD = N_("Tested: started this way, backup-wizard can sign in to the server.")
BAD = N_("Tested: started this way, backup-wizard can't back up yet.")
NOT_LET_IN = N_("Your admin hasn't given this computer access yet. The schedule starts once they have.")
CRON_IS_OFF = N_(
    "But cron wasn't found running on this computer, and without it, nothing starts your backup. Start it, for example"
    " with “sudo service cron start”."
)

_WAITS_FOR_ADMIN = 75
_KEY_STEP = N_("Run “backup-wizard {name}”, go back to “Key”, and let your keyring save the passphrase.")
_NO_KEYRING = N_("Without your keyring, choose a key without a passphrase, or run the backup yourself.")
_NO_KEYRING_FOR_PASSWORD = N_("Without your keyring, choose a sign-in without a password, or run the backup yourself.")
_INSTEAD = {
    Kind.PASSPHRASE_UNASKED: _KEY_STEP,
    Kind.AGENT_SILENT: N_(
        "The ssh agent of your terminal can't be reached from there. Choose a key that isn't only in the agent."
    ),
    Kind.KEYRING_MISSING: _NO_KEYRING,
    Kind.KEYRING_UNREACHABLE: _NO_KEYRING,
    Kind.KEYRING_REFUSED: _NO_KEYRING,
    Kind.KEYRING_LOCKED: N_("Automatic backups wait until your keyring is unlocked."),
    Kind.NO_RSYNC: N_("If rsync works in your terminal, install it in /usr/bin or /usr/local/bin."),
    Kind.NO_SSH: N_("If ssh works in your terminal, install it in /usr/bin or /usr/local/bin."),
}


class Answer(msgspec.Struct, frozen=True):
    """How the trial went; where it failed, why, and what to choose instead; and whether a scheduler was seen to run."""

    exit_code: int
    sentence: str = ""
    instead: str = ""
    seems_to_run: bool = True

    @property
    def is_good(self) -> bool:
        """Whether a backup that starts this way reaches its server, as far as that is this computer's matter."""
        return self.exit_code in {0, _WAITS_FOR_ADMIN}

    @property
    def in_words(self) -> tuple[str, ...]:
        """How it went, and what to do where it failed."""
        if self.is_good:
            told = _(NOT_LET_IN if self.exit_code else GOOD)
            return (told,) if self.seems_to_run else (told, _(CRON_IS_OFF))
        return tuple(filter(None, (_(BAD), self.sentence, self.instead)))


class _Printed(msgspec.Struct, frozen=True):
    kind: Kind | None
    sentence: str


def printed(kind: Kind | None, sentence: str) -> str:
    """What a trial prints, for `of` to read."""
    return msgspec.json.encode(_Printed(kind, sentence)).decode()


async def wait_for(profile: Profile) -> Answer:
    """The same as `of`, in the background; once cancelled, it is over when nothing of the trial is left."""
    stop = threading.Event()
    trying = asyncio.ensure_future(in_background(partial(of, profile, stop)))
    try:
        return await asyncio.shield(trying)
    except asyncio.CancelledError:
        stop.set()
        with contextlib.suppress(Exception):
            await trying
        raise


def of(profile: Profile, stop: threading.Event | None = None) -> Answer:
    """Try a backup now, as the scheduler starts it, unless it is to `stop`; nothing is changed on the server."""
    try:
        tried = schedulers.try_now(profile.name, stop or threading.Event())
        seems_to_run = schedulers.seems_to_run()
    except Failure as failure:
        told = trouble.explain(failure, profile)
        return Answer(told.exit_code, told.sentence)
    try:
        found = msgspec.json.decode(tried.stdout.strip().rpartition("\n")[2], type=_Printed)
    except msgspec.DecodeError:  # backup-wizard was not started, or crashed
        cause = Failure(Kind.SCHEDULER_FAILED, "backup-wizard", tried.stdout + tried.stderr)
        told = trouble.explain(cause, profile)
        return Answer(tried.exit_code or told.exit_code, told.sentence)
    return msgspec.structs.replace(
        answer(tried.exit_code, found.kind, found.sentence, profile), seems_to_run=seems_to_run
    )


def answer(exit_code: int, kind: Kind | None, sentence: str, profile: Profile) -> Answer:
    """The answer with what to choose instead."""
    instead = _INSTEAD.get(kind) if kind else None
    if instead == _NO_KEYRING and schemes.has_password(profile):
        instead = _NO_KEYRING_FOR_PASSWORD
    return Answer(exit_code, sentence, _(instead).format(name=profile.name) if instead else "")
