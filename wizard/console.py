"""What the walks without screens print, and how."""

from __future__ import annotations

import sys
import textwrap
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from wizard import printing
from wizard.failure import Kind
from wizard.running import cut_files, problems, record
from wizard.running.comparing import unnoticed
from wizard.running.report import in_words, left_out
from wizard.schedule import upcoming
from wizard.server import locks
from wizard.storage import paths, profiles
from wizard.text import display
from wizard.text.language import _, ngettext
from wizard.walk import steps

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from wizard.client.folders.backup_size import BackupSize
    from wizard.client.rsync import Progress
    from wizard.running.events import Begun, Result, Retry
    from wizard.running.progress_estimate import ProgressEstimate
    from wizard.running.report import Report
    from wizard.running.safeguard import AtRisk
    from wizard.server.locks import Finding
    from wizard.server.receipts.receipt import Taken
    from wizard.trouble import Trouble
    from wizard.walk.steps import Walk

SEND_THIS = _("Send your admin this:")
_MOST_PROBLEMS = 20
_SIGNS = {True: "✓", False: "✗", None: "?"}


class ToPaste(str):
    """A text whose lines are to be pasted somewhere, so `say` wraps none of them."""

    __slots__ = ()


def say(text: str = "") -> None:
    """Print one or more lines for the person; whatever is in them, the terminal obeys none of it."""
    shown = display.printable(text, keep_lines=True)
    hand_out(shown if isinstance(text, ToPaste) else printing.wrapped(shown, sys.stdout))


def hand_out(text: str) -> None:
    """Print a text that is to be used as it is; all values in it have passed the rules."""
    printing.out(f"{text}\n")


def warn(text: str) -> None:
    """The same as `say`, on standard error."""
    printing.error(f"{printing.wrapped(display.printable(text, keep_lines=True), sys.stderr)}\n")


def left_at(walk: Walk, command: str = "backup-wizard") -> str:
    """What is kept of a walk that was left, and how to go on."""
    name = walk.profile.name
    if not profiles.exists(name):
        return _("You haven't set up anything yet. What you typed is still there the next time.")
    kept = record.read(name)
    if walk.reached is steps.Step.FINISH and kept.result == "unfinished":
        stopped = _("Backup stopped. What was sent is kept. To continue, run “backup-wizard run {name}”.")
        return stopped.format(name=name)
    if walk.reached is steps.Step.FINISH and (when := upcoming.of(walk.profile, datetime.now(UTC), kept).when):
        told = _("You're all set. Next backup: {when}. To back up now, run “backup-wizard run {name}”.")
        return told.format(when=when, name=name)
    if walk.reached is steps.Step.FINISH:
        return _("You're all set. To back up, run “backup-wizard run {name}”.").format(name=name)
    told = _("Everything is saved. To continue at “{step}”, run “{command} {name}”.")
    return told.format(step=steps.TITLES[walk.reached], command=command, name=name)


def complain(told: Trouble, raw_file: Path | None = None) -> None:
    """Print a failure on standard error: what happened — who fixes it — what to do, and the words to send.

    `raw_file` is where it was kept what a program printed.
    """
    warn(told.sentence)
    if told.found:
        warn(f"  {told.found}")
    if told.forward:
        # At the edge, and not wrapped: lines in it are to be pasted.
        printing.error(f"\n{SEND_THIS}\n\n{display.printable(told.forward, keep_lines=True)}\n")
    if told.kind is Kind.UNKNOWN and told.raw:
        warn("\n  " + _("Technical details:"))
        warn(textwrap.indent(told.raw, "    "))
    if raw_file:
        details = _("Technical details are saved in {file}").format(file=paths.shown(raw_file))
        warn(f"\n  {details}")


def finding(found: Finding, *, in_full: bool = False) -> str:
    """One line for one probe; why it could not be tested is told `in_full` alone, as it is mostly the same for all."""
    sign = _SIGNS[found.held] if found.testable or found.held is not None else "-"
    is_untested = found.testable and found.held is None
    return f"  {sign} {found.title}" if is_untested and not in_full else f"  {sign} {found.title}: {found.detail}"


def why_untested(name: str, findings: Sequence[Finding]) -> list[str]:
    """Where it is not known whether all is locked: the reasons, each once, and where there is more to read."""
    if locks.verdict(findings) != "unknown":
        return []
    more = _("All details: “backup-wizard check {name} --json”").format(name=name)
    return [*(f"  {reason}" for reason in locks.why_untested(findings)), more]


