"""What rsnapshot and btrbk have kept by the server's own program is listed, and comes back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.servers.restore.restores import restore
from tests.support.servers import placing
from tests.support.versions.office import VersionedOffice
from wizard.profile import VersionsSettings
from wizard.restore import versions
from wizard.restore.order import Order

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class _OnBtrfs(VersionedOffice):
    disk = "btrfs"


@pytest.fixture(autouse=True)
def _server_s_time_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """btrbk names a version by the server's clock, and an office has one time zone."""
    with monkeypatch.context() as changed:
        changed.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize("kind", [VersionedOffice, _OnBtrfs], ids=["rsnapshot", "btrbk"])
async def test_each_day_is_there_with_what_it_had(kind: type[VersionedOffice], tmp_path: Path, home: Path) -> None:
    with kind(tmp_path / "office") as office:
        office.back_up("mkdir Documents; echo stays >Documents/stays; chmod 600 Documents/stays")
        for day in (1, 2, 3):
            office.back_up(f"echo day {day} >Documents/letter" + ("; rm Documents/stays" if day == 3 else ""))
            office.make(day)
        office.start_sshd()
        keeps = VersionsSettings(keep="server")
        profile = placing.profile_for(office, "login", home / "Documents", versions=keeps)
        access = placing.settle(office, profile)
        found = await versions.listed(profile, access, "Documents/stays")
        assert [round(one.when.timestamp() - office.moment(3)) // 60 for one in found] == [0, -1440, -2880]
        assert [(one.complete, one.item is not None) for one in found] == [(True, False), (True, True), (True, True)]
        await restore(profile, access, Order((), str(tmp_path / "back"), "never", found[1].id))
    assert (tmp_path / "back/Documents/letter").read_text() == "day 2\n"
    assert (tmp_path / "back/Documents/stays").stat().st_mode & 0o777 == 0o600
