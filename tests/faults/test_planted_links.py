"""Where the wizard writes, a link or a folder that others can change is refused, and nothing is written through it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.data.profiles import a_profile
from tests.support.data.trees import tree
from wizard.client import profile_lock
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.client.keys import key_files, protected_key
from wizard.failure import Failure, Kind
from wizard.profile import Key, Server
from wizard.schemes.facts import ClientFacts, Recorded
from wizard.server import destination, handed_over, kept_facts
from wizard.storage import files, paths, profiles
from wizard.trouble import crash, explain, keep_raw
from wizard.walk import steps
from wizard.walk.steps import Walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.table import AddRow


TABLE = "Links planted where the wizard writes, and folders that others can change"
NAME = "amamac"
HOST_KEY = HostKey("ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIMzKc/2XzRj2o3nLCAznh1DAlLB0EyU4rmybcvJrKzo8")
PROFILE = a_profile(server=Server(host_keys=(HOST_KEY.fingerprint,)), key=Key(protection="none"))


def hold() -> None:
    with profile_lock.alone(NAME):
        pass


def trust() -> None:
    known_hosts.trust(PROFILE, [HOST_KEY])


def make_key() -> None:
    protected_key.ensure(PROFILE)


def keep_agent_key() -> None:
    key_files.keep_agent_key(NAME, "ssh-ed25519 AAAA")


def hand_over() -> None:
    handed_over.keep(PROFILE, ClientFacts(paths.known_hosts(), recorded=Recorded(("live",), ("dry",))))


def keep_trouble() -> None:
    assert keep_raw(explain(Failure(Kind.UNKNOWN, "", "printed")), PROFILE) is None


def in_home(*parts: str) -> Callable[[], Path]:
    return lambda: Path.home().joinpath(*parts)


def in_state(*parts: str) -> Callable[[], Path]:
    return lambda: paths.walk_state(NAME).joinpath(*parts)


def in_config(*parts: str) -> Callable[[], Path]:
    return lambda: paths.config().joinpath(*parts)


WRITES: dict[str, tuple[Callable[[], Path], Callable[[], object]]] = {
    "profile": (in_config("profiles", f"{NAME}.toml"), lambda: profiles.save(PROFILE)),
    "known hosts": (in_config("known_hosts"), trust),
    "agent's key": (in_config("agent-keys", f"{NAME}.pub"), keep_agent_key),
    "computer's id": (in_config("computer-id"), lambda: destination.markers(NAME)),
    "key": (in_home(".ssh", f"backup-wizard-{NAME}"), make_key),
    "public key": (in_home(".ssh", f"backup-wizard-{NAME}.pub"), make_key),
    "step": (in_state("step"), lambda: steps.record(Walk(PROFILE))),
    "server's facts": (in_state("server-facts.json"), lambda: kept_facts.learn(PROFILE, shell="/bin/sh")),
    "handed over": (in_state("handed-over.json"), hand_over),
    "lock": (in_state("lock"), hold),
    "marker": (in_state("marker", ".backup-wizard"), lambda: destination.markers(NAME)),
    "what a program printed": (in_state("last-trouble.txt"), keep_trouble),
    "crash report": (lambda: paths.state() / "crash.txt", lambda: crash.tell(ValueError())),
    "saved text": (in_home("text"), lambda: files.create(Path.home() / "text", b"text")),
}
FOLDERS = {
    "profile": ("config", "profiles"),
    "known hosts": ("config",),
    "agent's key": ("config", "agent-keys"),
    "key": (".ssh",),
    "step": ("state", "walk"),
    "server's facts": ("state", "walk"),
    "handed over": ("state", "walk"),
    "lock": ("state", "walk"),
    "marker": ("state", "walk", "marker"),
    "what a program printed": ("state", "walk"),
    "crash report": ("state",),
}
SAYS_NOTHING = {"what a program printed", "crash report"}  # there, the words that matter are shown all the same


def folder(word: str) -> Path:
    return {
        "config": paths.config(),
        "profiles": paths.profiles(),
        "agent-keys": paths.agent_keys(),
        ".ssh": key_files.usual_folder(),
        "state": paths.state(),
        "walk": paths.walk_state(NAME),
        "marker": paths.walk_state(NAME) / "marker",
    }[word]


@pytest.fixture(autouse=True)
def counted(request: pytest.FixtureRequest, add_row: AddRow) -> None:
    """Counts each trial for the table."""
    add_row(TABLE, request.node.originalname.removeprefix("test_").replace("_", " "))


def refused(what: str, write: Callable[[], object]) -> Kind | None:
    if what in SAYS_NOTHING:
        write()
        return None
    with pytest.raises(Failure) as failure:
        write()
    assert failure.value.kind is not Kind.UNKNOWN
    return failure.value.kind


@pytest.mark.parametrize("what", WRITES)
def test_nothing_is_written_through_a_link_in_the_file_s_place(what: str, home: Path) -> None:
    place, write = WRITES[what]
    target = home / "elsewhere"
    for content in (None, b"mine"):
        link = place()
        link.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if content is not None and what == "key":
            continue  # a key of the person's may be reached by a link: it is only read
        if content is not None and what == "computer's id":
            continue
        link.unlink(missing_ok=True)
        link.symlink_to(target)
        if content is not None:
            target.write_bytes(content)
        assert refused(what, write) in {Kind.LINK_IN_THE_WAY, Kind.FILE_EXISTS, None}
        assert link.is_symlink()
        assert (target.read_bytes() if target.exists() else None) == content
        assert not [path for path in home.rglob("*") if path.name.endswith(".new")]


@pytest.mark.parametrize(("what", "word"), [(what, word) for what, words in FOLDERS.items() for word in words])
def test_nothing_is_written_through_a_link_in_the_folder_s_place(what: str, word: str, home: Path) -> None:
    elsewhere, link = home / "elsewhere", folder(word)
    elsewhere.mkdir()
    link.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    link.symlink_to(elsewhere)
    if what == "key":
        os.lchown(link, 1, 1)  # the person's own link is followed there, as dotfiles have it
    before = tree(elsewhere)
    assert refused(what, WRITES[what][1]) in {Kind.LINK_IN_THE_WAY, None}
    assert tree(elsewhere) == before


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o1777], ids=oct)
@pytest.mark.parametrize(("what", "word"), [(what, words[-1]) for what, words in FOLDERS.items()])
def test_nothing_is_written_where_others_can_change_it(what: str, word: str, mode: int) -> None:
    shared = folder(word)
    shared.mkdir(mode=0o700, parents=True)
    shared.chmod(mode)
    assert refused(what, WRITES[what][1]) in {Kind.FOLDER_SHARED, None}
    assert list(shared.iterdir()) == []


def test_folders_that_are_made_are_closed_whatever_the_umask(home: Path) -> None:
    before = os.umask(0o002)
    try:
        steps.record(Walk(PROFILE))
    finally:
        os.umask(before)
    made = [path for path in home.rglob("*") if path.is_dir() and "backup-wizard" in path.parts]
    assert made
    assert {path.stat().st_mode & 0o077 for path in made} == {0}
