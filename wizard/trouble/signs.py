"""The signs by which what ssh, rsync and their servers print is recognised."""

from __future__ import annotations

import re

from wizard.failure import Kind

# In order: the first sign that is found decides, so the surer ones come first.
_SIGNS: tuple[tuple[str, Kind], ...] = (
    (r"REMOTE HOST IDENTIFICATION HAS CHANGED", Kind.HOST_KEY_CHANGED),
    (r"Host key verification failed|No \w+ host key is known for", Kind.HOST_KEY_CHANGED),
    (r"Could not resolve hostname|Name or service not known|nodename nor servname", Kind.NAME_UNKNOWN),
    (r"connect to host .*: Connection refused", Kind.PORT_CLOSED),
    (r"connect to host .*: (?:Connection|Operation) timed out|Connection timed out during banner", Kind.TIMED_OUT),
    (r"No route to host|Network is unreachable|Host is down", Kind.HOST_UNREACHABLE),
    (r"kex_exchange_identification: (?:banner line|.*[Ii]nvalid)|Bad packet length|Bad remote protocol", Kind.NOT_SSH),
    (r"incorrect passphrase|error in libcrypto", Kind.PASSPHRASE_WRONG),
    (r"backup-wizard-askpass: secret_missing", Kind.SECRET_MISSING),
    (r"backup-wizard-askpass: keyring_locked", Kind.KEYRING_LOCKED),
    (r"backup-wizard-askpass: keyring_missing", Kind.KEYRING_MISSING),
    (r"backup-wizard-askpass: passphrase_unasked", Kind.PASSPHRASE_UNASKED),
    (r"Load key .*: (?:bad permissions|invalid format|Permission denied)", Kind.KEY_UNUSABLE),
    (r"UNPROTECTED PRIVATE KEY FILE", Kind.KEY_UNUSABLE),
    (r"Permission denied \((?!\d)|Too many authentication failures|No more authentication methods", Kind.KEY_REFUSED),
    (r"@ERROR: auth failed on module|@ERROR: Unauthorized", Kind.DAEMON_REFUSED),
    (r"@ERROR: Unknown module", Kind.DAEMON_MODULE_UNKNOWN),
    (r"@ERROR: access denied to", Kind.DAEMON_HOST_DENIED),
    (r"@ERROR: chroot failed", Kind.DAEMON_CHROOT),
    (r"@ERROR: chdir failed", Kind.SERVER_NO_FOLDER),
    (r"failed to connect to .*: Connection refused", Kind.DAEMON_CLOSED),
    (r'server sent "(?:SSH-|HTTP/)', Kind.NOT_RSYNCD),
    (r"Another instance of rrsync is already accessing", Kind.SERVER_BUSY),
    (r"rrsync: (?:(?:command )?not found|No such file|Permission denied)|Unknown command.*rrsync", Kind.NO_RRSYNC),
    (
        r"(?s)rrsync.*(?:Restricted directory does not exist|NotADirectoryError|FileNotFoundError)",
        Kind.SERVER_NO_FOLDER,
    ),
    (r"(?s)rrsync.*PermissionError", Kind.SERVER_FOLDER_CLOSED),
    (r"Restricted directory does not exist|chdir.*No such file or directory", Kind.SERVER_NO_FOLDER),
    (r"(?:mkdir|cannot stat destination) .*: (?:No such file|Not a directory)", Kind.SERVER_NO_FOLDER),
    (r"(?:mkdir|cannot stat destination) .*: Permission denied", Kind.SERVER_FOLDER_CLOSED),
    (r"rsync: (?:command )?not found|rsync: No such file|Unknown command.*rsync", Kind.SERVER_NO_RSYNC),
    (r"rrsync.*(?:invalid rsync-command|option .* has been disabled|error)|unsafe arg", Kind.SERVER_REFUSED_OPTION),
    (r"account is (?:currently )?not available|restricted by rssh", Kind.SERVER_SHELL_BLOCKS),
    (r"is your shell clean\?|protocol version mismatch|rather than greeting", Kind.SERVER_SHELL_TALKS),
    (r"(?s)syntax or usage error .* at clientserver\.c.*did not see server greeting", Kind.SERVER_NO_CONFIG),
    (r"No space left on device|Disk quota exceeded", Kind.SERVER_DISK_FULL),
    (r"Read-only file system", Kind.SERVER_READ_ONLY),
    (r"Connection (?:reset|closed) by|Broken pipe|client_loop: send disconnect", Kind.CONNECTION_CUT),
    (r"Timeout, server .* not responding|timeout in data send/receive|io timeout", Kind.TIMED_OUT),
    (r"connection unexpectedly closed", Kind.CONNECTION_CUT),
)
_COMPILED = tuple((re.compile(pattern), kind) for pattern, kind in _SIGNS)

_EXIT_CODES = {20: Kind.INTERRUPTED, 23: Kind.FILES_UNREADABLE, 24: Kind.FILES_VANISHED, 25: Kind.DELETE_LIMIT}


def read(exit_code: int | None, printed: str) -> Kind:
    """The cause that a program's words and exit code tell of."""
    for sign, kind in _COMPILED:
        if sign.search(printed):
            return kind
    return _EXIT_CODES.get(exit_code or 0, Kind.UNKNOWN)
