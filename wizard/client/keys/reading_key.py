"""The second key or password, which reads a backup for a while: made, kept with what was asked for, and removed again.

Its passphrase, or the password itself, is in the keyring and nowhere else.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import itertools
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from wizard import schemes
from wizard.client.keys import key_files, secrets
from wizard.failure import Failure, Kind
from wizard.storage import files, state_files

if TYPE_CHECKING:
    from wizard.profile import Profile

SECRET: secrets.What = "restore-passphrase"  # noqa: S105

_FILE = "restore-key.json"
_MOST_KEYS = 4


class Asked(msgspec.Struct, frozen=True):
    """What the admin was last asked for: when, up to when, and whether the server shuts the door then by itself.

    `account` is where on which server, and `file` the key's, or empty where a password is asked for; `line` is its
    public half. `keys` are those that any
    text has named (each type and base64), the latest last, and `replaces` whether an earlier text has to go. Once the
    door was seen shut, the file and the secret are gone and `is_over`.
    """

    asked: datetime
    expires: datetime
    by_itself: bool
    account: str = ""
    file: str = ""
    line: str = ""
    keys: tuple[str, ...] = ()
    replaces: bool = False
    was_let_in: bool = False
    is_over: bool = False

    @property
    def has_expired(self) -> bool:
        """Whether the server should refuse it by now, by this computer's clock."""
        return datetime.now(UTC) >= self.expires

    @property
    def fingerprint(self) -> str:
        """The key's fingerprint as ssh-keygen prints it, or nothing for a password."""
        if not self.line:
            return ""
        digest = hashlib.sha256(base64.b64decode(self.line.split()[1])).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def kept(name: str) -> Asked | None:
    """What was last asked for, if anything."""
    return state_files.load(name, _FILE, Asked, None)


def in_use(name: str) -> Asked | None:
    """The same, as long as the key or the password is there."""
    return asked if (asked := kept(name)) and not asked.is_over else None


def is_for(profile: Profile, asked: Asked) -> bool:
    """Whether that was asked of the server, the account and the way in that the profile has now."""
    return asked.account == profile.server.account and bool(asked.file) is schemes.of(profile).uses_ssh


def is_named_by(profile: Profile) -> bool:
    """Whether the profile is one that reads the backup with the second key."""
    asked = in_use(profile.name)
    return bool(asked and asked.file and Path(asked.file) == profile.key_path)


def ensure(profile: Profile, expires: datetime, *, by_itself: bool) -> Asked:
    """Have a second key, or a second password, and keep what is asked for with it; one that is there is used again.

    Raises:
        Failure: `KEYRING_MISSING`, `KEYRING_LOCKED` or `KEYRING_REFUSED`, or a file can't be written. Nothing half-made
            stays.
    """
    before = kept(profile.name)
    now = datetime.now(UTC)
    if before and _is_whole(profile, before):
        renewed = msgspec.structs.replace(
            before, asked=now, expires=expires, by_itself=by_itself, replaces=True, was_let_in=False
        )
        state_files.save(profile.name, _FILE, renewed)
        return renewed
    if before and not is_for(profile, before):
        remove(profile.name)  # what is of use nowhere else must not stay behind unseen
    keys, file = (before.keys if before else ()), _free(profile) if schemes.of(profile).uses_ssh else None
    account, replaces = profile.server.account, bool(before and is_for(profile, before))
    asked = Asked(now, expires, by_itself, account, str(file or ""), keys=keys, replaces=replaces)
    passphrase = secrets.generate()
    try:
        # The secret and the note come first: a key whose passphrase nobody has, or that is noted nowhere, is litter.
        secrets.store(profile.name, SECRET, passphrase)
        state_files.save(profile.name, _FILE, asked)
        if file:
            key_files.make(file, _comment_for(profile.name), passphrase)
            line = key_files.public_line(file)
            named = tuple(dict.fromkeys((*keys, " ".join(line.split()[:2]))))[-_MOST_KEYS:]
            asked = msgspec.structs.replace(asked, line=line, keys=named)
            state_files.save(profile.name, _FILE, asked)
    except BaseException:
        with contextlib.suppress(Failure):
            secrets.remove(profile.name, SECRET)
            if before:
                state_files.save(profile.name, _FILE, msgspec.structs.replace(before, is_over=True))
            else:
                state_files.forget(profile.name, _FILE)
        raise
    return asked


