"""Modules in any of the files that rsync's daemon reads: none outlives a lockout, and none is mixed with another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.servers.adopting.test_a_stranger_asks import FOLDER, SECRETS, ask
from tests.servers.script.test_script import set_up
from tests.servers.status.test_status import of_all, put_status
from tests.support.data.requests import a_request
from tests.support.quick import sampled
from tests.support.servers import setting_up
from tests.support.servers.setting_up import SetUpOffice
from wizard.profile import SchemeSettings, Server
from wizard.server import exports
from wizard.server.receipts import receipt_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wizard.client.request import Request

CONFIG = "/etc/rsyncd.conf"
HERS = a_request(
    "daemon",
    server=Server(host="127.0.0.1", user="amanda", root=FOLDER),
    scheme=SchemeSettings(kind="daemon", auth=True, write_only=True),
)
READS = msgspec.structs.replace(HERS, purpose="restore")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path), None) as running:
        running.start_sshd()
        running.live_in()
        running.run("install", "-d", "/etc/one.d", "/etc/two.d")
        yield running


def paste(office: SetUpOffice, request: Request) -> None:
    """The message's own commands, as the admin pastes them."""
    text = exports.rendered(exports.context_of_request(request), "text")
    _, commands = text.split("# backup-wizard commands begin\n")
    office.run("bash", "-c", commands.split("# backup-wizard commands end")[0])


def make_backup(office: SetUpOffice) -> None:
    place = f"{FOLDER}/amamac"
    office.run("su", "amanda", "-c", f"mkdir -p {place} && : >{place}/.backup-complete")


def test_a_module_for_a_restore_that_the_message_set_up_is_locked_out_too(office: SetUpOffice) -> None:
    office.put(CONFIG, "&include /etc/one.d\n", mode=0o644)
    assert ask(office, HERS, password="hers").exit_code == 0
    assert office.path("/etc/one.d/backup-wizard-amamac.conf").exists()
    make_backup(office)
    paste(office, READS)
    assert "[amamac+restore]" in office.path(CONFIG).read_text()
    revoked = ask(office, HERS, option="--revoke amamac")
    assert revoked.exit_code == 0, revoked.stderr
    assert "verified: no line of amamac is left" in revoked.stdout
    assert office.path(CONFIG).read_text() == "&include /etc/one.d\n"


@pytest.mark.every_case
def test_a_module_is_locked_out_wherever_it_was_put_when_the_settings_were_others(office: SetUpOffice) -> None:
    office.put(CONFIG, "&include /etc/one.d\n", mode=0o644)
    assert ask(office, HERS, password="hers").exit_code == 0
    office.run("rm", "-r", "/var/lib/backup-wizard")
    office.put(CONFIG, "&include /etc/two.d\n&include /etc/one.d\n", mode=0o644)
    revoked = ask(office, HERS, option="--revoke amamac")
    assert revoked.exit_code == 0, revoked.stderr
    assert not office.path("/etc/one.d/backup-wizard-amamac.conf").exists()


def unmark(office: SetUpOffice, *files: str) -> None:
    """As playbooks of before wrote them."""
    office.run("sed", "-i", "/^# backup-wizard /d", *files)
    office.run("rm", "-r", "/var/lib/backup-wizard")


@pytest.mark.parametrize(
    ("directive", "file"),
    sampled.first(1, [("&include", "backup-wizard-amamac.conf"), ("&merge", "backup-wizard-amamac.inc")]),
)
def test_a_module_without_our_marks_is_locked_out_too(directive: str, file: str, office: SetUpOffice) -> None:
    office.put(CONFIG, f"{directive} /etc/one.d\n", mode=0o644)
    assert ask(office, HERS, password="hers").exit_code == 0
    unmark(office, f"/etc/one.d/{file}", SECRETS)
    revoked = ask(office, HERS, option="--revoke amamac")
    assert (revoked.exit_code, revoked.stderr) == (0, "")
    assert receipt_text.parse(revoked.stdout, "amamac").revoked
    assert f"remove the file /etc/one.d/{file} of amamac, which has no marks" in revoked.changes
    assert not office.path(f"/etc/one.d/{file}").exists()
    assert not office.path(SECRETS).exists()
    assert "hers" not in revoked.stdout


@pytest.mark.parametrize(
    ("config", "file", "settings"),
    sampled.first(
        1,
        [
            ("&include /etc/two.d\n", "/etc/two.d/theirs.conf", "[any]\n Secrets  File = /etc/rsyncd-amamac.secrets\n"),
            ("&include /etc/two.d\n", "/etc/two.d/.theirs.conf", "[ AMANDA ]\nuid=amanda\n"),
            ("[x]\n&Include /etc/two.d/other\n", "/etc/two.d/other", "uid = amanda\n[amanda]\npath = /srv\n"),
            ("&merge /etc/two.d\n[x]\n", "/etc/two.d/a.inc", "[amanda]\npath = /srv\nuid = NUMBER\n"),
            ("", CONFIG, "[amamac+restore]\n  uid = amanda\n  path = /srv\n"),
            # Whoever wrote more into the file of ours has to say what becomes of that.
            (
                "&include /etc/two.d\n",
                "/etc/two.d/backup-wizard-amamac.conf",
                "[amanda]\nuid = amanda\n[photos]\nuid = smith\n",
            ),
        ],
    ),
)
def test_no_lockout_is_verified_while_a_module_lets_it_in(
    config: str, file: str, settings: str, office: SetUpOffice
) -> None:
    office.put(file, "", mode=0o644)
    office.put(CONFIG, config, mode=0o644)
    assert ask(office, HERS, password="hers").exit_code == 0
    text = office.path(file).read_text()
    settings = settings.replace("NUMBER", office.run("id", "-u", "amanda").strip())
    office.put(file, f"{text}{settings}", mode=0o644)
    revoked = ask(office, HERS, option="--revoke amamac")
    assert revoked.exit_code == 1
    assert f"in {file} may still let amamac in: remove it by hand" in revoked.stderr
    assert "verified" not in revoked.stdout.split("===")[0]
    assert "revoked-verified: no" in revoked.stdout
    assert office.path(file).read_text().endswith(settings)


