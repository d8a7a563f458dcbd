"""Before the first backup, the exported text is known to be locked, whichever rsync the server has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.quick import sampled
from tests.support.servers import old_rsync, placing, weaknesses
from tests.support.servers.office import Office
from wizard.running import report
from wizard.server import locks

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.secret_service import SecretService
    from tests.support.table import AddRow

TABLE = "The security check, by the server's rsync"
CHOICES: dict[str, tuple[str, dict[str, bool]]] = {
    "rrsync": ("rrsync", {}),
    "rrsync, append only": ("rrsync", {"append_only": True}),
    "rrsync, may delete": ("rrsync", {"allow_delete": True}),
    "rrsync, may read": ("rrsync", {"write_only": False}),
    "forced-command": ("forced-command", {}),
    "daemon-over-ssh": ("daemon-over-ssh", {}),
}
# This daemon hangs up without a word on an option that it refuses, which is no evidence.
SILENT = ("daemon-over-ssh", "3.1.3")

# The oldest, which has the fewest means; this machine's is what all other tests have.
VERSIONS = sampled.first(1, [*old_rsync.SUITES, old_rsync.MACHINE])


@pytest.mark.long
@pytest.mark.parametrize("version", VERSIONS)
async def test_what_is_exported_is_locked_before_and_after_the_first_backup(
    version: str, tmp_path: Path, sample_folder: Path, secret_service: SecretService, add_row: AddRow
) -> None:
    place = tmp_path / "office"
    place.mkdir()
    wrong = []
    with Office(place) as office:
        office.start_sshd(*weaknesses.SSHD_USUAL)
        office.authorize("")
        if version != old_rsync.MACHINE:
            old_rsync.put(office, version)
        for choice, (kind, scheme) in CHOICES.items():
            profile = placing.profile_for(office, kind, sample_folder, scheme=scheme)
            access = placing.settle(office, profile)
            before = [found async for found in locks.check(profile, access)]
            ended = await report.backup(profile, access)
            after = [found async for found in locks.check(profile, access, expects_backup=True)]
            verdicts = locks.verdict(before), locks.verdict(after)
            add_row(TABLE, choice, version, f"{verdicts[0]}, then {verdicts[1]}")
            word = "unknown" if (choice, version) == SILENT else "locked"
            if verdicts != (word, word) or ended.exit_code:
                wrong.append((choice, verdicts, [one for one in (*before, *after) if not one.held]))
            office.run("rm", "-rf", placing.ROOT)
    assert wrong == []
