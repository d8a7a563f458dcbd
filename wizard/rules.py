"""What each value of a profile may be: one rule a value, which answers with a sentence when it is broken.

Files, forms and questions all ask here, so a value is refused everywhere in the same words.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from wizard.command_names import COMMANDS
from wizard.text.language import N_, _

Rule = Callable[[str], str | None]

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_USER = re.compile(r"([A-Za-z0-9][A-Za-z0-9.-]{0,63}\\)?[A-Za-z0-9_][A-Za-z0-9._@+-]{0,63}", re.ASCII)
_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)", re.ASCII)
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}", re.ASCII)
_SCOPE = re.compile(r"[A-Za-z0-9_.-]+", re.ASCII)
_NUMBERS = re.compile(r"[0-9.]+|(?=[^:]*:)[0-9A-Fa-f:.]+", re.ASCII)
_FROM = re.compile(r"!?[A-Za-z0-9._:/*?%-]+", re.ASCII)
_NUMBER = re.compile(r"[0-9.]+", re.ASCII)
_COMPUTER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_SENDER_ACCOUNT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@+\\-]{0,63}", re.ASCII)
_TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
_LONGEST_PERSON = 64

_ANOTHER_ROOT = N_("Choose another folder, such as backup or /srv/backup.")
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
        return _("backup-wizard uses that word as a command. Choose another name.")
    return _plain_name(value)


def _plain_name(value: str) -> str | None:
    if _NAME.fullmatch(value) and ".." not in value:
        return None
    return _("Use only letters, digits, dots, dashes and underscores (up to 64). Start with a letter or digit.")


def host(value: str) -> str | None:
    """A host name or an IP address."""
    if not value:
        return _("Type the server's name, for example files.example.lan.")
    if "://" in value or "/" in value or "@" in value:
        return _("Type only the server's name here, without a folder or slashes.")
    if _is_address(value):
        return None
    labels = value.removesuffix(".").split(".")
    if len(value) <= 253 and all(_LABEL.fullmatch(label) for label in labels):
        return None
    return _("A server name has only letters, digits, dots and dashes, for example files.example.lan.")


def port(value: str) -> str | None:
    """A TCP port."""
    if value.isascii() and value.isdigit() and len(value) <= 5 and 1 <= int(value) <= 65535:
        return None
    return _("Use a number from 1 to 65535 (usually 22).")


def user(value: str) -> str | None:
    """An account's name on the server, which may be one of a Windows domain (`DOMAIN\\user`)."""
    if not value:
        return _("Type your username on the server, for example amanda.")
    if " " in value.strip():
        return _("A username can't contain a space: the server's settings would read two names.")
    if not _USER.fullmatch(value):
        return _("Use only letters, digits, dots, dashes and underscores. A username can't start with a dash.")
    if _NUMBER.fullmatch(value):
        return _("A username can't be just a number: the server could mistake it for someone else's account.")
    return None


def account_asked_for(value: str) -> str | None:
    """An account that a stranger's request may name."""
    if value.lower() == "root":
        return _("A backup doesn't need root, which can do anything on the server. Use an account for backups.")
    return user(value)


def person(value: str) -> str | None:
    """A person's name, as it may stand anywhere in a text; it has nothing by which commands could be told in it."""
    if len(value) <= _LONGEST_PERSON and all(map(_is_of_a_name, value)) and value == value.strip():
        return None
    return _("Use only letters, digits, spaces and the punctuation that names have (up to 64 characters).")


def computer(value: str) -> str | None:
    """The name of the computer that a request comes from."""
    if _COMPUTER.fullmatch(value):
        return None
    return _("A computer's name has only letters, digits, dots, dashes and underscores (up to 64).")


def sender_account(value: str) -> str | None:
    """The account there, which may be one of a Windows domain."""
    if _SENDER_ACCOUNT.fullmatch(value):
        return None
    return _("Use only letters, digits, dots, dashes and underscores. A username can't start with a dash.")


