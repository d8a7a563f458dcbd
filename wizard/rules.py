"""What each value of a profile may be: one rule a value, which answers with a sentence when it is broken.

Files, forms and questions all ask here, so a value is refused everywhere in the same words.
"""

import ipaddress
import re
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from wizard.command_names import COMMANDS

Rule = Callable[[str], str | None]

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@+-]{0,63}", re.ASCII)
_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)", re.ASCII)
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}", re.ASCII)
_SCOPE = re.compile(r"[A-Za-z0-9_.-]+", re.ASCII)
_NUMBERS = re.compile(r"[0-9.]+|(?=[^:]*:)[0-9A-Fa-f:.]+", re.ASCII)
_FROM = re.compile(r"!?[A-Za-z0-9._:/*?%-]+", re.ASCII)
_NUMBER = re.compile(r"[0-9.]+", re.ASCII)

_ANOTHER_ROOT = "Choose another one, such as backup or /srv/backup."
_LONGEST_ROOT = 1024
_SYSTEM = re.compile(
    "applications|bin|boot|dev|etc|lib(x?32|64|exec|rary)?|nix|private|proc|root|run|sbin|snap|sys(tem)?|usr|var"
)
# Under /var and /usr too there are places for backups and for homes. Everything else there belongs to programs.
_ALLOWED_IN_SYSTEM = re.compile(r"/var/backups?(/.*)?|/(var|usr)/home/.+|/var/services/homes/.+")
_HOMES = re.compile(r"/(home|homes|users|(export|usr|var)/home|var/services/homes|[^/]+/homes)(/[^/]+)?")


def name(value: str) -> str | None:
    """The name of a backup, which is also its folder on the server."""
    if value in COMMANDS:
        return "That word is a command of backup-wizard: choose another name."
    if _NAME.fullmatch(value) and ".." not in value:
        return None
    return "Use letters, digits, dots, dashes and underscores only, starting with a letter or digit (64 at most)."


def host(value: str) -> str | None:
    """A host name or an IP address."""
    if not value:
        return "Type the server's name, such as files.example.lan."
    if "://" in value or "/" in value or "@" in value:
        return "Only the server's name belongs here: no user, no folder, nothing with slashes."
    if _is_address(value):
        return None
    labels = value.removesuffix(".").split(".")
    if len(value) <= 253 and all(_LABEL.fullmatch(label) for label in labels):
        return None
    return "That is not a server's name: letters, digits, dots and dashes only, such as files.example.lan."


def port(value: str) -> str | None:
    """A TCP port."""
    if value.isascii() and value.isdigit() and len(value) <= 5 and 1 <= int(value) <= 65535:
        return None
    return "From 1 to 65535, mostly 22."


def user(value: str) -> str | None:
    """An account's name on the server."""
    if not value:
        return "Type the name of your account on the server, such as amanda."
    if not _USER.fullmatch(value):
        return "An account's name has letters, digits, dots, dashes and underscores only, and starts with no dash."
    if _NUMBER.fullmatch(value):
        return "A number is no account's name: the server could take it for the number of somebody else's account."
    return None


def account_asked_for(value: str) -> str | None:
    """An account that a stranger's request may name."""
    if value.lower() == "root":
        return "No backup needs root, who may do everything on the server: use an account made for backups."
    return user(value)


def server_path(value: str) -> str | None:
    """The path of any folder on the server, as it may stand in the texts for it."""
    path = PurePosixPath(value)
    if not value or not path.name:
        return "Name a folder on the server, such as backup."
    if not _is_text(value):
        return "A folder's name has to be readable text (UTF-8)."
    if not value.isprintable() or value != value.strip():
        return "A folder's name can't hold line breaks or characters that can't be seen, nor start or end with a space."
    if "\\" in value or "!" in value:  # even in quotes, fish takes the one and csh the other for something else
        return "A folder's name can't hold a backslash or “!” here: some servers' shells would change it."
    if value[0] in "-~" or ".." in path.parts:
        return "Start with a letter or with /, and do without “..”: the lock needs one plain folder."
    if len(value.encode()) > _LONGEST_ROOT:
        return "That is longer than a folder's name can be: choose a shorter one, such as backup."
    return None


