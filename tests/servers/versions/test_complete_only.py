"""Only a backup that is complete becomes a version, and only once: whatever a client says of the date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support import programs
from tests.support.servers.office import ACCOUNT
from tests.support.versions import office as versioned

if TYPE_CHECKING:
    from tests.support.versions.office import VersionedOffice

_OF_BUSYBOX = "awk cp cut df env find grep head mv readlink rm sed setsid sh sort stat tail timeout tr wc"


def test_a_run_that_was_cut_makes_no_version(office: VersionedOffice) -> None:
    office.make(1)
    assert office.days("daily") == []  # no run has come to its end yet
    office.back_up("mkdir folder; echo one >folder/letter")
    office.begin_another("folder/other")
    office.make(1)
    assert office.days("daily") == []
    office.make(1)  # and it is not copied again
    assert "has changed since" in office.state()["trouble"]
    said = office.on_day(1, "--now", ACCOUNT, versioned.NAME).stdout
    assert said == "Nothing to do: it has changed since it was complete last.\n"
    office.back_up()
    office.make(1)
    assert office.days("daily") == [1]
    assert "one of today" in office.on_day(1, "--now", ACCOUNT, versioned.NAME).stdout
    assert (office.versions()[1] / "folder/other").read_text() == "half\n"

    office.make(2)
    assert office.days("daily") == [1]  # nothing has come since
    office.as_account(f"cd {office.live} && rm folder/other")
    office.make(3)
    assert office.days("daily") == [1]
    assert (office.versions()[1] / "folder/other").exists()


def test_what_comes_while_it_is_copied_is_seen_without_gnus_programs(office: VersionedOffice) -> None:
    busybox = programs.require("busybox")
    office.path_before = "/usr/local/busybox"
    office.shell = f"{office.path_before}/sh"
    office.run("mkdir", office.path_before)
    for name in _OF_BUSYBOX.split():
        office.run("ln", "-s", busybox, f"{office.path_before}/{name}")
    office.back_up("mkdir folder; echo one >folder/letter")
    office.make(1)
    assert office.days("daily") == [1]
    office.back_up("printf more >folder/letter")
    office.begin_another("folder/other", seconds=True)  # it knows no parts of them
    office.make(2)
    assert office.days("daily") == [1]
    assert "has changed since" in office.state()["trouble"]


def test_planted_marks_turn_no_clock(office: VersionedOffice) -> None:
    """A mark of next year, and hundreds of them, make one version a day of the server's clock at most."""
    office.back_up("mkdir folder; echo one >folder/letter")
    office.make(1)
    for year in range(2030, 2034):
        office.as_account(f"cd {office.live} && echo {year}-01-01T00:00:00Z >.backup-complete-{year}-01-01")
    office.make(1)
    assert office.days("daily") == [1]
    strange = (
        "ln -s /etc/passwd .backup-complete-2041-01-01",
        "mkfifo .backup-complete-2042-01-01",
        "mkdir .backup-complete-2043-01-01",
        "echo >'.backup-complete-2044-01-01\n9999999999 1 .backup-complete'",
    )
    office.as_account(f"cd {office.live} && {' && '.join(strange)}")
    office.back_up()
    office.make(2)
    assert office.days("daily") == [2, 1]
    found = {path.name for path in office.versions()[2].glob(".backup-complete-204*")}
    assert sum(name in found for name in (".backup-complete-2041-01-01", ".backup-complete-2042-01-01")) == 1


def test_two_at_once_are_one_after_the_other(office: VersionedOffice) -> None:
    office.back_up("mkdir folder; echo one >folder/letter")
    held = office.run(
        "sh",
        "-c",
        f"exec 9>>/var/lib/backup-wizard/versions-work/.lock; flock 9; sh {versioned.PROGRAM} 9>&-; "
        f"sh {versioned.PROGRAM} --now amanda amamac 9>&- 2>&1 || echo code $?",
    )
    assert held == "backup-wizard-versions: another run is active\ncode 75\n"
    assert office.days("daily") == []
    office.make(1)
    assert office.days("daily") == [1]


def test_a_full_disk_loses_no_version(office: VersionedOffice) -> None:
    """Nor does one that comes to its reserve; and what is free again is used again."""
    office.run("mkdir", "-p", office.place)
    office.run("mount", "-t", "tmpfs", "-o", "size=3m,mode=755", "tmpfs", office.place)
    office.settle(reserve="1024")
    office.back_up("mkdir folder; head -c 1200000 /dev/zero | tr '\\0' x >folder/one")
    office.make(1)
    office.back_up("head -c 2500000 /dev/zero | tr '\\0' y >folder/two")
    full = office.on_day(2)
    assert full.returncode == 1
    assert "not copied" in full.stderr
    assert office.days("daily") == [1]
    assert office.on_day(2).stderr == ""  # it is said once a day
    office.run("rm", "-rf", f"{office.place}/.sync")
    office.put(f"{office.place}/other", "x" * 1_000_000)
    short = office.on_day(3)
    assert (short.returncode, "are free where" in short.stderr) == (1, True)
    assert (office.days("daily"), office.state()["trouble"][:4]) == ([1], "only")
    office.run("rm", f"{office.place}/other")
    office.back_up("rm folder/two; head -c 300000 /dev/zero | tr '\\0' y >folder/two")
    office.make(4)
    assert office.days("daily") == [4, 1]
    assert (office.versions()[1] / "folder/one").stat().st_size == 1_200_000
    assert (office.versions()[4] / "folder/two").stat().st_size == 300_000
