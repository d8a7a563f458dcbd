"""Whoever has stolen the key or the password for reading: they read this backup, and gain nothing else."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.attacks import by_hand, stock_reading, stock_writing
from tests.attacks.conftest import office
from tests.attacks.plundered import Plundered
from tests.servers.restore.test_second_key import use
from tests.servers.restore.versions import kept_versions
from tests.support import programs
from tests.support.attacks.targets import LETTER, SECRETS, UNKNOWN_NAME
from tests.support.attacks.thief import Thief
from tests.support.data.trees import tree
from tests.support.servers import old_rsync, placing
from tests.support.servers.office import ACCOUNT
from wizard import schemes
from wizard.client import access as accesses
from wizard.client.keys import reading_key, secrets
from wizard.profile import VersionsSettings
from wizard.running import report
from wizard.schemes import reading
from wizard.schemes.base import Transfer
from wizard.schemes.if_stolen import Ability
from wizard.schemes.parts import daemon_modules, reading_line

if TYPE_CHECKING:
    from tests.support.secret_service import SecretService
    from tests.support.servers.office import Office
    from wizard.client.access import Access
    from wizard.profile import Profile

__all__ = ["office"]

ATTACKS = (*stock_writing.ATTACKS, *stock_reading.ATTACKS, *by_hand.ATTACKS)
# What a restore asks for, which is what the line lets through.
AS_A_RESTORE = ("-rlHtpS", "--specials", "--no-R", "--no-W", "--no-g", "--no-o", "--no-D", "--specials")
# Whoever may read all of the backup's files may as well read lines of them.
READS = {Ability.READ, Ability.NAMES, Ability.GUESS, Ability.READ_WITH_TOOLS, Ability.LINES}
# The rsync of Ubuntu 20.04 follows a link that a client names, if it was made on the server or while links were active.
FOLLOWS = {("rrsync", "3.1.3")}
HOME = f"/home/{ACCOUNT}"
VERSION = "daily.0/files"


class Reader(Plundered):
    """The same with the way in that is for reading; `own` is the backup's."""

    own: tuple[Profile, Access]
    module = ""

    @property
    def in_module(self) -> str:
        """All of a module that opens this backup alone."""
        return f"{self.module or self.profile.scheme.module}/"

    def honest_run(self) -> int:
        """A backup with the backup's own key or password."""
        profile, access = self.own
        transfer = Transfer(dry_run=False)
        argv = schemes.of(profile).client_command(profile, access.facts, transfer)
        password = access.password.reveal() if access.password else None
        return subprocess.run(
            argv, input=password, env=dict(access.environment), capture_output=True, text=True
        ).returncode


def as_a_restore(thief: Plundered) -> None:
    thief.pull("", *AS_A_RESTORE)


def following_links(thief: Plundered) -> None:
    for option in ("-L", "-k", "--copy-unsafe-links", "--safe-links", "-K"):
        thief.pull("", *AS_A_RESTORE, option)
    for path in ("armed/", "armed/id_backup", "armed/../.ssh/id_backup"):
        thief.pull(path, *AS_A_RESTORE)


def following_the_account_s_own_links(thief: Plundered) -> None:
    for path in ("live/", "live/id_backup", "up/letter.txt"):
        thief.pull(path, *AS_A_RESTORE)


def other_folders(thief: Plundered) -> None:
    for path in ("/etc/passwd", "../other/", "../../.ssh/", f"{HOME}/.ssh/", f"{placing.ROOT}/other/", "/"):
        thief.pull(path, *AS_A_RESTORE)


def rules(thief: Plundered) -> None:
    outside = (f"{HOME}/.ssh/id_backup", "../../.ssh/id_backup", "../other/Documents/letter.txt", "/etc/passwd")
    for file in (*outside, "armed/id_backup"):
        for word in (":", ":n", ":w", ":C", ":s", ":e"):
            thief.pull("", *AS_A_RESTORE, f"--filter={word} {file}")


def following_the_account_s_own_links_in_versions(thief: Reader) -> None:
    _follow_in_versions(thief, f"{VERSION}/live/", f"{VERSION}/live/id_backup", f"{VERSION}/up/letter.txt")


def _follow_in_versions(thief: Reader, *paths: str) -> None:
    _turn_to_versions(thief)
    for path in paths:
        for option in ("-H", "-L", "-k", "--copy-unsafe-links"):
            thief.pull(path, *AS_A_RESTORE, option)
    thief.wait()
    thief.module = ""


def _turn_to_versions(thief: Reader) -> None:
    thief.module = reading_line.VERSIONS
    if thief.profile.scheme.kind == "daemon":
        thief.module = f"{thief.profile.name}{daemon_modules.OF_VERSIONS}"


def older_versions(thief: Reader) -> None:
    _follow_in_versions(thief, f"{VERSION}/armed/", f"{VERSION}/armed/id_backup", f"{VERSION}/")
    _turn_to_versions(thief)
    letter = f"{VERSION}/{thief.source}/letter.txt"
    thief.pull(letter, *AS_A_RESTORE)
    thief.wait()
    assert (thief.loot / "letter.txt").read_bytes() == LETTER
    for path in ("../", "../../", "daily.0/../../../", f"{VERSION}/../../../../{ACCOUNT}/.ssh/", "/etc/passwd", "/"):
        thief.pull(path, *AS_A_RESTORE)
    rules(thief)
    thief.tool("letter.txt")
    for options in ((), ("--inplace",), ("--append",), ("--delete", "-r"), ("--remove-source-files",)):
        for to in (letter, f"{VERSION}/", "", "daily.9/"):
            thief.push("-I", *options, "letter.txt", to=to)
    thief.pull(letter, *AS_A_RESTORE, "--remove-source-files")
    thief.wait()
    thief.module = ""


