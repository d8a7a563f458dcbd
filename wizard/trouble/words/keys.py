"""What is the matter with a key, its passphrase or the keyring."""

from __future__ import annotations

from wizard.failure import Kind
from wizard.trouble.words.form import YOU, Words

WORDS = {
    Kind.KEY_MISSING: Words(
        "There is no key at {about} yet", YOU, "Run “backup-wizard {name}” and go to the step “Key”, which makes one."
    ),
    Kind.KEY_UNUSABLE: Words(
        "The key can't be used: {about}", YOU, "Choose another key at the step “Key”, or have a new one made there."
    ),
    Kind.KEY_WEAK: Words(
        "This key is too weak to protect a backup: {about}",
        YOU,
        "Choose another key at the step “Key”, or have a new one made there.",
    ),
    Kind.PASSPHRASE_WRONG: Words("That passphrase does not open the key", YOU, "Try again, or choose another key."),
    Kind.PASSPHRASE_UNASKED: Words(
        "This key asks for its passphrase each time, and nobody typed it",
        YOU,
        "Try again, in a terminal, and type it; or let the keyring keep it (step “Key”).",
    ),
    Kind.AGENT_SILENT: Words(
        "Your ssh agent does not hold this backup's key now", YOU, "Add it with ssh-add, or choose another key."
    ),
    Kind.KEYRING_MISSING: Words(
        "This computer has no keyring that keeps passphrases safely",
        YOU,
        "Install one (gnome-keyring or KWallet), or choose at the step “Key” to be asked each time.",
    ),
    Kind.KEYRING_UNREACHABLE: Words(
        "Your keyring can't be reached from here",
        YOU,
        "Sign in at the desktop and try again there. Under cron, ssh, su or sudo, a keyring answers only while you are"
        " signed in.",
    ),
    Kind.KEYRING_LOCKED: Words(
        "Your keyring did not open", YOU, "Unlock it (signing in at the desktop does), then try again."
    ),
    Kind.KEYRING_REFUSED: Words(
        "Your keyring refused to keep or to give the secret",
        YOU,
        "Allow it when the keyring asks; or choose at the step “Key” to be asked each time.",
    ),
    Kind.SECRET_MISSING: Words(
        "The keyring holds no passphrase for this backup",
        YOU,
        "Give it at the step “Key”, or have a new key made there.",
    ),
}
