"""A server that keeps versions of a backup, on which a day passes whenever the test says so."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING

from tests.support import programs
from tests.support.data.trees import tree
from tests.support.servers.office import ACCOUNT, Office
from wizard.storage import paths

if TYPE_CHECKING:
    from typing import Self

PROGRAM = "/usr/local/sbin/backup-wizard-versions"
NAME = "amamac"
DISK = "/srv/disk"
CLOCKS = "/usr/local/clocks"
_CLOCK = """\
#!/bin/sh
LD_PRELOAD={library} exec {program} "$@"
"""
LINK = f"/var/lib/backup-wizard/versions/{ACCOUNT}/{NAME}"
STATE = f"/var/lib/backup-wizard/versions-state/{ACCOUNT}/{NAME}"
WORK = f"/var/lib/backup-wizard/versions-work/{ACCOUNT}/{NAME}"
OWN = f"/etc/backup-wizard/versions/{ACCOUNT}/{NAME}"
PLACE = f"/home/backup-wizard-versions/{ACCOUNT}/{NAME}"
FIRST_DAY = datetime(2027, 1, 4, 3, tzinfo=UTC)
_MARK = "printf x >.new && mv -f .new .backup-complete"


class VersionedOffice(Office):
    """An office with one backup, of which it keeps versions; its clock is turned for what the program starts, too."""

    keep = "7 4 12"
    disk = ""
    """A file system of its own for backup and versions, of which it is the type."""
    disk_size = "128M"
    shell = "dash"
    path_before = ""
    """A folder of programs that the program finds first."""

    def __enter__(self) -> Self:
        self._place.mkdir(exist_ok=True)
        super().__enter__()
        self.run("mkdir", "-p", "/usr/local/sbin")
        self.put(PROGRAM, (paths.assets() / "templates" / "versions.sh").read_text("utf-8"), mode=0o755)
        prepare_clocks(self)
        if self.disk:
            mount_disk(self, self.disk, self.disk_size)
        self.as_account(f"mkdir -p {self.live} && chmod 700 {self.live}")
        self.settle()
        return self

    @property
    def live(self) -> str:
        """The backup's folder."""
        return f"{DISK}/backup/{NAME}" if self.disk else f"/home/{ACCOUNT}/backup/{NAME}"

    @property
    def place(self) -> str:
        """The folder of its versions."""
        return f"{DISK if self.disk else '/home'}/backup-wizard-versions/{ACCOUNT}/{NAME}"

    def settle(self, **others: str) -> None:
        """Write the settings, and set the versions up."""
        usual = {"account": ACCOUNT, "name": NAME, "folder": self.live, "keep": self.keep, "reserve": "1"}
        values = usual | others
        self.put(f"{OWN}/settings", "".join(f"{key}={value}\n" for key, value in values.items()), mode=0o644)
        self.said = self.run(self.shell, PROGRAM, "--set-up", ACCOUNT, NAME)

    def back_up(self, script: str = ":") -> None:
        """Change the backup by a shell script in its folder, as a run of the client's does that comes to its end."""
        self.as_account(f"cd {self.live} && {{ {script}\n}} && {_MARK}")

    def begin_another(self, file: str, *, seconds: bool = False) -> None:
        """Have a client's next run begin with a file, at a later time than the mark's; in whole seconds, if need be."""
        is_later = f'[ -n "$(find {file} -newercc .backup-complete)" ]'
        if seconds:
            is_later = f'[ "$(stat -c %Z {file})" -gt "$(stat -c %Z .backup-complete)" ]'
        self.as_account(f"cd {self.live}; until echo half >{file} && {is_later}; do :; done")

    def on_day(self, day: int, *argv: str) -> subprocess.CompletedProcess[str]:
        """Run the program on that day of the server's clock, of which the first is number 1."""
        return subprocess.run(
            self.on_clock(day, self.shell, PROGRAM, *argv),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )

    def on_clock(self, day: int, *argv: str) -> list[str]:
        """The command that starts a program on that day."""
        return on_clock(self, day, *argv, path_before=self.path_before)

    def tree(self) -> dict[str, object]:
        """All that the program changes."""
        tops = ("/home/backup-wizard-versions", OWN, "/var/lib/backup-wizard")
        return {
            f"{top}/{name}": (entry.kind, entry.content) for top in tops for name, entry in tree(self.path(top)).items()
        }

    def make(self, day: int) -> None:
        """Run the program on that day, which has nothing to say."""
        ended = self.on_day(day)
        said = ended.stdout + ended.stderr
        assert (ended.returncode, said) == (0, ""), f"day {day}: {ended.returncode}, {said}"

    def versions(self, level: str = "*") -> dict[int, Path]:
        """What is in the version of each day that has one, at one of rsnapshot's levels."""
        if self.disk == "btrfs":
            snapshots = self.path(self.place).glob(f"{NAME}.*")
            return {_day(datetime.strptime(path.name, f"{NAME}.%Y%m%dT%H%M%S%z")): path for path in snapshots}
        found = self.path(self.place).glob(f"{level}.[0-9]*")
        return {_day(datetime.fromtimestamp(path.stat().st_mtime, UTC)): path / "files" for path in found}

    def days(self, level: str) -> list[int]:
        """The days of which there are versions at that level, the newest first."""
        return sorted(self.versions(level), reverse=True)

    def state(self) -> dict[str, str]:
        """What the program tells others."""
        lines = self.path(STATE).read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    @staticmethod
    def day(seconds: str) -> int:
        """The day of a moment that the program tells: its clock goes on while it runs."""
        return (int(seconds) - moment(1)) // 86_400 + 1


