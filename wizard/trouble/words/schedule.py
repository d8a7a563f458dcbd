"""What is wrong with starting backups automatically, and with telling somebody how they went."""

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
    Kind.APPRISE_MISSING: Words(
        N_("Alerts need apprise, which isn't installed"),
        YOU,
        N_("Run “pipx inject backup-wizard apprise”, or install “backup-wizard[alarms]”. Then try again."),
    ),
    Kind.ALARM_ADDRESS: Words(
        N_("apprise can't send alerts to this address"),
        YOU,
        N_("Type it as apprise's documentation says, such as “mailto://…”, “ntfy://…” or “slack://…”."),
    ),
    Kind.ALARM_NOT_SENT: Words(
        N_("The alert about your backup couldn't be sent"),
        YOU,
        N_("Check your network. Then set the address again with “backup-wizard schedule {name} --alarm”."),
    ),
    Kind.PING_ADDRESS: Words(
        N_("This isn't the web address of a monitoring service"),
        YOU,
        N_("Copy the whole address from your monitoring service. It begins with “https://”, without a password."),
    ),
    Kind.PING_NOT_TAKEN: Words(
        N_("The monitoring service didn't take the report ({about})"),
        YOU,
        N_("Check your network. Then set the address again with “backup-wizard schedule {name} --ping”."),
    ),
    Kind.ADDRESS_MISSING: Words(
        N_("Your keyring no longer has the address for alerts or reports about this backup"),
        YOU,
        N_("Set it again with “backup-wizard schedule {name} {about}”."),
    ),
}
