"""What was handed over to the admin, so that a change of it is noticed."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import msgspec

from wizard import schemes
from wizard.failure import Failure
from wizard.schemes.facts import Recorded, ServerFacts
from wizard.storage import paths, state_files

if TYPE_CHECKING:
    from wizard.profile import Profile
    from wizard.schemes.facts import ClientFacts

_FILE = "handed-over.json"
_MOST_KEYS = 4
_KEY = re.compile(r"[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,2}", re.ASCII)


class _Kept(msgspec.Struct, frozen=True):
    """The command, for schemes whose text holds one; the text's digest, and whether it replaces another text.

    `keys` are those that any text has asked to let in, the latest last.
    """

    live: tuple[str, ...] = ()
    dry: tuple[str, ...] = ()
    text: str = ""
    replaces: bool = False
    keys: tuple[str, ...] = ()


class Replaced(msgspec.Struct, frozen=True):
    """An earlier text that this one replaces; only what is for one of these keys was in it (each type and base64)."""

    keys: tuple[str, ...] = ()


def text_digest(profile: Profile, client: ClientFacts) -> str:
    """What tells one text for the admin from another: the server that it is for, and all that is asked of that.

    What becomes known of a server meanwhile is no change of the person's.

    Raises:
        Failure: a fact that the text depends on is not known.
    """
    known = msgspec.structs.replace(client, public_key=client.public_key or str(profile.key_path))
    setup = schemes.of(profile).server_setup(profile, known, ServerFacts())
    # What is not asked for is left out, so that a text that was handed over before there were versions stays the same.
    versions = (profile.versions,) if profile.versions.are_kept else ()
    asked = (profile.server.machine, profile.server.port, setup, *versions)
    try:
        encoded = msgspec.json.encode(asked)
    except UnicodeEncodeError:  # a key's comment may be no text
        encoded = repr(asked).encode(errors="backslashreplace")
    return hashlib.sha256(encoded).hexdigest()


def keep(profile: Profile, client: ClientFacts) -> None:
    """Note what the admin was given.

    Raises:
        Failure: our folder can't be written to.
    """
    before, text = _kept(profile.name), _digest(profile, client)
    recorded, keys = client.recorded or Recorded(live=(), dry=()), _keys(before, client)
    kept = _Kept(recorded.live, recorded.dry, text, _is_another(before, text), keys)
    state_files.save(profile.name, _FILE, kept)


def replaced(profile: Profile, client: ClientFacts) -> Replaced | None:
    """What the text of now replaces, if the admin may have been given an earlier one."""
    before = _kept(profile.name)
    return Replaced(_keys(before, client)) if _is_another(before, _digest(profile, client)) else None


def has_drifted(profile: Profile, client: ClientFacts) -> bool:
    """Whether this computer would now ask for another command than the one that was handed over."""
    if client.recorded is None:
        return False
    kept = state_files.load(profile.name, _FILE, _Kept, None)
    return kept is None or (kept.live, kept.dry) != (client.recorded.live, client.recorded.dry)


def replaces_another(name: str) -> bool:
    """Whether the admin may have been given an earlier text, which this one replaces."""
    return _kept(name).replaces


def settle(name: str) -> None:
    """The server has what it was asked for.

    Raises:
        Failure: our folder can't be written to.
    """
    if (kept := _kept(name)).replaces:
        state_files.save(name, _FILE, msgspec.structs.replace(kept, replaces=False))


def forget_text(name: str) -> None:
    """The admin has answered, and may have decided otherwise: what is asked from now on is no change of the person's.

    Raises:
        Failure: our folder can't be written to.
    """
    if (kept := _kept(name)).text:
        state_files.save(name, _FILE, msgspec.structs.replace(kept, text="", replaces=False))


def was(name: str) -> bool:
    """Whether the text for the admin of that backup's server was ever written."""
    return (paths.walk_state(name) / _FILE).exists()


def _digest(profile: Profile, client: ClientFacts) -> str:
    try:
        return text_digest(profile, client)
    except Failure:  # whoever shows the text explains it
        return ""


def _is_another(before: _Kept, text: str) -> bool:
    return before.replaces or bool(before.text and text and before.text != text)


def _keys(before: _Kept, client: ClientFacts) -> tuple[str, ...]:
    """What can't be a key never comes into a text."""
    key = " ".join(client.public_key.split()[:2])
    return tuple(one for one in dict.fromkeys((*before.keys, key)) if _KEY.fullmatch(one))[-_MOST_KEYS:]


def _kept(name: str) -> _Kept:
    return state_files.load(name, _FILE, _Kept, _Kept())
