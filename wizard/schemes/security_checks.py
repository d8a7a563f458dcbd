"""What the security check tries, each with what makes the server refuse it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.schemes.base import SecurityCheck
from wizard.schemes.setup import Setting
from wizard.text.language import N_

if TYPE_CHECKING:
    from wizard.profile import Profile

_COMMAND = ("command",)

# A locked key locks nothing where a password opens the same account.
KEYS_ALONE = (
    Setting("PasswordAuthentication", "no", "the key is locked, but a password would open the whole account"),
    Setting("KbdInteractiveAuthentication", "no", "the same when sshd asks for it as a question (PAM does that)"),
)

# What has to be let in, and where it goes: without them, no refusal of the others means anything.
ADMITTED = SecurityCheck("admitted", N_("This backup is allowed"), _COMMAND)
FOLDER = SecurityCheck("folder", N_("The backup's own folder"), ("command", "path"))

HOST_KEY = SecurityCheck("host-key", N_("A fake server"))
PASSWORD = SecurityCheck("password", N_("Signing in with a password"), tuple(one.name for one in KEYS_ALONE))
PLACES = SecurityCheck("places", N_("Use from other addresses"), ("from", "hosts allow"))

REQUESTS = (
    SecurityCheck("shell", N_("A shell"), _COMMAND),
    SecurityCheck("command", N_("Other commands"), _COMMAND),
    SecurityCheck("program", N_("Other programs"), _COMMAND),
    SecurityCheck("options", N_("Other rsync options"), _COMMAND),
    SecurityCheck("words", N_("Hidden commands"), _COMMAND),
    SecurityCheck("sftp", N_("File access with sftp"), _COMMAND),
    SecurityCheck("scp", N_("File access with scp"), _COMMAND),
)
SESSIONS = (
    SecurityCheck("terminal", N_("A terminal"), ("restrict", "no-pty")),
    SecurityCheck("tunnel-out", N_("Tunnels out"), ("restrict", "no-port-forwarding")),
    SecurityCheck("tunnel-in", N_("Tunnels in"), ("restrict", "no-port-forwarding")),
    SecurityCheck("tunnel-socket", N_("Tunnels to programs"), ("restrict", "no-port-forwarding")),
    SecurityCheck("agent", N_("Your other keys (agent)"), ("restrict", "no-agent-forwarding")),
    SecurityCheck("x11", N_("Remote windows (X11)"), ("restrict", "no-X11-forwarding")),
)
OUTSIDE = (
    SecurityCheck("read-outside", N_("Reading other folders"), ("command", "path")),
    SecurityCheck("write-outside", N_("Writing to other folders"), ("command", "path")),
)
ABOVE = (
    SecurityCheck("account", N_("Adding other keys"), ("command", "path")),
    SecurityCheck("neighbour", N_("Other people's folders"), ("command", "path")),
)
READ_BACK = SecurityCheck("read-back", N_("Reading the backup"), ("command", "write only"))
DELETE = SecurityCheck("delete", N_("Deleting the backup"), ("command", "refuse options"))
REPLACE = SecurityCheck("replace", N_("Replacing folders with files"), ("command", "refuse options"))
OVERWRITE = SecurityCheck("overwrite", N_("Changing existing files"), _COMMAND)

# With a key or a password that is for reading alone.
READS = SecurityCheck("reads", N_("Reading this backup is allowed"), ("command", "path"))
WRITE = SecurityCheck("write", N_("Writing to the backup"), ("command", "read only"))
REMOVE = SecurityCheck("remove", N_("Deleting the backup"), ("command", "read only"))
READ_OTHERS = SecurityCheck("read-others", N_("Reading other folders"), ("command", "path"))

NO_PASSWORD = SecurityCheck("no-password", N_("Connecting without a password"), ("auth users",))
WRONG_PASSWORD = SecurityCheck("wrong-password", N_("Connecting with a wrong password"), ("secrets file",))
LIST = SecurityCheck("list", N_("Appearing in a public list"), ("list",))
MODULES = SecurityCheck("modules", N_("Other unprotected backups"))
CLEAR_TEXT = SecurityCheck("clear-text", N_("Spying on the network"))

# What no answer of the server can settle.
UNTESTABLE = frozenset({"x11", "places", "clear-text"})
# What sshd itself answers, whatever the key's line does with a backup.
TOLD_BY_SSH = frozenset({"host-key", "password", "places", "folder", *(one.id for one in SESSIONS)})


def over_ssh(profile: Profile, *own: SecurityCheck) -> tuple[SecurityCheck, ...]:
    """What is tried with every key, and what the scheme adds to that."""
    return (ADMITTED, FOLDER, HOST_KEY, *REQUESTS, *SESSIONS, *own, PASSWORD, *_places(profile))


def in_module(profile: Profile) -> tuple[SecurityCheck, ...]:
    """What is tried with a daemon's module."""
    return (
        *OUTSIDE,
        *ABOVE,
        *([READ_BACK] if profile.scheme.write_only else []),
        *([] if profile.scheme.allow_delete else [DELETE, REPLACE]),
    )


def over_network(profile: Profile) -> tuple[SecurityCheck, ...]:
    """What is tried with the server's own daemon."""
    return (
        ADMITTED,
        FOLDER,
        *([NO_PASSWORD, WRONG_PASSWORD] if profile.scheme.auth else []),
        LIST,
        MODULES,
        *in_module(profile),
        CLEAR_TEXT,
        *_places(profile),
    )


def reading_over_ssh(profile: Profile) -> tuple[SecurityCheck, ...]:
    """What is tried with a key that is for reading alone."""
    return (READS, HOST_KEY, *REQUESTS, *SESSIONS, READ_OTHERS, WRITE, REMOVE, *_places(profile))


def reading_over_network(profile: Profile) -> tuple[SecurityCheck, ...]:
    """What is tried with a password that is for reading alone."""
    return (READS, NO_PASSWORD, WRONG_PASSWORD, READ_OTHERS, WRITE, REMOVE, *_places(profile))


def _places(profile: Profile) -> list[SecurityCheck]:
    return [PLACES] if profile.scheme.from_ else []
