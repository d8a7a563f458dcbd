"""What is wrong with a key, its passphrase or the keyring."""

from __future__ import annotations

from wizard.failure import Kind
from wizard.text.language import N_
from wizard.trouble.words.form import YOU, Words

_ANOTHER_KEY = N_("In the “Key” step, choose another key or create a new one.")

WORDS = {
    Kind.KEY_MISSING: Words(
        N_("There is no key at {about} yet"), YOU, N_("Run “backup-wizard {name}” and create one in the “Key” step.")
    ),
    Kind.KEY_UNUSABLE: Words(N_("This key can't be used: {about}"), YOU, _ANOTHER_KEY),
    Kind.KEY_OPEN_TO_OTHERS: Words(
        N_("Others on this computer can read the key {key}, so ssh refuses it"),
        YOU,
        N_("Run “chmod 600 {key:sh}” and try again. If others may have copied it, create a new key in the “Key” step."),
    ),
    Kind.KEY_WEAK: Words(N_("This key is too weak to protect a backup: {about}"), YOU, _ANOTHER_KEY),
    Kind.PASSPHRASE_WRONG: Words(
        N_("That passphrase doesn't unlock the key"), YOU, N_("Try again, or choose another key.")
    ),
    Kind.PASSPHRASE_UNASKED: Words(
        N_("This key asks for its passphrase each time, and nobody typed it"),
        YOU,
        N_("Try again in a terminal and type it. Or save it in your keyring (“Key” step)."),
    ),
    Kind.AGENT_SILENT: Words(
        N_("Your ssh agent doesn't have this backup's key right now"),
        YOU,
        N_("Add it with ssh-add, or choose another key."),
    ),
    Kind.AGENT_REFUSES: Words(
        N_("Your ssh agent has this backup's key, but refuses to use it"),
        YOU,
        N_("It may be locked (ssh-add -X), or ask you to confirm each use. Or choose another key in the “Key” step."),
    ),
    Kind.KEYRING_MISSING: Words(
        N_("This computer has no keyring to save passwords safely"),
        YOU,
        N_("Install one (gnome-keyring or KWallet). Or choose to type the passphrase each time (“Key” step)."),
    ),
    Kind.KEYRING_UNREACHABLE: Words(
        N_("Your keyring can't be reached from here"),
        YOU,
        N_(
            "Sign in at the desktop and try again there. Under cron, ssh, su or sudo, the keyring answers only while"
            " you are signed in."
        ),
    ),
    Kind.KEYRING_LOCKED: Words(
        N_("Your keyring is locked"),
        YOU,
        N_("Unlock it, then try again. Signing in to your desktop usually unlocks it."),
    ),
    Kind.KEYRING_REFUSED: Words(
        N_("Your keyring didn't save or share the password"),
        YOU,
        N_("Try again, and allow it when the keyring asks."),
    ),
    Kind.SECRET_MISSING: Words(
        N_("Your keyring has no passphrase for this backup"),
        YOU,
        N_("Enter it in the “Key” step, or create a new key there."),
    ),
}

# A server that asks for a password takes no key, so there is no “Key” step to lead to.
OF_A_PASSWORD = {
    Kind.KEYRING_MISSING: Words(
        N_("This computer has no keyring to save passwords safely"),
        YOU,
        N_("Install one (gnome-keyring or KWallet). Or choose a sign-in without a password (“Sign in” step)."),
    ),
    Kind.SECRET_MISSING: Words(
        N_("Your keyring has no password for this backup"),
        YOU,
        N_("Run “backup-wizard {name}” and go back to “Ask your admin”. That makes a new password and a new message."),
    ),
}
