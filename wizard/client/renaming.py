"""Giving a backup another name, as long as no server knows it by the old one."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wizard import rules
from wizard.client import forgetting, profile_lock
from wizard.client.host_keys import known_hosts
from wizard.client.keys import key_files, reading_key, secrets
from wizard.failure import Failure, Kind
from wizard.storage import files, paths, profiles
from wizard.text.language import _

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.profile import Profile


_MARK = "renamed-from"


def complaint(typed: str) -> str | None:
    """Why a backup can't get that name, or nothing."""
    if why := rules.name(typed):
        return why
    if profiles.exists(typed):
        return _("You already have a backup with that name. Choose another name.")
    return profiles.taken(typed)


def rename(old: str, new: str) -> None:
    """Copy all that is kept of a backup under the new name, then forget the old one.

    Cut off in between, the old one is still whole, and `finish` sees to the rest.

    Raises:
        Failure: `PROFILE_IN_USE`, or a part can't be read or written; nothing was changed.
        BadProfile: the name can't be taken.
    """
    with profile_lock.alone(old), profile_lock.alone(new):
        rename_held(old, new)


def rename_held(old: str, new: str) -> None:
    """The same, for whoever holds both names."""
    profile = profiles.load(old)
    if left := key_files.begun_for(new):  # of a backup that was forgotten, with its passphrase in the keyring
        raise Failure(Kind.FILE_EXISTS, str(left[0]))
    renamed = _renamed(profile, new)
    try:
        files.replace(files.private_folder(paths.walk_state(new)) / _MARK, old.encode())
        _copy(profile, renamed)
        profiles.save(renamed)
    except BaseException:
        _take_back(profile, renamed)
        raise
    forgetting.forget(old, remove_key=True)
    files.remove(paths.walk_state(new) / _MARK)


def finish() -> None:
    """See to it that what was cut off has one name: the new one if all was copied, or else the old one."""
    for mark in paths.state().glob(f"*/{_MARK}"):
        with contextlib.suppress(Failure, OSError, UnicodeDecodeError):  # another program is at it, or it can't be read
            old = files.read(mark).decode()
            if rules.name(old) is None and profiles.exists(old):
                _finish(old, mark.parent.name)
            files.remove(mark)


def _finish(old: str, new: str) -> None:
    with profile_lock.alone(old), profile_lock.alone(new):
        if profiles.exists(new):
            forgetting.forget(old, remove_key=True)
        else:
            profile = profiles.load(old)
            _take_back(profile, _renamed(profile, new))


def _renamed(profile: Profile, new: str) -> Profile:
    return replace(profile, name=new, key=replace(profile.key, file=_key_file(profile, new)))


def _copy(profile: Profile, renamed: Profile) -> None:
    old, new = profile.name, renamed.name
    for what in forgetting.SECRETS:
        with contextlib.suppress(_Missing):
            secrets.store(new, what, _kept(old, what))
    if _is_own_key(profile):
        files.create(renamed.key_path, files.read(profile.key_path))
        key_files.complete(renamed.key_path, new)
    elif profile.key_is_agents and renamed.key_path != profile.key_path:
        key_files.keep_agent_key(new, key_files.public_line(profile.key_path))
    if confirmed := known_hosts.confirmed(profile):
        known_hosts.trust(renamed, confirmed)
    for kept in paths.walk_state(old).iterdir():
        if kept.is_file() and kept != paths.lock(old):
            files.replace(paths.walk_state(new) / kept.name, files.read(kept))
    reading_key.carry(profile, renamed)


def _take_back(profile: Profile, renamed: Profile) -> None:
    with contextlib.suppress(Failure):
        if _is_own_key(profile) and key_files.is_made_for(renamed.key_path, renamed.name):
            key_files.remove(renamed.key_path)
        reading_key.remove_file(renamed.name)
        known_hosts.forget(renamed.name)
        for what in forgetting.SECRETS:
            secrets.remove(renamed.name, what)
    shutil.rmtree(paths.walk_state(renamed.name), ignore_errors=True)


def _key_file(profile: Profile, new: str) -> str:
    path, called = profile.key_path, key_files.file_name_for(profile.name)
    if not profile.key.file:
        return ""
    if path == paths.agent_keys() / f"{profile.name}.pub":
        return str(path.with_name(f"{new}.pub"))
    if _is_own_key(profile) or (not path.exists() and path.name.startswith(called)):
        return paths.shown(path.with_name(key_files.file_name_for(new) + path.name.removeprefix(called)))
    return profile.key.file


def _is_own_key(profile: Profile) -> bool:
    path: Path = profile.key_path
    return path.exists() and key_files.is_made_for(path, profile.name)


class _Missing(Exception):
    """There is no such secret."""


def _kept(name: str, what: secrets.What) -> secrets.Secret:
    try:
        return secrets.fetch(name, what)
    except Failure as failure:
        if failure.kind in {*forgetting.without_keyring(name, what), Kind.SECRET_MISSING}:
            raise _Missing from None
        raise