def look(office: Office) -> dict[str, tuple[object, ...]]:
    """All that there is to know of the versions: inodes, modes, owners, names of the same file, times and content."""
    found: dict[str, tuple[object, ...]] = {}
    for top in ("/home/backup-wizard-versions", "/var/lib/backup-wizard", OWN):
        place = office.path(top)
        for path in (place, *place.rglob("*")):
            status = path.lstat()
            fixed = (status.st_ino, status.st_mode, status.st_uid, status.st_gid, status.st_nlink)
            held = path.read_bytes() if S_ISREG(status.st_mode) else path.is_symlink() and path.readlink()
            found[f"{top}/{path.relative_to(place)}"] = (*fixed, status.st_mtime_ns, status.st_ctime_ns, held)
    return found


def moment(day: int) -> int:
    """When a version is made that day, in seconds."""
    return int((FIRST_DAY + timedelta(days=day - 1)).timestamp())


def on_clock(office: Office, day: int, *argv: str, path_before: str = "") -> list[str]:
    """The command that starts a program there on that day, once the clocks are prepared."""
    clock = (f"FAKETIME=@{datetime.fromtimestamp(moment(day), UTC):%Y-%m-%d %H:%M:%S}", "NO_FAKE_STAT=1", "TZ=UTC")
    path = f"PATH={CLOCKS}:{path_before}:{os.environ['PATH']}"
    return office.inside("env", *clock, path, *argv)


def remove_mark(office: Office, folder: str) -> None:
    """Have the next backup make its mark anew: one of the same second would be left as it is."""
    office.run("sh", "-c", f"rm {folder}/.backup-complete*")


def mount_disk(office: Office, kind: str, size: str) -> None:
    """Have a file system of its own for backups and versions, of that type."""
    image = "/srv/disk-image"
    office.run("truncate", "-s", size, image)
    office.run(f"mkfs.{kind}", "-q", image)
    office.run("mkdir", DISK)
    office.run("mount", "-o", "loop", image, DISK)
    office.run("install", "-d", "-o", ACCOUNT, "-g", ACCOUNT, f"{DISK}/backup")


def prepare_clocks(office: Office) -> None:
    """Have what looks at the clock ready to be turned: the other programs, and those of the account, do without it."""
    office.run("mount", "-t", "tmpfs", "tmpfs", "/dev/shm")  # where it leaves a file for each process
    for name in ("date", "rsnapshot", "btrbk"):
        text = _CLOCK.format(library=faketime(), program=programs.require(name))
        office.put(f"{CLOCKS}/{name}", text, mode=0o755)


def faketime() -> Path:
    """The library that turns a program's clock."""
    programs.require("faketime")
    return next(path for path in Path("/usr/lib").glob("**/faketime/libfaketime.so.1"))


def _day(moment: datetime) -> int:
    return (moment - FIRST_DAY + timedelta(hours=1)).days + 1
