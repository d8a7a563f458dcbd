"""What is asked and said of the two addresses, on screens and by the command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from wizard.text.language import N_, _

if TYPE_CHECKING:
    from wizard.profile import Profile
    from wizard.schedule.alarms.channels import Channel


class Words(msgspec.Struct, frozen=True):
    """For one address: its title, what it is for, what to type, what is said where there is one, and of one removed."""

    title: str
    explanation: str
    label: str
    is_set: str
    is_removed: str


WORDS: dict[Channel, Words] = {
    "alarm": Words(
        N_("Alerts"),
        N_(
            "Get a message by mail, ntfy or chat when this backup needs you. It is sent by apprise, whose documentation"
            " says how to write the address: “mailto://…”, “ntfy://…” and so on."
        ),
        N_("Address for alerts, as apprise writes it"),
        N_("When it needs you, an alert goes to the address in your keyring."),
        N_("No more alerts are sent."),
    ),
    "ping": Words(
        N_("Monitoring"),
        N_(
            "Report each good backup to a monitoring service such as healthchecks.io. If none arrives for too long, the"
            " service tells you."
        ),
        N_("Address for reports"),
        N_("Each good backup is reported to the monitoring service whose address is in your keyring."),
        N_("No more reports are sent."),
    ),
}


def told(profile: Profile) -> list[str]:
    """What is sent elsewhere, a sentence each."""
    is_set = {"alarm": profile.schedule.alarm, "ping": profile.schedule.ping}
    return [_(words.is_set) for channel, words in WORDS.items() if is_set[channel]]
