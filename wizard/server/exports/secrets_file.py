"""The line of an rsync daemon's secrets file: the one export that holds a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.client.secrets import Secret
    from wizard.schemes.base import ServerSetup


def render(setup: ServerSetup, secret: Secret) -> str:
    """The user and the password, as rsync's daemon reads them."""
    assert setup.secrets
    return f"{setup.secrets.user}:{secret.reveal()}\n"
