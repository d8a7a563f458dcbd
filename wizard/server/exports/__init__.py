"""The server's text in every format: each renders the same setup and decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizard import schemes
from wizard.failure import Failure, Kind
from wizard.schemes.base import ServerFacts
from wizard.server.exports import authorized_keys, covering_message

if TYPE_CHECKING:
    from collections.abc import Callable

    from wizard.profile import Profile
    from wizard.schemes.base import ClientFacts, ServerSetup


@dataclass(frozen=True)
class Format:
    """One format: the name it is asked for by, its title on a tab, the file it is saved as, and its renderer."""

    name: str
    title: str
    file_name: str
    render: Callable[[Profile, ServerSetup], str]


FORMATS = {
    one.name: one
    for one in (
        Format("text", "Message", "message-to-the-admin.txt", covering_message.render),
        Format("authorized-keys", "authorized_keys", "authorized_keys.txt", authorized_keys.render),
    )
}


def export(profile: Profile, client: ClientFacts, format_name: str, server: ServerFacts | None = None) -> str:
    """The server's text for this backup.

    Raises:
        Failure: `KEY_MISSING` while there is no key to let in, `BAD_VALUE` for a format that is not known.
    """
    if format_name not in FORMATS:
        raise Failure(Kind.BAD_VALUE, format_name)
    if not client.public_key:
        raise Failure(Kind.KEY_MISSING, str(profile.key_path))
    setup = schemes.of(profile).server_setup(profile, client, server or ServerFacts())
    return FORMATS[format_name].render(profile, setup)
