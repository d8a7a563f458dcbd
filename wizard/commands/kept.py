"""The backups kept on this computer: list, show, forget."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from wizard import files, paths, profiles
from wizard.client import forgetting, profile_lock
from wizard.client.host_keys import known_hosts
from wizard.console import say
from wizard.display import printable
from wizard.failure import BadProfile, Failure, Kind
from wizard.running import record
from wizard.walk import steps

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path


def list_all(_: Namespace) -> int:
    """A line a backup."""
    names = profiles.names()
    if not names:
        say("No backup was begun here yet: run “backup-wizard” to begin one.")
    width = max(map(len, names), default=0)
    for name in names:
        try:
            walk = steps.begin(profiles.load(name))
        except Failure:
            say(f"{name:<{width}}  its profile can't be read: “backup-wizard show {name}” says why")
        else:
            state = "set up" if walk.reached is steps.Step.FINISH else f"goes on at “{steps.TITLES[walk.step]}”"
            runs = f"; {record.in_words(name)}" if walk.reached is steps.Step.FINISH else ""
            say(f"{name:<{width}}  to {walk.profile.server.host or 'no server yet'}; {state}{runs}")
    return 0


def show(chosen: Namespace) -> int:
    """The profile, and where its parts are."""
    try:
        profile = profiles.load(chosen.name)
    except BadProfile:
        say(_as_it_stands(chosen.name))
        raise
    say(profiles.dumps(profile).rstrip())
    say()
    say(f"# profile:  {paths.shown(paths.profile(profile.name))}")
    say(f"# key:      {paths.shown(profile.key_path)}{'' if profile.key_path.exists() else ' (not made yet)'}")
    say(f"# step:     {steps.begin(profile).reached}")
    trusted = "confirmed" if known_hosts.trusts(profile) else "not confirmed on this computer yet"
    say(f"# server:   {trusted}")
    say(f"# backup:   {record.in_words(profile.name)}")
    return 0


def forget(chosen: Namespace) -> int:
    """Remove the profile, its secrets and, if wanted, the key that was made for it."""
    if not profiles.exists(chosen.name):
        raise Failure(Kind.NO_SUCH_PROFILE, chosen.name)
    with profile_lock.alone(chosen.name):
        passphrase_goes = _about_passphrase(chosen.name)
        own = forgetting.own_keys(chosen.name)
        remove_key = _ask_about(own) if chosen.remove_key is None else chosen.remove_key
        forgetting.forget(chosen.name, remove_key=remove_key)
    say(f"The backup “{chosen.name}” is forgotten here. What is on the server stays.")
    for key in own:
        say(f"Its key {paths.shown(key)} was {'removed' if remove_key else f'kept{passphrase_goes}'}.")
    return 0


def _as_it_stands(name: str) -> str:
    try:
        return files.read(paths.profile(name)).decode(errors="replace").rstrip()
    except OSError:
        return ""


def _about_passphrase(name: str) -> str:
    try:
        in_keyring = profiles.load(name).key.protection == "keyring"
    except Failure:
        return ""
    return ", but the keyring does not hold its passphrase any more" if in_keyring else ""


def _ask_about(own: list[Path]) -> bool:
    if not own or not sys.stdin.isatty():
        return False
    named = printable(", ".join(map(paths.shown, own)))
    try:
        answer = input(f"Remove its key {named} as well? It can't be brought back. [y/N] ")
    except EOFError:  # Ctrl+D
        return False
    return answer.strip().lower() in {"y", "yes"}
