"""A server of which all is the test's, so that it may lie; and what comes of a restore from it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tests.servers.restore import lying_sender
from tests.servers.restore.restores import restore
from tests.support.data.profiles import a_profile
from tests.support.data.trees import tree
from tests.support.servers import old_rsync
from wizard.client import access
from wizard.client.access import Access
from wizard.failure import Failure
from wizard.profile import SchemeSettings
from wizard.restore.order import Order
from wizard.schemes.facts import ClientFacts
from wizard.schemes.parts.over_ssh import RESTORE_FOLDER, quoted_for_rsync

if TYPE_CHECKING:
    from wizard.profile import Profile

REPOSITORY = Path(__file__).parents[3]


class Liar:
    """A server of which all is the test's: its files in `sent`, and what lies beside what a restore may write."""

    def __init__(self, tmp_path: Path, version: str) -> None:
        self.root, self.outside, self.home = tmp_path / "there", tmp_path / "outside", tmp_path / "here"
        self.sent = self.root / "sent"
        for folder in (self.sent / "docs", self.outside, self.home / "docs"):
            folder.mkdir(parents=True)
        (self.sent / "docs" / "letter.txt").write_text("letter")
        (self.outside / "precious").write_text("precious")
        self.words: list[tuple[str, str]] = []
        self._version, self._tools = version, tmp_path

    @property
    def profile(self) -> Profile:
        return replace(a_profile(), folders=(str(self.home / "docs"),), scheme=SchemeSettings(kind="login"))

    @property
    def access(self) -> Access:
        for true, false in self.words:
            assert len(os.fsencode(true)) == len(os.fsencode(false)), (true, false)
        words = ",".join(f"{os.fsencode(true).hex()}:{os.fsencode(false).hex()}" for true, false in self.words)
        argv = [sys.executable, "-m", lying_sender.__name__, str(self.root), words]
        program = "rsync" if self._version == old_rsync.MACHINE else str(self._program())
        facts = ClientFacts(
            Path(os.devnull),
            rsync=program,
            rsync_version=self._version,
            remote_shell=" ".join(map(quoted_for_rsync, argv)),
            connection=Path(os.devnull),
        )
        return Access(facts, access.environment() | {"PYTHONPATH": str(REPOSITORY)})

    def _program(self) -> Path:
        return old_rsync.put_client(self._version, self._tools / "old")


async def attempt(liar: Liar, order: Order) -> str:
    """What came of it: a failure's kind, or nothing."""
    try:
        await restore(liar.profile, liar.access, order)
    except Failure as failure:
        return failure.kind
    return ""


async def each_way(liar: Liar) -> None:
    """Into a new folder, and in place, by each word; then nothing outside may have changed."""
    before = tree(liar.outside)
    for order in (Order(to=str(liar.home / "new")), Order(overwrite="always"), Order(overwrite="if-changed")):
        await attempt(liar, order)
        assert tree(liar.outside) == before, order
        beside = {path.name for path in liar.home.iterdir() if not path.name.startswith(RESTORE_FOLDER)}
        assert beside <= {"docs", "new"}, order
        assert {path.name for path in liar.root.parent.iterdir()} <= {"there", "outside", "here", "old"}, order
