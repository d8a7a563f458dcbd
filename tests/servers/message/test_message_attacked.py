"""The message's commands where somebody has planted something: nobody else's things change, and it is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.servers.message.test_message import DONE, REFUSED
from tests.support.data.message import block, line_after
from tests.support.quick import sampled
from tests.support.servers import placing, root_shell, setting_up
from tests.support.servers.office import ACCOUNT, Office
from wizard import rules
from wizard.schemes.facts import ClientFacts
from wizard.server import exports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wizard.profile import Profile

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGLXpIcJgjzkAYFZMHxNPmnBTq3H6mEBwcy8XIPgLBN/"
KEYS = f"/home/{ACCOUNT}/.ssh/authorized_keys"
NOT_USABLE = "backup-wizard: amanda can not use"
SECRET = "/root-only"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Office(setting_up.place(tmp_path)) as office:
        office.start_sshd()
        office.run("useradd", "--create-home", "--no-log-init", "-s", "/bin/sh", "-p", "*", "bob")
        yield office


def _profile(office: Office, folder: Path, root: str = "backup", kind: str = "rrsync", name: str = "amamac") -> Profile:
    profile = placing.profile_for(office, kind, folder)
    server = msgspec.structs.replace(profile.server, root=root)
    return msgspec.structs.replace(profile, name=name, server=server)


def _text(profile: Profile, tmp_path: Path, comment: str = "") -> str:
    client = ClientFacts(known_hosts=tmp_path, public_key=f"{KEY} {comment}".rstrip())
    return exports.export(profile, client, "text")


def _owners(office: Office) -> set[str]:
    return set(office.run("find", "/etc", "/home", "/srv", "-printf", r"%p %u:%g %m %s %l\n").splitlines())


def _as(office: Office, account: str, script: str) -> None:
    office.run("su", "-s", "/bin/sh", account, "-c", f"cd; {script}")


@pytest.mark.parametrize("root", ["/home/bob", "/home/bob/inner", "/srv/bobs", "/srv/link", "/srv/shared/door"])
def test_nobody_s_folder_changes_owner_or_mode(
    root: str, office: Office, sample_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.run("install", "-d", "-o", "bob", "-m", "755", "/home/bob", "/home/bob/inner", "/srv/bobs")
    office.run("install", "-d", "-g", "users", "-m", "2775", "/srv/shared")
    office.run("ln", "-s", "/home/bob/inner", "/srv/link")
    office.run("usermod", "-aG", "users", "bob")
    _as(office, "bob", "ln -s /etc /srv/bobs/amamac; ln -s /home/bob /srv/bobs/door; ln -s /etc /srv/shared/door")
    # As the text would be if no rule refused such a folder.
    monkeypatch.setattr(rules, "root", lambda _: None)
    text = _text(_profile(office, sample_folder, root), tmp_path)
    before = _owners(office)
    said = root_shell.paste(office, block(text))
    assert NOT_USABLE in said
    assert not DONE.search(said)
    root_shell.paste(office, line_after(text, "To take it back"))
    changed = _owners(office) ^ before
    assert all(line.startswith(f"/home/{ACCOUNT}/.ssh ") for line in changed), changed


# What amanda could have put where root is asked to go, and where it would lead.
PLANTED = {
    "the folder is another's": "ln -s /home/bob backup",
    "the folder leads to root's": "ln -s /etc backup",
    "the marker leads to root's": "mkdir -p backup/amamac; ln -s /etc/passwd backup/amamac/.backup-folder-amamac",
    "the marker is a pipe": "mkdir -p backup/amamac; mkfifo backup/amamac/.backup-folder-amamac",
    "the keys' folder leads to root's": "rm -rf .ssh; ln -s /etc .ssh",
    "the keys are root's": "mkdir -p .ssh; ln -s /etc/shadow .ssh/authorized_keys",
    "the keys are bob's": "mkdir -p .ssh; ln -s /home/bob/.ssh/authorized_keys .ssh/authorized_keys",
    "the keys are a pipe": "mkdir -p .ssh; mkfifo .ssh/authorized_keys",
    "the keys are a folder": "mkdir -p .ssh/authorized_keys",
}


@pytest.mark.parametrize("shell", sampled.first(1, ["busybox", "bash"]))
@pytest.mark.parametrize("planted", PLANTED)
def test_what_the_account_has_planted_leads_root_nowhere(
    planted: str, shell: str, office: Office, sample_folder: Path, tmp_path: Path
) -> None:
    office.run("install", "-d", "-o", "bob", "-g", "bob", "-m", "700", "/home/bob/.ssh")
    office.put("/home/bob/.ssh/authorized_keys", f"{KEY} bob\n", owner="bob")
    text = _text(_profile(office, sample_folder), tmp_path)
    _as(office, ACCOUNT, PLANTED[planted])
    before = _owners(office)
    said = root_shell.paste(office, block(text), shell)
    if "marker" not in planted:  # that can't be written to, but it is there
        assert NOT_USABLE in said
    root_shell.paste(office, line_after(text, "To take it back"), shell)
    changed = {line for line in _owners(office) ^ before if not line.startswith(f"/home/{ACCOUNT}")}
    assert changed == set()


def test_in_a_shared_folder_the_account_makes_its_own_and_removes_it(
    office: Office, sample_folder: Path, tmp_path: Path
) -> None:
    office.run("usermod", "-aG", "users", ACCOUNT)
    office.run("install", "-d", "-g", "users", "-m", "2775", "/srv/shared")
    before = _owners(office)
    text = _text(_profile(office, sample_folder, "/srv/shared"), tmp_path)
    assert DONE.search(root_shell.paste(office, block(text)))
    assert office.run("stat", "-c", "%U %a", "/srv/shared/amamac", "/srv/shared") == "amanda 2700\nroot 2775\n"
    root_shell.paste(office, line_after(text, "To take it back"))
    assert _owners(office) == before


def test_taking_back_follows_no_link_that_was_put_in_a_folder_s_place(
    office: Office, sample_folder: Path, tmp_path: Path
) -> None:
    office.run("usermod", "-aG", "users", "bob")
    office.run("install", "-d", "-g", "users", "-m", "2775", "/srv/shared")
    office.run("install", "-d", "/srv/empty/amamac")
    text = _text(_profile(office, sample_folder, "/srv/shared/inner"), tmp_path)
    _as(office, "bob", "ln -s /srv/empty /srv/shared/inner")
    before = _owners(office)
    root_shell.paste(office, line_after(text, "To take it back"))
    assert _owners(office) == before


@pytest.mark.parametrize("shell", root_shell.SHELLS)
def test_no_value_is_more_than_a_value(shell: str, office: Office, sample_folder: Path, tmp_path: Path) -> None:
    root = "/srv/$(touch x) `touch x` '; touch x;' \"$HOME\" *"
    profile = _profile(office, sample_folder, root, name="a.b-c_d")
    scheme = msgspec.structs.replace(profile.scheme, from_=("192.0.2.*", "!192.0.2.7"))
    text = _text(msgspec.structs.replace(profile, scheme=scheme), tmp_path, "'$(touch x)' !! !touch \"\\")
    assert DONE.search(root_shell.paste(office, block(text), shell))
    assert office.run("ls", "/srv") == f"{root.removeprefix('/srv/')}\n"
    lines = office.path(KEYS).read_text().splitlines()
    assert (
        lines[1]
        == exports.FORMATS["authorized-keys"]
        .render(
            exports.context_of(
                msgspec.structs.replace(profile, scheme=scheme),
                ClientFacts(tmp_path, public_key=lines[1][lines[1].index(KEY) :]),
            )
        )
        .splitlines()[-2]
    )
    root_shell.paste(office, line_after(text, "To take it back"), shell)
    assert office.run("ls", "/srv") == ""
    assert not office.path(KEYS).exists()


def test_another_backup_s_lines_stay_whatever_it_is_called(office: Office, sample_folder: Path, tmp_path: Path) -> None:
    texts = {name: _text(_profile(office, sample_folder, name=name), tmp_path) for name in ("a.b", "axb", "a.b.c")}
    office.authorize(f"{KEY} without an end")
    for text in texts.values():
        assert DONE.search(root_shell.paste(office, block(text)))
    all_of_them = office.path(KEYS).read_text()
    root_shell.paste(office, line_after(texts["a.b"], "To take it back"))
    assert office.path(KEYS).read_text() == "".join(
        part for part in all_of_them.splitlines(keepends=True) if part not in _added(all_of_them, "a.b")
    )
    assert office.path(f"/home/{ACCOUNT}/backup").is_dir()


def _added(keys: str, name: str) -> list[str]:
    _, begin, rest = keys.partition(f"# backup-wizard begin {name}\n")
    inside, end, _ = rest.partition(f"# backup-wizard end {name}\n")
    return [begin, inside, end]


def test_without_the_end_s_mark_no_line_is_removed(office: Office, sample_folder: Path, tmp_path: Path) -> None:
    office.authorize(f"# backup-wizard begin amamac\n{KEY} mine\n")
    text = _text(_profile(office, sample_folder), tmp_path)
    assert REFUSED.search(root_shell.paste(office, block(text)))
    said = root_shell.paste(office, line_after(text, "To take it back"))
    assert "\nThe lines of amamac are still there" in said
    assert office.path(KEYS).read_text() == f"# backup-wizard begin amamac\n{KEY} mine\n"


def test_an_account_that_is_root_gets_no_key(office: Office, sample_folder: Path, tmp_path: Path) -> None:
    office.run("usermod", "--non-unique", "--uid", "0", ACCOUNT)
    before = _owners(office)
    said = root_shell.paste(office, block(_text(_profile(office, sample_folder), tmp_path)))
    assert "backup-wizard: amanda is root" in said
    assert _owners(office) == before


def test_nothing_of_the_account_s_reaches_the_terminal(office: Office, sample_folder: Path, tmp_path: Path) -> None:
    evil = "#!/bin/sh\nprintf '\\033]0;pwned\\007'; printf pwned >/dev/tty; head -c 9 >&2; exit 1\n"
    for program in ("mkdir", "grep"):
        office.put(f"/home/{ACCOUNT}/bin/{program}", evil, mode=0o755, owner=ACCOUNT)
    office.put("/etc/environment", f"PATH=/home/{ACCOUNT}/bin:/usr/bin:/bin\n", mode=0o644)
    said = root_shell.paste(office, block(_text(_profile(office, sample_folder), tmp_path)))
    assert "pwned" not in said
    assert NOT_USABLE in said
