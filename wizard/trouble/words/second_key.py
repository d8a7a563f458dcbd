"""What a second key, which reads a backup for a while, waits for."""

from __future__ import annotations

from wizard.failure import Kind
from wizard.text.language import N_
from wizard.trouble.words.form import ADMIN, YOU, Words

WORDS = {
    Kind.READ_KEY_NO_KEYRING: Words(
        N_("A key for reading is kept in your keyring, and this computer has none"),
        YOU,
        N_(
            "Install one (gnome-keyring or KWallet), sign in again and repeat this. Or ask your admin to copy the files"
            " for you: the message of “backup-wizard export {name} --format text” has the line for that."
        ),
    ),
    Kind.READ_KEY_WAITING: Words(
        N_("The server doesn't accept the key for reading yet"),
        ADMIN,
        N_(
            "If your admin has used your text already, send this message. To see the text again, run “backup-wizard"
            " restore {name} --ask”."
        ),
        N_(
            "I asked you to let my computer “{name}” read its backup on {host} until {about}. The server still refuses"
            " it. Please check that my lines (“{name}+restore”) are in place, unchanged."
        ),
    ),
    Kind.READ_KEY_EXPIRED: Words(
        N_("The key for reading expired ({about})"),
        YOU,
        N_("To ask for more time, run “backup-wizard restore {name} --ask” and send the new message."),
    ),
}