def require_usable(name: str, asked: Asked) -> None:
    """See that this computer can use the key or the password, or a refusal would say nothing of the server.

    Raises:
        Failure: as for `secrets.fetch` and `key_files.opens`, or `PASSPHRASE_WRONG`.
    """
    if asked.file and not Path(asked.file).exists():
        raise Failure(Kind.KEY_MISSING, asked.file)
    passphrase = secrets.fetch(name, SECRET)
    if asked.file and not key_files.opens(Path(asked.file), passphrase):
        raise Failure(Kind.PASSPHRASE_WRONG, asked.file)


def note_let_in(name: str) -> None:
    """Remember that the server has let the key in; on a full disk, the next time."""
    if (asked := kept(name)) and not asked.was_let_in:
        with contextlib.suppress(Failure):
            state_files.save(name, _FILE, msgspec.structs.replace(asked, was_let_in=True))


def remove(name: str) -> None:
    """Remove the key and its secret; which keys were asked for stays known, so that a later text replaces their lines.

    Raises:
        Failure: a part can't be removed; it can be tried again.
    """
    if asked := in_use(name):
        remove_file(name)
        secrets.remove(name, SECRET)
        state_files.save(name, _FILE, msgspec.structs.replace(asked, is_over=True))


def remove_file(name: str) -> None:
    """Remove the key's file, if it is there and this backup's.

    Raises:
        Failure: it can't be removed.
    """
    asked = in_use(name)
    if asked and asked.file and _is_ours(Path(asked.file), name):
        key_files.remove(Path(asked.file))


def carry(old: Profile, new: Profile) -> None:
    """Give the key to a backup that has another name now, to which its note was copied already.

    Raises:
        Failure: a file can't be read or written.
    """
    asked = in_use(old.name)
    if not (asked and asked.file and Path(asked.file).exists()):
        return
    file = _free(new)
    files.create(file, files.read(Path(asked.file)))
    key = " ".join(asked.line.split()[:2])
    files.create(key_files.public_path(file), f"{key} {_comment_for(new.name)}\n".encode(), 0o644)
    state_files.save(new.name, _FILE, msgspec.structs.replace(asked, file=str(file)))


def _is_whole(profile: Profile, asked: Asked) -> bool:
    if asked.is_over or not is_for(profile, asked):
        return False
    try:
        passphrase = secrets.fetch(profile.name, SECRET)
        return not asked.file or (bool(asked.line) and key_files.opens(Path(asked.file), passphrase))
    except Failure as failure:
        if failure.kind in {Kind.SECRET_MISSING, Kind.KEY_MISSING, Kind.KEY_UNUSABLE}:
            return False
        raise


def _free(profile: Profile) -> Path:
    """Where a key can be made, beside the backup's own; the name is one that no backup's own key has."""
    folder = key_files.usual_folder() if profile.key_is_agents else profile.key_path.parent
    for number in itertools.count(1):
        path = folder / (f"{key_files.FOR_READING}{profile.name}" + (f"-{number}" if number > 1 else ""))
        with contextlib.suppress(Failure):
            key_files.require_free(path)
            return path
    raise AssertionError


def _comment_for(name: str) -> str:
    return f"{key_files.FOR_READING}{name}"


def _is_ours(path: Path, name: str) -> bool:
    try:
        line = key_files.public_line(path)
    except Failure:
        return path.exists()  # half-made, or half-removed
    return line.endswith(f" {_comment_for(name)}")
