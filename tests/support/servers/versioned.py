"""A server that keeps versions of a backup, on which a day passes whenever the test says so."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self

from tests.support import programs
from tests.support.servers.office import ACCOUNT, Office
from wizard.storage import paths

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = "/usr/local/sbin/backup-wizard-versions"
NAME = "amamac"
LIVE = f"/home/{ACCOUNT}/backup/{NAME}"
PLACE = f"/home/backup-wizard-versions/{ACCOUNT}/{NAME}"
LINK = f"/var/lib/backup-wizard/versions/{ACCOUNT}/{NAME}"
STATE = f"/var/lib/backup-wizard/versions-state/{ACCOUNT}/{NAME}"
OWN = f"/etc/backup-wizard/versions/{ACCOUNT}/{NAME}"
FIRST_DAY = datetime(2027, 1, 4, 3, tzinfo=UTC)
_MARK = "printf x >.new && mv -f .new .backup-complete"


class VersionedOffice(Office):
    """An office with one backup, of which it keeps versions; its clock is turned for what the program starts, too."""

    keep = "7 4 12"

    def __enter__(self) -> Self:
        self._place.mkdir(exist_ok=True)
        super().__enter__()
        self.run("mkdir", "-p", "/usr/local/sbin")
        self.put(PROGRAM, (paths.assets() / "templates" / "versions.sh").read_text("utf-8"), mode=0o755)
        self.as_account(f"mkdir -p backup/{NAME} && chmod 700 backup")
        self.prepare()
        self.settle(folder=f"backup/{NAME}")
        return self

    def prepare(self) -> None:
        """What a test has otherwise than usual, before the versions are set up."""

    def settle(self, **others: str) -> None:
        """Write the settings, and set the versions up."""
        values = {"account": ACCOUNT, "name": NAME, "keep": self.keep, "reserve": "1"} | others
        self.put(f"{OWN}/settings", "".join(f"{key}={value}\n" for key, value in values.items()), mode=0o644)
        self.said = self.run("sh", PROGRAM, "--set-up", ACCOUNT, NAME)

    def back_up(self, script: str = ":") -> None:
        """Change the backup by a shell script in its folder, as a run of the client's does that comes to its end."""
        self.as_account(f"cd backup/{NAME} && {{ {script}\n}} && {_MARK}")

    def on_day(self, day: int, *argv: str, hour: int = 0) -> subprocess.CompletedProcess[str]:
        """Run the program on that day of the server's clock, of which the first is number 1."""
        moment = FIRST_DAY + timedelta(days=day - 1, hours=hour)
        faketime = [programs.require("faketime"), "-f", f"@{moment:%Y-%m-%d %H:%M:%S}"]
        return subprocess.run(
            self.inside("env", "TZ=UTC", "NO_FAKE_STAT=1", *faketime, "sh", PROGRAM, *argv),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )

    def make(self, day: int) -> None:
        """Run the program on that day, which has nothing to say."""
        ended = self.on_day(day)
        said = ended.stdout + ended.stderr
        assert (ended.returncode, said) == (0, ""), f"day {day}: {ended.returncode}, {said}"

    def versions(self, level: str = "*") -> dict[int, Path]:
        """The version of each day that has one, at one of rsnapshot's levels."""
        found = sorted(self.path(PLACE).glob(f"{level}.[0-9]*"))
        return {self._day(path): path / "files" for path in found}

    def days(self, level: str) -> list[int]:
        """The days of which there are versions at that level, the newest first."""
        return sorted(self.versions(level), reverse=True)

    def state(self) -> dict[str, str]:
        """What the program tells others."""
        lines = self.path(STATE).read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    @staticmethod
    def _day(path: Path) -> int:
        return (datetime.fromtimestamp(path.stat().st_mtime, UTC) - FIRST_DAY).days + 1
