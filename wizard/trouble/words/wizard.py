"""What is the matter with backup-wizard itself."""

from __future__ import annotations

from wizard.failure import Kind
from wizard.trouble.words.form import YOU, Words

WORDS = {
    Kind.NO_TERMINAL: Words(
        "The wizard needs a terminal to show its screens on, and there is none",
        YOU,
        "Run it in a terminal, as questions on lines (--plain), or unattended from a file (--answers FILE).",
    ),
    Kind.CRASHED: Words(
        "backup-wizard made a mistake of its own ({raw}); what was decided is kept",
        YOU,
        "Run it again. If it comes back, report it with the file {about}, in which there are no passwords.",
    ),
    Kind.UNKNOWN: Words(
        "{about} failed in a way that backup-wizard doesn't know{exit_code}",
        YOU,
        "Read what was printed, and show it to the admin: it is kept in {kept}.",
    ),
}
