"""What a request asks for, in the admin's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard import allowed_from, schemes
from wizard.client.host_keys.known_hosts import HostKey
from wizard.schemes import reading
from wizard.schemes.if_stolen import Ability
from wizard.schemes.restrictions import FOR_ADMIN
from wizard.text.display import printable
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.approval import Approval
    from wizard.client.request import Request


TITLES = {
    "sender": N_("Sender"),
    "way in": N_("Scheme"),
    "from": N_("From"),
    "set": N_("Limits"),
    "risk": N_("Risk"),
    "key": N_("Key"),
    "saw": N_("Server"),
    "has": N_("Programs"),
}


def is_wide_open(request: Request) -> bool:
    """Whether whoever has its key can do everything that the account may do."""
    profile = request.profile
    return not request.only_reads and Ability.EVERYTHING in schemes.of(profile).thief_can(profile)


def is_loud(request: Request) -> bool:
    """Whether it is to be read first, and more carefully than others."""
    return is_wide_open(request) or request.purpose == "adopt"


def changes(grant: Approval) -> str:
    """What the admin changed, a line each."""
    note = [_("± Your note to the user: {note}").format(note=grant.note)] if grant.note else []
    return printable("\n".join([*(f"± {one.words}" for one in grant.differences), *note]), keep_lines=True)


def about(request: Request) -> dict[str, str]:
    """What it asks for, by `TITLES`; what it says nothing of is left out."""
    return {title: printable(words) for title, words in _rows(request)}


def keeps_versions(request: Request) -> str:
    """That the server is to keep older versions, and how many."""
    return _("the server keeps older versions ({periods})").format(periods=request.profile.versions.periods)


def _rows(request: Request) -> Iterator[tuple[str, str]]:
    profile, scheme, versions = request.profile, schemes.of(request.profile), request.versions
    home = "" if profile.destination.startswith("/") else f"~{profile.server.user}/"
    where = f"{home}{profile.destination}"
    yield "sender", request.sender.words
    asks = _("{scheme}; backs up to {folder}")
    if request.only_reads:
        asks = _("only to read the backup in {folder}, for 2 days")
    yield "way in", asks.format(scheme=profile.scheme.kind, folder=where)
    places = allowed_from.text(profile.scheme.from_) or _("anywhere")
    if jump := profile.server.jump_host:
        places = _("{places} (the user connects through {jump})").format(places=places, jump=jump)
    yield "from", places
    if request.only_reads:
        yield "set", _("read only")
        yield "risk", reading.risk(profile)
    else:
        chosen = [name for name in FOR_ADMIN if name in scheme.restrictions and getattr(profile.scheme, name)]
        told = [_(FOR_ADMIN[name]) for name in chosen]
        told += [keeps_versions(request)] if profile.versions.are_kept else []
        yield "set", "; ".join(told) or _("only the scheme's own")
        yield "risk", scheme.if_stolen(profile)
    if request.public_key:
        kind, blob, *comment = request.public_key.split(" ", 2)
        yield "key", " ".join([HostKey(kind, blob).fingerprint, *comment])
    if seen := profile.server.host_keys or request.seen_host_keys:
        yield "saw", _("The user saw {fingerprints}. Is that your server?").format(fingerprints=", ".join(seen))
    if versions.rsync:
        yield (
            "has",
            _("rsync {rsync}, OpenSSH {openssh}").format(
                rsync=versions.rsync, openssh=versions.openssh or _("unknown")
            ),
        )
