"""A stranger's request for a folder that is somebody else's backup, or no backup at all, opens none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.servers.adopting.test_a_stranger_asks import FOLDER, HERS, OPEN_TO_ALL, ask, standing, with_password
from tests.servers.adopting.test_a_stranger_asks import office as office
from tests.support.quick import sampled

if TYPE_CHECKING:
    from tests.support.servers.setting_up import SetUpOffice
    from wizard.client.request import Request

AROUND = "/home/amanda/shared"


def rooted(request: Request, root: str) -> Request:
    return msgspec.structs.replace(request, server=msgspec.structs.replace(request.server, root=root))


def sharing(request: Request) -> Request:
    """Of the same folder, by a module of its own."""
    return msgspec.structs.replace(
        request, name="other", scheme=msgspec.structs.replace(request.scheme, module="second")
    )


def test_no_module_opens_a_folder_that_a_key_is_locked_to(office: SetUpOffice) -> None:
    assert ask(office, HERS).exit_code == 0
    before = standing(office)
    refused = ask(office, msgspec.structs.replace(OPEN_TO_ALL, name="other"))
    assert refused.exit_code == 1
    assert f"{FOLDER} is the folder of the backup amamac" in refused.stderr
    assert standing(office) == before


@pytest.mark.every_case
def test_modules_may_share_a_folder(office: SetUpOffice) -> None:
    second = sharing(OPEN_TO_ALL)
    assert ask(office, OPEN_TO_ALL).exit_code == 0
    for asked in ([second], [OPEN_TO_ALL, second]):
        assert ask(office, *asked).exit_code == 0


def test_a_module_for_all_opens_no_folder_that_a_password_is_for(office: SetUpOffice) -> None:
    hers = with_password(OPEN_TO_ALL)
    assert ask(office, hers, password="hers").exit_code == 0
    before = standing(office)
    refused = ask(office, sharing(OPEN_TO_ALL), option="--new-key")
    assert refused.exit_code == 1
    assert f"{FOLDER} is the folder of the backup amamac, and only one of both has a password" in refused.stderr
    assert standing(office) == before
    asked = ask(office, sharing(hers), password="his")
    assert asked.exit_code == 1
    assert "the module second opens the folder of the backup amamac with another password" in asked.stderr
    assert standing(office) == before
    assert ask(office, sharing(hers), option="--new-key", password="his").exit_code == 0
    assert ask(office, sharing(hers)).changes == []


@pytest.mark.parametrize("name", sampled.first(1, ["Private", "office"]))
def test_a_request_to_read_opens_nothing_but_a_backup_of_that_name(name: str, office: SetUpOffice) -> None:
    inside = f"{AROUND}/{name}"
    if name == "office":  # a module for all computers of the account
        assert ask(office, with_password(rooted(OPEN_TO_ALL, inside)), password="hers").exit_code == 0
    office.as_account(f"mkdir -p {inside}/amamac; touch {inside}/.backup-folder-amamac; chmod 700 {AROUND}")
    before = standing(office)
    for asked in (HERS, with_password(OPEN_TO_ALL)):
        reads = rooted(msgspec.structs.replace(asked, purpose="restore", name=name), AROUND)
        refused = ask(office, reads, option="--new-key", password="his")
        assert refused.exit_code == 1
        assert f"there is no backup {name} in {inside}" in refused.stderr
        assert standing(office) == before
