"""The patterns by which what ssh, rsync and their servers print is recognised."""

from __future__ import annotations

import re

from wizard.failure import Kind
from wizard.server.reaching import shells


def _then(*parts: str) -> str:
    """Parts that stand on one line one after the other.

    “.*” between them would come to the same in a time that grows with the square of what a server prints.
    """
    return f"(?m:^{_in_turn(parts, any='.')})"


def _later(*parts: str) -> str:
    """The same over many lines."""
    return rf"\A{_in_turn(parts, any='(?s:.)')}"


def _in_turn(parts: tuple[str, ...], any: str) -> str:
    *first, last = parts
    return "".join(f"(?>{any}*?(?:{part}))" for part in first) + f"{any}*?(?:{last})"


# In order: the first pattern that is found decides, so the surer ones come first. None is compiled before there is
# trouble: all of them together would make every start longer by 5 ms.
PATTERNS: tuple[tuple[str, Kind], ...] = (
    (_later(r"fingerprint for the (\w+) key sent by", r"Offending (?!\1)\w+ key"), Kind.HOST_KEY_TYPE),
    (r"REMOTE HOST IDENTIFICATION HAS CHANGED", Kind.HOST_KEY_CHANGED),
    (r"Host key verification failed|No \w+ host key is known for", Kind.HOST_KEY_CHANGED),
    (r"Could not resolve hostname|getaddrinfo: |Name or service not known|nodename nor servname", Kind.NAME_UNKNOWN),
    (_then(r"connect to host ", r": Connection refused"), Kind.PORT_CLOSED),
    (
        _then(r"connect to ", r": (?:Connection|Operation) timed out") + r"|Connection timed out during banner",
        Kind.TIMED_OUT,
    ),
    (_then(r"connect to ", r": (?:No route to host|Network is unreachable|Host is down)"), Kind.HOST_UNREACHABLE),
    (
        _then(r"kex_exchange_identification: ", r"banner line|[Ii]nvalid") + r"|Bad packet length|Bad remote protocol",
        Kind.NOT_SSH,
    ),
    (
        r"kex_exchange_identification: |"
        + _then(r"banner exchange: Connection to ", r": Broken pipe")
        + "|"
        + _then(r"Connection (?:closed|reset) by ", r" \[preauth\]"),
        Kind.HUNG_UP,
    ),
    (_then(r"Unable to negotiate with ", r": no matching"), Kind.OLD_SSHD),
    (r"incorrect passphrase|error in libcrypto", Kind.PASSPHRASE_WRONG),
    (r"backup-wizard-askpass: secret_missing", Kind.SECRET_MISSING),
    (r"backup-wizard-askpass: keyring_locked", Kind.KEYRING_LOCKED),
    (r"backup-wizard-askpass: keyring_missing", Kind.KEYRING_MISSING),
    (r"backup-wizard-askpass: keyring_unreachable", Kind.KEYRING_UNREACHABLE),
    (r"backup-wizard-askpass: keyring_refused", Kind.KEYRING_REFUSED),
    (r"backup-wizard-askpass: passphrase_unasked", Kind.PASSPHRASE_UNASKED),
    # ssh then takes the public key's file for a private one that others can read.
    (r"agent refused operation", Kind.AGENT_REFUSES),
    (r"UNPROTECTED PRIVATE KEY FILE", Kind.KEY_OPEN_TO_OTHERS),
    (_then(r"Load key ", r": (?:bad permissions|invalid format|Permission denied)"), Kind.KEY_UNUSABLE),
    (r"Too many authentication failures", Kind.TOO_MANY_KEYS),
    (r"Permission denied \((?!\d)|No more authentication methods", Kind.KEY_REFUSED),
    (r"@ERROR: auth failed on module|@ERROR: Unauthorized", Kind.DAEMON_REFUSED),
    (r"@ERROR: Unknown module", Kind.DAEMON_MODULE_UNKNOWN),
    (r"@ERROR: access denied to", Kind.DAEMON_HOST_DENIED),
    (r"@ERROR: max connections", Kind.DAEMON_BUSY),
    (r"@ERROR: chroot failed", Kind.DAEMON_CHROOT),
    (r"@ERROR: chdir failed", Kind.SERVER_NO_FOLDER),
    (r"ERROR: module is read only", Kind.DAEMON_READ_ONLY),
    (r"@ERROR: ", Kind.DAEMON_SAYS_NO),
    (_then(r"failed to connect to ", r": Connection refused"), Kind.DAEMON_CLOSED),
    (r'server sent "(?:SSH-|HTTP/)', Kind.NOT_RSYNCD),
    (r"backup-wizard: this key finds no folder that it can write to", Kind.SERVER_NO_FOLDER),
    (r"backup-wizard: this key finds no rrsync to read with", Kind.NO_RRSYNC),
    (r"backup-wizard: this key (?:is for backups alone|can not read|takes no such option)", Kind.SERVER_REFUSED_OPTION),
    (r"Another instance of rrsync is already accessing", Kind.SERVER_BUSY),
    (
        r"rrsync: (?:(?:command )?not found|No such file|Permission denied)|" + _then(r"Unknown command", r"rrsync"),
        Kind.NO_RRSYNC,
    ),
    (r"Restricted directory does not exist", Kind.OLD_RRSYNC),
    (
        _later(r"rrsync", r"NotADirectoryError|FileNotFoundError"),
        Kind.SERVER_NO_FOLDER,
    ),
    (_later(r"rrsync", r"PermissionError"), Kind.SERVER_FOLDER_CLOSED),
    (_then(r"\[(?:[Rr]eceiver|generator)\] change_dir", r": No such file or directory"), Kind.SERVER_NO_FOLDER),
    (_then(r"\[(?:[Rr]eceiver|generator)\] change_dir", r": Permission denied"), Kind.SERVER_FOLDER_CLOSED),
    (_then(r"(?:mkdir|cannot stat destination) ", r": (?:No such file|Not a directory)"), Kind.SERVER_NO_FOLDER),
    (_then(r"(?:mkdir|cannot stat destination) ", r": Permission denied"), Kind.SERVER_FOLDER_CLOSED),
    (
        r"rsync: (?:command )?not found|rsync: No such file|" + _then(r"Unknown command", r"rsync"),
        Kind.SERVER_NO_RSYNC,
    ),
    (
        _then(r"rrsync", r"invalid rsync-command|has been disabled|error") + r"|unsafe arg",
        Kind.SERVER_REFUSED_OPTION,
    ),
    (r"The server is configured to refuse", Kind.SERVER_REFUSED_OPTION),
    (shells.ANY_ANSWER, Kind.SERVER_SHELL_BLOCKS),
    (
        r"--protocol must be|recv_acl_index|unexpected tag|" + _then(r"\(code (?:2|4|22)\) at ", r"\[[Rr]eceiver"),
        Kind.PROTOCOL_MISMATCH,
    ),
    (_then(r"on remote machine: ", r": unknown option"), Kind.PROTOCOL_MISMATCH),
    (r"is your shell clean\?|protocol version mismatch|rather than greeting", Kind.SERVER_SHELL_TALKS),
    (_later(r"syntax or usage error ", r" at clientserver\.c", r"did not see server greeting"), Kind.SERVER_NO_CONFIG),
    (r"didn't get server startup line", Kind.SERVER_SHELL_TALKS),
    (r"No space left on device", Kind.SERVER_DISK_FULL),
    (r"Disk quota exceeded", Kind.SERVER_QUOTA),
    (r"Read-only file system", Kind.SERVER_READ_ONLY),
    (
        _then(
            r"(?:mkstemp|rename|symlink|mknod|unlink|delete_file|delete_stats|failed to set)\b",
            r": (?:Permission denied|Operation not permitted)",
        ),
        Kind.SERVER_FILES_CLOSED,
    ),
    (_then(r"recv_generator: failed to stat ", r": Permission denied"), Kind.SERVER_FOLDERS_SHUT),
    (_then(r"(?:mkstemp|mkdir|symlink|rename|open)\b", r": Invalid argument"), Kind.SERVER_NAMES_REFUSED),
    (
        _then(
            r"(?:symlink|link|mknod|mkdir|mkstemp|chmod|chown|lsetxattr|set_acl|failed to set)\b",
            r": (?:Operation not supported|Function not implemented)",
        ),
        Kind.SERVER_CANT_HOLD,
    ),
    (r"filename overflows max-path len", Kind.PATH_TOO_LONG),
    (r"received SIG(?:INT|TERM|HUP)", Kind.INTERRUPTED),
    (r"timeout in data send/receive|io timeout", Kind.CONNECTION_CUT),
    (r"Connection (?:reset|closed) by|Broken pipe|client_loop: send disconnect", Kind.CONNECTION_CUT),
    (r"\A\s*rsync: connection unexpectedly closed \(0 bytes(?s:.)*\(code 255\)", Kind.HUNG_UP),
    (r"\A\s*rsync: connection unexpectedly closed \(0 bytes received so far\)", Kind.SERVER_SILENT),
    (r"\A\s*rsync: did not see server greeting", Kind.HUNG_UP),
    (r"connection unexpectedly closed \([1-9]", Kind.CONNECTION_CUT),
    (r"could not make way for new", Kind.FOLDERS_IN_THE_WAY),
    (
        r"send_files failed to open|\b(?:opendir|readdir|readlink_stat|link_stat)\b|read errors mapping",
        Kind.FILES_UNREADABLE,
    ),
    (r"\b(?:mkstemp|recv_generator|recv_files)\b", Kind.SERVER_FILES_REFUSED),
)

# What rsync says a name in, and whatever that name is made of.
_NAMES = re.compile(r'^(rsync: (?!server sent )[^"\n]*|(?:file|directory) has vanished: )".*"', re.MULTILINE)

_EXIT_CODES = {
    11: Kind.SERVER_CANT_WRITE,  # the server's rsync may be gone before it has said why
    20: Kind.INTERRUPTED,
    23: Kind.FILES_UNREADABLE,
    24: Kind.FILES_VANISHED,
    30: Kind.CONNECTION_CUT,
    35: Kind.TIMED_OUT,
    255: Kind.HUNG_UP,  # ssh, without a word
}


def read(exit_code: int | None, printed: str) -> Kind:
    """The cause that a program's words and exit code tell of."""
    pattern = deciding(printed)
    return dict(PATTERNS)[pattern] if pattern else _EXIT_CODES.get(exit_code or 0, Kind.UNKNOWN)


def deciding(printed: str) -> str | None:
    """The pattern that the cause is told by, if there is one."""
    said = _NAMES.sub(r'\1""', printed)
    return next((pattern for pattern, _ in PATTERNS if re.search(pattern, said)), None)
