"""What the server needs so that a second key, or password, reads one backup, by what is known of the server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.support.data.profiles import a_profile
from wizard import rules, schemes
from wizard.profile import SchemeSettings, VersionsSettings
from wizard.schemes import reading
from wizard.schemes.base import Reading
from wizard.schemes.facts import ClientFacts, ServerFacts

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.profile import Profile
    from wizard.schemes.setup import ServerSetup

THERE = timezone(timedelta(hours=2))
EXPIRES = datetime(2026, 12, 1, 13, 30, tzinfo=THERE)
LOCKED = ("rrsync", "forced-command", "daemon-over-ssh")


def profile_of(kind: str, **changes: Any) -> Profile:
    scheme = msgspec.convert({"kind": kind} | changes, SchemeSettings)
    server = msgspec.structs.replace(a_profile().server, root="/srv/backup")
    return msgspec.structs.replace(a_profile(), name="amamac", scheme=scheme, server=server)


def setup_of(profile: Profile, tmp_path: Path, server: ServerFacts | None = None) -> ServerSetup:
    client = ClientFacts(tmp_path, public_key="ssh-ed25519 AAAA backup-restore-amamac")
    return reading.setup(profile, client, server or ServerFacts(), EXPIRES)


@pytest.mark.parametrize("kind", LOCKED)
@pytest.mark.parametrize(
    ("server", "expiry"),
    [
        (ServerFacts(), "202612011330"),
        (ServerFacts(openssh_version=(7, 7)), "202612011330"),
        (ServerFacts(openssh_version=(9, 0)), "202612011330"),
        (ServerFacts(openssh_version=(9, 1)), "202612011130Z"),
        (ServerFacts(openssh_version=(7, 6)), None),
        (ServerFacts(openssh_version=(6, 6)), None),
        (ServerFacts(dropbear_version=()), None),
    ],
)
def test_a_line_says_when_it_ends_where_the_server_knows_that(
    kind: str, server: ServerFacts, expiry: str | None, tmp_path: Path
) -> None:
    profile = profile_of(kind, **{"from": ["192.0.2.7"]})
    [line] = setup_of(profile, tmp_path, server).key_lines
    options = {option.name: option.value for option in line.options}
    assert options.get("expiry-time") == expiry
    assert reading.expires_by_itself(profile, server) is (expiry is not None)
    assert options["from"] == "192.0.2.7"
    assert str(options["command"]).endswith(" /srv/backup/amamac")
    assert line.key == "ssh-ed25519 AAAA backup-restore-amamac"


@pytest.mark.parametrize("kind", LOCKED)
def test_all_else_is_shut_as_in_the_backup_s_own_line(kind: str, tmp_path: Path) -> None:
    for server in (ServerFacts(), ServerFacts(openssh_version=(6, 6)), ServerFacts(dropbear_version=(2020, 1))):
        client = ClientFacts(tmp_path, public_key="ssh-ed25519 AAAA x")
        profile = profile_of("rrsync")
        [own] = schemes.of(profile).server_setup(profile, client, server).key_lines
        [line] = setup_of(profile_of(kind), tmp_path, server).key_lines
        shut = [option for option in own.options if option.name != "command"]
        assert [one for one in line.options if one.name not in {"command", "expiry-time"}] == shut


def test_a_daemon_gets_a_module_and_a_password_of_its_own_for_this_backup_alone(tmp_path: Path) -> None:
    for auth in (True, False):
        profile = profile_of("daemon", auth=auth, **{"from": ["192.0.2.7"]})
        setup = setup_of(profile, tmp_path)
        assert setup.daemon
        assert setup.secrets
        [module] = setup.daemon.modules
        settings = {one.name: one.value for one in module.settings}
        assert module.name == "amamac+restore"
        assert settings["path"] == "/srv/backup/amamac"
        assert (settings["read only"], settings["list"], settings["munge symlinks"]) == ("true", "false", "true")
        assert (settings["hosts allow"], settings["use chroot"]) == ("192.0.2.7", "true")
        assert settings["secrets file"] == setup.secrets.path == "/etc/rsyncd-amamac+restore.secrets"
        assert not reading.expires_by_itself(profile, ServerFacts(openssh_version=(9, 2)))


@pytest.mark.parametrize("kind", [*LOCKED, "daemon"])
def test_the_backup_is_read_from_what_that_setup_opens(kind: str, tmp_path: Path) -> None:
    profile = profile_of(kind, auth=False)
    assert reading.is_needed(profile)
    reader = reading.reader(profile, "/keys/backup-restore-amamac")
    assert not reading.is_needed(reader)
    *options, source, _to = schemes.of(reader).read_command(reader, ClientFacts(tmp_path), Reading(tmp_path, False))
    if kind == "daemon":
        assert source.endswith("::amamac+restore/")
        assert "--password-file=-" in options
        assert schemes.has_password(reader)
    else:
        assert source.endswith("::restore/")
        assert any("/keys/backup-restore-amamac" in option for option in options)
    assert reading.is_needed(profile)


def test_who_may_read_needs_no_second_key() -> None:
    assert not reading.is_needed(profile_of("login"))
    assert not reading.is_needed(profile_of("rrsync", write_only=False))


def test_older_versions_are_read_by_the_second_key_whatever_the_first_may(tmp_path: Path) -> None:
    keeps = VersionsSettings(keep="server")
    server = msgspec.structs.replace(a_profile().server, user="OFFICE\\amanda")
    for kind in ("rrsync", "daemon-over-ssh", "daemon"):
        profile = profile_of(kind, write_only=False)
        assert (reading.is_needed(profile), reading.is_needed(profile, versions=True)) == (False, True)
    for kind in LOCKED:
        profile = msgspec.structs.replace(profile_of(kind), versions=keeps, server=server)
        [line] = setup_of(profile, tmp_path).key_lines
        command = {one.name: one.value for one in line.options}["command"]
        assert "; if cd /var/lib/backup-wizard/versions/OFFICE=amanda/amamac 2>" in str(command)
        reader = reading.reader(profile, "/keys/backup-restore-amamac")
        of_one = Reading(tmp_path, dry_run=False, version="daily.0/files")
        *_options, source, _to = schemes.of(reader).read_command(reader, ClientFacts(tmp_path), of_one)
        assert source.endswith("::versions/daily.0/files/")
    assert not reading.is_needed(profile_of("login"), versions=True)


def test_a_daemon_has_a_module_for_them(tmp_path: Path) -> None:
    profile = msgspec.structs.replace(profile_of("daemon"), versions=VersionsSettings(keep="server"))
    setup = setup_of(profile, tmp_path)
    assert setup.daemon
    [restore, versions] = setup.daemon.modules
    ours, theirs = ({one.name: one.value for one in module.settings} for module in (restore, versions))
    assert (versions.name, theirs.pop("path")) == ("amamac+versions", "/var/lib/backup-wizard/versions/amanda/amamac")
    ours.pop("path")
    assert theirs == ours


def test_no_backup_can_have_the_name_that_the_text_is_marked_by() -> None:
    assert rules.name(reading.label("amamac"))
    assert rules.module(reading.label("amamac"))


def test_the_time_does_not_depend_on_the_zone_of_this_computer(tmp_path: Path) -> None:
    utc = EXPIRES.astimezone(UTC)
    client = ClientFacts(tmp_path, public_key="ssh-ed25519 AAAA x")
    facts = ServerFacts(openssh_version=(9, 2))
    assert reading.setup(profile_of("rrsync"), client, facts, utc) == reading.setup(
        profile_of("rrsync"), client, facts, EXPIRES
    )
