"""What a request asks for, in the admin's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard import allowed_from, schemes
from wizard.client.host_keys.known_hosts import HostKey
from wizard.display import printable
from wizard.schemes.restrictions import FOR_ADMIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.approval import Approval
    from wizard.client.request import Request


TITLES = ("way in", "from", "set", "risk", "key", "saw", "has")


def changes(grant: Approval) -> str:
    """What the admin changed, a line each."""
    note = [f"± your note to the user: {grant.note}"] if grant.note else []
    return printable("\n".join([*(f"± {one.words}" for one in grant.differences), *note]), keep_lines=True)


def about(request: Request) -> dict[str, str]:
    """What it asks for, by `TITLES`; what it says nothing of is left out."""
    return {title: printable(words) for title, words in _rows(request)}


def _rows(request: Request) -> Iterator[tuple[str, str]]:
    profile, scheme, versions = request.profile, schemes.of(request.profile), request.versions
    home = "" if profile.destination.startswith("/") else f"~{profile.server.user}/"
    yield "way in", f"{profile.scheme.kind}; the backup lands in {home}{profile.destination}"
    yield "from", allowed_from.text(profile.scheme.from_) or "anywhere"
    chosen = [name for name in FOR_ADMIN if name in scheme.restrictions and getattr(profile.scheme, name)]
    yield "set", "; ".join(FOR_ADMIN[name] for name in chosen) or "nothing beyond the way in"
    yield "risk", scheme.if_stolen(profile)
    if request.public_key:
        kind, blob, *comment = request.public_key.split(" ", 2)
        yield "key", " ".join([HostKey(kind, blob).fingerprint, *comment])
    if profile.server.host_keys:
        yield "saw", f"as the server's fingerprint: {', '.join(profile.server.host_keys)}. Is it yours?"
    if versions.rsync:
        yield "has", f"rsync {versions.rsync}, OpenSSH {versions.openssh or 'not told'}"
