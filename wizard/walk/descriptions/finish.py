"""Finish: all that was decided, where each of it can be changed, when the next backup is made, and what can be run."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from wizard import schemes
from wizard.client.folders import exclude_presets
from wizard.running import record
from wizard.schedule import upcoming, words
from wizard.schemes import reading
from wizard.server import kept_facts
from wizard.storage import paths
from wizard.text import display
from wizard.text.display import printable
from wizard.text.language import _
from wizard.walk.description import Description, YesNo
from wizard.walk.steps import TITLES, Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wizard.client.rsync import Totals
    from wizard.profile import Profile
    from wizard.walk.context import WalkContext
    from wizard.walk.description import Answers

QUESTION = _("You're all set")
RUN_THESE = _("Run these in a terminal from now on:")
RUN_THESE_TOO = _("You can also run these in a terminal:")
RUN_THESE_LATER = _("For a backup of your own, you would run these from now on:")
BACKUPS = _("Backups")
NEXT = _("Next backup")
CHANGE = _("Change")

_MOST_NAMED = 5
_PROTECTION = {
    "keyring": _("{file}, passphrase saved in your keyring"),
    "ask": _("{file}, passphrase typed each time"),
    "none": _("{file}, without a passphrase"),
}


class Decision(msgspec.Struct, frozen=True):
    """One decision in words, and the step at which it can be made again, which `verb` does."""

    title: str
    words: str
    step: Step
    verb: str = CHANGE


def decisions(profile: Profile, practice: Totals | None = None) -> Iterator[Decision]:
    """All that was decided; what the practice run came to is known for as long as the wizard runs."""
    server, uses_ssh = profile.server, schemes.of(profile).uses_ssh
    folders = [paths.shown(Path(folder)) for folder in profile.folders]
    yield Decision(_("Folders"), _named(folders), Step.FOLDERS)
    skipped = _named(exclude_presets.in_words(profile.exclude)) or _("nothing")
    yield Decision(_("Skipped"), skipped, Step.FOLDERS)
    where = _("{user} on {host}") if server.port == 22 else _("{user} on {host}, port {port}")
    where = where.format(user=server.user, host=server.host, port=server.port)
    if server.jump:
        where = _("{server}, through {jump}").format(server=where, jump=server.jump)
    yield Decision(_("Server"), where, Step.SERVER)
    yield Decision(_("Destination"), printable(profile.destination), Step.SERVER)
    if uses_ssh:
        yield Decision(TITLES[Step.FINGERPRINT], _named(server.host_keys), Step.FINGERPRINT)
    yield Decision(TITLES[Step.SCHEME], schemes.of(profile).description.title, Step.SCHEME)
    yield Decision(_("Versions"), _versions(profile), Step.VERSIONS)
    if uses_ssh:
        yield Decision(TITLES[Step.KEY], _key(profile), Step.KEY)
    yield Decision(TITLES[Step.DRY_RUN], _practice(practice), Step.DRY_RUN, _("Repeat"))
    yield Decision(TITLES[Step.SCHEDULE], words.how_often(profile.schedule), Step.SCHEDULE)


def next_backup(profile: Profile) -> str:
    """When the next backup is made without being asked for, or an empty text."""
    return upcoming.of(profile, datetime.now(UTC), record.read(profile.name)).when


def run_these(profile: Profile) -> str:
    """What the commands are for: without a schedule, they are all there is."""
    return RUN_THESE if profile.schedule.every == "off" else RUN_THESE_TOO


def commands(profile: Profile) -> tuple[tuple[str, str], ...]:
    """What to run from now on, and what for."""
    name = profile.name
    run, restore = (f"backup-wizard run {name}", _("back up")), (f"backup-wizard restore {name}", _("get files back"))
    return (
        *((*_to_get_back(profile), run) if awaits_restore(profile) else (run, restore)),
        (f"backup-wizard dry-run {name}", _("practice run")),
        (f"backup-wizard check {name}", _("security check")),
        (f"backup-wizard forget {name}", _("remove it from this computer")),
    )


def awaits_restore(profile: Profile) -> bool:
    """Whether the backup was taken over from another computer, and may hold what is not here yet."""
    kept = record.read(profile.name)
    return kept.adopted and kept.last_good is None


def _to_get_back(profile: Profile) -> tuple[tuple[str, str], ...]:
    restore = f"backup-wizard restore {profile.name}"
    if reading.is_needed(profile):
        return (f"{restore} --ask", _("first, to get your files back: ask your admin")), (restore, _("then restore"))
    return ((restore, _("first, get your files back")),)


def questions(profile: Profile, found: WalkContext, answers: Answers) -> Iterator[YesNo]:
    """Whether to back up now."""
    if found.back_up:
        is_first = record.is_first(profile) and not awaits_restore(profile)
        ask = _("Back up now? You can stop it with Ctrl+C and continue later.")
        yield YesNo(id="back-up", label=_("Back up now"), ask=ask, default=is_first)


async def look(profile: Profile, context: WalkContext, before: object = None) -> WalkContext:
    """There is nothing to look at but whether a backup can be made from here."""
    return context


async def settle(profile: Profile, found: WalkContext, answers: Answers, context: WalkContext) -> Profile:
    """Nothing is decided any more; say what to run from now on."""
    if context.is_attended:
        width = max(len(command) for command, _for in commands(profile))
        context.tell("\n".join([run_these(profile), *(f"  {line:<{width}}  {aim}" for line, aim in commands(profile))]))
    return profile


def _told(profile: Profile, found: WalkContext) -> Iterator[str]:
    yield from (f"  {one.title}: {one.words}" for one in decisions(profile))
    yield f"  {BACKUPS}: {record.in_words(profile)}"
    if when := next_backup(profile):
        yield f"  {NEXT}: {when}"


def _named(texts: Sequence[str]) -> str:
    more = len(texts) - _MOST_NAMED
    named = ", ".join(printable(text) for text in texts[:_MOST_NAMED])
    if more <= 0:
        return named
    return _("{named} and {count} more").format(named=named, count=display.number(more))


def _key(profile: Profile) -> str:
    words = _("{file}, in your ssh agent") if profile.key_is_agents else _PROTECTION[profile.key.protection]
    return words.format(file=printable(paths.shown(profile.key_path)))


def _versions(profile: Profile) -> str:
    if not profile.versions.are_kept:
        return _("none, only the latest backup")
    from wizard.restore import versions  # the home screen is there sooner where none are kept

    seen = versions.last_seen(profile.name)
    if kept_facts.keeps_versions(profile) or (seen and seen.count):
        return profile.versions.periods
    return _("{periods} (requested, not confirmed by the server yet)").format(periods=profile.versions.periods)


def _practice(totals: Totals | None) -> str:
    if totals is None:
        return _("done, nothing copied")
    return _("{new} new, {changed} changed, {deleted} to delete: {size} to send").format(
        new=display.number(totals.new),
        changed=display.number(totals.changed),
        deleted=display.number(totals.deleted),
        size=display.size(totals.bytes_to_send),
    )


DESCRIPTION = Description(question=QUESTION, look=look, told=_told, questions=questions, settle=settle)
