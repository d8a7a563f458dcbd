"""Which rsync there is, told from what real and foreign programs print."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import programs
from wizard.client.rsync import rsync_version
from wizard.failure import Failure, Kind

if TYPE_CHECKING:
    from pathlib import Path

OPENRSYNC = "openrsync: protocol version 29\nrsync version 2.6.9 compatible\n"


def _program(folder: Path, printed: str, exit_code: int = 0) -> str:
    path = folder / "my rsync"
    (folder / "printed").write_text(printed)
    path.write_text(f'#!/bin/sh\ncat "{folder}/printed"\nexit {exit_code}\n')
    path.chmod(0o755)
    return str(path)


def test_the_real_rsync_is_taken() -> None:
    found = rsync_version.require(programs.require("rsync"))
    assert found.numbers >= (3, 1, 0)
    assert found.text == ".".join(map(str, found.numbers))


@pytest.mark.parametrize(
    ("printed", "numbers"),
    [
        ("rsync  version 3.5.0  protocol version 32\n", (3, 5, 0)),
        ("rsync  version v3.2.7pre1  protocol version 31\n", (3, 2, 7)),
        ("rsync  version 3.1.0  protocol version 31\n", (3, 1, 0)),
        ("rsync  version 10.0  protocol version 40\n", (10, 0)),
    ],
)
def test_a_version_is_read_as_numbers(tmp_path: Path, printed: str, numbers: tuple[int, ...]) -> None:
    assert rsync_version.require(_program(tmp_path, printed)).numbers == numbers


@pytest.mark.parametrize(
    ("printed", "kind", "about"),
    [
        (OPENRSYNC, Kind.OPENRSYNC, ""),
        ("rsync  version 3.0.9  protocol version 30\n", Kind.OLD_RSYNC, "3.0.9"),
        ("rsync  version 2.6.9  protocol version 29\n", Kind.OLD_RSYNC, "2.6.9"),
        ("Hello\n", Kind.NO_RSYNC, ""),
        ("", Kind.NO_RSYNC, ""),
        ("rsync  version \x1b[2J\xff\n", Kind.NO_RSYNC, ""),
    ],
    ids=["openrsync", "3.0", "2.6", "another program", "silent", "binary"],
)
def test_a_foreign_or_old_rsync_is_told(tmp_path: Path, printed: str, kind: Kind, about: str) -> None:
    program = _program(tmp_path, printed)
    with pytest.raises(Failure) as failure:
        rsync_version.require(program)
    assert (failure.value.kind, failure.value.about) == (kind, about or program)


@pytest.mark.parametrize("mode", [None, 0o644])
def test_a_program_that_can_t_be_run_is_no_rsync(tmp_path: Path, mode: int | None) -> None:
    path = tmp_path / "rsync"
    if mode:
        path.touch(mode)
    with pytest.raises(Failure) as failure:
        rsync_version.require(str(path))
    assert failure.value.kind is Kind.NO_RSYNC
