"""authorized_keys as sshd reads it: which line lets a key in, and what that line allows."""

from __future__ import annotations

import base64
import binascii
import fnmatch
import ipaddress
import re
from dataclasses import dataclass

PERMISSIONS = frozenset({b"pty", b"port-forwarding", b"agent-forwarding", b"x11-forwarding", b"user-rc"})

_OPTION = re.compile(rb'(?P<name>[A-Za-z0-9-]+)(?:="(?P<value>(?:\\"|[^"])*+)")?')
_VALUED = frozenset({b"command", b"from"})


@dataclass(frozen=True)
class Line:
    """One line that sshd would take: the key's blob, the forced command and what is allowed besides."""

    key: bytes
    command: bytes | None = None
    source: str | None = None
    allowed: frozenset[bytes] = PERMISSIONS


def admitting(text: bytes, key: bytes, address: str) -> Line | None:
    """The first line for this key that may be used from this address."""
    for line in map(parse, text.split(b"\n")):
        if line and line.key == key and (line.source is None or _is_from(address, line.source)):
            return line
    return None


def parse(line: bytes) -> Line | None:
    """What a line says; `None` for comments and for all that sshd passes over.

    Options that no export writes (`environment`, `permitopen`, `expiry-time`, those for certificates and security
    tokens) are not known here, and a line with one is passed over: the safe way to be wrong.
    """
    line = line.lstrip(b" \t")
    if line.startswith(b"#") or b"\0" in line:
        return None
    if key := _key(line):
        return Line(key)
    split = _split(line)
    if split is None:
        return None
    options, rest = split
    key = _key(rest)
    return _line(key, options) if key else None


def _line(key: bytes, options: list[tuple[bytes, bytes | None]]) -> Line | None:
    allowed = set(PERMISSIONS)
    values: dict[bytes, bytes] = {}
    for name, value in options:
        if value is not None:
            if name in values or name not in _VALUED:
                return None
            values[name] = value.replace(rb"\"", b'"')
        elif name == b"restrict":
            allowed.clear()
        elif name in PERMISSIONS:
            allowed.add(name)
        elif name.removeprefix(b"no-") in PERMISSIONS:
            allowed.discard(name.removeprefix(b"no-"))
        else:
            return None
    source = values[b"from"].decode("latin-1") if b"from" in values else None
    return Line(key, values.get(b"command"), source, frozenset(allowed))


def _split(line: bytes) -> tuple[list[tuple[bytes, bytes | None]], bytes] | None:
    options, at = [], 0
    while True:
        if found := _OPTION.match(line, at):
            options.append((found["name"].lower(), found["value"]))
            at = found.end()
        if line[at : at + 1] in (b" ", b"\t"):
            return options, line[at:]
        if line[at : at + 1] != b",":
            return None
        at += 1


def _key(text: bytes) -> bytes | None:
    name, encoded = [*text.split(None, 2), b"", b""][:2]
    try:
        blob = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return None
    return blob if name and blob[4 : 4 + len(name)] == name else None


def _is_from(address: str, patterns: str) -> bool:
    matched = False
    for item in patterns.split(","):
        pattern = item.removeprefix("!")
        try:
            interface = ipaddress.ip_interface(pattern)
        except ValueError:
            hit = fnmatch.fnmatchcase(address, pattern.replace("[", "[[]"))
        else:
            if interface.ip != interface.network.network_address:
                return False  # sshd gives up on a whole list for one network with an address inside it
            hit = ipaddress.ip_address(address) in interface.network
        if hit and item.startswith("!"):
            return False
        matched = matched or hit
    return matched
