"""What a probe asked, what came back, and by which refusal, if any, it counts as shut.

A door is shut only by a refusal of the lock's own, recognised as such. Whatever else comes back (a traceback, a missing
program, silence) is no refusal: then the door was not tested.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from wizard.schemes.parts import reading_line, request_filter
from wizard.server.locks.wording import quoted
from wizard.text.language import _

if TYPE_CHECKING:
    from wizard.client.ssh.connection import Reply

# What each lock says when it refuses, as printed by OpenSSH 7 to 9, rrsync 3.1 to 3.5 and rsync's daemons 3.1 to 3.5.
KEY_LINE: Final = "key line"
EXACT_LINE: Final = "exact line"
RRSYNC: Final = "rrsync"
WRITE_ONLY: Final = "write only"
READ_ONLY: Final = "read only"
REFUSED_OPTION: Final = "refused option"
AUTH_FAILED: Final = "auth failed"
HOST_DENIED: Final = "host denied"
NOT_THERE: Final = "not there"
"""rsync has looked below the folder that is opened, and found no such file."""
FIXED_RSYNC: Final = "fixed rsync"
"""The one rsync that the line starts has answered, whatever was asked."""
FIXED_DAEMON: Final = "fixed daemon"
"""The one daemon that the line starts has answered, whatever was asked."""
SSH: Final = "ssh"
"""sshd has refused, by the protocol's own answer, on a connection that goes on."""
DRY_RUN: Final = "dry run"
"""A dry run was let in, and says that what was looked for is not there."""
OFFERED: Final = "offered"
"""The server has listed what it offers, and this is not in it."""

_LINE_WORDS = "|".join(
    (
        f"{request_filter.ALONE}(?:, in .+)?",
        f"{request_filter.ADDS_ALONE}, in .+",
        request_filter.CANNOT_READ,
        request_filter.NO_SUCH_OPTION,
        request_filter.NO_RRSYNC,
        f"{reading_line.ALONE}, in .+",
    )
)
_RRSYNC_WORDS = "|".join(
    (
        "Not invoked via sshd",
        "SSH_ORIGINAL_COMMAND(?:='.*')? (?:is not|does not run) rsync",
        "--server option is not (?:the )?first(?: arg)?",
        "invalid rsync-command syntax or options",
        "option -\\S+ has been disabled on this server",
        "(?:reading from write-only|sending to read-only) server (?:is )?not allowed",
        "do not use \\.\\. in ",
    )
)
PATTERNS: dict[str, re.Pattern[str]] = {
    KEY_LINE: re.compile(rf"^{re.escape(request_filter.REFUSED)} (?:{_LINE_WORDS})$", re.MULTILINE),
    EXACT_LINE: re.compile(rf"^{re.escape(request_filter.IS_FOR)} \S+-[0-9a-f]{{12}} alone$", re.MULTILINE),
    RRSYNC: re.compile(rf"^\S*rrsync(?: error)?:? (?:{_RRSYNC_WORDS})", re.MULTILINE),
    WRITE_ONLY: re.compile(r"^(?:@?ERROR: )?module is write only$", re.MULTILINE),
    READ_ONLY: re.compile(r"^(?:@?ERROR: )?module is read only$", re.MULTILINE),
    REFUSED_OPTION: re.compile(r"The server is configured to refuse --?\S+"),
    HOST_DENIED: re.compile(r"^@ERROR: access denied to ", re.MULTILINE),
    NOT_THERE: re.compile(
        r"(?:link_stat|change_dir#\d|change_dir) .*failed: No such file or directory \(2\)"
        r"|rrsync error: post-realpath open failed .* No such file or directory",
        re.MULTILINE,
    ),
    AUTH_FAILED: re.compile(r"^(?:Password: )?@ERROR: auth failed on module ", re.MULTILINE),
}


class ProbeResult(msgspec.Struct, frozen=True):
    """What a probe found: `held` is `None` where it was not tested, and `detail` says what was asked and came back.

    `by` names the refusal that it counts as shut by. What is not `testable` can't be told from here by anybody.
    """

    held: bool | None
    detail: str
    by: str = ""
    testable: bool = True


def shut(by: str, *sentences: str) -> ProbeResult:
    """The lock has refused; the sentences say what was asked and what came back."""
    return ProbeResult(True, " ".join(sentences), by)


def is_open(*sentences: str) -> ProbeResult:
    """What must be refused was done."""
    return ProbeResult(False, " ".join(sentences))


def untested(*sentences: str) -> ProbeResult:
    """It could be tried, and was not, or with no clear answer."""
    return ProbeResult(None, " ".join(sentences))


def untestable(detail: str) -> ProbeResult:
    """It can't be tried from here."""
    return ProbeResult(None, detail, testable=False)


def recognised(printed: str, *kinds: str) -> str:
    """Which of those refusals the words are; none of them is an empty text."""
    return next((kind for kind in kinds if PATTERNS[kind].search(printed)), "")


def refused(asked: str, printed: str, *kinds: str) -> ProbeResult:
    """Shut, if the words are one of those refusals; else not tested, with the words. `asked` is a whole sentence."""
    if by := recognised(printed, *kinds):
        return shut(by, asked, quoted(printed))
    said = quoted(printed, _("There was no answer."))
    return untested(asked, said, _("That isn't the expected refusal, so this counts as not tested."))


def starts_rsync(reply: Reply) -> bool:
    """Whether an rsync was started: it begins with its protocol's number, four bytes with the lowest first."""
    return len(reply.stdout) >= 4 and 20 <= reply.stdout[0] < 128 and reply.stdout[1:4] == b"\0\0\0"


def starts_daemon(reply: Reply) -> bool:
    """Whether an rsync daemon was started."""
    return reply.stdout.startswith(b"@RSYNCD: ")
