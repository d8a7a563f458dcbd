"""An account whose login shell is rssh: it takes one plain command, so nothing may ever be started dry there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.support.commands import backup_wizard
from tests.support.data.trees import tree
from tests.support.servers import placing
from tests.support.servers.office import Office
from tests.support.servers.rssh import RSSH
from wizard import trouble
from wizard.failure import Failure, Kind
from wizard.running import record, report
from wizard.server import kept_facts
from wizard.server.reaching import sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    place = tmp_path / "office"
    place.mkdir()
    with Office(place, "/etc/rssh") as running:
        running.put("/etc/rssh", RSSH, mode=0o755)
        running.start_sshd()
        yield running


async def test_rssh_gets_a_plain_line_and_no_dry_run(office: Office, sample_folder: Path) -> None:
    profile = placing.profile_for(office, "forced-command", sample_folder)
    admitted = placing.settle(office, profile)
    with pytest.raises(Failure) as refused:
        await sign_in.attempt(profile, admitted)
    assert refused.value.kind is Kind.SERVER_SHELL_RSSH
    assert kept_facts.known(profile).shell == "rssh"

    placing.hand_over(office, profile)
    line = (office.home / ".ssh/authorized_keys").read_text().splitlines()[-2]
    assert line.startswith('restrict,command="rsync --server -l')
    assert line in trouble.explain(refused.value, profile).forward.splitlines()
    await sign_in.attempt(profile, admitted)

    before, connections = tree(office.home), office.connections()
    preview = backup_wizard("dry-run", profile.name)
    assert preview.exit_code == 69
    assert "(rssh) makes a practice run impossible" in preview.stderr
    assert "a first backup would send 1.1 kB (21 files and folders)" in preview.stdout
    assert office.connections() == connections + 1  # which is the counting itself
    assert tree(office.home) == before
    assert backup_wizard("dry-run", profile.name, "--json").stdout == ""

    assert (await report.backup(profile, admitted)).exit_code == 0
    landed = f"{profile.destination}{sample_folder.name}/"
    compare = ("rsync", "-naic", "--delete", *placing.stored(profile))
    assert office.run(*compare, f"{sample_folder}/", landed) == ""
    record.note(profile, "done", since=time.time())
    before, connections = tree(office.home), office.connections()
    drilled = backup_wizard("drill", profile.name)
    assert (drilled.exit_code, drilled.stderr) == (1, "")
    assert "this server's login shell (rssh) takes one command only." in " ".join(drilled.stdout.split())
    assert (tree(office.home), office.connections()) == (before, connections + 1)


async def test_once_the_shell_is_another_dry_runs_are_possible_again(office: Office, sample_folder: Path) -> None:
    profile = placing.profile_for(office, "forced-command", sample_folder)
    admitted = placing.settle(office, profile)
    with pytest.raises(Failure):
        await sign_in.attempt(profile, admitted)
    office.run("usermod", "-s", "/bin/sh", "amanda")
    await sign_in.attempt(profile, admitted)
    before = tree(office.path(placing.ROOT))
    await report.dry_run(profile, admitted)
    assert tree(office.path(placing.ROOT)) == before


async def test_a_full_login_works_there(office: Office, sample_folder: Path) -> None:
    profile = placing.profile_for(office, "login", sample_folder)
    admitted = placing.settle(office, profile)
    await sign_in.attempt(profile, admitted)
    before = tree(office.path(placing.ROOT))
    await report.dry_run(profile, admitted)
    assert tree(office.path(placing.ROOT)) == before
    assert (await report.backup(profile, admitted)).exit_code == 0


@pytest.mark.parametrize("kind", ["rrsync", "daemon-over-ssh"])
async def test_the_other_schemes_need_another_shell(office: Office, sample_folder: Path, kind: str) -> None:
    profile = placing.profile_for(office, kind, sample_folder)
    admitted = placing.settle(office, profile)
    with pytest.raises(Failure) as refused:
        await sign_in.attempt(profile, admitted)
    assert refused.value.kind is Kind.SERVER_SHELL_BLOCKS
    told = trouble.explain(refused.value, profile)
    assert (told.who, told.exit_code) == (trouble.Who.ADMIN, 69)
    assert "usermod -s /bin/sh amanda" in told.forward
