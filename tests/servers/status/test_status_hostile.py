"""The status script among accounts that lie, plant things or never answer: bounded, and nothing of theirs is run."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.servers.script.test_script import context_for, set_up
from tests.servers.status.test_status import SCRIPT, complete, of_all, put_status, status_of
from tests.support import programs
from tests.support.quick import sampled
from tests.support.servers import setting_up
from tests.support.servers.office import ACCOUNT
from tests.support.servers.setting_up import SetUpOffice
from wizard.server.exports import authorized_keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# A terminal's title, a second line of the report, a command; and names that no backup has.
MARKS = (
    "\x1b]0;pwned\x07",
    "x (account root): complete 0 minutes ago",
    '","ok": true, "x": "',
    "$(touch /srv/ran)",
    "`touch /srv/ran`",
    "../../etc",
    "a" * 5000,
    "-rf",
)
FOLDERS = ("/srv/\x1b[2Jclosed", "$(touch /srv/ran)", "'; touch /srv/ran; '", '/x\\"y', "-", "-P", "*", "\u202e")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path)) as running:
        running.start_sshd()
        yield running


@contextmanager
def hanging(office: SetUpOffice, folder: str) -> Iterator[None]:
    """A folder whose file system never answers, as that of a server that is gone: nobody reads from this FUSE."""
    device = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other"
    argv = office.inside("mount", "-i", "-t", "fuse", "-o", options, "nobody", folder)
    try:
        subprocess.run(argv, check=True, pass_fds=[device])
        yield
    finally:
        os.close(device)


def test_what_an_account_plants_is_shown_as_text_or_not_at_all(office: SetUpOffice, sample_folder: Path) -> None:
    context = context_for(office, "rrsync", sample_folder)[0]
    set_up(office, context)
    assert office.script().exit_code == 0
    put_status(office, context)
    folder, above = f"/home/{ACCOUNT}/backup/amamac", f"/home/{ACCOUNT}/backup"
    office.put("/srv/root-alone", "secret")
    key = context.setup.key_lines[0].key.rpartition(" ")[0]
    lines = [f"# backup-wizard begin {mark}\n{key}\n# backup-wizard end {mark}\n" for mark in MARKS]
    lines += [
        f"# backup-wizard begin f{at}\ncommand=\"/bin/sh -c 'exec rsync --server $f ' {folder}\",restrict {key}\n#\n"
        for at, folder in enumerate(FOLDERS)
    ]
    lines += [f"# backup-wizard begin many{at}\n{key}\n" for at in range(5000)]
    own = office.path(f"/home/{ACCOUNT}/.ssh/authorized_keys").read_text()
    office.put(f"/home/{ACCOUNT}/.ssh/authorized_keys", own + "".join(lines) + "\0\xff" * 100, owner=ACCOUNT)
    plant = (
        "cd amamac; rm -rf .backup-complete*; ln -s /srv/root-alone .backup-complete",
        "cd amamac; rm -rf .backup-complete*; mkfifo .backup-complete",
        "cd amamac; rm -rf .backup-complete*; mkdir .backup-complete",
        "mv amamac away && ln -s /srv amamac",
        "rm amamac && mkfifo amamac",
        "rm amamac && mv away amamac && chmod 000 amamac",
    )
    for planted in plant:
        office.as_account(f"cd {above} && {planted}")
        told = of_all(office, code=1)
        assert told["amamac"]["last_complete"] is None, planted
        assert told["amamac"]["problems"] == ["no complete backup yet"], planted
        assert len(told) < 110, planted
    assert set(told) >= {"amamac", "f0", "f7"}
    said = status_of(office, code=1).stdout
    assert said.isascii()
    assert said.replace("\n", "").isprintable()
    assert "folder /srv/%1B[2Jclosed (not there)" in said
    assert not office.path("/srv/ran").exists()

    # A mark's content is never read, and no more of a key file than its beginning.
    office.as_account(f"chmod 700 {folder}; cd {folder}; rm -rf .backup-complete*; truncate -s 1T .backup-complete")
    office.as_account("truncate -s 1T .ssh/authorized_keys2")
    assert of_all(office, "--no-sizes", code=1)["amamac"]["stale"] is False


def test_no_link_of_an_account_s_shows_what_only_root_can_read(office: SetUpOffice, sample_folder: Path) -> None:
    """And nothing of root's environment gets to what runs as the account."""
    context = context_for(office, "rrsync", sample_folder)[0]
    set_up(office, context)
    assert office.script().exit_code == 0
    put_status(office, context)
    office.run("install", "-d", "-m", "700", "/srv/root-alone")
    office.put("/srv/root-alone/.backup-complete", "")
    key = context.setup.key_lines[0].key
    office.put("/srv/root-alone/keys", f"# backup-wizard begin stolen\n{key}\n# backup-wizard end stolen\n")
    office.as_account("cd backup && mv amamac away && ln -s /srv/root-alone amamac")
    office.as_account("ln -s /srv/root-alone/keys .ssh/authorized_keys2")
    told = of_all(office, code=1)
    assert told.keys() == {"amamac"}
    assert (told["amamac"]["last_complete"], told["amamac"]["bytes"]) == (None, None)

    changer = programs.require("setpriv")
    seen = f'#!/bin/sh\nenv >>/srv/seen\nexec {changer} "$@"\n'
    office.put("/srv/first/setpriv", seen, mode=0o755)
    argv = office.inside("env", "ROOTS_OWN=secret", "PATH=/srv/first:/usr/bin:/bin:/usr/sbin:/sbin", "dash", SCRIPT)
    assert subprocess.run(argv, capture_output=True).returncode == 1
    variables = office.path("/srv/seen").read_text()
    assert "PATH=" in variables
    assert "secret" not in variables


