"""What is told where the admin has to open a backup for reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.restore import second_key
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from wizard.client.keys.reading_key import Asked
    from wizard.server.exports.context import ExportContext

QUESTION = N_("Your admin has to open the backup first")
WHY = N_(
    "This computer may add to its backup, but not read it. So your admin has to open it for reading, for two days.\n\n"
    "The wizard makes a second key for that, and writes the message to your admin. Send it. Once your admin has"
    " used it, you can choose your files."
)
WRITE = N_("Write the message")
EXPIRED = _("The key for reading has expired. Write a new message to ask for two more days.")
WAITS = _("Send the message if you haven't yet. The wizard keeps checking.")
ALSO_SEND = _("Your admin also needs the password under “Secrets”. Send it separately.")


def lasts(context: ExportContext, asked: Asked | None) -> str:
    """For how long the new key works, once the admin has let it in."""
    if asked and context.for_reading and context.for_reading.by_itself:
        told = _("The new key works until {time}. After that, the server refuses it.")
        return told.format(time=second_key.told_time(asked))
    return _("This server can't set an end to it, so your admin has to take it back. You'll be reminded.")