def server_path(value: str) -> str | None:
    """The path of any folder on the server, as it may stand in the texts for it."""
    path = PurePosixPath(value)
    if not value or not path.name:
        return _("Type a folder on the server, for example backup.")
    if not _is_text(value):
        return _("The folder's name has to be readable text (UTF-8).")
    if not value.isprintable() or value != value.strip():
        return _("A folder name can't contain line breaks or invisible characters, or start or end with a space.")
    if "\\" in value or "!" in value:  # even in quotes, fish takes the one and csh the other for something else
        return _("This folder name can't contain a backslash or “!”. Some servers would misread it.")
    if value[0] in "-~" or ".." in path.parts:
        return _("Start with a letter or /, and don't use “..”. The key is locked to one plain folder.")
    if len(value.encode()) > _LONGEST_ROOT:
        return _("That name is too long. Choose a shorter one, such as backup.")
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
        return _another(_("Folders that start with a dot contain settings and keys."))
    if "bin" in parts:
        return _another(_("Folders called bin contain programs that people run."))
    if not value.startswith("/"):
        return None
    if _HOMES.fullmatch(plain):
        return _another(_("A home folder controls who can use its account, so a backup needs a folder inside it."))
    if _SYSTEM.fullmatch(parts[0]) and not _ALLOWED_IN_SYSTEM.fullmatch(plain):
        return _another(_("The folder /{folder} belongs to the server's operating system.").format(folder=parts[0]))
    return None


def folder(value: str) -> str | None:
    """A source folder on this computer."""
    path = PurePosixPath(value)
    if "\0" in value or not path.is_absolute() or ".." in path.parts:
        return _("Type the full path of the folder, for example /home/amanda/Documents.")
    if not _is_text(value):
        return _("This folder's name isn't readable text (UTF-8). Rename it, or choose its parent folder.")
    if value.rstrip("/") != str(path).rstrip("/") or value.startswith("//"):
        return _("Type {path} instead, without extra slashes or dots.").format(path=path)
    if not path.name:
        return _("You can't back up the whole disk as one folder. Pick folders inside the disk.")
    return None


def exclude(value: str) -> str | None:
    """A pattern of what to leave out, as rsync's --exclude takes it."""
    if not value or _CONTROL.search(value) or not _is_text(value):
        return _("A pattern is one line of text, for example *.tmp or .cache/.")
    if value == "!" or value.startswith(("+ ", "- ")):
        return _("rsync would read this as a command, not as a name. Start with another character.")
    return None


def fingerprint(value: str) -> str | None:
    """A host key's SHA256 fingerprint as OpenSSH prints it."""
    if _FINGERPRINT.fullmatch(value):
        return None
    return _("A fingerprint is SHA256: followed by 43 letters, digits, + or /.")


def allowed_from_one(value: str) -> str | None:
    """One address, CIDR or host pattern of an authorized_keys `from=` list."""
    if not _FROM.fullmatch(value):
        return _("Use an address (192.0.2.7), a network (192.0.2.0/24) or a host name.")
    if "/" not in value:
        plain = value.removeprefix("!")
        if _NUMBERS.fullmatch(plain) and not _is_address(plain):
            return _("Type the full address, for example 192.0.2.7.")
        return None
    if not value.rpartition("/")[2].isdigit():
        return _("Type the network with its number of bits, for example 192.0.2.0/24.")
    try:
        ipaddress.ip_network(value.removeprefix("!"))
    except ValueError:
        return _("Use the first address of the network, for example 192.0.2.0/24.")
    return None


def allowed_from(values: Sequence[str]) -> str | None:
    """All places the key may be used from; none at all means anywhere."""
    if values and all(value.startswith("!") for value in values):
        return _("If every entry starts with “!”, nobody can connect. Add an address that may.")
    return next(filter(None, map(allowed_from_one, values)), None)


def module(value: str) -> str | None:
    """The name of a module of rsync's daemon."""
    if value.lower() == "global":
        return _("The rsync service reserves that word. Choose another name.")
    return _plain_name(value)


def key_file(value: str) -> str | None:
    """The path of the private key on this computer."""
    if _CONTROL.search(value) or "${" in value:
        return _("This path has characters that ssh doesn't accept.")
    if not value.startswith(("/", "~/")) or value.endswith("/"):
        return _("Type the full path of the key file, for example ~/.ssh/backup-wizard-amamac.")
    return None


def time_of_day(value: str) -> str | None:
    """When on the person's clock something happens."""
    if not _TIME_OF_DAY.fullmatch(value):
        return _("Type a time as hours and minutes, for example 12:30 or 22:00.")
    return None


def passphrase(value: str) -> str | None:
    """A passphrase that a person makes up."""
    if len(value) < 8:
        return _("Use at least 8 characters. A few unrelated words work best.")
    if _CONTROL.search(value) or len(value.encode()) > 512:  # ssh reads one line, of a limited length
        return _("Use letters, digits, symbols and spaces, and no more than a few words.")
    return None


def _another(complaint: str) -> str:
    return f"{complaint} {_(_ANOTHER_ROOT)}"


def _is_of_a_name(sign: str) -> bool:
    return sign.isalnum() or sign in " .,'’-" or unicodedata.category(sign).startswith("M")


def _is_address(value: str) -> bool:
    address, _percent, scope = value.partition("%")
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
