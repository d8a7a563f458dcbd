"""The admin's side of a request: what it asks of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard import schemes
from wizard.client.request import MOST_BYTES, Command, Request, Versions, check, dumps, of, read
from wizard.schemes.facts import ServerFacts
from wizard.server.exports.context import ExportContext

if TYPE_CHECKING:
    from wizard.client.keys.secrets import Secret

__all__ = ["MOST_BYTES", "Command", "Request", "Versions", "check", "context_of", "dumps", "of", "read"]


def context_of(request: Request, server: ServerFacts | None = None, secret: Secret | None = None) -> ExportContext:
    """What the request asks of the server, through its scheme and so exactly as the computer itself would export it.

    Raises:
        Failure: a fact that the text depends on is not known.
    """
    profile, client = request.profile, request.client
    setup = schemes.of(profile).server_setup(profile, client, server or ServerFacts())
    return ExportContext(profile, setup, secret, client, request.sender, request.seen_host_keys)
