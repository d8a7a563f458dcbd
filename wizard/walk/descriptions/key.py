"""Key: what this computer shows the server to be let in, and what protects it."""

from __future__ import annotations

from enum import StrEnum, auto
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from wizard import rules
from wizard.client.keys import key_files, key_options, protected_key
from wizard.client.process.background import in_background
from wizard.failure import Failure, Kind
from wizard.profile import Key
from wizard.storage import paths
from wizard.text.display import printable
from wizard.text.language import _, ngettext
from wizard.walk import steps
from wizard.walk.description import Alternative, Description, Hidden, May, MayIfConfirmed, OneOf, YesNo
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.client.keys.key_options import KeyOptions
    from wizard.client.keys.secrets import Secret
    from wizard.profile import Profile, Protection
    from wizard.walk.context import WalkContext
    from wizard.walk.description import Answers, Pass, Question

QUESTION = _("How should the key be protected?")
WHICH = _("Which key do you want to use?")
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


class Answer(StrEnum):
    """What can be chosen."""

    THERE = auto()
    KEYRING = auto()
    ASK = auto()
    OWN = auto()
    UNPROTECTED = auto()


class Keys(msgspec.Struct, frozen=True):
    """What there is to choose from.

    `unlocked` are the files of the person's own keys that open without a passphrase. `is_held` is whether the wizard
    was given the passphrase of the backup's key already, and `is_lost` whether the one in the keyring is not the key's.
    """

    options: KeyOptions
    unlocked: frozenset[str]
    is_held: bool
    is_lost: bool


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
    return Keys(options, unlocked, context.session.holds(profile.key_path), Step.KEY in context.warned)


def kept_protection(profile: Profile, keys: Keys) -> Protection:
    """What would protect the key that is there already."""
    in_keyring = profile.key.protection == "keyring" and keys.options.keyring
    return "keyring" if in_keyring and not keys.is_lost else "ask"


def choice(profile: Profile, keys: Keys) -> OneOf:
    """All that can be chosen; proposed is never a key without protection, unless that was chosen before."""
    options = keys.options
    chosen_before = not options.there_is_open or profile.key.protection == "none"
    default = Answer.KEYRING if options.keyring else Answer.ASK
    if options.there and chosen_before and not keys.is_lost:
        default = Answer.THERE
    return OneOf(id="key", label=QUESTION, alternatives=tuple(_listed(profile, keys)), default=default)


def own_keys(keys: Keys) -> OneOf:
    """The person's own keys."""
    listed = [
        Alternative(str(number), printable(key.comment), printable(_place(key.file)))
        for number, key in enumerate(keys.options.found)
    ]
    return OneOf(id="own-key", label=WHICH, alternatives=tuple(listed), default="0")


def questions(profile: Profile, keys: Keys, answers: Answers) -> Iterator[Question]:
    """The key; one of the person's own; and the passphrase that opens it, or a new one."""
    yield choice(profile, keys)
    if answers.get("key") == Answer.OWN:
        yield own_keys(keys)
        if "own-key" not in answers:
            return
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
            return Key(protection=protection, file=options.there)
        case Answer.OWN:
            return Key(protection=protection, file=options.found[int(answers["own-key"])].file)
    return Key(protection=protection, file=options.new_file)


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
    before = Key(protection=profile.key.protection, file=paths.shown(profile.key_path))
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


def _listed(profile: Profile, keys: Keys) -> Iterator[Alternative]:
    options = keys.options
    if options.there:
        yield Alternative(Answer.THERE, _("Keep the current key"), _about_there(profile, keys))
    if options.keyring:
        made = _("Saves its passphrase in {keyring}.").format(keyring=options.keyring)
        loses = _("After that, nobody can unlock the current key any more.")
        sentence = loses if _would_lose_one(profile, keys) else made
        yield Alternative(Answer.KEYRING, _("A new key, with its passphrase saved in your keyring"), sentence)
    by_you = _("You choose a passphrase and type it for each backup.")
    yield Alternative(Answer.ASK, _("A new key, with a passphrase you type each time"), by_you)
    count = len(options.found)
    some = ngettext("Found {count} in ~/.ssh or your ssh agent.", "Found {count} in ~/.ssh or your ssh agent.", count)
    sentence = some.format(count=count) if count else _("Found none in ~/.ssh or your ssh agent.")
    yield Alternative(Answer.OWN, _("A key you already have"), sentence, disabled=not count)
    anyone = _("Anyone who gets this computer's files can use it.")
    yield Alternative(Answer.UNPROTECTED, _("A new key without a passphrase"), anyone)


def _about_there(profile: Profile, keys: Keys) -> str:
    if profile.key_is_agents:
        return _("In your ssh agent.")
    file = keys.options.there
    if keys.options.there_is_open:
        return _("{file}, without a passphrase.").format(file=file)
    if kept_protection(profile, keys) == "keyring":
        return _("{file}, with its passphrase saved in your keyring.").format(file=file)
    return _("{file}, with a passphrase you type each time.").format(file=file)


def _would_lose_one(profile: Profile, keys: Keys) -> bool:
    # The keyring holds one passphrase for a backup; that of a key made here is known to nobody else.
    options = keys.options
    made_here = options.there.startswith("~/.ssh/backup-wizard-") and not options.there_is_open
    return made_here and kept_protection(profile, keys) == "keyring"


def _place(file: str) -> str:
    if file:
        return _("in {file}").format(file=file)
    return _("in your ssh agent, which must be running for each backup")


def _told(profile: Profile, keys: Keys) -> Iterator[str]:
    if not keys.options.keyring:
        yield NO_KEYRING


DESCRIPTION = Description(
    question=QUESTION,
    look=look,
    told=_told,
    questions=questions,
    may_pass=may_pass,
    settle=settle,
    warnings=frozenset({Kind.SECRET_MISSING, Kind.PASSPHRASE_WRONG}),
)