@pytest.mark.every_case
def test_the_status_knows_a_module_without_our_marks(office: SetUpOffice) -> None:
    office.put(CONFIG, "&include /etc/one.d\n", mode=0o644)
    assert ask(office, HERS, password="hers").exit_code == 0
    unmark(office, "/etc/one.d/backup-wizard-amamac.conf", SECRETS)
    put_status(office, exports.context_of_request(HERS))
    assert of_all(office, code=1)["amamac"]["let_in"]
    assert ask(office, HERS, option="--revoke amamac").exit_code == 0
    assert not of_all(office)["amamac"]["let_in"]


@pytest.mark.every_case
def test_a_module_of_another_account_is_nothing_to_a_lockout(office: SetUpOffice) -> None:
    office.put(CONFIG, "&include /etc/one.d\n", mode=0o644)
    assert ask(office, HERS, password="hers").exit_code == 0
    unmark(office, "/etc/one.d/backup-wizard-amamac.conf", SECRETS)
    files = ("/etc/one.d/backup-wizard-amamac.conf", SECRETS)
    office.run("sed", "-i", "s/amanda:/j.smith:/; s/uid = .*/uid = j.smith/", *files)
    smiths = msgspec.structs.replace(HERS, server=Server(host="127.0.0.1", user="smith", root="/srv/smiths"))
    before = [office.path(file).read_text() for file in files]
    revoked = ask(office, smiths, option="--revoke amamac")
    assert (revoked.exit_code, revoked.stderr) == (0, "")
    assert [office.path(file).read_text() for file in files] == before


PHOTOS = "[ Pho tos ]\n    path = /srv/photos\n    uid = amanda\n"
HIDDEN = [
    ("&include /etc/one.d\n&include /etc/two.d\n", "/etc/two.d/theirs.conf"),
    ("# x\n&include /etc/rsyncd.modules\n", "/etc/rsyncd.modules"),
    ("&merge /etc/two.d\nmax connections = 9\n", "/etc/two.d/theirs.inc"),
    ("&include /etc/one.d\n[x]\n&Merge\t/etc/two.d \n", "/etc/two.d/.theirs.inc"),
    ("&include /etc/one.d\n", "/etc/one.d/backup-wizard-another.conf"),
]


@pytest.mark.parametrize(("config", "file"), sampled.first(1, HIDDEN))
def test_a_module_is_mixed_with_none_of_the_same_name(config: str, file: str, office: SetUpOffice) -> None:
    office.put(CONFIG, config, mode=0o644)
    office.put(file, PHOTOS, mode=0o644)
    scheme = SchemeSettings(kind="daemon", auth=False, write_only=False, module="photos")
    asked = a_request("daemon", server=Server(host="127.0.0.1", user="smith", root="/srv/evil"), scheme=scheme)
    set_up(office, exports.context_of_request(asked))
    before = office.snapshot()
    refused = office.script()
    assert refused.exit_code == 1
    assert f"{file} already has another module named photos: choose another name" in refused.stderr
    assert office.snapshot() == before
    # Where rsync doesn't read it, it is in nobody's way.
    office.put(file, "", mode=0o644)
    office.put("/etc/one.d/theirs.conf.bak", PHOTOS, mode=0o644)
    assert office.script().exit_code == 0
    assert office.script().changes == []


@pytest.mark.parametrize("option", sampled.first(1, ["--revoke amamac", "--undo", ""]))
def test_no_password_is_shown_when_the_list_is_lost(option: str, office: SetUpOffice) -> None:
    assert ask(office, HERS, password="sesame").exit_code == 0
    office.run("rm", "-r", "/var/lib/backup-wizard")
    done = ask(office, HERS, option=option, password="another")
    assert f"{SECRETS}: someone changed the lines of amamac by hand" in done.stderr
    assert "      amanda:(not shown)\n" in done.stderr
    assert "sesame" not in done.stdout + done.stderr


@pytest.mark.every_case
def test_nor_with_another_account_s_of_the_same_backup(office: SetUpOffice) -> None:
    office.put(CONFIG, "&include /etc/two.d\n", mode=0o644)
    hers = msgspec.structs.replace(HERS, scheme=msgspec.structs.replace(HERS.scheme, auth=False))
    assert ask(office, hers).exit_code == 0
    office.put(CONFIG, "&include /etc/one.d\n&include /etc/two.d\n", mode=0o644)
    smiths = msgspec.structs.replace(hers, server=Server(host="127.0.0.1", user="smith", root="/srv/smiths"))
    refused = ask(office, smiths)
    assert refused.exit_code == 1
    assert "/etc/two.d/backup-wizard-amamac.conf already has a backup amamac of another account" in refused.stderr
