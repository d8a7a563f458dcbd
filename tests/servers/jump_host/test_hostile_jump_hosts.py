"""A jump host from a file, or from ssh settings, runs nothing: ssh has a shell read the command that leads to it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.support import programs
from tests.support.data.profiles import a_profile
from wizard.client import access
from wizard.client.ssh import dial
from wizard.failure import BadProfile
from wizard.schemes import daemon
from wizard.schemes.facts import ClientFacts, ServerFacts
from wizard.schemes.parts import over_ssh, through_jump_host
from wizard.server_address import JumpHost
from wizard.storage import profiles

if TYPE_CHECKING:
    from wizard.profile import Profile

REFUSED = [
    "gate.example.lan",
    "@gate.example.lan",
    "amanda@",
    "amanda@gate,joe@other",
    "ssh://amanda@gate",
    "-oProxyCommand=touch ran@gate",
    "amanda@-oProxyCommand=touch",
    "amanda@gate:22 -oProxyCommand=touch",
    "amanda@gate:0",
    "amanda@gate:65536",
    "amanda@gate:-p",
    "$(touch ran)@gate",
    "amanda@$(touch ran)",
    "amanda@`touch ran`",
    "amanda@gate;touch ran",
    "amanda@gate|touch ran",
    "amanda@gate\ntouch ran",
    "amanda@gate&",
    "amanda@'gate'",
    'amanda@"gate"',
    "amanda@gate\\",
    "a b@gate",
    "amanda@%h",
    "amanda@[::1]:22:22",
    "amanda@[::1%$(touch)]",
    "amanda:secret@gate",
    "amanda@gate/folder",
    " amanda@gate",
]
ODD = [
    "DOMAIN\\amanda@gate",
    "amanda@example.lan@gate:2200",
    "a+b.c-d_e@gate.example.lan.",
    "amanda@[::1]:2200",
    "amanda@[fe80::1%eth0.1]",
    "amanda@::1",
]


def through(jump: str) -> Profile:
    profile = a_profile()
    return replace(profile, server=replace(profile.server, jump=jump))


@pytest.mark.parametrize("jump", REFUSED)
def test_what_can_not_be_a_jump_host_is_refused_with_its_line(jump: str, tmp_path: Path) -> None:
    file = tmp_path / "answers.toml"
    file.write_text(profiles.dumps(through(jump)))
    with pytest.raises(BadProfile) as refused:
        profiles.read(file)
    line = next(number for number, line in enumerate(file.read_text().splitlines(), 1) if line.startswith("jump = "))
    assert (refused.value.key, refused.value.line) == ("server.jump", line)


def test_rsync_s_own_service_has_none() -> None:
    profile = through("amanda@gate")
    plain = replace(profile, scheme=replace(profile.scheme, kind="daemon"))
    with pytest.raises(BadProfile, match="can't be reached through a jump host"):
        profiles.save(plain)
    full = replace(plain, server=replace(plain.server, root="/srv/backup"))
    fit = daemon.Daemon().fits(ClientFacts(known_hosts=Path("/known_hosts")), ServerFacts(), full)
    assert (fit.possible, "jump host" in fit.reason) == (False, True)


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the ssh that leads to the jump host is given, where a recorder stands for it; beside a hostile shell."""
    folder, record = tmp_path / "bin", tmp_path / "recorded"
    folder.mkdir()
    recorder = folder / "ssh"
    record_them = f"import json, sys; json.dump(sys.argv[1:], open({str(record)!r}, 'w'))"
    recorder.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, "-c", record_them])} "$@"\n')
    recorder.chmod(0o755)
    shell = tmp_path / "shell"
    shell.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    shell.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("SHELL", str(shell))
    monkeypatch.chdir(tmp_path)
    return record


def ssh_takes(argv: list[str], recorded: Path) -> list[str]:
    """What comes of it, by the real ssh and the shell that it has read the command."""
    subprocess.run(argv, env=access.environment(), stdin=subprocess.DEVNULL, capture_output=True, timeout=20)
    given: list[str] = json.loads(recorded.read_text())
    recorded.unlink()
    assert not (recorded.parent / "ran").exists()
    return given


@pytest.mark.parametrize(
    ("jump", "home"),
    [*((jump, "plain") for jump in ODD), *((ODD[0], home) for home in ("a b", "per%cent%h", "quo'te", "$(touch ran)"))],
)
def test_odd_ones_come_through_as_they_are(
    jump: str, home: str, recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shutil.which("ssh", path=os.defpath) or programs.require("ssh")
    monkeypatch.setenv("HOME", str(tmp_path / home))
    profile = through(jump)
    assert str(profile.server.jump_host).replace("[", "").replace("]", "") == jump.replace("[", "").replace("]", "")
    facts = ClientFacts(known_hosts=tmp_path / "known_hosts", ssh=real)
    jump_host, server = profile.server.jump_host, profile.server
    assert jump_host
    wanted = through_jump_host.command(jump_host, server.host, server.port, 15, "-o", "LogLevel=ERROR")
    assert ssh_takes([*over_ssh.ssh_command(profile, facts), "--", server.host], recorded) == wanted[1:]
    remote_shell = " ".join(over_ssh.quoted_for_rsync(part) for part in over_ssh.ssh_command(profile, facts))
    rsync = ["rsync", f"--rsh={remote_shell}", "--", str(tmp_path), f"{server.host}:"]
    assert ssh_takes(rsync, recorded) == wanted[1:]
    unauthenticated = dial.unauthenticated_ssh_command(dial.ssh(profile), 15)
    assert ssh_takes([real, *unauthenticated[1:]], recorded) == wanted[1:]


def test_even_what_no_rule_lets_through_would_run_nothing(recorded: Path) -> None:
    real = shutil.which("ssh", path=os.defpath) or programs.require("ssh")
    hostile = JumpHost("$(touch ran)", "`touch ran`; touch ran %h '\"", 22)
    wanted = through_jump_host.command(hostile, "files", 22, 15)
    proxy = f"ProxyCommand={through_jump_host.proxy_command(wanted)}"
    assert ssh_takes([real, "-F", "none", "-o", proxy, "files"], recorded) == wanted[1:]
