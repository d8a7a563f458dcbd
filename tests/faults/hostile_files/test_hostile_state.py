"""Whatever stands in the files beside a backup, it is read right or counts as missing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.faults.hostile_files.damage import planted
from tests.support.commands import backup_wizard
from tests.support.data.profiles import a_profile
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.failure import Failure, Kind
from wizard.profile import Profile, Server
from wizard.running import link_speed, record
from wizard.schemes.facts import ClientFacts, Recorded
from wizard.server import destination, handed_over, kept_facts
from wizard.server.receipts import vouched
from wizard.storage import paths, profiles
from wizard.walk import steps

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.table import Tried


HOST_KEY = HostKey("ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIMzKc/2XzRj2o3nLCAznh1DAlLB0EyU4rmybcvJrKzo8")


def test_steps(tried: Tried) -> None:
    profile = a_profile()

    def reading(content: bytes) -> bool:
        step = steps.begin(profile).reached
        assert step in steps.applicable(profile)
        assert step == steps.Step.WELCOME or step.encode() == content.strip()
        return step != steps.Step.WELCOME

    planted(paths.walk_state("amamac") / "step", tried, reading, b"finish\n")


def test_what_is_known_of_a_server(tried: Tried) -> None:
    profile = a_profile()
    known = kept_facts.learn(profile, shell="/bin/sh", rrsync="/usr/bin/rrsync")
    path = paths.walk_state("amamac") / "server-facts.json"

    def reading(_: bytes) -> bool:
        found = kept_facts.known(profile)
        assert kept_facts.learn(profile) == found == kept_facts.known(profile)
        return found == known

    planted(path, tried, reading, path.read_bytes())


def test_what_was_handed_over(tried: Tried) -> None:
    profile, client = (
        a_profile(),
        ClientFacts(paths.known_hosts(), recorded=Recorded(("rsync", "--server"), ("rsync", "-n"))),
    )
    handed_over.keep(profile, client)
    path = paths.walk_state("amamac") / "handed-over.json"
    planted(path, tried, lambda _: not handed_over.has_drifted(profile, client), path.read_bytes())


def test_known_hosts(tried: Tried) -> None:
    profile = a_profile(server=Server(host_keys=(HOST_KEY.fingerprint,)))
    known_hosts.trust(profile, [HOST_KEY])

    def others(content: bytes) -> list[bytes]:
        lines = [line for line in content.split(b"\n") if line.split(b" ", 1)[0] != b"amamac"]
        return lines[:-1] if lines and lines[-1] == b"" else lines

    def reading(content: bytes) -> bool:
        trusted = known_hosts.trusts(profile)
        assert not trusted or HOST_KEY.blob.encode() in content
        known_hosts.trust(profile, [HOST_KEY])
        assert known_hosts.trusts(profile)
        assert others(paths.known_hosts().read_bytes()) == others(content)
        return trusted

    planted(paths.known_hosts(), tried, reading, b"other ssh-rsa AAAA\n" + paths.known_hosts().read_bytes())


def test_the_computer_s_id(tried: Tried) -> None:
    destination.markers("amamac")
    path = paths.config() / "computer-id"
    whole = path.read_bytes()

    def reading(content: bytes) -> bool:
        try:
            own, common = destination.markers("amamac")
        except Failure as failure:
            assert failure.kind is Kind.FOLDER_UNREADABLE
            return False
        assert own.parent == common.parent == paths.walk_state("amamac") / "marker"
        return True

    planted(path, tried, reading, whole)


@pytest.mark.parametrize("name", ["pipe", "device", "folder", "giant"])
def test_what_is_no_file_is_not_waited_for(name: str, home: Path) -> None:
    paths.profiles().mkdir(parents=True)
    path = paths.profile("amamac")
    match name:
        case "pipe":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "folder":
            path.mkdir()
        case _:
            with path.open("wb") as file:
                file.truncate(1 << 40)
    with pytest.raises(Failure) as failure:
        profiles.load("amamac")
    assert failure.value.kind is Kind.FOREIGN_PROFILE
    paths.walk_state("amamac").mkdir(parents=True)
    for place in ("step", "server-facts.json", "handed-over.json"):
        path.rename(paths.walk_state("amamac") / place)
        path = paths.walk_state("amamac") / place
        assert steps.begin(Profile(name="amamac")).reached == steps.Step.WELCOME
        assert kept_facts.known(a_profile())
        assert handed_over.has_drifted(a_profile(), ClientFacts(paths.known_hosts(), recorded=Recorded((), ())))
    for place in ("receipt.json", "speed.json", "last-run.json"):
        path = path.rename(paths.walk_state("amamac") / place)
        assert not vouched.by_receipt(a_profile())
        assert link_speed.known("amamac") is None
        assert record.read("amamac") == record.Record()
    answers = path.rename(paths.config() / "answers.toml")
    with pytest.raises(Failure) as failure:
        profiles.read(answers)
    assert failure.value.kind is Kind.FOREIGN_PROFILE
    profiles.save(a_profile())
    taken = backup_wizard("receipt", "amamac", answers)
    assert (taken.exit_code, taken.stdout) == (2, "")
    assert "answers.toml isn't a text file, or is too long" in taken.stderr
