"""The practice run and the real backup: dry-run, run.

ssh begins to sign in before the rest of the program is read, since either takes as long as the other.
"""

from __future__ import annotations

import contextlib
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from wizard import starting
from wizard.commands import terminal
from wizard.storage import files, profiles
from wizard.text.language import _

if TYPE_CHECKING:
    from argparse import Namespace

_WAIT_FOR_ORPHANS_SECONDS = 180.0  # longer than an rsync whose wizard was killed waits for a silent server


def dry_run(chosen: Namespace) -> int:
    """Say what a backup would do; 1 where some files could not be looked at."""
    profile = profiles.load(chosen.name)
    output = files.creating(Path(chosen.output).absolute()) if chosen.output else contextlib.nullcontext()
    _be_interrupted_by_whatever_ends_us()
    with terminal.session() as opened, output as listing:
        opened.sign_in_ahead(profile)
        starting.begin()
        from wizard.commands import transferring

        starting.end()
        return transferring.dry_run(profile, opened, listing, as_json=chosen.json)


def run(chosen: Namespace) -> int:
    """Back up for real; 1 where some files failed.

    Raises:
        SystemExit: neither a backup nor all that are due are asked for (2).
    """
    _be_interrupted_by_whatever_ends_us()
    if chosen.if_due:
        from wizard.commands import if_due

        return if_due.run(chosen.name, as_json=chosen.json)
    if chosen.name is None:
        chosen.usage_error(_("the following arguments are required: NAME"))
    with terminal.session() as opened:
        profile = terminal.held(chosen.name, opened, timeout=_WAIT_FOR_ORPHANS_SECONDS)
        opened.sign_in_ahead(profile)
        starting.begin()
        from wizard.commands import transferring

        starting.end()
        exit_code = transferring.run(profile, opened, as_json=chosen.json)
        transferring.see_shut(profile, opened)
        return exit_code


def _be_interrupted_by_whatever_ends_us() -> None:
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup would have it
            signal.signal(number, signal.default_int_handler)  # so that ssh is ended first
