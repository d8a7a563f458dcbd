"""What the real program that keeps versions leaves for the status script, however its last run ended."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.servers.script.test_script import context_for
from tests.servers.status.test_status import SCRIPT, put_status
from tests.support.servers.office import ACCOUNT
from tests.support.versions.office import NAME, PROGRAM, STATE, VersionedOffice
from wizard.server.exports import authorized_keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MADE = "mkdir folder; for n in $(seq 30); do echo $n >folder/$n; done"


@pytest.fixture
def office(tmp_path: Path, sample_folder: Path) -> Iterator[VersionedOffice]:
    with VersionedOffice(tmp_path / "office") as running:
        running.start_sshd()
        context = context_for(running, "rrsync", sample_folder)[0]
        running.authorize(authorized_keys.render(context))
        put_status(running, context)
        yield running


def versions_of(office: VersionedOffice, code: int = 0) -> tuple[int | None, str | None, str | None, list[str]]:
    """What it says: how many, the last one's day, the day since when it is held, and what is wrong."""
    said, shown = (
        subprocess.run(office.inside("dash", SCRIPT, *more), stdin=subprocess.DEVNULL, capture_output=True, text=True)
        for more in (["--json"], [])
    )
    assert (said.returncode, said.stderr, shown.returncode) == (code, "", code), said.stdout
    [told] = json.loads(said.stdout)["backups"]
    for problem in told["problems"]:
        assert f"    ! {problem}\n" in shown.stdout
    kept = told["versions"]
    return kept["count"], *(kept[key] and kept[key][8:10] for key in ("last", "held")), told["problems"]


def test_what_the_last_run_came_to_is_told(office: VersionedOffice) -> None:
    assert versions_of(office, 1) == (0, None, None, ["no complete backup yet"])
    office.back_up(_MADE)
    office.make(1)
    assert versions_of(office) == (1, "04", None, [])
    office.back_up("echo >folder/more")
    office.begin_another("folder/other")
    office.make(2)
    cut = ["versions: its folder has changed since the last complete backup, so no version was made"]
    assert versions_of(office, 1) == (1, "04", None, cut)
    office.back_up()
    killed = subprocess.Popen(office.on_clock(2, "sh", PROGRAM))
    killed.kill()
    killed.wait()
    assert versions_of(office, 1) == (1, "04", None, cut)  # of the run before
    office.make(2)
    assert versions_of(office) == (2, "05", None, [])

    office.back_up("rm -r folder; echo >left")
    office.on_day(3)
    count, last, held, [problem] = versions_of(office, 1)
    assert (count, last, held) == (3, "06", "06")
    assert problem.endswith(f"no version is removed until backup-wizard-versions --release {ACCOUNT} {NAME}")
    office.on_day(3, "--release", ACCOUNT, NAME)
    assert versions_of(office) == (3, "06", None, [])

    office.back_up("echo more >left")
    office.settle(reserve=str(1 << 40))
    office.on_day(4)
    count, last, held, [problem] = versions_of(office, 1)
    assert (count, last, held, problem.startswith("versions: only ")) == (3, "06", None, True)
    office.settle()
    office.make(4)
    assert versions_of(office) == (4, "07", None, [])


def test_what_was_put_right_is_told_no_longer_though_nothing_new_has_come(office: VersionedOffice) -> None:
    office.back_up(_MADE)
    office.make(1)
    for wrong, right in (("mv {0} {0}.away", "mv {0}.away {0}"), ("chmod 777 {0}", "chmod 750 {0}")):
        for day in (1, 2):
            office.run("sh", "-c", wrong.format(office.place))
            assert office.on_day(day).returncode == 1
            assert len(versions_of(office, 1)[-1]) == 1
            office.run("sh", "-c", right.format(office.place))
            office.make(day)
            assert versions_of(office) == (1, "04", None, [])


def test_that_nobody_starts_the_program_any_more_is_told(office: VersionedOffice) -> None:
    def has_not_run(days: int) -> None:
        office.run("touch", "-d", f"{days} days ago", STATE)

    office.back_up(_MADE)
    has_not_run(3)
    count, _, _, [problem] = versions_of(office, 1)
    assert (count, problem.startswith("versions: nothing has started backup-wizard-versions since 20")) == (0, True)
    for day in (1, 2, 3):  # made, there is one already, and nothing new has come
        office.make(min(day, 2))
        assert versions_of(office) == (1, "04", None, [])
        has_not_run(3)
        assert len(versions_of(office, 1)[-1]) == 1
    has_not_run(1)
    assert versions_of(office)[-1] == []
