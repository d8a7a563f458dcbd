"""A later message takes the place of an earlier one in one paste, and of nothing else."""

from __future__ import annotations

import shlex
from itertools import cycle
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.servers.message.test_message import DONE, REFUSED, handed_over_text, serve
from tests.support.data.message import block, line_after
from tests.support.quick import sampled
from tests.support.servers import placing, root_shell, setting_up
from tests.support.servers.office import ACCOUNT
from tests.support.servers.setting_up import FOREIGN_KEYS, FOREIGN_SETTINGS, SetUpOffice
from wizard.client import access
from wizard.client.keys import key_files, protected_key
from wizard.running import report
from wizard.server.reaching import sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.secret_service import SecretService
    from wizard.profile import Profile

KEYS = f"/home/{ACCOUNT}/.ssh/authorized_keys"
MODULES = "/etc/rsyncd.conf"
PRIVATE = f"/etc/backup-wizard/amamac@{ACCOUNT}.conf"
OTHER_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGLXpIcJgjzkAYFZMHxNPmnBTq3H6mEBwcy8XIPgLBN/ bob"
BEGIN, END = "# backup-wizard begin amamac\n", "# backup-wizard end amamac\n"
MAY_DELETE: dict[str, Any] = {"delete": True, "scheme": {"allow_delete": True}}
CHANGES = {
    "rrsync": MAY_DELETE,
    "forced-command": MAY_DELETE,
    "daemon-over-ssh": MAY_DELETE,
    "daemon": MAY_DELETE,
    "login": {"scheme": {"from": ["192.0.2.0/24", "127.0.0.1"]}},
}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path), None) as running:
        running.start_sshd()
        running.live_in()
        running.authorize(f"{FOREIGN_KEYS}\n")
        running.put(MODULES, f"{FOREIGN_SETTINGS}\n", mode=0o644)
        yield running


@pytest.mark.parametrize(
    ("kind", "shell", "umask"),
    sampled.first(2, zip(CHANGES, cycle(root_shell.SHELLS), cycle(("022", "077")), strict=False)),
)
async def test_one_paste_replaces_the_earlier_lines_and_nothing_else(
    kind: str, shell: str, umask: str, office: SetUpOffice, sample_folder: Path, secret_service: SecretService
) -> None:
    before = office.standing()
    first, changed = _profile(office, sample_folder, kind), _profile(office, sample_folder, kind, **CHANGES[kind])
    assert DONE.search(root_shell.paste(office, block(handed_over_text(office, first)), shell, umask))
    neighbour = msgspec.structs.replace(first, name="amamac.2")  # which is nearly called so
    if kind == "daemon":  # no two modules may have the same name
        theirs = msgspec.structs.replace(neighbour.scheme, module="second")
        neighbour = msgspec.structs.replace(neighbour, scheme=theirs)
    assert DONE.search(root_shell.paste(office, block(handed_over_text(office, neighbour)), shell, umask))
    kept = {path: office.path(path).read_text() for path in (KEYS, MODULES, PRIVATE) if office.path(path).exists()}

    text = handed_over_text(office, changed)
    assert "this replaces what I sent before" in " ".join(text.split())
    for _ in range(2):  # pasted again, it is the same
        assert DONE.search(said := root_shell.paste(office, block(text), shell, umask)), said
        for path, was in kept.items():
            now = office.path(path).read_text()
            assert _without_ours(now) == _without_ours(was)
            assert now.count(BEGIN) == was.count(BEGIN)
    assert _ours(office, {"daemon": MODULES, "daemon-over-ssh": PRIVATE}.get(kind, KEYS)) == _ours_of(text)
    if kind == "daemon":
        changed = serve(office, changed)
    await report.backup(changed, access.prepare(changed))

    for profile in (changed, neighbour):
        office.run("rm", "-rf", f"/home/{ACCOUNT}/backup/{profile.name}")
    for one in (handed_over_text(office, neighbour), text):
        root_shell.paste(office, line_after(one, "To take it back"), shell, umask)
    assert office.standing() == before


async def test_with_another_key_it_replaces_the_lines_of_the_earlier_one(
    office: SetUpOffice, sample_folder: Path
) -> None:
    profile = _profile(office, sample_folder, "rrsync")
    assert DONE.search(root_shell.paste(office, block(handed_over_text(office, profile))))
    renewed = _with_key(profile, "~/.ssh/another")
    assert DONE.search(root_shell.paste(office, block(handed_over_text(office, renewed))))
    await sign_in.attempt(renewed, access.prepare(renewed))
    assert office.path(KEYS).read_text().count(BEGIN) == 1
    assert _key(profile) not in office.path(KEYS).read_text()


# What may stand between our marks, or around them, that is none of ours: `OURS` is our earlier text.
ANOTHERS = {
    "another's key between our marks": "BEGIN OTHER END",
    "another's key beside ours": "BEGIN LINE OTHER END",
    "no end": "BEGIN LINE OTHER",
    "another's lines after a mark without an end": "BEGIN OTHER OURS",
    "another backup's marks in ours": "BEGIN LINE NEIGHBOUR END",
    "a mark of the neighbour's end in ours": "BEGIN LINE NEIGHBOURS-END END",
    "two texts of ours": "OURS OTHER OURS",
    "a line with our key in its comment": "BEGIN OTHER-FOR-OURS END",
}


