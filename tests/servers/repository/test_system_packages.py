"""Installing what a make target lacks: said before it is done, and with nothing left behind when it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import processes
from tests.support.servers import setting_up
from tests.support.servers.setting_up import SetUpOffice

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHECKOUT = Path(__file__).parents[3]
# It tells what a package's scripts would find that start a server, and goes on until it is ended.
_APT_GET = """#!/bin/sh
case " $* " in *' install '*) ;; *) exit 0 ;; esac
[ ! -d /run/systemd/system ] || echo 'systemd would start it'
/sbin/start-stop-daemon --start --test --pidfile /nonexistent --startas /bin/true | grep -q . &&
	echo 'start-stop-daemon would start it'
echo "apt-get $$"
exec cat
"""
_NOT_ROOT = "#!/bin/sh\necho 1000\n"
_SUDO = "#!/bin/sh\necho 'sudo was asked'\nexit 1\n"


@pytest.fixture
def computer(tmp_path: Path) -> Iterator[SetUpOffice]:
    """A computer with systemd that lacks sshd, with an apt-get that goes on for ever."""
    with SetUpOffice(setting_up.place(tmp_path), None) as running:
        running.cover("/usr/sbin")
        running.run("rm", "-f", "/usr/sbin/sshd", "/usr/sbin/policy-rc.d")
        running.run("mount", "-t", "tmpfs", "tmpfs", "/run")
        running.run("mkdir", "-p", "/run/systemd/system")
        running.put("/usr/local/bin/apt-get", _APT_GET, mode=0o755)
        yield running


def installing(computer: SetUpOffice) -> subprocess.Popen[str]:
    return subprocess.Popen(
        computer.inside("sh", f"{_CHECKOUT}/.ci/system-packages", "test"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=_CHECKOUT,
        env=os.environ | {"PATH": f"/usr/local/bin:{os.environ['PATH']}"},
    )


def mounted(computer: SetUpOffice) -> str:
    return computer.run("cat", "/proc/self/mountinfo")


@pytest.mark.parametrize("everything", [True, False], ids=["everything", "the script alone"])
def test_no_server_is_started_and_a_kill_leaves_nothing(everything: bool, computer: SetUpOffice) -> None:
    before = sorted(computer.path("/usr/sbin").iterdir()), mounted(computer)
    with installing(computer) as process:
        assert process.stdout
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("apt-get "):
                break
        assert "would start it" not in "".join(said)
        assert said[0].startswith("make test uses programs that are missing here: ")
        assert "sshd" in said[0]
        assert "openssh-server" in said[1]
        os.kill(process.pid, signal.SIGKILL)
        if everything:
            os.kill(int(said[-1].split()[1]), signal.SIGKILL)
    processes.wait_for_end([int(said[-1].split()[1])])
    assert (sorted(computer.path("/usr/sbin").iterdir()), mounted(computer)) == before


def test_it_is_said_before_sudo_is_asked_and_what_to_do_where_that_fails(computer: SetUpOffice) -> None:
    computer.put("/usr/local/bin/id", _NOT_ROOT, mode=0o755)
    computer.put("/usr/local/bin/sudo", _SUDO, mode=0o755)
    with installing(computer) as process:
        said = process.communicate()[0]
    assert process.returncode == 1
    before, after = said.split("sudo was asked", 1)
    assert "Installing with sudo -n apt-get install: openssh-server" in before
    assert "By hand, as root: apt-get install openssh-server" in after
    assert "sshd is missing: install it" in after


def test_where_there_is_no_sudo_it_is_said(computer: SetUpOffice) -> None:
    computer.put("/usr/local/bin/id", _NOT_ROOT, mode=0o755)
    for folder in ("/usr/bin", "/usr/sbin"):
        if computer.path(f"{folder}/sudo").exists():
            computer.cover("/usr/bin")
            computer.run("rm", f"{folder}/sudo")
    with installing(computer) as process:
        said = process.communicate()[0]
    assert process.returncode == 1
    assert "Only root can install packages, and there is no sudo here. As root: apt-get install openssh-server" in said
