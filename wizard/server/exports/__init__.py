"""The server's text in every format: each renders the same context and decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from wizard import schemes
from wizard.client import computer
from wizard.failure import Failure, Kind
from wizard.schemes import reading
from wizard.schemes.facts import ServerFacts
from wizard.server import handed_over, kept_facts
from wizard.server.exports import (
    ansible,
    authorized_keys,
    covering_message,
    one_key,
    request_file,
    rsyncd,
    script,
    secrets_file,
    status,
)
from wizard.server.exports.context import ExportContext, ForReading
from wizard.server.reaching import shown_keys
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wizard.client.keys.secrets import Secret
    from wizard.client.request import Request
    from wizard.profile import Profile
    from wizard.schemes.facts import ClientFacts
    from wizard.schemes.setup import ServerSetup
    from wizard.server.handed_over import Replaced


@dataclass(frozen=True)
class Format:
    """One format: the name it is asked for by, its title on a tab, the file it is saved as, and what it is for.

    `render_many` is for one text over many computers, where that is more than theirs one after the other; one that is
    not `is_for_many` has no sense for more than one. One `for_admin_alone` isn't shown to the user.
    `holds_secret` is whether its text is to be shown and saved with care. `render_folder` says the same in several
    files, by their paths, for whoever saves it as a folder.
    """

    name: str
    title: str
    file_name: str
    render: Callable[[ExportContext], str]
    applies: Callable[[ServerSetup], object] = lambda setup: True
    holds_secret: bool = False
    render_many: Callable[[Sequence[ExportContext]], str] | None = None
    is_for_many: bool = True
    for_admin_alone: bool = False
    render_folder: Callable[[Sequence[ExportContext]], dict[str, str]] | None = None

    def render_all(self, contexts: Sequence[ExportContext]) -> str:
        """One text over all those backups that the format says something for."""
        concerned = one_key.in_order([one for one in contexts if self.applies(one.setup)])
        if len(contexts) > 1 and self.render_many:
            return self.render_many(concerned)
        return "\n".join(map(self.render, concerned))


FORMATS = {
    one.name: one
    for one in (
        Format(
            "text",
            N_("Message"),
            "message-to-the-admin.txt",
            covering_message.render,
            render_many=covering_message.render_many,
        ),
        Format(
            "authorized-keys",
            "authorized_keys",
            "authorized_keys.txt",
            authorized_keys.render,
            lambda setup: setup.key_lines,
            render_many=authorized_keys.render_many,
        ),
        Format(
            "rsyncd",
            "rsyncd",
            "rsyncd.conf.txt",
            rsyncd.render,
            lambda setup: setup.daemon,
            render_many=rsyncd.render_many,
        ),
        Format(
            "secrets",
            N_("Secrets"),
            "rsyncd-secrets.txt",
            secrets_file.render,
            lambda setup: setup.secrets,
            holds_secret=True,
        ),
        Format("script", N_("Script"), script.FILE_NAME, script.render, render_many=script.render_many),
        Format(
            "ansible",
            "Ansible",
            "backups.yml",
            ansible.render,
            render_many=ansible.render_many,
            render_folder=ansible.render_folder,
        ),
        Format("request", N_("Request"), "request.toml", request_file.render, is_for_many=False),
        Format(
            "status",
            N_("Status"),
            status.FILE_NAME,
            status.render,
            render_many=status.render_many,
            for_admin_alone=True,
        ),
    )
}


def formats(profile: Profile, client: ClientFacts, server: ServerFacts | None = None) -> list[Format]:
    """The formats that say something for this backup's scheme, and that its user has a need of.

    Raises:
        Failure: as for `export`.
    """
    setup = context_of(profile, client, server).setup
    return [one for one in FORMATS.values() if one.applies(setup) and not one.for_admin_alone]


def for_admin(contexts: Sequence[ExportContext]) -> list[Format]:
    """The formats that say something for one of those backups and need no secret, which no request holds."""
    return [
        one
        for one in FORMATS.values()
        if (one.is_for_many or len(contexts) == 1)
        and not one.holds_secret
        and any(one.applies(context.setup) for context in contexts)
    ]


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
    return rendered(context_of(profile, client, server, secret), format_name)


def rendered(context: ExportContext, format_name: str) -> str:
    """The server's text in one format.

    Raises:
        Failure: `SECRET_MISSING` without the password, `BAD_VALUE` for a format that is not known or says nothing here.
    """
    return format_for(context, format_name).render(context)


def format_for(context: ExportContext, format_name: str) -> Format:
    """The format of that name.

    Raises:
        Failure: `BAD_VALUE` for one that is not known or says nothing here.
    """
    chosen = FORMATS.get(format_name)
    if chosen is None or not chosen.applies(context.setup):
        known = ", ".join(name for name, format in FORMATS.items() if format.applies(context.setup))
        raise Failure(
            Kind.BAD_VALUE,
            _("{format} isn't available for the scheme {scheme}. Use one of these: {known}").format(
                format=format_name, scheme=context.profile.scheme.kind, known=known
            ),
        )
    return chosen


def context_of(
    profile: Profile,
    client: ClientFacts,
    server: ServerFacts | None = None,
    secret: Secret | None = None,
) -> ExportContext:
    """What this backup asks of the server, by what is known of both sides.

    Raises:
        Failure: `KEY_MISSING` while there is no key to let in, or a fact that the text depends on is not known.
    """
    scheme = schemes.of(profile)
    if scheme.uses_ssh and not client.public_key:
        raise Failure(Kind.KEY_MISSING, str(profile.key_path))
    setup = scheme.server_setup(profile, client, server or kept_facts.known(profile))
    seen = () if shown_keys.is_verified(profile) else shown_keys.of(profile)
    replaced = handed_over.replaced(profile, client)
    later = one_key.later_of(profile)
    return ExportContext(profile, setup, secret, client, computer.sender(), seen, replaced, later=later)


def context_for_reading(
    profile: Profile,
    client: ClientFacts,
    expires: datetime,
    secret: Secret | None = None,
    replaced: Replaced | None = None,
    server: ServerFacts | None = None,
) -> ExportContext:
    """What the second key for reading asks of the server, which is `client.public_key`; or the second password."""
    known = server or kept_facts.known(profile)
    setup = reading.setup(profile, client, known, expires)
    terms = ForReading(expires, reading.expires_by_itself(profile, known))
    return ExportContext(profile, setup, secret, client, computer.sender(), replaced=replaced, for_reading=terms)


def context_of_request(
    request: Request, server: ServerFacts | None = None, secret: Secret | None = None
) -> ExportContext:
    """What a request asks of the server, through its scheme and so exactly as the computer itself would export it.

    Raises:
        Failure: a fact that the text depends on is not known.
    """
    profile, client = request.profile, request.client
    if request.only_reads:
        # The two days begin when the admin's text is written.
        asked = context_for_reading(
            profile, client, datetime.now().astimezone() + reading.LASTS, secret, None, server or ServerFacts()
        )
        return replace(asked, sender=request.sender)
    setup = schemes.of(profile).server_setup(profile, client, server or ServerFacts())
    return ExportContext(profile, setup, secret, client, request.sender, request.seen_host_keys)
