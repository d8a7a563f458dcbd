"""The receipt that the setup script prints on the server, as it comes out of a mail: read strictly, trusted nowhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from wizard import rules
from wizard.failure import Failure, Kind
from wizard.text.display import printable
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wizard.schemes.facts import Version

BEGIN = "=== backup-wizard receipt for {name} ==="
END = "=== end of receipt for {name} ==="
NONE = "none"
_NOTHING = frozenset({NONE, ""})  # the server has none, or the script doesn't tell

_BEGIN = re.compile(r"=== backup-wizard receipt for (\S+) ===")
_END = re.compile(r"=== end of receipt for (\S+) ===")
# What mail programs put before a line that they quote, and the spaces they put instead of spaces.
_QUOTED = re.compile(r"^[\s>|\ufeff]+")
_SPACES = re.compile(r"[ \t\u00a0\u2007\u202f]+")
_LINE = re.compile(r"([a-z-]+): ?(.*)")
_HOST_KEY = re.compile(r"([A-Z0-9-]{1,20}) (SHA256:\S+)", re.ASCII)
_VERSION = re.compile(r"\d{1,4}(?:\.\d{1,4}){1,3}", re.ASCII)
_BYTES = re.compile(r"\d{1,18}", re.ASCII)
_PLAIN_PATH = re.compile(r"/[A-Za-z0-9._/+-]{1,200}", re.ASCII)
_MOMENT = re.compile(r"[0-9]{1,11}", re.ASCII)
_LONGEST_TEXT = 1_000_000
_LONGEST_LINE = 1_000
_MOST_LINES = 200
_ONCE = frozenset({"account", "folder", "shell", "rsync", "openssh", "rrsync", "rsync-port"})
_MANY = frozenset({"host-key", "ssh-port", "warning"})
# May be missing: a script that was handed over before an upgrade doesn't write what is new, and still tells enough.
_MAY_BE_MISSING = frozenset({"home", "revoked", "room", "versions-in"})
_KEYS = _ONCE | _MANY | _MAY_BE_MISSING
# Mail programs may break these over lines; all others have no spaces at which they could.
_MAY_GO_ON = frozenset({"warning", "home"})


@dataclass(frozen=True)
class HostPrint:
    """The fingerprint of one of the server's host keys, and the key's type as ssh-keygen names it."""

    type_name: str
    fingerprint: str


@dataclass(frozen=True)
class Receipt:
    """What the server told of itself and of one backup.

    Empty texts, `None` and 0 stand for what it doesn't have, and for what an older script doesn't tell. `revoked` is
    when the computer was locked out, in seconds since 1970, or 0. `versions_in` is the folder of the older versions.
    """

    name: str
    account: str
    home: str
    folder: str
    shell: str
    host_keys: tuple[HostPrint, ...]
    rsync: Version | None
    openssh: Version | None
    rrsync: str
    ssh_ports: tuple[int, ...]
    daemon_port: int
    warnings: tuple[str, ...]
    revoked: int = 0
    room: int | None = None
    versions_in: str = ""


def plain_folder(root: str) -> str:
    """A folder's name as a receipt spells it, so that no mail can change a sign in it."""
    return quote(root, errors="surrogateescape")


def holds_one(text: str) -> bool:
    """Whether a pasted text looks like a receipt at all."""
    return any(_BEGIN.fullmatch(line) for _, line in _plain_lines(text))


def parse(text: str, name: str) -> Receipt:
    """The receipt for the backup of that name in a text that may be a whole mail.

    Raises:
        Failure: `BAD_RECEIPT`, with the line that can't be taken.
    """
    found = _Fields()
    for number, line in _block(text, name):
        found.add(number, line)
    return Receipt(
        name=name,
        account=found.one("account", rules.user),
        home=found.one("home", rules.server_path),
        folder=unquote(found.one("folder", _folder), errors="surrogateescape"),
        shell=found.path("shell"),
        host_keys=tuple(_host_print(number, value) for number, value in found.all("host-key")),
        rsync=found.version("rsync"),
        openssh=found.version("openssh"),
        rrsync=found.path("rrsync"),
        ssh_ports=tuple(_port(number, value) for number, value in found.all("ssh-port")),
        daemon_port=found.port("rsync-port"),
        warnings=tuple(printable(value) for _, value in found.all("warning")),
        revoked=int(found.one("revoked", _moment) or 0),
        room=int(room) if (room := found.one("room", _bytes)) else None,
        versions_in=found.one("versions-in", rules.server_path),
    )


