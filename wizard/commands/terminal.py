"""The person at the terminal, where there is one."""

from __future__ import annotations

import getpass
import os
import sys
from typing import TYPE_CHECKING

from wizard.client.keys.secrets import Secret
from wizard.client.session import Session
from wizard.failure import Failure, Kind
from wizard.storage import paths, profiles
from wizard.text.display import printable
from wizard.text.language import _

if TYPE_CHECKING:
    from wizard.profile import Profile


def is_there() -> bool:
    """Whether somebody can be asked and sees the answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def sees_screens() -> bool:
    """Whether the terminal can do more than print one line after another, in the characters that screens need."""
    return is_there() and os.environ.get("TERM", "dumb") != "dumb" and sys.stderr.encoding.lower() == "utf-8"


def session() -> Session:
    """A session that asks at the terminal, if there is one."""
    return Session(_ask if is_there() else None)


def held(name: str, session: Session, *, timeout: float = 0.0) -> Profile:
    """The profile of that name, with every other program kept off the backup until the session ends.

    `timeout` is as for `Session.hold`.

    Raises:
        Failure: `PROFILE_IN_USE`, or it can't be read.
    """
    profiles.load(name)  # a backup that is not here gets no lock
    session.hold(name, timeout=timeout)
    return profiles.load(name)


def secret(question: str) -> Secret:
    """What somebody types without it being shown; where nobody is there, the next line of standard input."""
    if not is_there():
        return Secret(sys.stdin.readline().strip())
    try:
        return Secret(getpass.getpass(printable(question) + " ").strip())
    except EOFError:  # Ctrl+D
        return Secret("")


async def _ask(profile: Profile) -> Secret:
    question = _("Passphrase of {file}:").format(file=paths.shown(profile.key_path))
    try:
        return Secret(getpass.getpass(printable(question) + " "))
    except EOFError:  # Ctrl+D
        raise Failure(Kind.PASSPHRASE_UNASKED, str(profile.key_path)) from None
