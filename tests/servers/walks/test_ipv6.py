"""A server at an IPv6 address: the whole circle, with an address as it was typed in brackets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.support.commands import backup_wizard
from tests.support.data.profiles import towards
from tests.support.plain import Person, decided
from tests.support.servers import placing
from tests.support.servers.office import open_office
from tests.support.servers.real_sshd import RealSshd
from wizard.client.host_keys import known_hosts
from wizard.client.ssh import dial
from wizard.profile import Profile, Server
from wizard.server import exports
from wizard.server.reaching import probe
from wizard.storage import profiles
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class AtIPv6(RealSshd):
    """A real sshd at the loopback address of IPv6."""

    host = "::1"


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[RealSshd]:
    place = tmp_path / "sshd"
    place.mkdir()
    server = AtIPv6(place)
    server.start()
    yield server
    server.end()


def test_the_whole_circle(sshd: RealSshd, sample_folder: Path, tmp_path: Path) -> None:
    profile = towards(sshd, folders=(str(sample_folder),))
    folder = sshd.folder / "backup" / profile.name
    folder.mkdir(parents=True, mode=0o700)
    answers = tmp_path / "answers.toml"
    answers.write_text(profiles.dumps(profile))
    waiting = backup_wizard("--answers", answers)
    assert waiting.exit_code == 75, waiting.stderr
    for format in exports.FORMATS:
        assert backup_wizard("export", profile.name, "--format", format).exit_code in {0, 2}
    sshd.install(backup_wizard("export", profile.name, "--format", "authorized-keys").stdout)
    done = backup_wizard("--answers", answers)
    assert done.exit_code == 0, done.stderr
    assert backup_wizard("run", profile.name).exit_code == 0
    assert (folder / sample_folder.name / "plain.txt").exists()
    assert backup_wizard("run", profile.name, "--json").json["new"] == 0


def test_rsync_s_own_daemon(tmp_path: Path, sample_folder: Path) -> None:
    with open_office(tmp_path / "office") as office:
        office.start_daemon("::1")
        profile = placing.profile_for(office, "daemon", sample_folder, scheme={"auth": False})
        profile = msgspec.structs.replace(profile, server=msgspec.structs.replace(profile.server, host="::1"))
        placing.begin(profile, tmp_path)
        placing.apply(office, profile)
        done = backup_wizard("--answers", tmp_path / "answers.toml")
        assert done.exit_code == 0, done.stdout + done.stderr
        assert backup_wizard("run", profile.name, "--json").json["new"] > 0
        assert office.path(f"{placing.OWN}/{sample_folder.name}/plain.txt").exists()
        assert backup_wizard("run", profile.name, "--json").json["new"] == 0
        assert " (::1)" in office.log()


async def test_its_host_key_is_found_and_looked_up(sshd: RealSshd, home: Path) -> None:
    (key,) = await probe.host_keys(dial.Target(sshd.host, sshd.port))
    assert key.fingerprint == sshd.fingerprint
    known = home / ".ssh/known_hosts"
    known.parent.mkdir(exist_ok=True)
    known.write_text(f"[::1]:{sshd.port} {key.type} {key.blob}\n")
    assert known_hosts.known_to_person("::1", sshd.port) == [key]
    known.write_text(f"::1 {key.type} {key.blob}\n")
    assert known_hosts.known_to_person("::1", 22) == [key]


@pytest.mark.parametrize("typed", ["ssh://amanda@[::1]:{port}/", "amanda@[::1]:{port}"])
def test_in_text_mode_the_parts_are_the_defaults(
    typed: str, sshd: RealSshd, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    person = Person({"Server name": [typed.format(port=sshd.port)]})
    monkeypatch.setattr("builtins.input", person)
    profile = decided(Profile(name="amamac", folders=(str(home),)), Step.SERVER)
    assert profile.server == Server(host="::1", port=sshd.port, user="amanda")
    assert [prompt for prompt in person.asked if prompt.startswith("Port")] == [f"Port [{sshd.port}]: "]
    assert any(prompt.endswith("for example amanda [amanda]: ") for prompt in person.asked)
