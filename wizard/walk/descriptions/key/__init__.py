"""Key: what this computer shows the server to be let in, and what protects it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from wizard import rules
from wizard.client.keys import key_files, key_options, key_types, protected_key
from wizard.client.process.background import in_background
from wizard.failure import Failure, Kind
from wizard.profile import Key
from wizard.server import kept_facts
from wizard.storage import paths
from wizard.text.language import _
from wizard.walk import steps
from wizard.walk.description import Description, Hidden, May, MayIfConfirmed, YesNo
from wizard.walk.descriptions.key.choices import (
    MADE,
    QUESTION,
    REFUSED,
    Answer,
    Keys,
    choice,
    kept_protection,
    new_type,
    own_keys,
)
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.client.keys.key_options import KeyOptions
    from wizard.client.keys.secrets import Secret
    from wizard.profile import Profile, Protection
    from wizard.walk.context import WalkContext
    from wizard.walk.description import Answers, Pass, Question

NO_KEYRING = _(
    "This computer has no keyring to save a passphrase in. Install one (gnome-keyring or KWallet) and start the"
    " wizard again, or continue without one."
)
WRONG_PASSPHRASE = _("That passphrase doesn't unlock the key. Try again.")
UNPROTECTED = MayIfConfirmed(
    _("Use a key without a passphrase?"),
    _(
        "This key has no passphrase. Anyone who gets this computer, its disk or a copy of its files can sign in"
        " to the server with it. Nobody would notice."
    ),
    yes=_("Use it anyway"),
    no=_("Choose another"),
)


def _found(profile: Profile) -> tuple[KeyOptions, frozenset[str]]:
    options = key_options.look(profile)
    files = [key.file for key in options.found if key.file]
    return options, frozenset(file for file in files if _opens_alone(Path(file).expanduser()))


def _opens_alone(path: Path) -> bool:
    try:
        return key_files.opens(path, None)
    except Failure:  # told once that key is chosen
        return False


async def look(profile: Profile, context: WalkContext, before: object = None) -> Keys | None:
    """See what keys and what keyring there are; with nobody there to choose, the profile has chosen."""
    if not context.is_attended:
        return None
    options, unlocked = await in_background(partial(_found, profile))
    types = key_types.instead(kept_facts.known(profile))
    is_refused = bool(types and options.there) and _is_of_the_usual_type(profile)
    held, warned = context.session.holds(profile.key_path), Step.KEY in context.warned
    return Keys(options, unlocked, held, warned, types, is_refused)


def _is_of_the_usual_type(profile: Profile) -> bool:
    return key_types.is_of(key_files.public_line(profile.key_path), "ed25519")


def questions(profile: Profile, keys: Keys, answers: Answers) -> Iterator[Question]:
    """The key; one of the person's own; and the passphrase that opens it, or a new one."""
    yield choice(profile, keys)
    if answers.get("key") == Answer.OWN:
        yield own_keys(keys)
        if "own-key" not in answers:
            return
    if answers.get("key") in MADE and keys.types:
        yield new_type(keys)
    if answers.get("key") == Answer.ASK:
        yield new_passphrase()
    if path := to_open(profile, keys, answers):
        yield passphrase(path)
        if keys.options.keyring:
            yield keep(keys.options.keyring)


def new_passphrase() -> Hidden:
    """A passphrase for a new key, which is asked for twice."""
    return Hidden(
        id="new-passphrase",
        label=_("Passphrase for the new key"),
        rule=lambda typed: rules.passphrase(typed.reveal()),
        again=_("Type it again"),
    )


def passphrase(path: Path) -> Hidden:
    """The passphrase of a key that is there."""

    def rule(typed: Secret) -> str | None:
        return None if typed and key_files.opens(path, typed) else WRONG_PASSPHRASE

    label = _("Passphrase of {file}").format(file=paths.shown(path))
    return Hidden(id="passphrase", label=label, rule=rule)


