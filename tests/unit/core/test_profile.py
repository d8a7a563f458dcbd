"""A profile is frozen, complete in itself, and refused by the name of the setting that is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.data.profiles import a_profile
from wizard.failure import BadProfile, Kind
from wizard.profile import Key, Profile, SchemeSettings, Server, VersionsSettings, check

if TYPE_CHECKING:
    from pathlib import Path


def test_a_profile_with_nothing_but_a_name_is_fine() -> None:
    profile = Profile(name="amamac")
    assert check(profile) is profile


def test_the_key_s_file_follows_the_name_and_the_home(home: Path) -> None:
    assert Profile(name="amamac").key_path == home / ".ssh/backup-wizard-amamac"
    assert Profile(name="amamac", key=Key(file="~/keys/mine")).key_path == home / "keys/mine"


@pytest.mark.parametrize(("file", "is_agents"), [("~/.ssh/id", False), ("/keys/amamac.pub", True), ("", False)])
def test_a_public_file_stands_for_the_agent_s_key(file: str, is_agents: bool) -> None:
    assert Profile(name="amamac", key=Key(file=file)).key_is_agents is is_agents


@pytest.mark.parametrize("root", ["/srv/backup", "/srv/backup/"])
def test_the_destination_is_the_backup_s_own_folder(root: str) -> None:
    assert Profile(name="amamac", server=Server(root=root)).destination == "/srv/backup/amamac/"


@pytest.mark.parametrize(
    ("versions", "words"),
    [
        (VersionsSettings(), "7 days, 4 weeks, 12 months"),
        (VersionsSettings(daily=1, weekly=1, monthly=0), "1 day, 1 week"),
        (VersionsSettings(daily=30, weekly=0, monthly=0), "30 days"),
    ],
)
def test_how_far_back_versions_go_is_said_in_words(versions: VersionsSettings, words: str) -> None:
    assert check(a_profile(versions=versions)).versions.periods == words


def test_nothing_in_it_can_be_set() -> None:
    profile: Any = a_profile()
    for part, name in ((profile, "name"), (profile.server, "host"), (profile.scheme, "kind"), (profile.key, "file")):
        with pytest.raises(AttributeError):
            setattr(part, name, "changed")


@pytest.mark.parametrize(
    ("key", "profile"),
    [
        ("format", a_profile(format=2)),
        ("name", a_profile(name="../x")),
        ("folders", a_profile(folders=("/home/amanda", "Documents"))),
        ("folders", a_profile(folders=("/home/amanda", "/home/amanda"))),
        ("folders", a_profile(folders=("/home/amanda", "/home/amanda/"))),
        ("folders", a_profile(folders=("/home/amanda/Documents", "/home/amanda"))),
        ("folders", a_profile(folders=("/a", "/b", "/a/c/d"))),
        ("exclude", a_profile(exclude=("*.tmp", "+ all"))),
        ("server.host", a_profile(server=Server(host="-oProxyCommand=x"))),
        ("server.port", a_profile(server=Server(port=0))),
        ("server.port", a_profile(server=Server(port=-22))),
        ("server.user", a_profile(server=Server(user="-l"))),
        ("server.root", a_profile(server=Server(root="~"))),
        ("server.root", a_profile(server=Server(root="/home/amanda"))),
        ("server.root", a_profile(name="homes", server=Server(root="/volume1"))),
        ("server.root", a_profile(name="bin", server=Server(root="/srv"))),
        ("server.host_keys", a_profile(server=Server(host_keys=("MD5:00",)))),
        ("scheme.from", a_profile(scheme=SchemeSettings(from_=('192.0.2.7"',)))),
        ("scheme.elsewhere", a_profile(scheme=SchemeSettings(elsewhere="add"))),
        (
            "scheme.elsewhere",
            a_profile(scheme=SchemeSettings(elsewhere="add", from_=("192.0.2.7",), write_only=False)),
        ),
        (
            "scheme.elsewhere",
            a_profile(scheme=SchemeSettings(elsewhere="add", from_=("192.0.2.7",), append_only=True)),
        ),
        ("scheme.module", a_profile(scheme=SchemeSettings(module="a/b"))),
        ("key.file", a_profile(key=Key(file="id"))),
        ("delete", a_profile(delete=True)),
        ("versions.daily", a_profile(versions=VersionsSettings(daily=0))),
        ("versions.daily", a_profile(versions=VersionsSettings(daily=101))),
        ("versions.weekly", a_profile(versions=VersionsSettings(weekly=-1))),
        ("versions.monthly", a_profile(versions=VersionsSettings(monthly=10**9))),
        ("versions.monthly", a_profile(versions=VersionsSettings(weekly=0))),
    ],
    ids=lambda argument: argument if isinstance(argument, str) else "",
)
def test_the_first_value_that_can_t_be_taken_is_named(key: str, profile: Profile) -> None:
    with pytest.raises(BadProfile) as failure:
        check(profile)
    assert (failure.value.key, failure.value.kind, failure.value.line) == (key, Kind.BAD_PROFILE, None)
    assert failure.value.message.endswith(".")


def test_deleting_is_fine_where_the_server_allows_it() -> None:
    check(a_profile(delete=True, scheme=SchemeSettings(allow_delete=True)))


def test_folders_whose_names_only_begin_alike_are_not_nested() -> None:
    check(a_profile(folders=("/home/amanda", "/home/amanda2", "/home/amanda-old/x")))
