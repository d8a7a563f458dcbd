"""The request as a file, for an admin who opens it with backup-wizard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.client import request

if TYPE_CHECKING:
    from wizard.server.exports.context import ExportContext


def render(context: ExportContext) -> str:
    """All that the admin's wizard needs to write every other format itself.

    Raises:
        BadProfile: something in it no admin's wizard would take.
    """
    assert context.client
    purpose: request.Purpose = "restore" if context.for_reading else "adopt" if context.adopts else ""
    asked = request.of(context.profile, context.client, context.sender, context.seen_host_keys, purpose)
    return _HEAD + request.dumps(asked)


_HEAD = """\
# A backup request. It contains no secrets. Send it to the server's admin, who opens it with
#     backup-wizard admin THIS-FILE
"""
