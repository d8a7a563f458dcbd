"""The whole circle on every system: the exported text in place, signed in, checked, backed up, and taken back.

Not part of `make test`: `make test-systems` runs it, and `-k` picks a system.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.support.commands import backup_wizard
from tests.support.data.trees import tree
from tests.support.servers import placing, setting_up
from tests.support.servers.office import ACCOUNT
from tests.support.servers.setting_up import FOREIGN_KEYS
from tests.systems import building
from tests.systems.system import System
from tests.systems.ways import WAYS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.data.trees import Entry
    from tests.support.secret_service import SecretService
    from tests.support.table import AddRow
    from tests.systems.ways import Circle

_OPTIONS: dict[str, dict[str, Any]] = {"default": {}, "append only": {"append_only": True}}
_TITLE = "The whole circle on other systems"
_STAGES = ("set up", "check", "walk", "dry run", "run", "second run", "tree", "restored", "undo")
_BACKUPS = f"/home/{ACCOUNT}/backup"
_TOO_OLD_FOR_ANSIBLE = ("ubuntu-16.04", "ubuntu-18.04")
# What making and removing accounts leaves of the time before.
_OF_ACCOUNTS = {f"/etc/{name}-" for name in ("passwd", "shadow", "group", "gshadow", "subuid", "subgid")}


_CASES = [
    pytest.param(system, option, way, id=f"{system}-{option}-{way}")
    for system in building.SYSTEMS
    for option in _OPTIONS
    for way in WAYS
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
    secret_service: SecretService,
    add_row: AddRow,
) -> None:
    profile = placing.profile_for(system, "rrsync", sample_folder, scheme=_OPTIONS[option])
    profile = msgspec.structs.replace(profile, server=msgspec.structs.replace(profile.server, root="backup"))
    placing.begin(profile, tmp_path)
    circle = WAYS[way](system, profile, tmp_path)
    if way == "message":
        system.run("useradd", "--create-home", "--no-log-init", "-p", "*", "-s", "/bin/sh", ACCOUNT)
        system.authorize(f"{FOREIGN_KEYS}\n")
        system.run(
            "chgrp", ACCOUNT, f"/home/{ACCOUNT}/.ssh/authorized_keys"
        )  # the chown of Ubuntu 26.04 leaves it root's
    reached: list[str] = []
    try:
        go_round(circle, sample_folder, tmp_path, reached)
    finally:
        reached += ["WRONG", *["-"] * len(_STAGES)]
        name = request.node.callspec.id.removesuffix(f"-{option}-{way}")
        rsync = system.run("rsync", "--version").split()[2]
        told = (f"{stage}: {result}" for stage, result in zip(_STAGES, reached, strict=False))
        add_row(_TITLE, name, f"rsync {rsync}", option, way, *told)


def go_round(circle: Circle, source: Path, folder: Path, reached: list[str]) -> None:
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

    walked = backup_wizard("--answers", folder / "answers.toml")
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

    circle.open_for_reading()
    back = folder / "files come back"
    restored = backup_wizard("restore", name, "--to", back)
    assert restored.exit_code == 0, restored.stdout + restored.stderr
    assert tree(back / source.name) == tree(source)
    circle.shut_for_reading()
    assert backup_wizard("restore", name, "--to", folder / "not any more").exit_code == 75
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
