"""What a choice restricts, with the server program that has to hold to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from msgspec.structs import replace

from tests.support import programs
from tests.support.attacks import attempts, thief
from tests.support.attacks.thief import Thief
from tests.support.data.trees import tree
from tests.support.servers import placing
from tests.support.servers.office import HOST, Office
from wizard import trouble
from wizard.client import access
from wizard.failure import Failure, Kind
from wizard.profile import Key
from wizard.running import report
from wizard.schemes.facts import ServerFacts
from wizard.server import destination, exports
from wizard.server.destination import Holder
from wizard.server.reaching import sign_in

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.agent import Agent
    from tests.support.secret_service import SecretService
    from wizard.client.access import Access
    from wizard.profile import Profile

SSH_KINDS = ["rrsync", "forced-command", "daemon-over-ssh", "login"]
OTHER_ADDRESS = "127.0.0.2"


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "letter.txt").write_text(thief.LETTER)
    return folder


def from_address(admitted: Access, address: str, folder: Path) -> Access:
    """The same from another of this computer's addresses."""
    program = folder / f"ssh-from-{address}"
    program.write_text(f'#!/bin/sh\nexec {programs.require("ssh")} -b {address} "$@"\n')
    program.chmod(0o755)
    return replace(admitted, facts=replace(admitted.facts, ssh=str(program)))


async def refusal(profile: Profile, admitted: Access) -> trouble.Trouble:
    """What a person is told whom the server doesn't let in."""
    with pytest.raises(Failure) as refused:
        await sign_in.attempt(profile, admitted)
    return trouble.explain(refused.value, profile)


@pytest.mark.parametrize("kind", SSH_KINDS)
async def test_a_key_works_from_its_places_only(kind: str, office: Office, documents: Path, tmp_path: Path) -> None:
    profile = placing.profile_for(office, kind, documents, scheme={"from": ["192.0.2.0/24", HOST]})
    admitted = placing.settle(office, profile)
    await sign_in.attempt(profile, admitted)
    told = await refusal(profile, from_address(admitted, OTHER_ADDRESS, tmp_path))
    assert told.kind is Kind.KEY_NO_LONGER_ACCEPTED
    assert f"My address has to be one of these: 192.0.2.0/24, {HOST}" in told.forward


@pytest.mark.parametrize(("settings", "works"), [([], False), (["UseDNS yes"], True)], ids=["as usual", "UseDNS"])
async def test_a_name_needs_an_sshd_that_looks_it_up(
    office: Office, documents: Path, settings: list[str], works: bool
) -> None:
    office.start_sshd(*settings)
    profile = placing.profile_for(office, "rrsync", documents, scheme={"from": ["localhost"]})
    admitted = placing.settle(office, profile)
    assert "UseDNS yes" in exports.export(profile, admitted.facts, "authorized-keys")
    if works:
        await sign_in.attempt(profile, admitted)
    else:
        assert (await refusal(profile, admitted)).kind is Kind.KEY_REFUSED


async def test_one_key_has_a_line_for_each_place(office: Office, documents: Path, tmp_path: Path) -> None:
    profiles = []
    for kind, place in (("rrsync", HOST), ("forced-command", OTHER_ADDRESS)):
        profile = placing.profile_for(office, kind, documents, scheme={"from": [place]})
        server = msgspec.structs.replace(profile.server, root=f"/home/amanda/{kind}")
        key = Key(protection="none", file=str(tmp_path / "key"))
        profiles.append(msgspec.structs.replace(profile, name=kind, server=server, key=key))
    first, second = profiles
    at_first, at_second = (placing.settle(office, profile) for profile in profiles)
    both = (exports.export(one, access.facts(one), "authorized-keys") for one in profiles)
    office.authorize("".join(both))

    await report.backup(first, at_first)
    await report.backup(second, from_address(at_second, OTHER_ADDRESS, tmp_path))
    assert office.path("/home/amanda/rrsync/rrsync/documents/letter.txt").exists()
    assert office.path("/home/amanda/forced-command/forced-command/documents/letter.txt").exists()
    with pytest.raises(Failure):
        await report.backup(first, from_address(at_first, OTHER_ADDRESS, tmp_path))


