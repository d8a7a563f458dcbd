"""What can go wrong, as data: the words for it are in `wizard.trouble`."""

from __future__ import annotations

from enum import StrEnum, auto


class Kind(StrEnum):
    """The causes that have an explanation of their own."""

    BAD_PROFILE = auto()
    FOREIGN_PROFILE = auto()
    NO_SUCH_PROFILE = auto()
    PROFILE_DIFFERS = auto()
    NO_SUCH_FILE = auto()
    FOREIGN_REQUEST = auto()
    PROFILE_IN_USE = auto()
    UNDECIDED = auto()
    FOLDER_MISSING = auto()
    FOLDER_IS_FILE = auto()
    FOLDER_UNREADABLE = auto()
    FOLDER_READ_ONLY = auto()
    DISK_FULL_HERE = auto()
    FILE_EXISTS = auto()
    NO_PLACE_FOR_FILE = auto()
    LINK_IN_THE_WAY = auto()
    FOLDER_SHARED = auto()
    SETTINGS_ANOTHERS = auto()
    NO_HOME = auto()
    BAD_VALUE = auto()

    NAME_UNKNOWN = auto()
    HOST_UNREACHABLE = auto()
    PORT_CLOSED = auto()
    TIMED_OUT = auto()
    NOT_SSH = auto()
    HUNG_UP = auto()
    OLD_SSHD = auto()
    SSH_UNSUPPORTED = auto()
    JUMP_NAME_UNKNOWN = auto()
    JUMP_UNREACHABLE = auto()
    JUMP_KEY_UNKNOWN = auto()
    JUMP_KEY_CHANGED = auto()
    JUMP_REFUSES_KEY = auto()
    JUMP_FORBIDS = auto()
    JUMP_CANT_CONNECT = auto()
    NOT_RSYNCD = auto()
    DAEMON_CLOSED = auto()
    DAEMON_REFUSED = auto()
    DAEMON_NO_LONGER_ACCEPTS = auto()
    DAEMON_MODULE_UNKNOWN = auto()
    DAEMON_HOST_DENIED = auto()
    DAEMON_CHROOT = auto()
    DAEMON_BUSY = auto()
    DAEMON_READ_ONLY = auto()
    DAEMON_SAYS_NO = auto()
    HOST_KEY_UNKNOWN = auto()
    SERVER_UNVERIFIED = auto()
    HOST_KEY_CHANGED = auto()
    HOST_KEY_TYPE = auto()
    HOST_KEY_DIFFERS = auto()
    RECEIPT_DIFFERS = auto()
    BAD_RECEIPT = auto()
    KEY_REFUSED = auto()
    KEY_NO_LONGER_ACCEPTED = auto()
    LOCKED_OUT = auto()
    TOO_MANY_KEYS = auto()
    CONNECTION_CUT = auto()
    PASSWORD_WRONG = auto()
    PASSWORD_NOT_TAKEN = auto()
    INSTALL_TOO_SLOW = auto()

    NO_SCHEDULER = auto()
    TIMER_CHANGED = auto()
    SCHEDULER_FAILED = auto()
    APPRISE_MISSING = auto()
    ALARM_ADDRESS = auto()
    ALARM_NOT_SENT = auto()
    PING_ADDRESS = auto()
    PING_NOT_TAKEN = auto()
    ADDRESS_MISSING = auto()

    KEY_MISSING = auto()
    KEY_UNUSABLE = auto()
    KEY_OPEN_TO_OTHERS = auto()
    KEY_WEAK = auto()
    PASSPHRASE_WRONG = auto()
    PASSPHRASE_UNASKED = auto()
    AGENT_SILENT = auto()
    AGENT_REFUSES = auto()
    KEYRING_MISSING = auto()
    KEYRING_UNREACHABLE = auto()
    KEYRING_LOCKED = auto()
    KEYRING_REFUSED = auto()
    SECRET_MISSING = auto()

    NO_RSYNC = auto()
    OLD_RSYNC = auto()
    OPENRSYNC = auto()
    NO_SSH = auto()
    NO_RRSYNC = auto()
    SCHEME_UNKNOWN = auto()

    SERVER_NO_RSYNC = auto()
    SERVER_NO_FOLDER = auto()
    OLD_RRSYNC = auto()
    SERVER_FOLDER_CLOSED = auto()
    SERVER_NO_CONFIG = auto()
    SERVER_BUSY = auto()
    SERVER_REFUSED_OPTION = auto()
    SERVER_SILENT = auto()
    PROTOCOL_MISMATCH = auto()
    SERVER_SHELL_BLOCKS = auto()
    SERVER_SHELL_RSSH = auto()
    SERVER_SHELL_TALKS = auto()
    SERVER_SFTP_ONLY = auto()
    SERVER_CANT_WRITE = auto()
    SERVER_DISK_FULL = auto()
    SERVER_QUOTA = auto()
    SERVER_READ_ONLY = auto()
    SERVER_FILES_CLOSED = auto()
    SERVER_FOLDERS_SHUT = auto()
    SERVER_NAMES_REFUSED = auto()
    SERVER_CANT_HOLD = auto()
    SERVER_FILES_REFUSED = auto()
    DESTINATION_TAKEN = auto()
    NOTHING_TO_ADOPT = auto()
    BACKUP_AT_RISK = auto()
    BACKUP_GONE = auto()
    SERVER_HOME_CLOSED = auto()
    NOT_UNDONE = auto()
    LOCK_OPEN = auto()
    LOCK_UNTESTED = auto()
    PASSWORD_OPEN = auto()
    WAITING_FOR_ADMIN = auto()

    FILES_UNREADABLE = auto()
    FILES_VANISHED = auto()
    FOLDERS_IN_THE_WAY = auto()
    PATH_TOO_LONG = auto()
    INTERRUPTED = auto()
    NOT_RECORDED = auto()
    COMMAND_DRIFTED = auto()
    NO_DRY_RUN = auto()
    CANT_READ_BACK = auto()
    READ_KEY_NO_KEYRING = auto()
    READ_KEY_WAITING = auto()
    READ_KEY_EXPIRED = auto()
    NOT_IN_BACKUP = auto()
    NO_VERSIONS_KEPT = auto()
    NO_SUCH_VERSION = auto()
    VERSION_MOVED = auto()
    NO_ROOM_HERE = auto()
    TARGET_IN_BACKUP = auto()
    DISK_NOT_CONNECTED = auto()
    SERVER_SENDS_MORE = auto()
    RESTORED_DIFFER = auto()
    DRILL_DIFFERS = auto()
    NO_TERMINAL = auto()
    CRASHED = auto()
    UNKNOWN = auto()