def keep(keyring: str) -> YesNo:
    """Whether the keyring keeps that passphrase."""
    return YesNo(
        id="keep",
        label=_("Save it in {keyring}").format(keyring=keyring),
        sentence=_("Otherwise you type it for each backup."),
        ask=_("Save it in {keyring}? Otherwise you type it for each backup.").format(keyring=keyring),
        default=True,
    )


def to_open(profile: Profile, keys: Keys, answers: Answers) -> Path | None:
    """The key whose passphrase has to be typed, if there is one."""
    options = keys.options
    match answers.get("key"):
        case Answer.THERE:
            is_open = options.there_is_open or profile.key_is_agents or keys.is_held
            asks = not is_open and kept_protection(profile, keys) == "ask"
            return Path(options.there).expanduser() if asks else None
        case Answer.OWN:
            file = options.found[int(answers["own-key"])].file
            return Path(file).expanduser() if file and file not in keys.unlocked else None
    return None


def decided(profile: Profile, keys: Keys, answers: Answers) -> Key:
    """The key that was chosen; one that the person's agent holds gets its file when it is settled."""
    options, protection = keys.options, _protection(profile, keys, answers)
    match answers["key"]:
        case Answer.THERE:
            return Key(protection=protection, file=options.there, type=profile.key.type)
        case Answer.OWN:
            return Key(protection=protection, file=options.found[int(answers["own-key"])].file)
    return Key(protection=protection, file=options.new_file, type=answers.get("key-type", profile.key.type))


def _protection(profile: Profile, keys: Keys, answers: Answers) -> Protection:
    match answers["key"]:
        case Answer.KEYRING:
            return "keyring"
        case Answer.UNPROTECTED:
            return "none"
        case Answer.THERE if keys.options.there_is_open:
            return "none"
        case Answer.THERE if to_open(profile, keys, answers) is None:
            return kept_protection(profile, keys)
        case Answer.OWN if keys.options.found[int(answers["own-key"])].file in keys.unlocked:
            return "none"
    return "keyring" if answers.get("keep") else "ask"


def may_pass(profile: Profile, keys: Keys | None, answers: Answers) -> Pass:
    """A key without protection is confirmed in words, once."""
    if keys is None or not answers:
        return May()
    key = decided(profile, keys, answers)
    before = msgspec.structs.replace(profile.key, file=paths.shown(profile.key_path))
    return UNPROTECTED if key.protection == "none" and key != before else May()


async def settle(profile: Profile, keys: Keys | None, answers: Answers, context: WalkContext) -> Profile:
    """The profile with a key that is there, and can be opened.

    Raises:
        Failure: as for `protected_key.ensure`, or our folder can't be written to.
    """
    changed, typed = profile, None
    if keys and answers:
        key = decided(profile, keys, answers)
        if answers["key"] == Answer.OWN and not key.file:
            line = keys.options.found[int(answers["own-key"])].line
            kept = await in_background(partial(key_files.keep_agent_key, profile.name, line))
            key = Key(protection="ask", file=paths.shown(kept))
        changed, typed = msgspec.structs.replace(profile, key=key), _typed(profile, keys, answers)
    record = partial(steps.record_undecided, Step.KEY)
    await in_background(partial(protected_key.ensure, changed, typed, *([record] if keys else [])))
    if typed and changed.key.protection == "ask":
        context.session.remember(changed.key_path, typed)
    context.tell(_("The key is {file}.").format(file=paths.shown(changed.key_path)))
    return changed


def _typed(profile: Profile, keys: Keys, answers: Answers) -> Secret | None:
    if answers["key"] == Answer.ASK:
        return answers["new-passphrase"]  # type: ignore[no-any-return]
    return answers["passphrase"] if to_open(profile, keys, answers) else None


def _told(profile: Profile, keys: Keys) -> Iterator[str]:
    if not keys.options.keyring:
        yield NO_KEYRING
    if keys.types:
        yield REFUSED


DESCRIPTION = Description(
    question=QUESTION,
    look=look,
    told=_told,
    questions=questions,
    may_pass=may_pass,
    settle=settle,
    warnings=frozenset({Kind.SECRET_MISSING, Kind.PASSPHRASE_WRONG}),
)
