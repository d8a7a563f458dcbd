"""The server's text in every format: each renders the same order and decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizard import schemes
from wizard.failure import Failure, Kind
from wizard.server import facts
from wizard.server.exports import ansible, authorized_keys, covering_message, rsyncd, secrets_file
from wizard.server.exports.order import Order

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
    render: Callable[[Order], str]
    applies: Callable[[ServerSetup], object] = lambda setup: True
    holds_secret: bool = False


FORMATS = {
    one.name: one
    for one in (
        Format("text", "Message", "message-to-the-admin.txt", covering_message.render),
        Format(
            "authorized-keys",
            "authorized_keys",
            "authorized_keys.txt",
            authorized_keys.render,
            lambda setup: setup.key_lines,
        ),
        Format("rsyncd", "rsyncd.conf", "rsyncd.conf.txt", rsyncd.render, lambda setup: setup.daemon),
        Format(
            "secrets",
            "Secrets file",
            "rsyncd.secrets",
            secrets_file.render,
            lambda setup: setup.secrets,
            holds_secret=True,
        ),
        Format("ansible", "Ansible", "backups.yml", ansible.render),
    )
}


def formats(profile: Profile, client: ClientFacts, server: ServerFacts | None = None) -> list[Format]:
    """The formats that say something for this backup's scheme.

    Raises:
        Failure: as for `export`.
    """
    setup = order(profile, client, server).setup
    return [one for one in FORMATS.values() if one.applies(setup)]


def export(
    profile: Profile,
    client: ClientFacts,
    format_name: str,
    server: ServerFacts | None = None,
    secret: Secret | None = None,
) -> str:
    """The server's text for this backup; `secret` is the daemon's password, for the formats that hold it.

    Raises:
        Failure: `KEY_MISSING` while there is no key to let in, `SECRET_MISSING` without the password, `BAD_VALUE` for
            a format that is not known or says nothing for this scheme.
    """
    ordered = order(profile, client, server, secret)
    chosen = FORMATS.get(format_name)
    if chosen is None or not chosen.applies(ordered.setup):
        raise Failure(Kind.BAD_VALUE, f"{format_name} is not a format of the scheme {profile.scheme.kind}")
    return chosen.render(ordered)


def order(
    profile: Profile, client: ClientFacts, server: ServerFacts | None = None, secret: Secret | None = None
) -> Order:
    """What this backup asks of the server, by what is known of both sides.

    Raises:
        Failure: `KEY_MISSING` while there is no key to let in, or a fact that the text depends on is not known.
    """
    scheme = schemes.of(profile)
    if scheme.uses_ssh and not client.public_key:
        raise Failure(Kind.KEY_MISSING, str(profile.key_path))
    return Order(profile, scheme.server_setup(profile, client, server or facts.known(profile)), secret)
