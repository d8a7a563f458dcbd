"""Modules in any of the files that rsync's daemon reads: none outlives a lockout, and none is mixed with another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.servers.adopting.test_a_stranger_asks import FOLDER, ask
from tests.support.data.requests import a_request
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
