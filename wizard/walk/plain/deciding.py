"""The questions in which something is decided."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import msgspec

from wizard import profiles, rules
from wizard.client.folders import exclude_presets
from wizard.client.folders import folder_access as own_folders
from wizard.client.host_keys import host_identity, known_hosts
from wizard.client.host_keys.host_identity import HostKeyStatus
from wizard.console import say
from wizard.display import printable
from wizard.failure import Failure, Kind
from wizard.profile import with_delete
from wizard.server.reaching import host_trust, reachability
from wizard.walk import steps
from wizard.walk.plain import asker
from wizard.walk.plain.asker import GoBack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.client.session import Session
    from wizard.profile import Profile
    from wizard.walk.steps import Walk

_NEW = ""
_DELETE = "Remove on the server what I removed here? What you delete by mistake is then lost there too"
_WHAT_ELSE = "What else, such as *.iso or Old films/, with commas between"


def choose_backup() -> Walk:
    """A backup that was begun, or a new one."""
    begun = profiles.names()
    if not begun:
        return steps.new()
    alternatives = [(name, f"go on with “{name}”") for name in begun]
    name = asker.choice("Which backup is it about?", [*alternatives, (_NEW, "a new backup")], begun[0])
    return steps.begin(profiles.load(name)) if name else steps.new()


def welcome(profile: Profile, _: Session) -> Profile:
    """The backup's name, which stays once it was saved."""
    if profiles.exists(profile.name):
        say(f"This is the backup “{profile.name}”.")
        asker.pause()
        return profile

    def rule(name: str) -> str | None:
        if profiles.exists(name):
            return "There is a backup of that name already."
        return rules.name(name) or profiles.taken(name)

    return msgspec.structs.replace(profile, name=asker.line("What shall this backup be called?", profile.name, rule))


def folders(profile: Profile, _: Session) -> Profile:
    """The folders, one a line, and what is left out of them."""
    chosen: Sequence[str] = profile.folders or own_folders.wanted_at_first()
    say("These folders will be backed up:")
    for folder in chosen:
        say(f"  {printable(folder)}")
    if not asker.agrees("Are these the right ones?", default=True):
        chosen = _typed_folders()
    exclude = _left_out(profile)
    delete = not profile.scheme.append_only and asker.agrees(_DELETE, default=profile.delete)
    return with_delete(msgspec.structs.replace(profile, folders=tuple(chosen), exclude=exclude), delete)


def server(profile: Profile, _: Session) -> Profile:
    """The server's name, port and account; it has to answer, by ssh or by its own backup service."""
    before = profile.server
    host = asker.line("The server's name, such as files.example.lan", before.host, rules.host)
    port = int(asker.line("Its port", str(before.port), rules.port))
    user = asker.line("Your account there", before.user, rules.user)
    say(f"Looking for {host} …")
    found = asyncio.run(reachability.look(host, port))
    if found.failure and not found.daemon_port:
        raise found.failure
    say(f"{host} {reachability.ONLY_DAEMON}" if found.failure else f"{host} answers.")
    host_keys = before.host_keys if (host, port) == (before.host, before.port) else ()
    changed = msgspec.structs.replace(before, host=host, port=port, user=user, host_keys=host_keys)
    decided = reachability.with_what_is_left(msgspec.structs.replace(profile, server=changed), found)
    reachability.remember(decided, profile, found)
    return decided


def fingerprint(profile: Profile, _: Session) -> Profile:
    """The server's fingerprint, which the admin has to vouch for."""
    identity = asyncio.run(host_trust.meet(profile))
    if identity.status is HostKeyStatus.CONFIRMED:
        say("The server shows the fingerprint that was confirmed.")
        known_hosts.trust(profile, identity.offered)
        asker.pause()
        return profile
    say("The server shows these fingerprints:")
    for key in identity.offered:
        say(f"  {key.type_name} {key.fingerprint}")
    if identity.status is HostKeyStatus.CHANGED:
        raise host_trust.stranger(profile, identity.offered)
    if identity.status is HostKeyStatus.KNOWN:
        say("This computer's own ssh knows this server by one of them.")
        if asker.agrees("Is it the same server as before?", default=True):
            return host_trust.confirm(profile, identity.as_expected)
        raise GoBack
    if identity.status is HostKeyStatus.CONTRADICTED:
        say("Careful: this computer's own ssh knows this server by another fingerprint. Ask the admin.")
    say("Ask the admin which it is, by phone or in a message that you trust. On the server itself this shows it:")
    say(f"  ssh-keygen -lf /etc/ssh/ssh_host_{identity.offered[0].type_name.lower()}_key.pub")
    say("Ctrl+D leaves meanwhile; all is kept.")
    pasted = asker.line("Paste the fingerprint that the admin sent you", "", host_identity.complaint)
    matching = host_identity.matching(pasted, identity.offered)
    if not matching:
        shown = ", ".join(key.fingerprint for key in identity.offered)
        raise Failure(Kind.HOST_KEY_DIFFERS, ", ".join(host_identity.fingerprints(pasted)), shown)
    say("It is the same.")
    return host_trust.confirm(profile, matching)


def _typed_folders() -> list[str]:
    say("One folder a line; an empty line ends the list.")
    typed: list[str] = []
    while answer := asker.line(f"Folder {len(typed) + 1}", "", lambda text: _folder_rule(text, typed)):
        typed.append(os.path.expanduser(answer))  # noqa: PTH111 - a Path would change what was typed
    return typed


def _folder_rule(text: str, before: list[str]) -> str | None:
    if not text:
        return None if before else "Name at least one folder."
    path = os.path.expanduser(text)  # noqa: PTH111
    return rules.folder(path) or (None if os.path.isdir(path) else f"{path} is not there.")  # noqa: PTH112


def _left_out(profile: Profile) -> tuple[str, ...]:
    chosen, own = exclude_presets.split_presets(profile.exclude)
    if not profile.folders:
        chosen = exclude_presets.presets_at_first()
    kept = frozenset(
        preset.id
        for preset in exclude_presets.PRESETS
        if asker.agrees(f"Leave out {preset.title.lower()} ({preset.sentence})?", default=preset.id in chosen)
    )
    line = asker.line(_WHAT_ELSE, exclude_presets.line(own), exclude_presets.complaint)
    return exclude_presets.patterns(kept, exclude_presets.read_line(line))