OF_JUMP_HOST = frozenset(kind for kind in Kind if kind.startswith("jump_"))
"""The causes in which a jump host has a part, so that nobody has asked the server."""


class Failure(Exception):
    """Something failed, for a cause that is told by `kind`.

    `about` is the thing it happened to (a host, a path, a value) and `raw` what a program printed; neither may
    hold a secret.
    """

    def __init__(self, kind: Kind, about: str = "", raw: str = "", exit_code: int | None = None) -> None:
        super().__init__(f"{kind}: {about}" if about else str(kind))
        self.kind = kind
        self.about = about
        self.raw = raw
        self.exit_code = exit_code

    @property
    def advice(self) -> str:
        """What to do in this very case, where that is more than the cause tells."""
        return ""


class BadProfile(Failure):
    """A profile file says something that can't be taken, at `key` and, where it stands in a file, at `line`."""

    def __init__(self, message: str, *, key: str = "", file: str = "", line: int | None = None) -> None:
        where = ", ".join(part for part in (file, f"line {line}" if line else "", key) if part)
        super().__init__(Kind.BAD_PROFILE, f"{where}: {message}" if where else message)
        self.message = message
        self.key = key
        self.file = file
        self.line = line


class ProgramFailed(Failure):
    """A program (ssh, rsync) ended with a failure that has still to be read from what it printed."""

    def __init__(self, program: str, exit_code: int, stderr: str) -> None:
        super().__init__(Kind.UNKNOWN, program, stderr, exit_code)
        self.program = program
