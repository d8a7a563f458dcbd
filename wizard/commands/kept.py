"""The backups kept on this computer: list, show, forget."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from wizard import backup_states, printing
from wizard.client import forgetting, profile_lock
from wizard.client.host_keys import known_hosts
from wizard.client.keys import reading_key
from wizard.console import ToPaste, say
from wizard.failure import BadProfile, Failure, Kind
from wizard.running import history, record
from wizard.schedule import words
from wizard.storage import files, paths, profiles
from wizard.text.display import printable
from wizard.text.language import _
from wizard.walk import steps

if TYPE_CHECKING:
    from argparse import Namespace


def list_all(chosen: Namespace) -> int:
    """A line a backup, or all of them as JSON."""
    backups = backup_states.all_of_them()
    if chosen.json:
        say(ToPaste(json.dumps({"backups": [one.as_json() for one in backups]})))
        return 0
    if not backups:
        say(_("You have no backups yet. Run “backup-wizard” to set one up."))
    width = max((len(one.name) for one in backups), default=0)
    for one in backups:
        say(f"{one.name:<{width}}  {one.sentence}")
    return 0


def show(chosen: Namespace) -> int:
    """The profile, and where its parts are."""
    try:
        profile = profiles.load(chosen.name)
    except BadProfile:
        say(ToPaste(_as_it_stands(chosen.name)))
        raise
    say(ToPaste(profiles.dumps(profile).rstrip()))
    say()
    state = backup_states.of(profile.name)
    not_made = " " + _("(not created yet)")
    rows = [
        (_("profile"), paths.shown(paths.profile(profile.name))),
        (_("key"), paths.shown(profile.key_path) + ("" if profile.key_path.exists() else not_made)),
        (_("read key"), _read_key(profile.name)),
        (_("step"), steps.TITLES[steps.begin(profile).reached]),
        (_("server"), _("confirmed") if known_hosts.trusts(profile) else _("not confirmed on this computer yet")),
        (_("backup"), record.in_words(profile)),
        (_("schedule"), words.how_often(profile.schedule)),
        (_("next"), " ".join(state.upcoming.sentences)),
        (_("state"), " ".join(filter(None, (f"{state.title}.", state.advice)))),
        (_("check"), state.tested.about_check),
        (_("test"), " ".join(filter(None, (state.tested.drill.told, state.tested.missed_drill)))),
    ]
    rows = [(title, value) for title, value in rows if value]
    width = max(len(title) for title, _value in rows)
    for title, value in rows:
        say(f"# {title + ':':<{width + 1}}  {value}")
    if runs := history.read(profile.name):
        say("#\n# " + _("last runs") + ":")
    for head, *rest in (run.lines for run in runs):
        say("\n".join([f"#   {head}", *(f"#     {line}" for line in rest)]))
    return 0


def _read_key(name: str) -> str:
    asked = reading_key.in_use(name)
    if asked is None:
        return ""
    until = _("{file}, until {time}") if asked.file else _("a password, until {time}")
    return until.format(file=paths.shown(Path(asked.file)), time=f"{asked.expires.astimezone():%Y-%m-%d %H:%M}")


def forget(chosen: Namespace) -> int:
    """Remove the profile, its secrets and, if wanted, the key that was made for it.

    Raises:
        Failure: `NO_SUCH_PROFILE`, or `PROFILE_IN_USE` if another program is at work on it; or what is to be removed
            can't be.
    """
    if not profiles.exists(chosen.name):
        raise Failure(Kind.NO_SUCH_PROFILE, chosen.name)
    with profile_lock.alone(chosen.name):
        in_keyring = _has_passphrase_in_keyring(chosen.name)
        own = forgetting.own_keys(chosen.name)
        remove_key = _ask_about(own) if chosen.remove_key is None else chosen.remove_key
        forgetting.forget(chosen.name, remove_key=remove_key)
    say(_("This computer has forgotten the backup “{name}”. Files on the server stay.").format(name=chosen.name))
    for key in own:
        if remove_key:
            told = _("Deleted its key {file}.")
        elif in_keyring:
            told = _("Kept its key {file}. Its passphrase stays in your keyring.")
        else:
            told = _("Kept its key {file}.")
        say(told.format(file=paths.shown(key)))
    return 0


def _as_it_stands(name: str) -> str:
    try:
        return files.read(paths.profile(name)).decode(errors="replace").rstrip()
    except OSError:
        return ""


def _has_passphrase_in_keyring(name: str) -> bool:
    try:
        return profiles.load(name).key.protection == "keyring"
    except Failure:
        return False


def _ask_about(own: list[Path]) -> bool:
    if not own or not sys.stdin.isatty():
        return False
    named = printable(", ".join(map(paths.shown, own)))
    try:
        asked = _("Also delete its key {file}? You can't undo this. [y/N]").format(file=named)
        answer = input(f"{printing.wrapped(asked, sys.stdout)} ")
    except EOFError:  # Ctrl+D
        return False
    return answer.strip().lower() in {"y", "yes"}
