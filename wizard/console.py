"""What the walks without screens print, and how."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from wizard import display, paths, printing, profiles
from wizard.failure import Kind
from wizard.language import _
from wizard.running.report import in_words, left_out
from wizard.server import locks
from wizard.walk import steps

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from wizard.client.folders.backup_size import BackupSize
    from wizard.client.rsync import Progress
    from wizard.running import AtRisk, Begun, Result, Retry
    from wizard.running.progress_estimate import ProgressEstimate
    from wizard.running.report import Report
    from wizard.server.locks import Finding
    from wizard.server.receipts.receipt import Taken
    from wizard.trouble import Trouble
    from wizard.walk.steps import Walk

_MOST_PROBLEMS = 20
_SIGNS = {True: "✓", False: "✗", None: "?"}


def say(text: str = "") -> None:
    """Print one or more lines for the person; whatever is in them, the terminal obeys none of it."""
    hand_out(display.printable(text, keep_lines=True))


def hand_out(text: str) -> None:
    """Print a text that is to be used as it is; all values in it have passed the rules."""
    printing.out(f"{text}\n")


def warn(text: str) -> None:
    """The same as `say`, on standard error."""
    printing.error(f"{display.printable(text, keep_lines=True)}\n")


def left_at(walk: Walk, command: str = "backup-wizard") -> str:
    """What is kept of a walk that was left, and how to go on."""
    name = walk.profile.name
    if not profiles.exists(name):
        return _("Nothing was decided yet, so nothing is kept.")
    if walk.step is steps.Step.FINISH:
        return f"All is set up. “backup-wizard run {name}” backs up."
    return f"Everything decided is kept. “{command} {name}” goes on at “{steps.TITLES[walk.step]}”."


def complain(told: Trouble, raw_file: Path | None = None) -> None:
    """Print a failure on standard error: what happened — who mends it — what to do, and the words to send.

    `raw_file` is where it was kept what a program printed.
    """
    warn(told.sentence)
    if told.found:
        warn(f"  {told.found}")
    if told.forward:
        warn(f"\nWords for the admin:\n\n{told.forward}")  # at the edge: lines in it are to be pasted
    if told.kind is Kind.UNKNOWN and told.raw:
        warn(f"\n  It printed:\n{textwrap.indent(told.raw, '    ')}")
    if raw_file:
        warn(f"\n  What was printed is kept in {paths.shown(raw_file)}")


def finding(found: Finding) -> str:
    """One line for one probe."""
    sign = _SIGNS[found.held] if found.testable or found.held is not None else "-"
    return f"  {sign} {found.title}: {found.detail}"


def verdict(findings: Sequence[Finding]) -> str:
    """What all probes come to, in a sentence."""
    if locks.opens_by_password_alone(findings):
        return "The key is locked. But the account also takes its password, which opens all of it."
    testable = [one for one in findings if one.testable]
    match locks.verdict(findings):
        case "locked":
            return f"Locked: {len(testable)} things were tested, and all are as they should be."
        case "open":
            if locks.opens_everything(findings):
                return "Not locked: this key can do almost anything on the server."
            found = sum(one.held is False for one in testable)
            return f"Not locked: {found} of {len(testable)} tested {'thing is' if found == 1 else 'things are'} open."
    untested = sum(one.held is None for one in testable)
    return f"Not known to be locked: {untested} of {len(testable)} things could not be tested."


def receipt(taken: Taken) -> str:
    """What was taken from a server's receipt."""
    verified = "is the one that the server shows" if taken.met else "will be compared as soon as the server answers"
    return "\n".join(
        [
            f"The receipt is taken. Its fingerprint {verified}:",
            *(f"  {key.type_name} {key.fingerprint}" for key in taken.receipt.host_keys),
            *(f"  Decided by the admin: {display.printable(change)}." for change in taken.changes),
            *(f"  The server warns: {warning}" for warning in taken.receipt.warnings),
        ]
    )


def dry_run(report: Report) -> str:
    """The result of a practice run in words."""
    rows = [
        ("looked at", f"{display.entries(report.totals.files)}, {display.size(report.totals.bytes_total)}"),
        ("new", display.number(report.totals.new)),
        ("changed", display.number(report.totals.changed)),
        ("to be removed", display.number(report.totals.deleted)),
        ("as they are", display.number(report.totals.unchanged)),
        ("to be sent", display.size(report.totals.bytes_to_send)),
    ]
    lines = [f"Nothing was copied. {in_words(report.totals)}", *(f"  {title:<14} {value}" for title, value in rows)]
    return "\n".join(lines + _problems(report))


def estimate(size: BackupSize) -> str:
    """What stands in for a practice run where there can be none."""
    return (
        f"Counted on this computer instead: a first backup would send {display.size(size.bytes)}"
        f" ({display.entries(size.entries)}). What is on the server by now was not looked at."
    )


def backup(result: Result) -> str:
    """The result of a real backup in words."""
    checked = [result.verification.sentence] if result.verification else []
    return "\n".join([result.sentence, *checked, *_problems(result.report)])


def at_risk(risk: AtRisk) -> str:
    """What a run would lose, a sentence each."""
    return " ".join(f"{display.printable(loss.sentence)}." for loss in risk.losses)


def begun(event: Begun) -> str:
    """How it is sent, and why."""
    return event.choice.sentence


def retry(event: Retry) -> str:
    """That the connection dropped, and what follows."""
    return f"{event.trouble.what}: try {event.number} follows in {event.seconds:.0f} s."


def progress(event: Progress, estimate: ProgressEstimate) -> str:
    """How far a real backup is, on one line."""
    parts = [
        *([f"{estimate.percent} %"] if estimate.percent is not None else []),
        f"{display.size(event.bytes_done)} sent",
        f"{display.size(event.rate)}/s",
        *([f"{display.duration(estimate.seconds_left)} left"] if estimate.seconds_left is not None else []),
        *([f"{display.files(event.to_check)} to go"] if event.to_check is not None and not event.is_searching else []),
    ]
    return " · ".join(parts)


def _problems(report: Report) -> list[str]:
    why = left_out(report)
    if why is None:
        return []
    shown = [f"  ! {display.printable(problem.message)}" for problem in report.problems[:_MOST_PROBLEMS]]
    more = len(report.problems) - len(shown) + report.untold
    more_lines = [f"  and {display.number(more)} more"] if more else []
    forward = ["", "  Words for the admin:", f"  {why.forward}"] if why.forward else []
    return ["Some files were left out:", *shown, *more_lines, why.sentence, *forward]