class _Fields:
    """The values under each key, with the number of the line that each began at."""

    def __init__(self) -> None:
        self._found: dict[str, list[tuple[int, str]]] = {}
        self._last = ""

    def add(self, number: int, line: str) -> None:
        """Take one line; a key that isn't known is a newer script's, and passed over.

        Raises:
            Failure: `BAD_RECEIPT`, naming the line.
        """
        if len(line) > _LONGEST_LINE or not line.isprintable():
            raise _refused(number, _("it is too long, or has characters that no receipt has"))
        matched = _LINE.fullmatch(line)
        if matched and matched[1] in _KEYS:
            self._last = matched[1]
            values = self._found.setdefault(self._last, [])
            if values and self._last not in _MANY:
                raise _refused(number, _("“{key}” appears twice").format(key=self._last))
            values.append((number, matched[2]))
        elif self._last in _MAY_GO_ON:
            began, value = self._found[self._last].pop()
            self._found[self._last].append((began, f"{value} {line}"))
        elif matched:
            self._last = ""
        else:
            raise _refused(number, _("“{line}” doesn't belong in a receipt").format(line=printable(line[:60])))

    def all(self, key: str) -> list[tuple[int, str]]:
        """All values of a key, unchecked, with the numbers of their lines."""
        return self._found.get(key, [])

    def one(self, key: str, rule: Callable[[str], str | None]) -> str:
        """The value of a key that appears once.

        Raises:
            Failure: `BAD_RECEIPT` if it is missing and may not be, or the rule doesn't take it.
        """
        if key in _MAY_BE_MISSING and not self.all(key):
            return ""
        if not self.all(key):
            raise Failure(Kind.BAD_RECEIPT, _("the line “{key}” is missing").format(key=key))
        number, value = self.all(key)[0]
        if complaint := rule(value):
            raise _refused(number, f"{key}: {complaint}")
        return value

    def path(self, key: str) -> str:
        """A program's path, or an empty text where it has none.

        Raises:
            Failure: as for `one`.
        """
        value = self.one(key, _path_or_none)
        return "" if value in _NOTHING else value

    def version(self, key: str) -> Version | None:
        """A version, or `None` where it has none.

        Raises:
            Failure: as for `one`.
        """
        value = self.one(key, _version_or_none)
        return None if value in _NOTHING else tuple(map(int, value.split(".")))

    def port(self, key: str) -> int:
        """A port, or 0 where there is none.

        Raises:
            Failure: as for `one`.
        """
        value = self.one(key, lambda value: None if value == NONE else rules.port(value))
        return 0 if value in _NOTHING else int(value)


def _plain_lines(text: str) -> Iterator[tuple[int, str]]:
    """Each line with its number, without what a mail has added to it."""
    for number, line in enumerate(text[:_LONGEST_TEXT].split("\n"), 1):
        plain = _SPACES.sub(" ", _QUOTED.sub("", line.removesuffix("\r"))).strip()
        if plain:
            yield number, plain


def _block(text: str, name: str) -> list[tuple[int, str]]:
    inside: list[tuple[int, str]] | None = None
    blocks = []
    for number, line in _plain_lines(text):
        if begun := _BEGIN.fullmatch(line):
            inside = [] if begun[1] == name else None
        elif (ended := _END.fullmatch(line)) and inside is not None:
            if ended[1] != name:
                raise _refused(number, _("this is the end of another receipt"))
            blocks.append(inside)
            inside = None
        elif inside is not None:
            inside.append((number, line))
            if len(inside) > _MOST_LINES:
                raise _refused(number, _("it is too long for a receipt"))
    if inside is not None:
        raise Failure(Kind.BAD_RECEIPT, _("its last line is missing: {line}").format(line=END.format(name=name)))
    if not blocks:
        raise Failure(Kind.BAD_RECEIPT, _("the line “{line}” is missing").format(line=BEGIN.format(name=name)))
    if any([line for _, line in block] != [line for _, line in blocks[0]] for block in blocks):
        raise Failure(Kind.BAD_RECEIPT, _("it contains two different receipts"))
    return blocks[0]


def _host_print(number: int, value: str) -> HostPrint:
    matched = _HOST_KEY.fullmatch(value)
    if not matched or rules.fingerprint(matched[2]):
        raise _refused(number, _("that isn't a complete fingerprint"))
    return HostPrint(matched[1], matched[2])


def _port(number: int, value: str) -> int:
    if complaint := rules.port(value):
        raise _refused(number, complaint)
    return int(value)


def _folder(value: str) -> str | None:
    root = unquote(value, errors="surrogateescape")
    return rules.root(root) or (None if plain_folder(root) == value else _("A receipt doesn't write folders that way."))


def _moment(value: str) -> str | None:
    return None if _MOMENT.fullmatch(value) else _("That isn't a time.")


def _path_or_none(value: str) -> str | None:
    return None if value == NONE or _PLAIN_PATH.fullmatch(value) else _("That isn't the path of a program.")


def _bytes(value: str) -> str | None:
    return None if _BYTES.fullmatch(value) else _("That isn't a number of bytes.")


def _version_or_none(value: str) -> str | None:
    return None if value == NONE or _VERSION.fullmatch(value) else _("That isn't a version number.")


def _refused(number: int, why: str) -> Failure:
    return Failure(Kind.BAD_RECEIPT, _("line {number}: {complaint}").format(number=number, complaint=why))
