"""The status script on a real server: who is set up, by which way ever, and what is known of each."""

from __future__ import annotations

import json
import os
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.servers.script.test_script import context_for, set_up
from tests.support import programs
from tests.support.servers import setting_up
from tests.support.servers.office import ACCOUNT, Office
from tests.support.servers.setting_up import SHELLS, SetUpOffice
from wizard.server.exports import authorized_keys, rsyncd, status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.secret_service import SecretService
    from tests.support.servers.office import Office
    from wizard.server.exports.context import ExportContext

SCRIPT = "/srv/status.sh"
DAY = 86_400


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path), None) as running:
        running.start_sshd()
        running.put("/etc/rsyncd.conf", "", mode=0o644)
        yield running


@pytest.fixture
def later(tmp_path: Path) -> Path:
    """A folder for the front of PATH, in which it is ten days later."""
    folder = tmp_path / "later"
    folder.mkdir(mode=0o755)
    (folder / "date").write_text(f"#!/bin/sh\necho {int(time.time()) + 10 * DAY}\n")
    (folder / "date").chmod(0o755)
    return folder


def status_of(
    office: Office, *options: str, shell: str = "dash", path: str = "", code: int = 0
) -> subprocess.CompletedProcess[str]:
    program, *rest = SHELLS[shell]
    environment = os.environ | ({"PATH": f"{path}:{os.environ['PATH']}"} if path else {})
    argv = office.inside(programs.require(program), *rest, SCRIPT, *options)
    ran = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment)
    assert (ran.returncode, ran.stderr) == (code, ""), ran.stdout
    return ran


def of_all(office: Office, *options: str, **more: Any) -> dict[str, Any]:
    said = json.loads(status_of(office, "--json", *options, **more).stdout)
    return {one["name"]: one for one in said["backups"]}


def put_status(office: Office, *contexts: ExportContext) -> None:
    office.put(SCRIPT, status.render_many(contexts))


def complete(office: SetUpOffice, folder: str, name: str = ".backup-complete") -> None:
    office.as_account(f"mkdir -p {folder} && echo 2026-01-01T00:00:00Z >{folder}/{name}")


def test_everybody_is_found_who_was_let_in_by_script_by_message_or_by_hand(
    office: SetUpOffice, sample_folder: Path, secret_service: SecretService, later: Path
) -> None:
    office.live_in()
    one = context_for(office, "rrsync", sample_folder, "one")[0]
    two = context_for(office, "forced-command", sample_folder, "two")[0]
    three = context_for(office, "daemon", sample_folder, "three", f"/home/{ACCOUNT}/modules")[0]
    four = context_for(office, "daemon-over-ssh", sample_folder, "four")[0]
    five = context_for(office, "login", sample_folder, "five")[0]
    set_up(office, one, three)
    assert office.script().exit_code == 0
    keys = office.path(f"/home/{ACCOUNT}/.ssh/authorized_keys")
    keys.write_text("\n".join([keys.read_text(), *map(authorized_keys.render, (two, four, five))]))
    assert four.setup.daemon
    office.put(four.setup.daemon.path, rsyncd.render(four))
    put_status(office, one, context_for(office, "rrsync", sample_folder, "six")[0])
    for folder in ("backup/one", "backup/two", "modules/three", "backup/four"):
        complete(office, folder)
    before = office.snapshot()

    found, by_busybox = of_all(office, code=1), of_all(office, code=1, shell="busybox")
    for told in (*found.values(), *by_busybox.values()):
        assert told.pop("age_seconds", 0) in {None, *range(600)}
    assert by_busybox == found
    assert found["five"]["problems"] == ["its folder is not known: export this script with its request, too"]
    assert {name: (told["scheme"], told["folder"], told["let_in"], told["stale"]) for name, told in found.items()} == {
        "one": ("rrsync", f"/home/{ACCOUNT}/backup/one", True, False),
        "two": ("forced-command", f"/home/{ACCOUNT}/backup/two", True, False),
        "three": ("daemon", f"/home/{ACCOUNT}/modules/three", True, False),
        "four": ("daemon-over-ssh", f"/home/{ACCOUNT}/backup/four", True, False),
        "five": ("login", None, True, True),
        "six": ("rrsync", f"/home/{ACCOUNT}/backup/six", False, False),
    }
    for context in (one, two, four, five):
        public = office.path("/srv/key.pub")
        public.write_text(context.setup.key_lines[0].key)
        assert found[context.name]["key"] == [office.run("ssh-keygen", "-lf", "/srv/key.pub").split()[1]]
        public.unlink()
    assert found["one"]["bytes"] > 0
    assert found["one"]["bytes_free"] > 0

    keys.write_text(keys.read_text().partition("# backup-wizard begin five")[0])
    before[str(keys).partition("/root")[2]] = office.snapshot()[f"/home/{ACCOUNT}/.ssh/authorized_keys"]
    assert status_of(office, "--quiet").stdout == ""
    assert "one (account amanda): complete 0 minutes ago (" in status_of(office, "--no-sizes").stdout
    said = status_of(office, "--quiet", path=str(later), code=1).stdout
    assert said.count("! no complete backup for 9 days") == 4
    assert "six" not in said
    status_of(office, "--max-age", "20", path=str(later))
    (later / "date").write_text(f"#!/bin/sh\necho {int(time.time()) - DAY}\n")
    assert "is from the future" in status_of(office, path=str(later), code=1).stdout
    assert office.snapshot() == before