def verdict(findings: Sequence[Finding]) -> str:
    """What all probes come to, in a sentence."""
    if locks.opens_by_password_alone(findings):
        return _("The key is locked. But the account also accepts its password, which opens everything.")
    testable = [one for one in findings if one.testable]
    match locks.verdict(findings):
        case "locked":
            told = ngettext(
                "Locked: the server passed {count} test.",
                "Locked: the server passed all {count} tests.",
                len(testable),
            )
            return told.format(count=len(testable))
        case "open":
            if locks.opens_everything(findings):
                return _("Not locked: this key can do almost anything on the server.")
            found = sum(one.held is False for one in testable)
            told = ngettext(
                "Not locked: the server failed {found} of {count} tests.",
                "Not locked: the server failed {found} of {count} tests.",
                found,
            )
            return told.format(found=found, count=len(testable))
    untested = sum(one.held is None for one in testable)
    told = ngettext(
        "Not known to be locked: {untested} of {count} tests couldn't be completed.",
        "Not known to be locked: {untested} of {count} tests couldn't be completed.",
        untested,
    )
    return told.format(untested=untested, count=len(testable))


def receipt(taken: Taken) -> str:
    """What was taken from the admin's answer."""
    met = (
        _("The receipt was used. The server shows the same fingerprint:")
        if taken.receipt
        else _("It's your server: it shows the fingerprint that your admin sent:")
    )
    not_met = _("The receipt was used. Its fingerprint will be compared when the server answers:")
    decided, warns = _("  Your admin decided: {change}."), _("  The server warns: {warning}")
    return "\n".join(
        [
            met if taken.met else not_met,
            *(f"  {key}" for key in taken.named),
            *(decided.format(change=display.printable(change)) for change in taken.changes),
            *(warns.format(warning=warning) for warning in taken.warnings),
        ]
    )


def dry_run(report: Report) -> str:
    """The result of a practice run in words."""
    rows = [
        (_("total"), f"{display.entries(report.totals.files)}, {display.size(report.totals.bytes_total)}"),
        (_("new"), display.number(report.totals.new)),
        (_("changed"), display.number(report.totals.changed)),
        (_("to delete"), display.number(report.totals.deleted)),
        (_("unchanged"), display.number(report.totals.unchanged)),
        (_("to send"), display.size(report.totals.bytes_to_send)),
    ]
    nothing = _("Nothing was copied. {what}").format(what=in_words(report.totals))
    width = max(len(title) for title, _value in rows)
    lines = [nothing, *(f"  {title:<{width}}  {value}" for title, value in rows)]
    return "\n".join(lines + _problems(report))


def estimate(size: BackupSize) -> str:
    """What stands in for a practice run where there can be none."""
    told = _(
        "Counted on this computer instead: a first backup would send {size} ({entries}). The server was not asked what"
        " it already has."
    )
    return told.format(size=display.size(size.bytes), entries=display.entries(size.entries))


def backup(result: Result) -> str:
    """The result of a real backup in words."""
    return "\n".join([*found_in(result), result.sentence])


def found_in(result: Result) -> list[str]:
    """What was found while a backup was made and afterwards, in lines."""
    checked = [result.verification.sentence] if result.verification else []
    unmarked = _("The date of this backup couldn't be left on the server for your admin: {reason}.")
    noted = [unmarked.format(reason=result.unmarked)] if result.unmarked else []
    told = filter(None, [unnoticed.in_words(result.unnoticed), cut_files.in_words(result.cut)])
    return [*_problems(result.report), *checked, *noted, *told]


def at_risk(risk: AtRisk) -> str:
    """What a run would lose, a sentence each."""
    return " ".join(f"{display.printable(loss.sentence)}." for loss in risk.losses)


def begun(event: Begun) -> str:
    """How it is sent, and why."""
    return event.choice.sentence


def retry(event: Retry) -> str:
    """That the connection dropped, and what follows."""
    told = _("{what}. Trying again in {seconds} s (try {number}).")
    return told.format(what=event.trouble.what, number=event.number, seconds=f"{event.seconds:.0f}")


def progress(event: Progress, estimate: ProgressEstimate, *, is_restore: bool = False) -> str:
    """How far a real backup or a restore is, on one line."""
    done = _("{size} received") if is_restore else _("{size} sent")
    parts = [done.format(size=display.size(event.bytes_done)), _("{size}/s").format(size=display.size(event.rate))]
    if estimate.percent is not None:
        parts.insert(0, f"{estimate.percent}%")
    if estimate.seconds_left is not None:
        parts.append(_("{time} left").format(time=display.duration(estimate.seconds_left)))
    if event.to_check is not None and not event.is_searching:
        parts.append(_("{files} to go").format(files=display.files(event.to_check)))
    return " · ".join(parts)


def listed(told: Sequence[str], untold: int = 0) -> list[str]:
    """The first of many problems, a line each, and how many more there are."""
    shown = [f"  ! {one}" for one in told[:_MOST_PROBLEMS]]
    more = len(told) - len(shown) + untold
    return shown + ([_("  and {count} more").format(count=display.number(more))] if more else [])


def _problems(report: Report) -> list[str]:
    if not report.problems and report.is_whole:
        return []
    lines = listed([problems.in_words(problem) for problem in report.problems], report.untold)
    why = None if report.is_whole else left_out(report)
    told = [why.sentence] if why else []
    forward = ["", f"  {SEND_THIS}", f"  {why.forward}"] if why and why.forward else []
    return [_("Some files were not backed up:"), *lines, *told, *forward]
