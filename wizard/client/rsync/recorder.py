"""What this computer's rsync asks an ssh server to run, recorded by a remote shell that runs nothing."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wizard import schemes
from wizard.failure import Failure, Kind
from wizard.schemes.base import Transfer
from wizard.schemes.facts import Recorded
from wizard.schemes.parts.over_ssh import quoted_for_rsync

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wizard.profile import Profile
    from wizard.schemes.base import Reading
    from wizard.schemes.facts import ClientFacts

# rsync calls it as: … HOST COMMAND…; what follows the host is what ssh would ask the server to run.
_NOTE_DOWN = "import sys; open(sys.argv[1], 'w').write('\\0'.join(sys.argv[3:])); sys.exit(1)"


def record(profile: Profile, facts: ClientFacts, environment: Mapping[str, str]) -> Recorded:
    """The commands for a backup and for its dry run, in the environment that they will be run in.

    Raises:
        Failure: `NOT_RECORDED` if rsync never asked.
    """
    live, dry = (_asked(profile, facts, environment, dry_run=dry_run) for dry_run in (False, True))
    return Recorded(live=live, dry=dry)


def asked_to_read(
    profile: Profile, facts: ClientFacts, environment: Mapping[str, str], reading: Reading
) -> tuple[str, ...]:
    """The command for reading from the backup, in that environment.

    Raises:
        Failure: `NOT_RECORDED` if rsync never asked.
    """
    command = schemes.of(profile).read_command
    return _noted(profile, facts, environment, lambda recording: command(profile, recording, reading))


def _asked(profile: Profile, facts: ClientFacts, environment: Mapping[str, str], *, dry_run: bool) -> tuple[str, ...]:
    command = schemes.of(profile).client_command
    transfer = Transfer(dry_run=dry_run)
    return _noted(profile, facts, environment, lambda recording: command(profile, recording, transfer))


def _noted(
    profile: Profile,
    facts: ClientFacts,
    environment: Mapping[str, str],
    command: Callable[[ClientFacts], list[str]],
) -> tuple[str, ...]:
    with tempfile.TemporaryDirectory(prefix="backup-wizard-") as folder:
        note = Path(folder) / "asked"
        recorder = " ".join(map(quoted_for_rsync, [sys.executable, "-I", "-c", _NOTE_DOWN, str(note)]))
        argv = command(replace(facts, remote_shell=recorder))
        try:
            # Its failure is meant: the recorder ends with 1, so that rsync goes no further.
            subprocess.run(
                argv, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
            )
            return tuple(note.read_text("utf-8", "surrogateescape").split("\0"))
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Failure(Kind.NOT_RECORDED, profile.name, str(error)) from None
