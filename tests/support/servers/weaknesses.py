"""What an admin may get wrong, each of it opening one door: the text that was handed over, spoilt at one place."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.support.servers.office import ACCOUNT
from tests.support.servers.placing import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.servers.office import Office

KEYS = f"/home/{ACCOUNT}/.ssh/authorized_keys"
PRIVATE_CONFIG = f"/etc/backup-wizard/amamac@{ACCOUNT}.conf"
CONFIG = "/etc/rsyncd.conf"
SECRETS = "/etc/rsyncd-amamac.secrets"
FILES = (KEYS, PRIVATE_CONFIG, CONFIG, SECRETS)
_WRAPPER = "/etc/backup-wizard-test-wrapper"
_OPEN_MODULE = "[public]\n    path = /home\n\n"
_COMMAND = re.compile(r'command="((?:[^"\\]|\\.)*)"')

SSHD_USUAL: tuple[str, ...] = ("AllowStreamLocalForwarding no",)
SSHD_SOCKETS = ("AllowStreamLocalForwarding yes",)
SSHD_ONE_WAY = ("AllowTcpForwarding local",)
SSHD_PASSWORDS = ("PasswordAuthentication yes",)
SSHD_WINDOWS = ("X11Forwarding yes", "XAuthLocation /bin/true")


@dataclass(frozen=True)
class Weakness:
    """One slip: in which file what is put in place of what, or what a wrapper around the command lets through.

    `opens` are the probes that have to tell, nearly always one, and `scheme` what was chosen before.
    """

    opens: tuple[str, ...]
    slip: str
    file: str = KEYS
    swap: Mapping[str, str] = field(default_factory=dict)
    lets_through: str = ""
    empties: bool = False
    sshd: tuple[str, ...] = SSHD_USUAL
    scheme: Mapping[str, bool] = field(default_factory=dict)

    def spoil(self, office: Office) -> None:
        """Make the slip on the server."""
        path = office.path(self.file)
        text = path.read_text()
        for exported, slip in self.swap.items():
            assert exported in text, (exported, text)
            text = text.replace(exported, slip)
        if self.empties:
            text = f"{ACCOUNT}:\n"
        if self.lets_through:
            text = _wrapped(office, text, self.lets_through)
        path.write_text(text)


def _option(opens: tuple[str, ...] | str, option: str, sshd: tuple[str, ...] = SSHD_USUAL) -> Weakness:
    doors = (opens,) if isinstance(opens, str) else opens
    return Weakness(doors, f"restrict,{option}", swap={"restrict,": f"restrict,{option},"}, sshd=sshd)


def _wrapper(opens: str, slip: str, lets_through: str) -> Weakness:
    return Weakness((opens,), slip, lets_through=lets_through)


def _setting(file: str, opens: str, exported: str, slip: str, **scheme: bool) -> Weakness:
    return Weakness((opens,), slip.strip() or f"no “{exported.strip()}”", file, {exported: slip}, scheme=scheme)


LISTENS_ON_SOCKETS = _option(
    "tunnel-socket", 'port-forwarding,permitopen="192.0.2.1:1",permitlisten="192.0.2.1:1"', SSHD_SOCKETS
)
_REQUEST = "$SSH_ORIGINAL_COMMAND"
OF_EVERY_KEY = (
    _option("terminal", "pty"),
    _option("agent", "agent-forwarding"),
    _option("x11", "X11-forwarding", SSHD_WINDOWS),
    _option("tunnel-out", 'port-forwarding,permitlisten="192.0.2.1:1"'),
    _option("tunnel-out", 'port-forwarding,permitopen="localhost:80",permitlisten="192.0.2.1:1"'),
    _option("tunnel-in", 'port-forwarding,permitopen="192.0.2.1:1"'),
    # Names for ports are none for sockets: sshd listens on a socket wherever it would listen on any port at all.
    LISTENS_ON_SOCKETS,
    # And it connects to one only where it would connect to every port.
    _option(("tunnel-out", "tunnel-socket"), "port-forwarding", SSHD_ONE_WAY),
    Weakness(("password",), "PasswordAuthentication yes", sshd=SSHD_PASSWORDS),
    _wrapper("shell", "no request: a shell", '"") exec /bin/sh;;'),
    _wrapper("command", "a monitor's command runs", f"expr*) exec {_REQUEST};;"),
    _wrapper("program", "any program with --server", f'rsync*) ;; *" --server "*) exec {_REQUEST};;'),
    _wrapper("options", "--version is passed on", f"*--version*) exec {_REQUEST};;"),
    _wrapper("words", "dry runs go through eval", f'rsync*" -n "*) eval "{_REQUEST}"; exit;;'),
    _wrapper("sftp", "sftp is let through", "*sftp*) exec /usr/lib/openssh/sftp-server;;"),
    _wrapper("scp", "scp is let through", f"scp*) exec {_REQUEST};;"),
)


_OWN = f"{ROOT}/amamac"


def _path(opens: str | tuple[str, ...], folder: str, file: str, before: str, after: str, own: str = _OWN) -> Weakness:
    """The folder written too short."""
    told = (opens,) if isinstance(opens, str) else opens
    return Weakness(told, f"{before}{folder}", file, {f"{before}{own}{after}": f"{before}{folder}{after}"})


def _module(file: str, own: str) -> tuple[Weakness, ...]:
    readable = {f"path = {own}": "path = /", "read only = false": "read only = true"}
    refused = "refuse options = delete force"
    return (
        *((_path("neighbour", ROOT, file, "path = ", "\n", own),) if own != ROOT else ()),
        _path("account", f"/home/{ACCOUNT}", file, "path = ", "\n", own),
        _path("account", "/home", file, "path = ", "\n", own),
        _path(("write-outside", "account"), "/", file, "path = ", "\n", own),
        Weakness(("read-outside",), "path = /, read only", file, readable, scheme={"write_only": False}),
        _setting(file, "read-back", "write only = true", "write only = false"),
        _setting(file, "read-back", " block-size", " "),
        _setting(file, "delete", refused, "refuse options = force"),
        _setting(file, "replace", refused, "refuse options = delete"),
    )


def _word(opens: str, word: str) -> Weakness:
    """One word more that the line lets through."""
    return Weakness((opens,), f"{word} is let through", swap={"--stats|": f"--stats|{word}|"})


OF = {
    "rrsync": (
        *OF_EVERY_KEY,
        _path("neighbour", ROOT, KEYS, "' ", '"'),
        _path("account", f"/home/{ACCOUNT}", KEYS, "' ", '"'),
        _wrapper("write-outside", "takes other folders", f'"rsync --server -"*" . /"*) exec {_REQUEST};;'),
        Weakness(
            ("read-outside",), "rrsync -ro /", swap={"-ro -no-del -munge $0": "-ro /"}, scheme={"write_only": False}
        ),
        _wrapper("read-back", "sends the backup", f'"rsync --server --sender "*" . .") cd {_OWN}; exec {_REQUEST};;'),
        _word("read-back", "-B1"),
        _word("read-back", "--compare-dest=x"),
        _word("delete", "--delete"),
        _word("replace", "--force"),
        Weakness(
            ("overwrite",), "no --ignore-existing", swap={"o=--ignore-existing": "o="}, scheme={"append_only": True}
        ),
    ),
    "forced-command": (
        *OF_EVERY_KEY,
        _wrapper("read-back", "sends the backup", f'"rsync --server --sender "*/backup/*) exec {_REQUEST};;'),
        _wrapper("read-outside", "sends all of /etc", f'"rsync --server --sender "*/etc/*) exec {_REQUEST};;'),
        _wrapper("write-outside", "takes other folders", f'"rsync --server -Wre"*" . /etc/") exec {_REQUEST};;'),
        Weakness(("delete",), "recorded with --delete", swap={" --stats": " --delete --stats"}),
    ),
    "daemon-over-ssh": (*OF_EVERY_KEY, *_module(PRIVATE_CONFIG, _OWN)),
    "daemon": (
        *_module(CONFIG, ROOT),
        _setting(CONFIG, "no-password", f"auth users = {ACCOUNT}\n", "\n"),
        _setting(CONFIG, "list", "list = false", "list = true"),
        Weakness(("wrong-password",), "an empty password", SECRETS, empties=True),
        Weakness(("modules",), "an open module beside it", CONFIG, {"[amanda]": f"{_OPEN_MODULE}[amanda]"}),
    ),
}


def _wrapped(office: Office, text: str, lets_through: str) -> str:
    return wrapped(office, text, f'#!/bin/sh\ncase "{_REQUEST}" in\n{lets_through}\nesac\n', _WRAPPER)


def wrapped(office: Office, text: str, before: str, place: str) -> str:
    """A key line's text with a script in its command's place, which does something else before that."""
    found = _COMMAND.search(text)
    assert found
    command = found[1].replace('\\"', '"')
    place = f"{place}-{zlib.crc32(before.encode())}"
    office.put(place, f"{before}{command}\n", mode=0o755)
    return text.replace(found[0], f'command="{place}"')