async def test_a_daemon_is_used_from_its_places_only(
    office: Office, documents: Path, secret_service: SecretService
) -> None:
    profile = placing.profile_for(office, "daemon", documents, scheme={"from": ["192.0.2.0/24"]})
    told = await refusal(profile, placing.settle(office, profile))
    assert told.kind is Kind.DAEMON_MODULE_UNKNOWN  # rsync's daemon says no more, as it keeps the module a secret
    assert "My address has to be one of these: 192.0.2.0/24" in told.forward
    let_in = msgspec.structs.replace(
        profile, scheme=msgspec.structs.replace(profile.scheme, from_=("192.0.2.0/24", HOST))
    )
    await sign_in.attempt(let_in, placing.settle(office, let_in))


@pytest.mark.parametrize("kind", ["rrsync", "forced-command", "daemon-over-ssh"])
async def test_an_older_sshd_gets_every_door_spelt_out(
    kind: str, office: Office, documents: Path, tmp_path: Path, agent: Agent
) -> None:
    thief.prepare(office)
    profile = placing.profile_for(office, kind, documents)
    placing.settle(office, profile, ServerFacts(openssh_version=(7, 1)))
    line = (office.home / ".ssh/authorized_keys").read_text().splitlines()[-2]
    assert line.startswith("no-pty,no-port-forwarding,no-agent-forwarding,no-X11-forwarding,no-user-rc,command=")
    folder = tmp_path / "thief"
    folder.mkdir()
    with Thief(office, profile, folder) as someone:
        assert attempts.succeeding(someone, attempts.SSH_DOORS) == set()


async def test_links_are_disarmed_by_choice(office: Office, documents: Path) -> None:
    (documents / "door").symlink_to("/etc/passwd")
    profile = placing.profile_for(office, "rrsync", documents, scheme={"munge": True})
    admitted = placing.settle(office, profile)
    await report.backup(profile, admitted)
    door = office.path(f"{profile.destination}documents/door")
    assert str(door.readlink()).startswith("/rsyncd-munged/")
    before = tree(door.parent)
    again = await report.backup(profile, admitted)
    assert (again.totals.new, again.totals.changed) == (0, 0)
    assert tree(door.parent) == before


async def test_with_append_only_what_is_there_stays(office: Office, documents: Path) -> None:
    profile = placing.profile_for(office, "rrsync", documents, scheme={"append_only": True})
    admitted = placing.settle(office, profile)
    await report.backup(profile, admitted)
    (documents / "letter.txt").write_text("changed here")
    (documents / "second.txt").write_text("new here")
    result = await report.backup(profile, admitted)
    assert result.totals.new == 1
    there = office.path(f"{profile.destination}documents")
    assert (there / "letter.txt").read_text() == thief.LETTER
    assert (there / "second.txt").read_text() == "new here"


@pytest.mark.parametrize("append_only", [False, True])
async def test_another_computers_backup_is_noticed(
    office: Office, documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, append_only: bool
) -> None:
    profile = placing.profile_for(office, "rrsync", documents, scheme={"append_only": append_only})
    admitted = placing.settle(office, profile)
    assert await destination.holder(profile, admitted) is Holder.NOBODY
    await report.backup(profile, admitted)
    assert await destination.holder(profile, admitted) is Holder.US
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "another computer"))
    admitted = placing.settle(office, profile)
    assert await destination.holder(profile, admitted) is Holder.ANOTHER
    before = tree(office.path(profile.destination))
    for run in (report.dry_run, report.backup):
        with pytest.raises(Failure) as refused:
            await run(profile, admitted)
        assert refused.value.kind is Kind.DESTINATION_TAKEN
    assert tree(office.path(profile.destination)) == before


@pytest.mark.parametrize("kind", SSH_KINDS)
@pytest.mark.parametrize("shell", ["/bin/false", "/usr/sbin/nologin"])
async def test_a_login_shell_that_blocks_is_recognised(kind: str, shell: str, office: Office, documents: Path) -> None:
    office.run("usermod", "-s", shell, "amanda")
    profile = placing.profile_for(office, kind, documents)
    admitted = placing.settle(office, profile)
    before = tree(office.home)
    told = await refusal(profile, admitted)
    assert (told.kind, told.who, told.exit_code) == (Kind.SERVER_SHELL_BLOCKS, trouble.Who.ADMIN, 69)
    assert "usermod -s /bin/sh amanda" in told.forward
    assert tree(office.home) == before
    office.run("usermod", "-s", "/bin/sh", "amanda")
    await sign_in.attempt(profile, admitted)
