"""What a module that is only written to gives away to the stock rsync."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.attacks import stock_reading
from tests.attacks.plundered import Plundered
from tests.support.attacks.targets import LETTER
from tests.support.servers import old_rsync, placing
from wizard.running import report
from wizard.schemes.if_stolen import Ability

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.secret_service import SecretService
    from tests.support.servers.office import Office

READ = {Ability.READ, Ability.LINES, Ability.OTHER_BACKUPS, Ability.EVERYTHING}


@pytest.mark.parametrize("version", [old_rsync.MACHINE, "3.2.7"])
@pytest.mark.parametrize("kind", ["daemon-over-ssh", "daemon"])
async def test_a_list_of_files_that_lies_on_the_server_is_not_handed_over(
    kind: str, version: str, office: Office, tmp_path: Path, secret_service: SecretService
) -> None:
    documents = tmp_path / "Documents"
    documents.mkdir()
    (documents / "letter.txt").write_bytes(LETTER)
    office.daemon_port = 873
    profile = placing.profile_for(office, kind, documents)
    access = placing.settle(office, profile)
    (tmp_path / "thief").mkdir()
    with Plundered(office, profile, access, tmp_path / "thief") as thief:
        thief.use(version)
        await report.backup(thief.profile, access)
        thief.keep()
        thief.begin()
        stock_reading.files_from_on_the_server(thief)
        assert not thief.gained() & READ
