"""Whatever stands in the files of a key, the key is whole or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.hostile_files.damage import planted
from wizard.client.keys import key_files
from wizard.client.keys.secrets import Secret
from wizard.failure import Failure, Kind

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.table import Tried


@pytest.mark.parametrize("passphrase", [None, Secret("typed by a person")], ids=["open", "protected"])
def test_keys(home: Path, tried: Tried, passphrase: Secret | None) -> None:
    path = home / ".ssh/backup-wizard-amamac"
    key_files.make(path, key_files.comment_for("amamac"), passphrase)
    line = key_files.public_line(path)
    path.with_suffix(".pub").unlink()
    quick = passphrase is None  # each look at a protected one takes a tenth of a second

    def reading(_: bytes) -> bool:
        path.with_suffix(".pub").unlink(missing_ok=True)
        try:
            key_files.complete(path, "amamac")
            if quick:
                key_files.opens(path, None)
        except Failure as failure:
            assert failure.kind is Kind.KEY_UNUSABLE
            return False
        return key_files.public_line(path) == line

    planted(path, tried, reading, path.read_bytes())


def test_public_keys(home: Path, tried: Tried) -> None:
    path = home / ".ssh/backup-wizard-amamac"
    key_files.make(path, key_files.comment_for("amamac"), None)
    public = path.with_suffix(".pub")

    def reading(content: bytes) -> bool:
        try:
            line = key_files.public_line(path)
        except Failure as failure:
            assert failure.kind is Kind.KEY_UNUSABLE
            return False
        assert line.isprintable()
        assert line == content.decode().strip()
        return True

    planted(public, tried, reading, public.read_bytes())
