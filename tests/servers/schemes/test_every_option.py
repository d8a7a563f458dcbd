"""Each option of each scheme, on the real server program: the dry run stays dry, and the backup is whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.data import samples
from tests.support.data.trees import tree
from tests.support.quick import sampled
from tests.support.servers import placing
from tests.support.servers.office import HOST, Office
from wizard import schemes
from wizard.running import report
from wizard.schemes.base import Transfer
from wizard.schemes.facts import ServerFacts
from wizard.server import complete_mark

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.secret_service import SecretService
    from wizard.profile import Profile

MAY_DELETE: dict[str, Any] = {"scheme": {"allow_delete": True}}
DELETING_ALL: dict[str, Any] = {
    "delete": True,
    "compress": True,
    "one_file_system": True,
    "exclude": ("*.tmp",),
}
FROM_HERE = ["192.0.2.0/24", HOST]
OPTIONS: dict[str, list[dict[str, Any]]] = {
    "rrsync": [
        {},
        MAY_DELETE,
        {"compress": True, "scheme": {"write_only": False, "from": FROM_HERE}},
        {"scheme": {"append_only": True}},
        {"scheme": {"munge": True}},
        DELETING_ALL | {"scheme": {"allow_delete": True, "munge": True, "write_only": False, "from": [HOST]}},
    ],
    "forced-command": [
        {},
        {"scheme": {"allow_delete": True, "from": FROM_HERE}},
        {"compress": True},
        DELETING_ALL | {"scheme": {"allow_delete": True, "from": [HOST]}},
    ],
    "daemon-over-ssh": [
        {},
        {"compress": True, "scheme": {"write_only": False, "from": FROM_HERE}},
        DELETING_ALL | {"scheme": {"allow_delete": True, "module": "of-amanda"}},
    ],
    "daemon": [
        {},
        {"compress": True, "scheme": {"write_only": False, "from": FROM_HERE, "module": "of-amanda"}},
        DELETING_ALL | {"scheme": {"allow_delete": True, "from": [HOST], "auth": False}},
    ],
    "login": [{"scheme": {"from": FROM_HERE}}, DELETING_ALL | MAY_DELETE],
}
THEN = datetime(2026, 11, 28, 10, 25, tzinfo=UTC)
OLD_SSHD = ServerFacts(openssh_version=(7, 1))


@pytest.mark.long
@pytest.mark.parametrize("kind", sampled.first(1, OPTIONS))
async def test_dry_runs_are_dry_and_backups_whole_with_every_option(
    kind: str, office: Office, tmp_path: Path, secret_service: SecretService
) -> None:
    choices = [(changes, ServerFacts()) for changes in OPTIONS[kind]]
    if kind in {"rrsync", "forced-command", "daemon-over-ssh"}:
        choices.append(({}, OLD_SSHD))
    for number, (changes, server) in enumerate(choices):
        profile = placing.profile_for(office, kind, tmp_path / f"source {number}", **changes)
        await back_up_twice(office, profile, tmp_path / f"source {number}", server)
        office.run("rm", "-r", placing.ROOT)


async def back_up_twice(office: Office, profile: Profile, source: Path, server: ServerFacts) -> None:
    samples.make_sample(source)
    with (source / "disk.img").open("wb") as sparse:
        sparse.truncate(3 << 20)
    admitted = placing.settle(office, profile, server)
    root = office.path(placing.ROOT)
    empty = tree(root)
    first = await report.dry_run(profile, admitted)
    assert first.totals.new == first.totals.files > 10, profile
    assert tree(root) == empty, profile
    await report.backup(profile, admitted)
    assert differences(office, profile, source) == "", profile
    await complete_mark.leave(profile, admitted, THEN)
    assert marks(root / profile.name) == {complete_mark.name(profile, THEN): "2026-11-28T10:25:00Z\n"}, profile

    (source / "-rf").unlink()
    (source / "plain.txt").write_text("longer than before")
    (source / "new\nfile").write_text("new")
    filled = tree(root)
    second = await report.dry_run(profile, admitted)
    kept = profile.scheme.append_only
    # Without hard links, which a key that may not read can't send, the changed file's twin is a file of its own.
    changed = (
        2
        if "--no-hard-links" in schemes.of(profile).client_command(profile, admitted.facts, Transfer(dry_run=True))
        else 1
    )
    assert (second.totals.new, second.totals.changed) == (1, 0 if kept else changed), profile
    assert second.totals.deleted == (1 if profile.delete else 0), profile
    assert tree(root) == filled, profile

    await report.backup(profile, admitted)
    await complete_mark.leave(profile, admitted, THEN + timedelta(days=1, minutes=7))
    expected = {".backup-complete": "2026-11-29T10:32:00Z\n"}
    if kept:
        await complete_mark.leave(profile, admitted, THEN + timedelta(days=1, minutes=9))
        expected = {".backup-complete-2026-11-28": "2026-11-28T10:25:00Z\n"}
        expected |= {".backup-complete-2026-11-29": "2026-11-29T10:32:00Z\n"}
    assert marks(root / profile.name) == expected, profile
    third = await report.dry_run(profile, admitted)
    assert (third.totals.new, third.totals.changed, third.totals.deleted) == (0, 0, 0), profile
    landed = root / profile.name / source.name
    assert (landed / "disk.img").stat().st_blocks == 0, profile
    assert (landed / "-rf").exists() is not profile.delete, profile
    assert ((landed / "plain.txt").stat().st_size == len("longer than before")) is not kept, profile


def marks(folder: Path) -> dict[str, str]:
    """What the server's admin finds of complete runs."""
    return {path.name: path.read_text() for path in folder.glob(".backup-complete*")}


def differences(office: Office, profile: Profile, source: Path) -> str:
    landed = f"{placing.ROOT}/{profile.name}/{source.name}/"
    return office.run("rsync", "-naic", "--delete", *placing.stored(profile), f"{source}/", landed)
