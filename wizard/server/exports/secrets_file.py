"""The line of an rsync daemon's secrets file: the one export that holds a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.failure import Failure, Kind

if TYPE_CHECKING:
    from wizard.server.exports.context import ExportContext

_REASON = "# the username and password; the rsync daemon refuses this file if others could read it"


def render(context: ExportContext) -> str:
    """The user and the password, as rsync's daemon reads them.

    Raises:
        Failure: `SECRET_MISSING`.
    """
    assert context.setup.secrets
    if context.secret is None:
        raise Failure(Kind.SECRET_MISSING, context.profile.name)
    return f"{_REASON}\n{context.setup.secrets.user}:{context.secret.reveal()}\n"
