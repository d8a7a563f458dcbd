"""The server's text in every format: each renders the same setup and decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizard import schemes
from wizard.failure import Failure, Kind
from wizard.server import facts
from wizard.server.exports import authorized_keys, covering_message, rsyncd, secrets_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from wizard.client.secrets import Secret
    from wizard.profile import Profile
    from wizard.schemes.base import ClientFacts, ServerFacts, ServerSetup


@dataclass(frozen=True)
class Format:
    """One format: the name it is asked for by, its title on a tab, the file it is saved as, and what it is for.

    `holds_secret` is whether its text is to be shown and saved with care.
    """

    name: str
    title: str
    file_name: str
    applies: Callable[[ServerSetup], object]
    holds_secret: bool = False


FORMATS = {
    one.name: one
    for one in (
        Format("text", "Message", "message-to-the-admin.txt", lambda setup: True),
        Format("authorized-keys", "authorized_keys", "authorized_keys.txt", lambda setup: setup.key_lines),
        Format("rsyncd", "rsyncd.conf", "rsyncd.conf.txt", lambda setup: setup.daemon),
        Format("secrets", "Secrets file", "rsyncd.secrets", lambda setup: setup.secrets, holds_secret=True),
    )
}


def formats(profile: Profile, client: ClientFacts, server: ServerFacts | None = None) -> list[Format]:
    """The formats that say something for this backup's scheme.

    Raises:
        Failure: as for `export`.
    """
    setup = _setup(profile, client, server)
    return [one for one in FORMATS.values() if one.applies(setup)]


def export(
    profile: Profile,
    client: ClientFacts,
    format_name: str,
    server: ServerFacts | None = None,
    secret: Secret | None = None,
) -> str:
    """The server's text for this backup; `secret` is the daemon's password, for the one format that holds it.

    Raises:
        Failure: `KEY_MISSING` while there is no key to let in, `SECRET_MISSING` without the password, `BAD_VALUE` for
            a format that is not known or says nothing for this scheme.
    """
    setup = _setup(profile, client, server)
    if format_name not in FORMATS or not FORMATS[format_name].applies(setup):
        raise Failure(Kind.BAD_VALUE, f"{format_name} is not a format of the scheme {profile.scheme.kind}")
    match format_name:
        case "text":
            return covering_message.render(profile, setup)
        case "authorized-keys":
            return authorized_keys.render(profile, setup)
        case "rsyncd":
            return rsyncd.render(profile, setup)
        case _:
            if secret is None:
                raise Failure(Kind.SECRET_MISSING, profile.name)
            return secrets_file.render(setup, secret)


def _setup(profile: Profile, client: ClientFacts, server: ServerFacts | None) -> ServerSetup:
    scheme = schemes.of(profile)
    if scheme.uses_ssh and not client.public_key:
        raise Failure(Kind.KEY_MISSING, str(profile.key_path))
    return scheme.server_setup(profile, client, server or facts.known(profile))
