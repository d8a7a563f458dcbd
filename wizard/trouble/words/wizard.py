"""What is wrong with backup-wizard itself."""

from __future__ import annotations

from wizard.failure import Kind
from wizard.text.language import N_
from wizard.trouble.words.form import YOU, Words

WORDS = {
    Kind.NO_TERMINAL: Words(
        N_("backup-wizard needs a terminal to show its screens, and there is none"),
        YOU,
        N_("Run it in a terminal, in text mode (--plain), or without questions from a file (--answers FILE)."),
    ),
    Kind.CRASHED: Words(
        N_("backup-wizard has a bug and had to stop ({raw}). Your settings are saved"),
        YOU,
        N_("Run it again. If it happens again, report it and attach the file {about}. It contains no passwords."),
    ),
    Kind.UNKNOWN: Words(
        N_("{about} failed for a reason backup-wizard doesn't recognize{exit_code}"),
        YOU,
        N_("Read the technical details and show them to your admin. They are saved in {kept}."),
    ),
}
