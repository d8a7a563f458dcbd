"""What the pictures of getting files back show: a backup's tree, what a restore comes to, and a second key."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from screens.dialogs.confirm import ConfirmScreen
from screens.restore.running import RestoringScreen
from screens.restore.version import VersionScreen
from tests.support.data.requests import public_key
from wizard.client import rsync
from wizard.client.keys.reading_key import Asked
from wizard.restore import restoring, second_key, versions
from wizard.restore.entries import Item
from wizard.restore.events import Result
from wizard.restore.tree import Tree
from wizard.restore.versions import Version
from wizard.schemes.facts import ClientFacts
from wizard.server import exports
from wizard.storage import state_files
from wizard.text.language import _
from wizard.walk.getting_back import wish
from wizard.walk.getting_back.stages import Stage

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable

    import pytest
    from textual.pilot import Pilot

    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.restore.events import Event
    from wizard.restore.order import Order
    from wizard.server.exports.context import ExportContext

_IN_TREE = b"cd+++++++++|1200000|2026/11/29-10:25:00 %b\n"
# What leads on from each stage of getting files back.
_ON = {
    Stage.ADMIN: (),
    Stage.VERSION: ("enter",),
    Stage.FILES: ("down", "right", "down", "space", "enter"),
    Stage.PLACE: ("down", "enter"),
    Stage.EXISTING: ("enter",),
    Stage.PRACTICE: ("enter",),
    Stage.RESTORE: (),
}


def arrange(monkeypatch: pytest.MonkeyPatch, all_names: bytes) -> None:
    """What is in the backup, and what a restore of it comes to; and a second key that is always the same."""

    @asynccontextmanager
    async def shared(_reader: Profile, access: Access) -> AsyncIterator[Access]:
        yield access

    async def listed(_tree: Tree, patterns: list[str], _form: str) -> AsyncGenerator[bytes]:
        if not patterns:
            yield all_names.replace(b"<f", b">f")
        elif patterns == ["/*"]:
            yield _IN_TREE % (b"Documents/",) + _IN_TREE % (b"Pictures/",)
        else:
            folder = patterns[-2].strip("/").encode()
            yield _IN_TREE % (folder + b"/letters/",)
            yield _IN_TREE.replace(b"cd", b">f") % (folder + b"/minutes of the year.pdf",)

    async def versions_listed(_reader: Profile, _access: Access, path: str = "") -> list[Version]:
        item = Item(path, 1_200_000, modified=datetime(2026, 11, 23, 10, 25)) if path else None
        days = (datetime(2026, 11, day, 12).astimezone() for day in (27, 26, 18))
        return [Version(day, "daily.0/files", complete=True, item=item) for day in days]

    def outcome(wanted: Order, *, is_practice: bool) -> Result:
        return Result("amamac", wanted, 3, 1, 2_001_000, is_practice=is_practice)

    async def practice(_profile: Profile, _access: Access, wanted: Order, **_: object) -> AsyncGenerator[Event]:
        yield rsync.Entries(all_names.replace(b"<f", b">f"))
        yield outcome(wanted, is_practice=True)

    async def run(_profile: Profile, _access: Access, wanted: Order, **_: object) -> AsyncGenerator[Event]:
        yield outcome(wanted, is_practice=False)

    def ask(profile: Profile) -> ExportContext:
        file = profile.key_path.with_name("restore-amamac")
        line = f"{public_key(9)} backup-wizard-restore-amamac"
        until = datetime(2026, 12, 1, 10, 25, tzinfo=UTC)
        asked = Asked(until, datetime.max.replace(tzinfo=UTC), True, profile.server.account, str(file), line)
        state_files.save(profile.name, "restore-key.json", asked)
        return exports.context_for_reading(profile, ClientFacts(known_hosts=Path(), public_key=line), until)

    monkeypatch.setattr("screens.restore.files.shared", shared)
    monkeypatch.setattr("screens.restore.version.shared", shared)
    monkeypatch.setattr(versions, "listed", versions_listed)
    monkeypatch.setattr(Tree, "_listed", listed)
    monkeypatch.setattr(restoring, "practice", practice)
    monkeypatch.setattr(restoring, "run", run)
    monkeypatch.setattr(second_key, "ask", ask)
    monkeypatch.setattr(second_key, "told_time", lambda asked: "2026-12-01 10:25")
    monkeypatch.setattr(wish, "usual_folder", lambda profile: str(Path.home() / "Restored from amamac 2026-11-29"))


async def go_to(pilot: Pilot[Any], stage: Stage, settled: Callable[[Pilot[Any]], Awaitable[None]]) -> None:
    """Getting files back, as far as that stage."""
    await pilot.press("g")
    await settled(pilot)
    for one, keys in _ON.items():
        if one is stage:
            return
        if one is Stage.VERSION and not isinstance(pilot.app.screen, VersionScreen):
            continue
        if one is not Stage.ADMIN:
            await pilot.press(*keys)
            await settled(pilot)


def stop() -> ConfirmScreen:
    """The question before a restore is stopped."""
    title, words, no = RestoringScreen.asks_to_stop
    return ConfirmScreen(title, words, yes=_("Stop"), no=no)
