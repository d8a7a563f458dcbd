"""The doors that schemes name as shut, each with what shuts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.schemes.base import Refusal
from wizard.schemes.setup import Setting

if TYPE_CHECKING:
    from wizard.profile import Profile

_COMMAND = ("command",)

# A locked key locks nothing where a password opens the same account.
KEYS_ALONE = (
    Setting("PasswordAuthentication", "no", "the key is locked, and a password would open all of the account"),
    Setting("KbdInteractiveAuthentication", "no", "the same, asked as a question (PAM does so)"),
)

# What has to be let in, and where it goes: without them, no refusal of the others means anything.
ADMITTED = Refusal("admitted", "The backup is let in", _COMMAND)
FOLDER = Refusal("folder", "The backup's own folder", ("command", "path"))

HOST_KEY = Refusal("host-key", "A fake server")
PASSWORD = Refusal("password", "Signing in with a password", tuple(one.name for one in KEYS_ALONE))
PLACES = Refusal("places", "Use from elsewhere", ("from", "hosts allow"))

REQUESTS = (
    Refusal("shell", "A shell", _COMMAND),
    Refusal("command", "Other commands", _COMMAND),
    Refusal("program", "Other programs", _COMMAND),
    Refusal("options", "Other rsync options", _COMMAND),
    Refusal("words", "Hidden commands", _COMMAND),
    Refusal("sftp", "Files by sftp", _COMMAND),
    Refusal("scp", "Files by scp", _COMMAND),
)
SESSIONS = (
    Refusal("terminal", "A terminal", ("restrict", "no-pty")),
    Refusal("tunnel-out", "Tunnels out", ("restrict", "no-port-forwarding")),
    Refusal("tunnel-in", "Tunnels in", ("restrict", "no-port-forwarding")),
    Refusal("tunnel-socket", "Tunnels to programs", ("restrict", "no-port-forwarding")),
    Refusal("agent", "Your other keys (agent)", ("restrict", "no-agent-forwarding")),
    Refusal("x11", "Remote windows (X11)", ("restrict", "no-X11-forwarding")),
)
OUTSIDE = (
    Refusal("read-outside", "Reading other folders", ("command", "path")),
    Refusal("write-outside", "Writing to other folders", ("command", "path")),
)
ABOVE = (
    Refusal("account", "Letting in other keys", ("command", "path")),
    Refusal("neighbour", "Other people's folders", ("command", "path")),
)
READ_BACK = Refusal("read-back", "Reading the backup", ("command", "write only"))
DELETE = Refusal("delete", "Deleting the backup", ("command", "refuse options"))
REPLACE = Refusal("replace", "Replacing a whole folder", ("command", "refuse options"))
OVERWRITE = Refusal("overwrite", "Changing files in it", _COMMAND)

NO_PASSWORD = Refusal("no-password", "No password", ("auth users",))
WRONG_PASSWORD = Refusal("wrong-password", "A wrong password", ("secrets file",))
LIST = Refusal("list", "Showing it in a list", ("list",))
MODULES = Refusal("modules", "Other open services")
CLEAR_TEXT = Refusal("clear-text", "Listening in on the network")

# What no answer of the server can settle.
UNTESTABLE = frozenset({"x11", "places", "clear-text"})
# What sshd itself answers, whatever the key's line does with a backup.
TOLD_BY_SSH = frozenset({"host-key", "password", "places", "folder", *(one.id for one in SESSIONS)})


def over_ssh(profile: Profile, *own: Refusal) -> tuple[Refusal, ...]:
    """The doors of every key, with those of the scheme's own after them."""
    return (ADMITTED, FOLDER, HOST_KEY, *REQUESTS, *SESSIONS, *own, PASSWORD, *_places(profile))


def in_module(profile: Profile) -> tuple[Refusal, ...]:
    """The doors of a daemon's module."""
    return (
        *OUTSIDE,
        *ABOVE,
        *([READ_BACK] if profile.scheme.write_only else []),
        *([] if profile.scheme.allow_delete else [DELETE, REPLACE]),
    )


def over_network(profile: Profile) -> tuple[Refusal, ...]:
    """The doors of the server's own daemon."""
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


def _places(profile: Profile) -> list[Refusal]:
    return [PLACES] if profile.scheme.from_ else []