def test_it_needs_to_write_nowhere_but_in_its_temporary_folder(
    office: SetUpOffice, sample_folder: Path, tmp_path: Path
) -> None:
    context = context_for(office, "rrsync", sample_folder)[0]
    set_up(office, context)
    assert office.script().exit_code == 0
    put_status(office, context)
    complete(office, "backup/amamac")
    for folder in ("/etc", "/home", "/srv", "/usr/local", "/var/lib", "/var/mail"):
        office.run("mount", "-o", "remount,ro", folder)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    argv = office.inside("env", f"TMPDIR={temporary}", "dash", SCRIPT)
    ran = subprocess.run(argv, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "amamac (account amanda): complete" in ran.stdout
    assert list(temporary.iterdir()) == []


def test_a_mark_counts_by_the_time_it_came(office: SetUpOffice, sample_folder: Path) -> None:
    context = context_for(office, "rrsync", sample_folder)[0]
    set_up(office, context)
    assert office.script().exit_code == 0
    put_status(office, context)
    complete(office, "backup/amamac", ".backup-complete-2026-01-01")
    complete(office, "backup/amamac", ".backup-complete-2099-99-99")
    office.as_account("cd backup/amamac && touch -d 2001-01-01 .backup-complete*")
    assert of_all(office)["amamac"]["age_seconds"] < 600


@pytest.mark.parametrize("changer", sampled.first(1, ["setpriv", "su"]))
def test_an_account_that_never_answers_holds_nobody_up(
    changer: str, office: SetUpOffice, sample_folder: Path, tmp_path: Path
) -> None:
    context = context_for(office, "rrsync", sample_folder)[0]
    other = context_for(office, "rrsync", sample_folder, "other", "/home/petra/backup")[0]
    office.run("useradd", "--create-home", "--no-log-init", "petra")
    office.run("install", "-d", "-m", "700", "-o", "petra", "/home/petra/.ssh")
    office.put("/home/petra/.ssh/authorized_keys", authorized_keys.render(other), owner="petra")
    set_up(office, context)
    assert office.script().exit_code == 0
    put_status(office, context)
    text = office.path(SCRIPT).read_text()
    for seconds in ("seconds=15 ", "seconds_of_du=300 "):
        assert f"\n{seconds}" in text
        text = text.replace(seconds, f"{seconds.partition('=')[0]}=3 ")
    office.put(SCRIPT, text)
    path = ""
    if changer == "su":
        (tmp_path / "setpriv").write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / "setpriv").chmod(0o755)
        path = str(tmp_path)
    complete(office, "backup/amamac")
    assert of_all(office, path=path, code=1)["amamac"]["stale"] is False  # but the other's is
    with hanging(office, f"/home/{ACCOUNT}"):
        told = json.loads(status_of(office, "--json", path=path, code=1).stdout)
        office.run("timeout", "20", "sh", "-c", f"while pgrep -u {ACCOUNT} >/dev/null; do :; done")
    found = {one["name"]: one for one in told["backups"]}
    assert found["amamac"]["problems"] == ["its account did not answer in time, so nothing is known of it"]
    assert found["amamac"]["let_in"] is None
    assert found["other"]["let_in"] is True
    assert told["ok"] is False
