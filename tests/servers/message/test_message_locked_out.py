"""A message lets nobody in again who was locked out by the setup script, whichever key they come with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.servers.message.test_message import DONE
from tests.servers.message.test_message_of_a_stranger import HERS as BY_PASSWORD
from tests.servers.message.test_message_of_a_stranger import office, text_of
from tests.servers.script.test_script import set_up
from tests.support.data.message import block
from tests.support.data.requests import a_request, public_key
from tests.support.quick import sampled
from tests.support.servers import root_shell
from wizard.client.keys.secrets import Secret
from wizard.server import exports

if TYPE_CHECKING:
    from tests.support.servers.setting_up import SetUpOffice
    from wizard.client.request import Request

__all__ = ["office"]

BY_KEY = a_request(public_key=public_key(1), server=BY_PASSWORD.server)
ANOTHER_KEY = msgspec.structs.replace(BY_KEY, public_key=public_key(2))
SHELLS = sampled.first(1, root_shell.SHELLS)


def ask(office: SetUpOffice, asked: Request, *options: str) -> None:
    set_up(office, exports.context_of_request(asked, secret=Secret("hers")))
    for option in options:
        done = office.script(option)
        assert done.exit_code == 0, done.stderr


def read_by(asked: Request) -> Request:
    return msgspec.structs.replace(asked, purpose="restore")


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("hers", "others"),
    sampled.first(
        1, [(BY_KEY, (ANOTHER_KEY, read_by(ANOTHER_KEY))), (BY_PASSWORD, (BY_PASSWORD, read_by(BY_PASSWORD)))]
    ),
)
def test_who_was_locked_out_stays_out(
    hers: Request, others: tuple[Request, ...], shell: str, office: SetUpOffice
) -> None:
    ask(office, hers, "", "--revoke amamac")
    office.run("install", "-d", "-o", "amanda", "-m", "700", "/srv/backup/amamac")
    office.put("/srv/backup/amamac/.backup-complete", "", owner="amanda")
    before = office.standing()
    for asked in others:
        said = root_shell.paste(office, block(text_of(asked)), shell)
        assert "backup-wizard: amamac or its key was locked out here: take that back by --readmit" in said
        assert not DONE.search(said)
        assert office.standing() == before
    ask(office, hers, "--readmit amamac")
    for asked in others:
        assert DONE.search(said := root_shell.paste(office, block(text_of(asked)), shell)), said


@pytest.mark.every_case
def test_so_does_a_reader_that_was_locked_out_alone(office: SetUpOffice) -> None:
    ask(office, BY_KEY, "")
    office.put("/srv/backup/amamac/.backup-complete", "", owner="amanda")
    ask(office, read_by(ANOTHER_KEY), "", "--revoke amamac+restore")
    reads = read_by(msgspec.structs.replace(BY_KEY, public_key=public_key(3)))
    said = root_shell.paste(office, block(text_of(reads)))
    assert "amamac or its key was locked out here" in said
    assert not DONE.search(said)
