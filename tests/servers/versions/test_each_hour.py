"""What starts the program each hour: systemd where it runs the machine, and else cron."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.schedule.user_manager import UserManager
from tests.support.servers.office import ACCOUNT
from tests.support.versions.office import NAME, OWN, PROGRAM, VersionedOffice

CRON = "/etc/cron.d/backup-wizard-versions"
UNITS = "/etc/systemd/system"
TIMER, SERVICE = "backup-wizard-versions.timer", "backup-wizard-versions.service"
_EACH_SECOND = "[Timer]\nOnCalendar=\nOnCalendar=*:*:*\nAccuracySec=1ms\n"
_ASKED = "/var/lib/asked"


class _BySystemd(VersionedOffice):
    """One whose cron has a folder, and nobody who reads it."""

    systemctl = "exit 0"

    def settle(self, **others: str) -> None:
        self.run("mount", "-t", "tmpfs", "tmpfs", "/run")
        self.run("mkdir", "-p", "/run/systemd/system", "/etc/cron.d")
        self.put("/usr/local/bin/systemctl", f"#!/bin/sh\necho $* >>{_ASKED}\n{self.systemctl}\n", mode=0o755)
        super().settle(**others)


class _WithoutItsHelp(_BySystemd):
    systemctl = "echo the manager is away >&2; exit 1"


def test_systemd_starts_it_and_is_asked_for_nothing_that_stays(tmp_path: Path, home: Path) -> None:
    """A folder of cron's is also there without a cron: e2fsprogs has a file in it on each Debian."""
    with _BySystemd(tmp_path / "office") as office:
        assert not office.path(CRON).exists()
        assert office.path(_ASKED).read_text() == f"daemon-reload\nenable --now {TIMER}\n"
        texts = {name: office.path(f"{UNITS}/{name}").read_text() for name in (TIMER, SERVICE)}
        office.settle()
        assert office.said == ""
        assert office.path(_ASKED).read_text().splitlines()[2:] == [f"is-active --quiet {TIMER}"]
        office.run("sh", PROGRAM, "--take-down", ACCOUNT, NAME)
        assert list(office.path(UNITS).glob("backup-wizard*")) == []
        assert office.path(_ASKED).read_text().splitlines()[-2:] == [f"disable --now {TIMER}", "daemon-reload"]

    told, stand_in = tmp_path / "told", tmp_path / "stand-in"
    os.mkfifo(told)
    stand_in.write_text(f"#!/bin/sh\nid -u >{told}\n")
    stand_in.chmod(0o755)
    units = home / ".config/systemd/user"
    (units / f"{TIMER}.d").mkdir(parents=True)
    (units / f"{TIMER}.d/test.conf").write_text(_EACH_SECOND)
    for name, text in texts.items():
        (units / name).write_text(text)
    with UserManager() as manager:
        manager.run("mount", "-t", "tmpfs", "tmpfs", Path(PROGRAM).parent)
        manager.run("cp", stand_in, PROGRAM)
        assert "OnCalendar=*:17\n" in manager.ask("cat", TIMER)
        assert manager.run("systemctl", "--user", "enable", "--now", TIMER).returncode == 0
        assert told.read_text() == "0\n"


def test_a_systemd_that_starts_nothing_is_said(tmp_path: Path) -> None:
    with (
        pytest.raises(AssertionError, match="systemd can't run it each hour: the manager is away"),
        _WithoutItsHelp(tmp_path / "office"),
    ):
        pass


def test_the_last_of_several_that_go_at_once_takes_it_along(tmp_path: Path) -> None:
    """A playbook ends all of them before it removes their settings."""
    with VersionedOffice(tmp_path / "office") as office:
        office.as_account("mkdir -p backup/second && chmod 700 backup/second")
        settings = office.path(f"{OWN}/settings").read_text()
        second = settings.replace(NAME, "second")
        office.put(f"/etc/backup-wizard/versions/{ACCOUNT}/second/settings", second, mode=0o644)
        office.run("sh", PROGRAM, "--set-up", ACCOUNT, "second")
        office.run("sh", PROGRAM, "--take-down", ACCOUNT, NAME)
        assert office.path(CRON).exists()
        # A link without settings is nobody's.
        office.run("ln", "-s", "/nowhere", f"/var/lib/backup-wizard/versions/{ACCOUNT}/gone")
        assert "remove /etc/cron.d" in office.run("sh", PROGRAM, "--take-down", ACCOUNT, "second")
        assert not office.path(CRON).exists()


def test_a_cron_that_does_not_run_is_said(tmp_path: Path) -> None:
    with VersionedOffice(tmp_path / "office") as office:
        assert office.path(CRON).read_text().endswith(f"17 * * * * root {PROGRAM}\n")
        office.path(CRON).unlink()
        alone = ("unshare", "--pid", "--fork", "--mount-proc", "sh", PROGRAM, "--set-up", ACCOUNT, NAME)
        assert "no cron seems to run here" in office.run(*alone)
        assert office.run(*alone) == ""
