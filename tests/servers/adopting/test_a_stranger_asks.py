"""A stranger's request for somebody else's backup takes nothing away and opens nothing, unless its owner was asked."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.servers.script.test_script import KEYS, set_up
from tests.support import programs
from tests.support.data.requests import a_request, public_key
from tests.support.quick import sampled
from tests.support.servers import setting_up
from tests.support.servers.setting_up import SetUpOffice
from wizard.client.keys.secrets import Secret
from wizard.profile import SchemeSettings, Server
from wizard.server import exports
from wizard.server.receipts import receipt_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wizard.client.request import Request

FOLDER = "/srv/backup/amamac"
SECRETS = "/etc/rsyncd-amamac.secrets"
BLOB, THIEFS_BLOB = (public_key(number).split()[1] for number in (1, 2))
HERS = a_request(
    public_key=public_key(1),
    server=Server(host="files.example.lan", user="amanda", root="/srv/backup"),
    scheme=SchemeSettings(kind="rrsync", write_only=True),
)
OPEN_TO_ALL = a_request(
    "daemon",
    server=Server(host="files.example.lan", user="amanda", root=FOLDER),
    scheme=SchemeSettings(kind="daemon", auth=False, write_only=False),
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path), None) as running:
        running.start_sshd()
        running.live_in()
        running.run("useradd", "--create-home", "--no-log-init", "-p", "*", "-s", "/bin/sh", "j.smith")
        running.run("useradd", "--create-home", "--no-log-init", "-p", "*", "-s", "/bin/sh", "smith")
        yield running


def ask(office: SetUpOffice, *asked: Request, option: str = "", password: str = "") -> setting_up.Ended:
    """The script of these requests, as the admin runs it."""
    secret = Secret(password) if password else None
    set_up(office, *(exports.context_of_request(one, secret=secret) for one in asked))
    return office.script(option)


def standing(office: SetUpOffice) -> object:
    """All but the script itself."""
    return {path: entry for path, entry in office.standing().items() if path != setting_up.SCRIPT}


def with_password(request: Request) -> Request:
    return msgspec.structs.replace(request, scheme=msgspec.structs.replace(request.scheme, auth=True))


def with_comment(request: Request, number: int, comment: str) -> Request:
    return msgspec.structs.replace(request, public_key=public_key(number, comment))


@pytest.mark.parametrize("kind", sampled.first(1, ["login", "rrsync"]))
def test_a_comment_that_looks_like_her_key_is_no_key(kind: str, office: SetUpOffice) -> None:
    assert ask(office, HERS).exit_code == 0
    before = standing(office)
    scheme = msgspec.convert({"kind": kind}, SchemeSettings)
    thiefs = msgspec.structs.replace(with_comment(HERS, 2, BLOB), scheme=scheme)
    refused = ask(office, thiefs)
    assert refused.exit_code == 1
    assert "amanda has another key for amamac: SHA256:" in refused.stderr
    assert standing(office) == before
    # Nor is one in place hidden by its comment, such as one of before this was known.
    assert ask(office, thiefs, option="--new-key").exit_code == 0
    assert "amanda has another key for amamac: SHA256:" in ask(office, HERS).stderr


def test_a_key_that_was_locked_out_gets_in_under_no_comment(office: SetUpOffice) -> None:
    lost, other = with_comment(HERS, 1, f"old {THIEFS_BLOB}"), msgspec.structs.replace(HERS, name="other")
    assert ask(office, lost).exit_code == 0
    assert ask(office, lost, option="--revoke amamac").exit_code == 0
    noted = office.path("/var/lib/backup-wizard/made").read_text()
    assert BLOB in noted
    assert THIEFS_BLOB not in noted
    for comment in ("", "AAAAx", f"a {THIEFS_BLOB} command="):
        refused = ask(office, with_comment(other, 1, comment))
        assert "not let in: other has a key of amamac, which was locked out" in refused.stdout
        assert BLOB not in office.path(KEYS).read_text()


@pytest.mark.every_case
def test_what_is_left_of_a_key_is_told_whatever_it_is_called(office: SetUpOffice) -> None:
    lost, other = with_comment(HERS, 1, "AAAAzzz"), msgspec.structs.replace(with_comment(HERS, 1, "old"), name="other")
    assert ask(office, lost).exit_code == 0
    narrow = msgspec.structs.replace(other.scheme, from_=("192.0.2.7",))
    assert ask(office, msgspec.structs.replace(other, scheme=narrow), option="--new-key").exit_code == 0
    revoked = ask(office, lost, option="--revoke amamac")
    assert revoked.exit_code == 1
    assert "the key of amamac is also let in as the backup other" in revoked.stderr
    assert "verified: no line" not in revoked.stdout
    assert receipt_text.parse(revoked.stdout, "amamac").revoked
    # sshd also takes a type's short name, as nobody but somebody with an editor writes it.
    keys = office.path(KEYS)
    keys.write_text(f"ED25519 {BLOB} AAAAzzz\n{setting_up.FOREIGN_KEYS}\n")
    revoked = ask(office, lost, option="--revoke amamac")
    assert (revoked.exit_code, "another line of" in revoked.stderr) == (1, True)


@pytest.mark.every_case
def test_a_comment_about_somebody_s_key_holds_nothing_up(office: SetUpOffice) -> None:
    assert ask(office, HERS).exit_code == 0
    keys = office.path(KEYS)
    keys.write_text(f"{public_key(3, f'was {BLOB} once')}\n# {public_key(1)}\n{keys.read_text()}")
    receipt = ask(office, HERS).stdout
    assert "has the same key" not in receipt
    revoked = ask(office, HERS, option="--revoke amamac")
    assert (revoked.exit_code, revoked.stderr) == (0, "")
    assert ask(office, HERS, option="--readmit amamac").exit_code == 0
    assert ask(office, HERS).exit_code == 0
    undone = ask(office, HERS, option="--undo")
    assert (undone.exit_code, undone.stderr) == (0, "")


@pytest.mark.parametrize(
    ("asked", "words"),
    sampled.first(
        1,
        [
            (SchemeSettings(kind="login"), "amamac can only start its backup (command=)"),
            (SchemeSettings(kind="rrsync", write_only=True), "amamac is limited by addresses (from=)"),
        ],
    ),
)
def test_no_lock_is_taken_off_her_key_unasked(asked: SchemeSettings, words: str, office: SetUpOffice) -> None:
    narrow = msgspec.structs.replace(HERS.scheme, from_=("192.0.2.7",))
    hers, loose = (msgspec.structs.replace(HERS, scheme=scheme) for scheme in (narrow, asked))
    assert ask(office, hers).exit_code == 0
    before, keys = standing(office), office.path(KEYS).read_text()
    refused = ask(office, loose)
    assert refused.exit_code == 1
    assert words in refused.stderr
    assert "Ask its owner whether they sent this. Only if so: sh " in refused.stderr
    assert standing(office) == before
    agreed = ask(office, loose, option="--new-key")
    assert agreed.exit_code == 0, agreed.stderr
    assert words in agreed.stdout
    assert ask(office, loose).changes == []
    assert ask(office, hers).exit_code == 0  # a lock is put on unasked
    assert office.path(KEYS).read_text() == keys


@pytest.mark.parametrize("root", sampled.first(1, [FOLDER, "/srv/elsewhere"]))
def test_her_key_is_not_taken_away_by_a_request_without_one(root: str, office: SetUpOffice) -> None:
    assert ask(office, HERS).exit_code == 0
    before = standing(office)
    asked = msgspec.structs.replace(OPEN_TO_ALL, server=msgspec.structs.replace(OPEN_TO_ALL.server, root=root))
    refused = ask(office, asked)
    assert refused.exit_code == 1
    assert "amanda has another key for amamac: SHA256:" in refused.stderr
    assert standing(office) == before
    agreed = ask(office, asked, option="--new-key")
    assert agreed.exit_code == 0, agreed.stderr
    assert BLOB not in office.path(KEYS).read_text()


def test_nor_is_her_password(office: SetUpOffice) -> None:
    hers = with_password(OPEN_TO_ALL)
    assert ask(office, hers, password="hers").exit_code == 0
    before = standing(office)
    for asked in (OPEN_TO_ALL, with_comment(HERS, 2, "")):
        refused = ask(office, asked)
        assert refused.exit_code == 1
        assert "amanda has a password for amamac. Ask its owner" in refused.stderr
        assert standing(office) == before
    assert ask(office, hers).changes == []
    assert ask(office, OPEN_TO_ALL, option="--new-key").exit_code == 0
    assert not office.path(SECRETS).exists()


@pytest.mark.every_case
@pytest.mark.parametrize("is_listed", [False, True])
def test_an_account_whose_name_ends_another_s_changes_nothing_of_that(is_listed: bool, office: SetUpOffice) -> None:
    server = Server(host="files.example.lan", user="j.smith", root="/srv/backup")
    scheme = msgspec.structs.replace(OPEN_TO_ALL.scheme, auth=True)
    theirs = msgspec.structs.replace(OPEN_TO_ALL, server=server, scheme=scheme)
    assert ask(office, theirs, password="theirs").exit_code == 0
    if not is_listed:  # the list may be lost, and what is in the files counts
        office.run("rm", "-r", "/var/lib/backup-wizard")
    module, secrets = (office.path(path).read_text() for path in ("/etc/rsyncd.conf", SECRETS))
    smiths = msgspec.structs.replace(HERS, server=Server(host="files.example.lan", user="smith", root="backup"))
    for option in ("", "--revoke amamac", "--undo"):
        assert ask(office, smiths, option=option).exit_code == 0
        assert office.path("/etc/rsyncd.conf").read_text() == module
        assert office.path(SECRETS).read_text() == secrets


def test_who_is_locked_out_takes_nobody_along(office: SetUpOffice) -> None:
    eves = msgspec.structs.replace(HERS, name="evepc", public_key=public_key(5))
    eves = msgspec.structs.replace(eves, server=Server(host="files.example.lan", user="smith", root="backup"))
    assert ask(office, HERS, eves).exit_code == 0
    file = office.path("/home/smith/.ssh/authorized_keys")
    end = "# backup-wizard end evepc\n"
    file.write_text(file.read_text().replace(end, f"restrict {public_key(1)}\nssh-rsa AAAA\x1b[2J* x\n{end}"))
    revoked = ask(office, eves, option="--revoke evepc")
    assert revoked.exit_code == 0
    assert "verified: no line of evepc is left" in revoked.stdout
    assert "\x1b" not in revoked.stdout + revoked.stderr  # nor does it order the admin's terminal about
    assert "a key that is not known to be its own: AAAA" in revoked.stdout
    assert not file.exists()
    noted = office.path("/var/lib/backup-wizard/made").read_text()
    assert public_key(5).split()[1] in noted
    assert BLOB not in noted
    assert ask(office, HERS).changes == []
    assert BLOB in office.path(KEYS).read_text()


@pytest.mark.parametrize("shell", sampled.first(1, ["dash", "busybox"]))
@pytest.mark.parametrize(
    "name",
    sampled.first(1, [r"\033]0;owned\007", r"\302\2332J", r"\342\200\256txt", r"\330\234", r"\2332J", r"a\nbackup"]),
)
def test_no_folder_of_an_account_s_orders_the_admin_s_terminal_about(
    name: str, shell: str, office: SetUpOffice
) -> None:
    office.run("su", "smith", "-c", f"cd; mkdir -p \"$(printf '{name}')\" a; ln -s \"$(printf '{name}')\" backup")
    smiths = msgspec.structs.replace(HERS, server=Server(host="files.example.lan", user="smith", root="backup"))
    set_up(office, exports.context_of_request(smiths))
    before = office.snapshot()
    for option in ("--check", ""):
        refused = office.script(option, shell=shell)
        assert refused.exit_code == 1
        assert "control characters" in refused.stderr
        assert not {"\x1b", "\x07", "\x9b", "\u202e", "\u061c"} & set(refused.stdout + refused.stderr)
    assert office.snapshot() == before


@pytest.mark.every_case
@pytest.mark.parametrize("shell", ["dash", "busybox"])
def test_its_folder_may_have_any_letters(shell: str, office: SetUpOffice) -> None:
    office.run("su", "smith", "-c", "cd; mkdir -p 'Büro – データ 🙂'; ln -s B* backup")
    smiths = msgspec.structs.replace(HERS, server=Server(host="files.example.lan", user="smith", root="backup"))
    set_up(office, exports.context_of_request(smiths))
    assert office.script(shell=shell).exit_code == 0
    assert office.path("/home/smith/Büro – データ 🙂/amamac").is_dir()


@pytest.mark.every_case
def test_names_are_no_numbers(office: SetUpOffice) -> None:
    first = msgspec.structs.replace(HERS, name="010")
    second = msgspec.structs.replace(with_comment(HERS, 3, ""), name="10")
    assert ask(office, first, second).exit_code == 0
    for name in ("010", "10"):
        assert ask(office, first, second, option=f"--revoke {name}").exit_code == 0
    assert "10 is not locked out any more" in ask(office, first, second, option="--readmit 10").stdout
    assert ask(office, first, second).changes == [f"let in the key of 10: lines in {KEYS}"]


def test_lines_are_known_by_a_sum_that_nobody_can_forge(office: SetUpOffice) -> None:
    """By it they count as the backup's own, and their keys are locked out with it."""
    assert ask(office, HERS).exit_code == 0
    block = office.path(KEYS).read_text().removeprefix(setting_up.FOREIGN_KEYS).lstrip("\n")
    assert block.startswith("# backup-wizard begin amamac\n")
    noted = f"amanda amamac file {hashlib.sha256(block.encode()).hexdigest()} {KEYS}\n"
    assert noted in office.path("/var/lib/backup-wizard/made").read_text()


def test_a_run_that_fails_names_what_it_has_changed_and_does_not_undo(office: SetUpOffice) -> None:
    assert ask(office, HERS).exit_code == 0
    smiths = a_request(public_key=public_key(3), name="second", server=Server(host="x.example.lan", user="smith"))
    fails = f'#!/bin/sh\ncase $PWD in /home/smith*) exit 1 ;; esac\nexec {programs.require("mv")} "$@"\n'
    office.put("/srv/broken/mv", fails, mode=0o755)
    set_up(office, *map(exports.context_of_request, (with_comment(HERS, 2, "new"), smiths)))
    failed = office.script("--new-key", path="/srv/broken")
    assert failed.exit_code == 1
    assert BLOB not in office.path(KEYS).read_text()
    assert "the changes are undone, but not those to amamac, set up before this run" in failed.stderr
