"""The line of an rsync daemon's secrets file: the one export that holds a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.failure import Failure, Kind

if TYPE_CHECKING:
    from wizard.server.exports.context import Order

_REASON = "# the username and password; the rsync daemon refuses this file if others could read it"


def render(order: Order) -> str:
    """The user and the password, as rsync's daemon reads them.

    Raises:
        Failure: `SECRET_MISSING`.
    """
    assert order.setup.secrets
    if order.secret is None:
        raise Failure(Kind.SECRET_MISSING, order.profile.name)
    return f"{_REASON}\n{order.setup.secrets.user}:{order.secret.reveal()}\n"
