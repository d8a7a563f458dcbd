"""`backup-wizard run … | head`: that nobody reads any more is no reason to stop a backup."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.servers import placing
from tests.support.servers.office import Office
from wizard.running import record

_PROGRAM = Path(sys.executable).parent / "backup-wizard"


def test_the_backup_is_made_all_the_same(tmp_path: Path, sample_folder: Path) -> None:
    (tmp_path / "office").mkdir()
    with Office(tmp_path / "office") as office:
        office.start_sshd()
        profile = placing.profile_for(office, "rrsync", sample_folder)
        placing.settle(office, profile)
        reading, writing = os.pipe()
        os.close(reading)
        ended = subprocess.run(
            [_PROGRAM, "run", profile.name], stdin=subprocess.DEVNULL, stdout=writing, stderr=subprocess.PIPE
        )
        os.close(writing)
        assert (ended.returncode, ended.stderr) == (0, b"")
        assert record.read(profile.name).result == "done"
