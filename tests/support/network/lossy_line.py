"""A backup towards a real server, with a gate between the two."""

from __future__ import annotations

import contextlib
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.screens.at_the_server import arrive
from tests.support import programs
from tests.support.network.gate import Gate
from tests.support.servers import placing
from wizard.storage import profiles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.servers.real_sshd import RealSshd
    from wizard.profile import Profile

# Of the first run's connections: one measures the link, and all the rest goes over the other.
THE_BACKUP = 1


@dataclass(frozen=True)
class LossyLine:
    """The profile with all put in place, and both sides of its backup."""

    profile: Profile
    sshd: RealSshd
    gate: Gate
    source: Path
    backup: Path

    def differences(self) -> str:
        """What rsync would still do, by content; temporary files of a server's rsync that was ended are none of it."""
        there = self.backup / self.source.name
        compare = [programs.require("rsync"), "-naic", "--delete", "--exclude=.*.??????", *placing.stored(self.profile)]
        argv = [*compare, f"{self.source}/", f"{there}/"]
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout


@contextlib.contextmanager
def lossy_line(sshd: RealSshd, source: Path) -> Iterator[LossyLine]:
    """A line that works until it is told otherwise."""
    place = arrive(sshd, source)
    place.let_in()
    with Gate(sshd.port) as gate:
        profile = placing.at_port(place.profile, gate.port)
        profiles.save(profile)
        yield LossyLine(profile, sshd, gate, source, place.backup)