@pytest.mark.parametrize("planted", sampled.first(4, ANOTHERS))
def test_what_is_not_surely_our_own_earlier_text_stays(planted: str, office: SetUpOffice, sample_folder: Path) -> None:
    first = _profile(office, sample_folder, "rrsync")
    assert DONE.search(root_shell.paste(office, block(handed_over_text(office, first))))
    (line,) = _ours(office)
    parts = {
        "BEGIN": BEGIN,
        "END": END,
        "LINE": line,
        "OURS": f"{BEGIN}{line}{END}",
        "OTHER": f"{OTHER_KEY}\n",
        "OTHER-FOR-OURS": f"{OTHER_KEY} {_key(first).split()[1]}\n",
        "NEIGHBOUR": f"{BEGIN}{line}{END}".replace("amamac\n", "bob\n"),
        "NEIGHBOURS-END": END.replace("amamac\n", "bob\n"),
    }
    office.authorize("".join(parts[part] for part in ANOTHERS[planted].split()))
    before = office.standing()
    said = root_shell.paste(
        office, block(handed_over_text(office, _profile(office, sample_folder, "rrsync", **MAY_DELETE)))
    )
    assert REFUSED.search(said), said
    assert office.standing() == before


def test_another_computer_of_the_same_name_replaces_neither_key_nor_daemon(
    office: SetUpOffice, sample_folder: Path
) -> None:
    theirs = _profile(office, sample_folder, "daemon-over-ssh")
    assert DONE.search(root_shell.paste(office, block(handed_over_text(office, theirs))))
    office.authorize(office.path(KEYS).read_text().replace(_key(theirs), OTHER_KEY.rpartition(" ")[0]))
    for gone in (False, True):
        if gone:
            office.authorize(f"{FOREIGN_KEYS}\n")
        before = office.standing()
        changed = _profile(office, sample_folder, "daemon-over-ssh", **MAY_DELETE)
        said = root_shell.paste(office, block(handed_over_text(office, changed)))
        assert REFUSED.search(said), said
        assert office.standing() == before


@pytest.mark.parametrize("another", ["uid = bob", "[photos]\n    path = /srv/photos\n    uid = amanda"])
def test_a_module_for_another_account_or_of_somebody_else_stays(
    another: str, office: SetUpOffice, sample_folder: Path, secret_service: SecretService
) -> None:
    first = _profile(office, sample_folder, "daemon")
    assert DONE.search(root_shell.paste(office, block(handed_over_text(office, first))))
    text = office.path(MODULES).read_text()
    assert "uid = amanda" in text
    office.put(MODULES, text.replace("uid = amanda", another), mode=0o644)
    before = office.standing()
    changed = _profile(office, sample_folder, "daemon", **MAY_DELETE)
    said = root_shell.paste(office, block(handed_over_text(office, changed)))
    refused = "already has a backup amamac of another account: choose another name"
    assert f"{MODULES} {refused}" in said if another == "uid = bob" else REFUSED.search(said), said
    assert office.standing() == before


@pytest.mark.parametrize("where", ["/etc/shadow", "/home/bob/.ssh/authorized_keys", "a pipe"])
def test_a_link_in_place_of_the_keys_leads_root_nowhere(where: str, office: SetUpOffice, sample_folder: Path) -> None:
    office.run("useradd", "--create-home", "--no-log-init", "-s", "/bin/sh", "-p", "*", "bob")
    office.run("install", "-d", "-o", "bob", "-g", "bob", "-m", "700", "/home/bob/.ssh")
    first = _profile(office, sample_folder, "rrsync")
    assert DONE.search(root_shell.paste(office, block(handed_over_text(office, first))))
    office.put("/home/bob/.ssh/authorized_keys", office.path(KEYS).read_text(), owner="bob")
    office.run("rm", KEYS)
    office.run(*(["mkfifo", KEYS] if where == "a pipe" else ["ln", "-s", where, KEYS]))
    before = office.standing()
    changed = _profile(office, sample_folder, "rrsync", **MAY_DELETE)
    said = root_shell.paste(office, block(handed_over_text(office, changed)))
    assert not DONE.search(said), said
    assert office.standing() == before


def _profile(office: SetUpOffice, folder: Path, kind: str, **changes: Any) -> Profile:
    return placing.profile_for(office, kind, folder, **changes)


def _with_key(profile: Profile, file: str) -> Profile:
    renewed = msgspec.structs.replace(profile, key=msgspec.structs.replace(profile.key, file=file))
    protected_key.ensure(renewed)
    return renewed


def _key(profile: Profile) -> str:
    return " ".join(key_files.public_line(profile.key_path).split()[:2])


def _ours(office: SetUpOffice, path: str = KEYS) -> list[str]:
    inside = office.path(path).read_text().partition(BEGIN)[2].partition(END)[0]
    return inside.splitlines(keepends=True)


def _ours_of(text: str) -> list[str]:
    """The same in the message."""
    words = [f"{word}\n" for word in shlex.split(block(text).replace("\\\n", ""))]
    begin = len(words) - words[::-1].index(BEGIN)
    return words[begin : begin + words[begin:].index(END)]


def _without_ours(text: str) -> str:
    before, _, rest = text.partition(BEGIN)
    return before + rest.partition(END)[2]