def test_what_is_known_of_versions_and_of_computers_that_were_locked_out(
    office: SetUpOffice, sample_folder: Path
) -> None:
    context = context_for(office, "rrsync", sample_folder)[0]
    set_up(office, context)
    assert office.script().exit_code == 0
    put_status(office, context)
    complete(office, "/home/amanda/backup/amamac")
    kept, link = (f"/var/lib/backup-wizard/{place}/amanda/amamac" for place in ("versions-state", "versions"))
    held = int(time.time()) - 3 * DAY
    office.put(kept, f"last={held}\ncount=9\nheld=\ntrouble=\n", mode=0o644)
    assert of_all(office)["amamac"]["versions"]["count"] == 9
    assert "versions: 9, the last 3 days ago (20" in status_of(office).stdout
    office.run("install", "-d", "/var/lib/backup-wizard/versions/amanda")
    office.run("ln", "-s", "/srv/gone", link)
    assert of_all(office, code=1)["amamac"]["problems"] == ["versions: their folder is gone"]
    office.run("rm", link)
    office.put(kept, f'last=\x1b[2J\ncount=many\nheld={held}\ntrouble=it said \x1b]0;x\x07"\\\n', mode=0o644)
    told = of_all(office, code=1)["amamac"]
    assert {name: told["versions"][name] for name in ("count", "last", "age_seconds", "stale")} == {
        "count": None,
        "last": None,
        "age_seconds": None,
        "stale": False,
    }
    assert told["versions"]["held"].startswith("20")
    assert "backup-wizard-versions --release amanda amamac" in told["problems"][0]
    assert told["problems"][1] == "versions: it said %1B]0;x%07%22\\"
    assert status_of(office, code=1).stdout.isascii()


def test_an_account_of_a_domain_is_named_whole(office: SetUpOffice, sample_folder: Path) -> None:
    put_status(office, context_for(office, "rrsync", sample_folder)[0])
    module = "# backup-wizard begin pc\n[backup]\n    path = /srv/pc\n# backup-wizard end pc\n"
    office.put("/etc/backup-wizard/pc@nadia@office.lan.conf", module, mode=0o644)
    assert of_all(office)["pc"]["account"] == "nadia@office.lan"


def test_wrong_options_and_others_than_root_are_told(office: SetUpOffice, sample_folder: Path) -> None:
    put_status(office, context_for(office, "rrsync", sample_folder)[0])
    for wrong in (["--max-age"], ["--max-age", "x"], ["--max-age=123456"], ["--all"]):
        ran = subprocess.run(office.inside("dash", SCRIPT, *wrong), capture_output=True, text=True)
        assert (ran.returncode, ran.stdout) == (2, ""), wrong
        assert ran.stderr.startswith("Usage: "), wrong
    office.run("chmod", "644", SCRIPT)
    ran = subprocess.run(office.inside("setpriv", "--reuid=65534", "dash", SCRIPT), capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (77, "backup-wizard: only root can do this: run it with sudo, or as root\n")
    assert "not set up here: there is no such account" in status_of(office).stdout
