"""Whatever stands in our files, it is refused in words that name key and line, or read right; nothing else."""

from __future__ import annotations

import os
import string
from typing import TYPE_CHECKING, Any

import pytest
import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.commands import backup_wizard
from tests.support.data.profiles import a_profile
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.client.keys import key_files
from wizard.client.keys.secrets import Secret
from wizard.failure import BadProfile, Failure, Kind
from wizard.profile import Key, Profile, Server
from wizard.running import link_speed, record
from wizard.schemes.facts import ClientFacts, Recorded
from wizard.server import destination, facts, handed_over
from wizard.server.receipts import vouched
from wizard.storage import paths, profiles
from wizard.trouble import explain
from wizard.walk import steps

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.table import Tried

HOST_KEY = HostKey("ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIMzKc/2XzRj2o3nLCAznh1DAlLB0EyU4rmybcvJrKzo8")
ODD = st.text(st.sampled_from(string.ascii_letters + string.digits + "\"'\\#=[]{},.\n\r\t $%`é\u202e\x1b\x85\u2028"))
TRICKY = st.sampled_from(
    [
        b"\0",
        b"\xff\xfe",
        b"\n",
        b"\r",
        b'"""',
        b"[[",
        b"[" * 3000,
        b"9" * 5000,
        b"=",
        b"1e999",
        b"\x1b[2J",
        b"nan",
        b"-0",
    ]
)

fuzz = settings(
    max_examples=150,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """A file of which some is cut out, and something else put in."""
    content = whole
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(content)))
        end = draw(st.integers(start, min(len(content), start + 40)))
        put_in = draw(st.one_of(TRICKY, st.binary(max_size=12), ODD.map(lambda text: text.encode())))
        content = content[:start] + put_in + content[end:]
    return content


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.booleans(), st.integers(), st.floats(), ODD, st.dates(), st.datetimes()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(ODD, inner, max_size=3)),
    max_leaves=5,
)
SETTINGS = st.dictionaries(
    st.sampled_from(["format", "name", "folders", "exclude", "delete", "compress", "server", "scheme", "key", "odd"]),
    st.one_of(
        VALUES,
        st.dictionaries(st.sampled_from(["host", "port", "user", "root", "kind", "from", "file", "auth"]), VALUES),
    ),
)


def read_or_refused(file: Path, content: bytes, tried: Tried) -> None:
    file.write_bytes(content)
    tried.inputs += 1
    try:
        profile = profiles.read(file)
    except BadProfile as failure:
        assert failure.message
        assert failure.line is None or 1 <= failure.line <= content.decode().count("\n") + 1
        assert failure.key or failure.line or "number" in failure.message or "TOML" in failure.message
    except Failure as failure:
        assert failure.kind is Kind.FOREIGN_PROFILE
    else:
        tried.read += 1
        file.write_text(profiles.dumps(profile))
        assert profiles.read(file) == profile
        return
    assert file.read_bytes() == content
    with pytest.raises(Failure) as told:
        profiles.read(file)
    assert explain(told.value).sentence.isprintable()


def test_damaged_profiles(tmp_path: Path, tried: Tried) -> None:
    @fuzz
    @given(damaged(profiles.dumps(a_profile(folders=("/a", "/b c"), key=Key(file="~/k"))).encode()))
    def check(content: bytes) -> None:
        read_or_refused(tmp_path / "file", content, tried)

    check()
    tried.tell()


def test_profiles_of_odd_values(tmp_path: Path, tried: Tried) -> None:
    @fuzz
    @given(SETTINGS)
    def check(values: dict[str, Any]) -> None:
        read_or_refused(tmp_path / "file", tomli_w.dumps({"name": "amamac"} | values).encode(), tried)

    check()
    tried.tell()


def test_profiles_of_any_bytes(tmp_path: Path, tried: Tried) -> None:
    @fuzz
    @given(st.binary())
    def check(content: bytes) -> None:
        read_or_refused(tmp_path / "file", content, tried)

    check()
    read_or_refused(tmp_path / "file", profiles.dumps(a_profile()).encode(), tried)
    tried.tell()


def planted(path: Path, tried: Tried, reading: Callable[[bytes], bool], whole: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    @fuzz
    @given(st.one_of(damaged(whole), st.binary(), st.just(whole)))
    def check(content: bytes) -> None:
        path.write_bytes(content)
        tried.inputs += 1
        tried.read += reading(content)

    check()
    tried.tell()


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
    known = facts.learn(profile, shell="/bin/sh", rrsync="/usr/bin/rrsync")
    path = paths.walk_state("amamac") / "server-facts.json"

    def reading(_: bytes) -> bool:
        found = facts.known(profile)
        assert facts.learn(profile) == found == facts.known(profile)
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


@pytest.mark.parametrize("passphrase", [None, Secret("typed by a person")], ids=["open", "protected"])
def test_keys(home: Path, tried: Tried, passphrase: Secret | None) -> None:
    path = home / ".ssh/backup-wizard-amamac"
    key_files.make(path, key_files.comment_for("amamac"), passphrase)
    line = key_files.public_line(path)
    path.with_suffix(".pub").unlink()
    quick = passphrase is None  # each look at a protected one takes a tenth of a second

    def reading(_: bytes) -> bool:
        path.with_suffix(".pub").unlink(missing_ok=True)
        try:
            key_files.complete(path, "amamac")
            if quick:
                key_files.opens(path, None)
        except Failure as failure:
            assert failure.kind is Kind.KEY_UNUSABLE
            return False
        return key_files.public_line(path) == line

    planted(path, tried, reading, path.read_bytes())


def test_public_keys(home: Path, tried: Tried) -> None:
    path = home / ".ssh/backup-wizard-amamac"
    key_files.make(path, key_files.comment_for("amamac"), None)
    public = path.with_suffix(".pub")

    def reading(content: bytes) -> bool:
        try:
            line = key_files.public_line(path)
        except Failure as failure:
            assert failure.kind is Kind.KEY_UNUSABLE
            return False
        assert line.isprintable()
        assert line == content.decode().strip()
        return True

    planted(public, tried, reading, public.read_bytes())


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
        assert facts.known(a_profile())
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
