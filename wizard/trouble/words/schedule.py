"""What is wrong with starting backups automatically."""

from __future__ import annotations

from wizard.failure import Kind
from wizard.text.language import N_
from wizard.trouble.words.form import YOU, Words

WORDS = {
    Kind.NO_SCHEDULER: Words(
        N_("This computer has nothing that starts programs on a schedule"),
        YOU,
        N_("Sign in as yourself, not with su or sudo. Without systemd, install cron. Then try again."),
    ),
    Kind.TIMER_CHANGED: Words(
        N_("backup-wizard's schedule was changed by hand in {about}"),
        YOU,
        N_("Remove what backup-wizard wrote there, then try again. Nothing was changed."),
    ),
    Kind.SCHEDULER_FAILED: Words(
        N_("The schedule doesn't work on this computer, because {about} failed"),
        YOU,
        N_("Sign in as yourself and try again. Until it works, back up with “backup-wizard run {name}”."),
    ),
}