async def stolen(office: Office, kind: str, tmp_path: Path) -> tuple[Profile, Access, Profile, Access]:
    """A backup, with another computer's and live links beside it, and what reads it without any passphrase."""
    documents = tmp_path / "Documents"
    (documents / "inner").mkdir(parents=True)
    (documents / "letter.txt").write_bytes(LETTER)
    (documents / "inner" / UNKNOWN_NAME).write_bytes(SECRETS["own"][1])
    office.daemon_port = 873
    if kind == "daemon":
        office.put("/etc/rsyncd.conf", "", mode=0o644)
        office.start_daemon()
    profile = placing.profile_for(office, kind, documents, versions=VersionsSettings(keep="server"))
    own = placing.settle(office, profile)
    await report.backup(profile, own)
    use(office, profile)
    asked = reading_key.kept(profile.name)
    assert asked
    by = reading.reader(profile, asked.file)
    access = accesses.prepare(by)
    if asked.file:
        passphrase = secrets.fetch(profile.name, reading_key.SECRET).reveal()
        unlocked = _unlocked(Path(asked.file), passphrase, tmp_path / "stolen-key")
        by = msgspec.structs.replace(by, key=msgspec.structs.replace(by.key, protection="none", file=str(unlocked)))
    office.run("cp", "-a", placing.OWN, f"{placing.ROOT}/other")
    office.put(f"{placing.ROOT}/other/Documents/letter.txt", SECRETS["other"][0].decode(), owner=ACCOUNT)
    for name, target in (
        ("live", f"{HOME}/.ssh"),
        ("armed", f"/rsyncd-munged/{HOME}/.ssh"),
        ("up", "../other/Documents"),
    ):
        office.as_account(f"ln -s {target} {placing.OWN}/{name}")
    for name, content in (("letter.txt", LETTER), ("pin.txt", by_hand.PIN)):
        office.put(f"{placing.OWN}/{name}", content.decode(), owner=ACCOUNT)
        office.run("touch", f"--date=@{by_hand.PIN_TIME}", f"{placing.OWN}/{name}")
    kept_versions.begin(office)
    for day in (24, 25):
        kept_versions.add(office, datetime(2026, 11, day, 3, tzinfo=UTC))
    return profile, own, by, access


def _unlocked(key: Path, passphrase: str, to: Path) -> Path:
    to.write_bytes(key.read_bytes())
    to.chmod(0o600)
    keygen = [programs.require("ssh-keygen"), "-q", "-p", "-P", passphrase, "-N", "", "-f", str(to)]
    subprocess.run(keygen, check=True, capture_output=True)
    return to


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["rrsync", pytest.param("daemon", marks=pytest.mark.every_case)])
@pytest.mark.parametrize(
    "version",
    [old_rsync.MACHINE, *(pytest.param(one, marks=pytest.mark.every_case) for one in old_rsync.SUITES)],
)
async def test_they_read_this_backup_and_gain_nothing_else(
    kind: str, version: str, office: Office, tmp_path: Path, secret_service: SecretService
) -> None:
    profile, own, by, access = await stolen(office, kind, tmp_path)
    place = tmp_path / "thief"
    place.mkdir()
    gained: dict[str, set[Ability]] = {}
    outside: set[str] = set()
    with Reader(office, by, access, place) as thief:
        thief.own = placing.at_port(profile, by.server.port), own
        thief.use(version)
        thief.keep()
        versions = tree(office.path(kept_versions.FOLDER))
        attacks = [as_a_restore, following_links, other_folders, rules, older_versions, *ATTACKS]
        if (kind, version) not in FOLLOWS:
            attacks += [following_the_account_s_own_links, following_the_account_s_own_links_in_versions]
        for attack in attacks:
            thief.begin()
            attack(thief)
            gained[attack.__name__] = thief.gained()
            if any(secret.decode() in thief.heard for zone in ("outside", "other") for secret in SECRETS[zone]):
                outside.add(attack.__name__)
    assert Ability.READ in gained["as_a_restore"]
    assert {name: more for name, found in gained.items() if (more := found - READS)} == {}
    assert outside == set()
    assert tree(office.path(kept_versions.FOLDER)) == versions


async def test_no_shell_no_tunnel_and_no_other_program(
    office: Office, tmp_path: Path, secret_service: SecretService
) -> None:
    profile, _own, by, _access = await stolen(office, "rrsync", tmp_path)
    with Thief(office, msgspec.structs.replace(profile, key=by.key), tmp_path) as thief:
        for request in (
            "",
            "id",
            "sh -c id",
            "rsync --server --daemon --config=x .",
            "scp -f /etc/passwd",
            "rsync --version",
        ):
            said = thief.ssh(request=request, stdin="id\n")
            assert "uid=" not in said.stdout + said.stderr
            assert "root:" not in said.stdout
            assert said.returncode == 77, (request, said)
        for way in ("-W127.0.0.1:22", "-sW127.0.0.1:22"):
            assert "SSH-2.0" not in thief.ssh(way).stdout
        held = thief.start_ssh("-N", "-oExitOnForwardFailure=yes", "-R127.0.0.1:0:127.0.0.1:22")
        assert held.stderr
        assert "remote port forwarding failed" in held.stderr.read()
        held.wait()
