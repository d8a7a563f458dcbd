"""The whole circle on every system: the exported text in place, signed in, checked, backed up, and taken back.

Not part of `make test`: `make test-systems` runs it, and `-k` picks a system.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.support import programs
from tests.support.commands import backup_wizard
from tests.support.data import message
from tests.support.data.trees import tree
from tests.support.servers import placing, setting_up
from tests.support.servers.office import ACCOUNT, HOST
from tests.support.servers.setting_up import FOREIGN_KEYS, SCRIPT
from tests.systems import building
from tests.systems.system import System

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.data.trees import Entry
    from tests.support.table import AddRow
    from wizard.profile import Profile

_OPTIONS: dict[str, dict[str, Any]] = {"default": {}, "append only": {"append_only": True}}
_TITLE = "The whole circle on other systems"
_STAGES = ("set up", "check", "walk", "dry run", "run", "second run", "tree", "undo")
_SSHD_CONFIG = "/etc/ssh/sshd_config"
_BACKUPS = f"/home/{ACCOUNT}/backup"
_TOO_OLD_FOR_ANSIBLE = ("ubuntu-16.04", "ubuntu-18.04")
# What making and removing accounts leaves of the time before.
_OF_ACCOUNTS = {f"/etc/{name}-" for name in ("passwd", "shadow", "group", "gshadow", "subuid", "subgid")}


class Circle:
    """One backup to one system, set up in one way."""

    def __init__(self, system: System, profile: Profile, folder: Path) -> None:
        self.system = system
        self.profile = profile
        self.receipt: Path | None = None
        self._folder = folder

    def set_up(self) -> None:
        """Put the exported text in place."""
        raise NotImplementedError

    def undo(self) -> None:
        """Take it back."""
        raise NotImplementedError

    def _exported(self, format: str) -> Path:
        place = self._folder / format
        place.write_text(placing.exported(self.profile, format))
        return place


class ByMessage(Circle):
    """The admin pastes what the message says, for somebody who has an account there already."""

    _message = _config = ""

    def set_up(self) -> None:
        """Put the exported text in place."""
        self._message = self._exported("text").read_text()
        assert "Done." in self.system.paste(message.block(self._message))
        config = self.system.path(_SSHD_CONFIG).read_text()
        if "\nInclude /etc/ssh/sshd_config.d/*.conf\n" in config and self.system.sshd_version >= (8, 4):
            self.system.paste(message.line_after(self._message, "Optional"))
        else:  # as the message says, it would have no effect there
            shut = f"\nMatch User {ACCOUNT}\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
            self.system.put(_SSHD_CONFIG, config + shut, mode=0o644)
            self._config = config
        self.system.reload_sshd()  # nothing runs there that the line could ask for it

    def undo(self) -> None:
        """Paste the line that takes it back."""
        self.system.paste(message.line_after(self._message, "To take it back"))
        if self._config:
            self.system.put(_SSHD_CONFIG, self._config, mode=0o644)
        self.system.reload_sshd()


class ByScript(Circle):
    """The admin runs the script, which makes the account."""

    def set_up(self) -> None:
        """Put the exported text in place."""
        setting_up.install(self.system, self._exported("script").read_text())
        self.system.run("sh", SCRIPT, "--check")
        self.receipt = self._folder / "receipt"
        self.receipt.write_text(self.system.run("sh", SCRIPT))
        assert self.system.run("sh", SCRIPT).count("\n  + ") == 0

    def undo(self) -> None:
        """Take it back."""
        self.system.run("sh", SCRIPT, "--undo")
        self.system.run("rm", SCRIPT)


class ByPlaybook(Circle):
    """The admin plays the playbook over ssh as root; it makes the account.

    No service manager runs there that it could ask to reload sshd, so that is done for it.
    """

    def set_up(self) -> None:
        """Put the exported text in place."""
        self._exported("ansible")
        self._play()
        self.system.reload_sshd()
        assert "changed=0" in self._play()

    def undo(self) -> None:
        """Take it back."""
        self._play("--tags=remove")
        self.system.reload_sshd()

    def _play(self, *options: str) -> str:
        key, known = self._folder / "admin-key", self._folder / "known-hosts"
        if not key.exists():
            subprocess.run([programs.require("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
            known.write_text(f"[{HOST}]:{self.system.port} {' '.join(self.system.host_key)}\n")
        self.system.put("/root/.ssh/authorized_keys", key.with_suffix(".pub").read_text())
        settings = {
            "HOME": self._folder / "ansible-home",
            "NOCOLOR": "1",
            "PIPELINING": "1",
            # One sign-in for all tasks; it ends with the server.
            "SSH_ARGS": f"-F none -o UserKnownHostsFile={known} -o ControlMaster=auto -o ControlPersist=60",
            "SSH_CONTROL_PATH": self._folder / "c",
        }
        argv: list[str | Path] = [
            *(programs.require("setpriv"), "--pdeathsig", "KILL"),
            Path(sys.executable).with_name("ansible-playbook"),
            f"--inventory={HOST},",
            "--user=root",
            *options,
        ]
        argv += [f"--private-key={key}", f"--extra-vars=ansible_port={self.system.port}", self._folder / "ansible"]
        environment = os.environ | {f"ANSIBLE_{name}": str(value) for name, value in settings.items()}
        played = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment)
        self.system.run("rm", "-r", "/root/.ssh")
        assert played.returncode == 0, played.stdout + played.stderr
        return played.stdout


_WAYS = {"message": ByMessage, "script": ByScript, "playbook": ByPlaybook}
_CASES = [
    pytest.param(system, option, way, id=f"{system}-{option}-{way}")
    for system in building.SYSTEMS
    for option in _OPTIONS
    for way in _WAYS
    if not (way == "playbook" and system in _TOO_OLD_FOR_ANSIBLE)
]


@pytest.fixture
def system(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[System]:
    with System(building.folder(request.param), setting_up.place(tmp_path)) as running:
        running.start_sshd()
        yield running


@pytest.mark.timeout(400)  # Ansible starts a Python for each thing that it looks at
@pytest.mark.parametrize(("system", "option", "way"), _CASES, indirect=["system"])
def test_the_whole_circle(
    system: System,
    option: str,
    way: str,
    request: pytest.FixtureRequest,
    sample_folder: Path,
    tmp_path: Path,
    add_row: AddRow,
) -> None:
    profile = placing.profile_for(system, "rrsync", sample_folder, scheme=_OPTIONS[option])
    profile = msgspec.structs.replace(profile, server=msgspec.structs.replace(profile.server, root="backup"))
    placing.begin(profile, tmp_path)
    circle = _WAYS[way](system, profile, tmp_path)
    if way == "message":
        system.run("useradd", "--create-home", "--no-log-init", "-p", "*", "-s", "/bin/sh", ACCOUNT)
        system.authorize(f"{FOREIGN_KEYS}\n")
        system.run(
            "chgrp", ACCOUNT, f"/home/{ACCOUNT}/.ssh/authorized_keys"
        )  # the chown of Ubuntu 26.04 leaves it root's
    reached: list[str] = []
    try:
        go_round(circle, sample_folder, tmp_path / "answers.toml", reached)
    finally:
        reached += ["WRONG", *["-"] * len(_STAGES)]
        name = request.node.callspec.id.removesuffix(f"-{option}-{way}")
        rsync = system.run("rsync", "--version").split()[2]
        told = (f"{stage}: {result}" for stage, result in zip(_STAGES, reached, strict=False))
        add_row(_TITLE, name, f"rsync {rsync}", option, way, *told)


def go_round(circle: Circle, source: Path, answers: Path, reached: list[str]) -> None:
    """Each stage adds to `reached` what it saw; the one after the last has failed."""
    system, name = circle.system, circle.profile.name
    before = system.snapshot()
    circle.set_up()
    effective = system.run("/usr/sbin/sshd", "-T", "-C", f"user={ACCOUNT},host=x,addr=192.0.2.1").splitlines()
    assert "passwordauthentication no" in effective
    reached.append("ok")

    checked = backup_wizard("check", name, "--json")
    assert checked.stdout, checked.stderr
    doubtful = "\n".join(f"{one['id']}: {one['detail']}" for one in checked.json["findings"] if not one["held"])
    assert (checked.exit_code, checked.json["verdict"]) == (0, "locked"), doubtful
    reached.append(checked.json["verdict"])

    walked = backup_wizard("--answers", answers)
    assert walked.exit_code == 0, walked.stdout + walked.stderr
    if circle.receipt:
        taken = backup_wizard("receipt", name, circle.receipt)
        assert taken.exit_code == 0, taken.stderr
    reached.append("ok")

    empty = tree(system.path(_BACKUPS))
    dry = backup_wizard("dry-run", name, "--json")
    assert dry.exit_code == 0, dry.stdout + dry.stderr
    assert dry.json["new"] == dry.json["files"] > 10
    assert tree(system.path(_BACKUPS)) == empty
    reached.append(f"{dry.json['new']} new")

    ran = backup_wizard("run", name, "--json")
    assert ran.exit_code == 0, ran.stdout + ran.stderr
    reached.append(f"{ran.json['new']} new")

    again = backup_wizard("run", name, "--json")
    assert again.exit_code == 0, again.stdout + again.stderr
    assert (again.json["new"], again.json["changed"], again.json["bytes_to_send"]) == (0, 0, 0)
    reached.append("0 new")

    assert content(system.path(f"{_BACKUPS}/{name}/{source.name}")) == content(source)
    reached.append("same")

    system.run("rm", "-r", f"{_BACKUPS}/{name}")  # what was backed up stays else
    circle.undo()
    left = left_behind(before, system)
    assert not left, left
    reached.append("clean")


def content(folder: Path) -> dict[str, Entry]:
    """All of a folder but whose it is, the modes of folders, which are shut to others there, and the inactive link."""
    return {
        name: replace(entry, owner=(0, 0), mode=0 if entry.kind == "d" else entry.mode)
        for name, entry in tree(folder).items()
        if name != "link"
    }


def left_behind(before: dict[str, Entry], system: System) -> list[str]:
    """What is not as it was, but for times."""
    was, now = (
        {path: replace(entry, modified_ns=0) for path, entry in of.items()} for of in (before, system.snapshot())
    )
    return sorted({path for path, _ in was.items() ^ now.items()} - _OF_ACCOUNTS)
