"""Profile files: what is written is read again, and what can't be read is told with its key and line."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from tests.support.data.profiles import FINGERPRINT, a_profile
from tests.support.data.trees import tree
from wizard.failure import BadProfile, Failure, Kind
from wizard.profile import Key, Profile, SchemeSettings, Server, VersionsSettings
from wizard.storage import paths, profiles

if TYPE_CHECKING:
    from collections.abc import Callable

FULL = f"""\
format = 1
name = "amamac"
folders = ["/home/amanda/Documents"]
exclude = [".cache/", "*.tmp"]
delete = false

[server]
host = "files.example.lan"
port = 22
user = "amanda"
root = "backup"
host_keys = ["{FINGERPRINT}"]

[scheme]
kind = "rrsync"
write_only = true
allow_delete = false
from = ["192.0.2.0/24"]
auth = true

[key]
protection = "none"
"""


def _write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    "profile",
    [
        Profile(name="only-a-name"),
        a_profile(),
        a_profile(folders=('/it\'s "odd"', "/back\\slash", "/line\nbreak", "/\u202edlrow", "/$(x) %h #")),
        a_profile(server=Server(root="50% $off 'and' \"more\"", port=2222)),
        a_profile(delete=True, scheme=SchemeSettings(allow_delete=True, kind="daemon", module="m", auth=False)),
        a_profile(key=Key(protection="ask", file="~/.ssh/my key")),
        a_profile(versions=VersionsSettings(keep="server", daily=14, weekly=1, monthly=0)),
    ],
    ids=["least", "full", "odd folders", "odd root", "daemon", "key", "versions"],
)
def test_what_is_saved_is_loaded_again(profile: Profile) -> None:
    profiles.save(profile)
    assert profiles.load(profile.name) == profile


def test_a_folder_of_a_name_that_is_no_text_is_kept_or_refused_in_words() -> None:
    profile = a_profile(folders=(os.fsdecode(b"/home/amanda/caf\xe9"),))
    try:
        profiles.save(profile)
    except BadProfile as failure:
        assert failure.key == "folders"
    else:
        assert profiles.load("amamac") == profile


def test_the_documented_form_is_read(tmp_path: Path) -> None:
    assert profiles.read(_write(tmp_path / "amamac.toml", FULL)) == a_profile()


@pytest.mark.parametrize(
    ("old", "new", "key", "line"),
    [
        ('name = "amamac"', 'nmae = "amamac"', "nmae", 2),
        ("delete = false", 'delete = false\n"odd key" = 1', "odd key", 6),
        ("port = 22", "port = 22\nprot = 1", "server.prot", 10),
        ("[key]", "[kye]", "kye", 21),
        ("[key]", "[key]\n[key.more]", "key.more", 22),
        ('name = "amamac"\n', "", "name", None),
        ("format = 1", 'format = "1"', "format", 1),
        ('name = "amamac"', "name = 7", "name", 2),
        ('folders = ["/home/amanda/Documents"]', 'folders = "/home/amanda"', "folders", 3),
        ('folders = ["/home/amanda/Documents"]', 'folders = [\n  "/home",\n  7,\n]', "folders", 3),
        ("delete = false", 'delete = "no"', "delete", 5),
        ("port = 22", 'port = "22"', "server.port", 9),
        ("port = 22", "port = 22.0", "server.port", 9),
        ("port = 22", "port = true", "server.port", 9),
        ("port = 22", f"port = {'9' * 30}", "server.port", 9),
        ('kind = "rrsync"', 'kind = "rsync"', "scheme.kind", 15),
        ("[server]", "[[server]]", "server", 7),
        ("from = [", "from = [7, ", "scheme.from", 18),
        ("format = 1", "format = 2", "format", 1),
        ('name = "amamac"', 'name = "../amamac"', "name", 2),
        ('"/home/amanda/Documents"', '"Documents"', "folders", 3),
        ('".cache/"', '"+ all"', "exclude", 4),
        ('host = "files.example.lan"', 'host = "a b"', "server.host", 8),
        ("port = 22", "port = 0", "server.port", 9),
        ('user = "amanda"', 'user = "-l"', "server.user", 10),
        ('root = "backup"', 'root = "~"', "server.root", 11),
        (FINGERPRINT, "MD5:00", "server.host_keys", 12),
        ("192.0.2.0/24", "192.0.2.7/24", "scheme.from", 18),
        ('protection = "none"', 'protection = "plain"', "key.protection", 22),
        ('protection = "none"', 'protection = "none"\nfile = "id"', "key.file", 23),
        ("delete = false", "delete = true", "delete", 5),
        ("[key]", '[versions]\nkeep = "yes"\n[key]', "versions.keep", 22),
        ("[key]", "[versions]\nhourly = 24\n[key]", "versions.hourly", 22),
        ("[key]", "[versions]\ndaily = 0\n[key]", "versions.daily", 22),
        ("[key]", "[versions]\nweekly = true\n[key]", "versions.weekly", 22),
    ],
)
def test_a_bad_setting_is_told_with_its_key_and_line(
    tmp_path: Path, old: str, new: str, key: str, line: int | None
) -> None:
    assert old in FULL
    path = _write(tmp_path / "amamac.toml", FULL.replace(old, new, 1))
    with pytest.raises(BadProfile) as failure:
        profiles.read(path)
    assert (failure.value.key, failure.value.line) == (key, line)
    assert failure.value.file == str(path)
    assert "`" not in failure.value.message
    assert failure.value.message.endswith((".", "?"))


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ('format = 1\nname = "a"\nserver.host = "a b"\n', "server.host", 3),
        ('format = 1\nname = "a"\nserver = { host = "a b" }\n', "server.host", 3),
        ('format = 1\nname = "a"\n["server"]\nhost = "a b"\n', "server.host", 4),
        ('format = 1\nname = "a"\nexclude = ["""\nport = 0\n""", "!"]\n[server]\nport = 0\n', "exclude", 3),
        ('format = 1\nname = "a"\nserver = 7\n', "server", 3),
    ],
)
def test_the_line_is_found_however_toml_is_written(tmp_path: Path, text: str, key: str, line: int) -> None:
    with pytest.raises(BadProfile) as failure:
        profiles.read(_write(tmp_path / "a.toml", text))
    assert (failure.value.key, failure.value.line) == (key, line)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('format = 1\nname = "a\n', 2),
        ("format = 1\nname\n", 2),
        ('name = "a"\nname = "b"\n', 2),
        ("name = \n", 1),
        (f'name = "a"\n[server]\nport = {"9" * 5000}\n', None),
        (f'name = "a"\n[server]\nport = 0x{"f" * 5000}\n', None),
    ],
    ids=["open quote", "no value", "twice", "empty", "endless number", "endless hex number"],
)
def test_what_is_not_toml_is_a_bad_profile(tmp_path: Path, text: str, line: int | None) -> None:
    path = _write(tmp_path / "a.toml", text)
    with pytest.raises(BadProfile) as failure:
        profiles.read(path)
    assert failure.value.file == str(path)
    assert line is None or failure.value.line == line


def _huge(path: Path) -> None:
    path.write_text('name = "a"\n' + "#" * (2 << 20))


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.write_text('[tool.other]\nkey = "value"\n'),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(bytes(range(256))),
        lambda path: path.write_bytes(b'name = "caf\xe9"\n'),
        lambda path: path.write_text("x = " + "[" * 100_000),
        lambda path: path.mkdir(),
        lambda path: path.symlink_to(path),
        _huge,
    ],
    ids=["other program's", "empty", "binary", "latin-1", "nested", "folder", "loop of links", "huge"],
)
def test_a_foreign_file_is_told_apart(tmp_path: Path, make: Callable[[Path], object]) -> None:
    path = tmp_path / "amamac.toml"
    make(path)
    with pytest.raises(Failure) as failure:
        profiles.read(path)
    assert (failure.value.kind, failure.value.about) == (Kind.FOREIGN_PROFILE, str(path))


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.symlink_to("nowhere")], ids=["none", "dangling"])
def test_a_missing_file_is_told(tmp_path: Path, make: Callable[[Path], object]) -> None:
    path = tmp_path / "amamac.toml"
    make(path)
    with pytest.raises(Failure) as failure:
        profiles.read(path)
    assert failure.value.kind is Kind.NO_SUCH_FILE


def test_a_file_under_another_s_name_is_refused() -> None:
    profiles.save(a_profile())
    paths.profile("amamac").rename(paths.profile("other"))
    with pytest.raises(BadProfile) as failure:
        profiles.load("other")
    assert failure.value.key == "name"


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", "-x", "a\n"])
def test_a_strange_name_never_becomes_a_path(name: str) -> None:
    assert not profiles.exists(name)
    for use in (profiles.load, profiles.remove):
        with pytest.raises(BadProfile):
            use(name)


def test_a_saved_profile_is_for_its_owner_alone() -> None:
    profiles.save(a_profile())
    assert stat.S_IMODE(paths.profile("amamac").stat().st_mode) == 0o600
    assert stat.S_IMODE(paths.profiles().stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.EROFS, Kind.FOLDER_READ_ONLY),
        (errno.EACCES, Kind.FOLDER_READ_ONLY),
        (errno.EPERM, Kind.FOLDER_READ_ONLY),
        (errno.ENOSPC, Kind.DISK_FULL_HERE),
        (errno.EDQUOT, Kind.DISK_FULL_HERE),
    ],
    ids=errno.errorcode.get,
)
@pytest.mark.parametrize(
    "place", [(tempfile, "mkstemp"), (os, "fsync"), (Path, "replace")], ids=["make", "sync", "put"]
)
def test_the_old_file_stays_when_writing_fails(
    monkeypatch: pytest.MonkeyPatch, place: tuple[object, str], number: int, kind: Kind
) -> None:
    profiles.save(a_profile())
    before = tree(paths.config())

    def fail(*_: object, **__: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as broken, pytest.raises(Failure) as failure:
        broken.setattr(*place, fail)
        profiles.save(a_profile(folders=()))
    assert failure.value.kind is kind
    after = tree(paths.config())
    assert {name: entry.content for name, entry in after.items()} == {
        name: entry.content for name, entry in before.items()
    }


def test_a_config_folder_that_can_t_be_made_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "file").touch()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "file"))
    with pytest.raises(Failure) as failure:
        profiles.save(a_profile())
    assert failure.value.kind is Kind.NO_PLACE_FOR_FILE


def test_a_bad_profile_is_never_saved() -> None:
    with pytest.raises(BadProfile):
        profiles.save(a_profile(exclude=("!",)))
    assert not paths.config().exists()


def test_the_names_are_those_of_files_that_could_be_profiles() -> None:
    assert profiles.names() == []
    for name in ("b", "a"):
        profiles.save(a_profile(name=name))
    for name in ("-x.toml", "notes.txt", ".toml"):
        (paths.profiles() / name).touch()
    assert profiles.names() == ["a", "b"]
    assert profiles.exists("a")
    assert not profiles.exists("c")


def test_removing_takes_the_walk_s_state_along_and_nothing_else() -> None:
    for name in ("a", "b"):
        profiles.save(a_profile(name=name))
        paths.walk_state(name).mkdir(parents=True)
        (paths.walk_state(name) / "step").touch()
    profiles.remove("a")
    assert profiles.names() == ["b"]
    assert [folder.name for folder in paths.state().iterdir()] == ["b"]
    with pytest.raises(Failure) as failure:
        profiles.remove("a")
    assert failure.value.kind is Kind.NO_SUCH_PROFILE
