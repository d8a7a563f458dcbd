"""Folders on the server with names that shells and configuration files would take for something else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.support import programs
from tests.support.quick import sampled
from tests.support.servers import placing
from tests.support.servers.office import Office
from wizard import profile as profile_rules
from wizard.failure import BadProfile
from wizard.running import report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SHELLS = ["/bin/sh", "/usr/bin/fish", "/bin/csh", "/bin/dash", "/bin/bash"]
ODD = 'it\'s "a" $(touch x) `touch y` $HOME #1;&|<>(){a,b} ^a^b ~ ?[st]*'
# What the last word would find, were it a pattern.
DECOY = ODD.replace("?[st]*", "xs")


@pytest.fixture
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    place = tmp_path / "office"
    place.mkdir()
    with Office(place, request.param) as running:
        running.start_sshd()
        yield running


@pytest.fixture
def old_rsync_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An rsync that calls itself 3.2.3 and, like it, leaves what the server's shell makes of a path to chance."""
    folder = tmp_path / "programs"
    folder.mkdir()
    old = folder / "rsync"
    printed = "rsync  version 3.2.3  protocol version 31"
    rsync = programs.require("rsync")
    old.write_text(f'#!/bin/sh\n[ "$1" = --version ] && exec echo "{printed}"\nexec {rsync} --old-args "$@"\n')
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)


@pytest.mark.parametrize("kind", sampled.first(2, ["rrsync", "login", "forced-command", "daemon-over-ssh"]))
@pytest.mark.parametrize("office", sampled.first(2, SHELLS), indirect=True)
async def test_a_backup_lands_in_just_that_folder(kind: str, office: Office, tmp_path: Path) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "letter.txt").write_text("Dear Sir or Madam")
    profile = placing.profile_for(office, kind, documents)
    server = msgspec.structs.replace(profile.server, root=f"roots/{ODD}")
    profile = msgspec.structs.replace(profile, server=server)
    for folder in ("roots", f"roots/{DECOY}", f"roots/{DECOY}/{profile.name}"):
        office.run("install", "-d", "-o", "amanda", f"/home/amanda/{folder}")
    admitted = placing.settle(office, profile)
    before = {path.name for path in office.home.iterdir()}
    await report.backup(profile, admitted)
    letters = [str(letter.relative_to(office.home)) for letter in office.home.rglob("letter.txt")]
    assert letters == [f"roots/{ODD}/{profile.name}/documents/letter.txt"]
    new = {path.name for path in office.home.iterdir()} - before
    assert new <= {".local", ".config", ".cache"}  # fish's own


@pytest.mark.parametrize("kind", sampled.first(2, ["rrsync", "login", "forced-command", "daemon-over-ssh"]))
@pytest.mark.parametrize("office", sampled.first(2, SHELLS), indirect=True)
async def test_it_lands_there_from_an_old_rsync_too_and_nothing_beside_it_is_removed(
    kind: str, office: Office, tmp_path: Path, old_rsync_here: None
) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "letter.txt").write_text("Dear Sir or Madam")
    profile = placing.profile_for(office, kind, documents, delete=True, scheme={"allow_delete": True})
    root = f"Backup of Joe’s/{ODD}"
    profile = msgspec.structs.replace(profile, server=msgspec.structs.replace(profile.server, root=root))
    beside = office.home / "Backup" / profile.name / "documents" / "of another"
    office.run("install", "-d", "-o", "amanda", str(beside).partition("/root")[2])
    admitted = placing.settle(office, profile)
    assert admitted.facts.rsync_version == "3.2.3"
    await report.backup(profile, admitted)
    letters = [str(letter.relative_to(office.home)) for letter in office.home.rglob("letter.txt")]
    assert letters == [f"{root}/{profile.name}/documents/letter.txt"]
    assert beside.is_dir()


@pytest.mark.parametrize("root", ["a\\b", "a\\", "a!b", "a\nb", "a\tb", "-rf", "a/../b", " a"])
def test_a_name_that_no_text_can_hold_is_refused(root: str) -> None:
    odd = profile_rules.Profile(name="amamac", server=profile_rules.Server(root=root))
    with pytest.raises(BadProfile, match=r"server\.root: .*\."):
        profile_rules.check(odd)