def root(value: str) -> str | None:
    """The folder on the server that the lock is on, or that holds the folder that it is on.

    Whoever steals the key can write in it, so it must be nobody's home and hold nothing that lets people in, that is
    run, or that the server needs.
    """
    if complaint := server_path(value):
        return complaint
    # As a server would read it whose file system does not tell capitals apart.
    plain = "/".join(["", *filter(None, value.casefold().split("/"))])
    parts = plain.split("/")[1:]
    if any(part.startswith(".") for part in parts):
        return f"Folders that begin with a dot hold settings and keys. {_ANOTHER_ROOT}"
    if "bin" in parts:
        return f"Folders called bin hold programs that people run. {_ANOTHER_ROOT}"
    if not value.startswith("/"):
        return None
    if _HOMES.fullmatch(plain):
        return f"A home holds the way into its account, so a backup needs a folder inside it. {_ANOTHER_ROOT}"
    if _SYSTEM.fullmatch(parts[0]) and not _ALLOWED_IN_SYSTEM.fullmatch(plain):
        return f"The folder /{parts[0]} belongs to the server's own system. {_ANOTHER_ROOT}"
    return None


def folder(value: str) -> str | None:
    """A source folder on this computer."""
    path = PurePosixPath(value)
    if "\0" in value or not path.is_absolute() or ".." in path.parts:
        return "A folder is written in full, from the first / on, such as /home/amanda/Documents."
    if not _is_text(value):
        return "The name of this folder is no readable text (UTF-8): rename it, or choose the folder around it."
    if value.rstrip("/") != str(path).rstrip("/") or value.startswith("//"):
        return f"Write this folder plainly, as in {path}, with no doubled slashes or dots between them."
    if not path.name:
        return "The whole disk can't be one backup: choose folders on it."
    return None


def exclude(value: str) -> str | None:
    """A pattern of what to leave out, as rsync's --exclude takes it."""
    if not value or _CONTROL.search(value) or not _is_text(value):
        return "A pattern is one line of text, such as *.tmp or .cache/."
    if value == "!" or value.startswith(("+ ", "- ")):
        return "rsync would read this as an order and not as a name: begin it with something else."
    return None


def fingerprint(value: str) -> str | None:
    """A host key's SHA256 fingerprint as OpenSSH prints it."""
    if _FINGERPRINT.fullmatch(value):
        return None
    return "A fingerprint starts with SHA256: and goes on with 43 letters, digits, + or /."


def allowed_from_one(value: str) -> str | None:
    """One address, CIDR or host pattern of an authorized_keys `from=` list."""
    if not _FROM.fullmatch(value):
        return "Use an address (192.0.2.7), a network (192.0.2.0/24) or a host's name."
    if "/" not in value:
        plain = value.removeprefix("!")
        if _NUMBERS.fullmatch(plain) and not _is_address(plain):
            return "That is no address: write it in full, as in 192.0.2.7."
        return None
    if not value.rpartition("/")[2].isdigit():
        return "Write a network with the number of its bits, as in 192.0.2.0/24."
    try:
        ipaddress.ip_network(value.removeprefix("!"))
    except ValueError:
        return "That network can't be right: its address must be the network's first, as in 192.0.2.0/24."
    return None


def allowed_from(values: Sequence[str]) -> str | None:
    """All places the key may be used from; none at all means anywhere."""
    if values and all(value.startswith("!") for value in values):
        return "With “!” alone nobody gets in: name a place that is let in as well."
    return next(filter(None, map(allowed_from_one, values)), None)


def module(value: str) -> str | None:
    """The name of a module of rsync's daemon."""
    if value.lower() == "global":
        return "That word means something else to rsync's service: choose another name."
    return name(value)


def key_file(value: str) -> str | None:
    """The path of the private key on this computer."""
    if _CONTROL.search(value) or "${" in value:
        return "This path holds characters that ssh can't take."
    if not value.startswith(("/", "~/")) or value.endswith("/"):
        return "Write the key's file in full, such as ~/.ssh/backup-wizard-amamac."
    return None


def passphrase(value: str) -> str | None:
    """A passphrase that a person makes up."""
    if len(value) < 8:
        return "Use 8 signs at least: a few words that only you put together are best."
    if _CONTROL.search(value) or len(value.encode()) > 512:  # ssh reads one line, of a limited length
        return "Use letters, digits, signs and spaces, and not more than a few words."
    return None


def _is_address(value: str) -> bool:
    address, _, scope = value.partition("%")
    if "%" in value and not _SCOPE.fullmatch(scope):
        return False
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return True


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
