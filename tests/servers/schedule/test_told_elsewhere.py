"""A scheduled run tells a monitoring service and, where somebody has to act, whoever is to get a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tests.support import canary
from tests.support.commands import backup_wizard
from tests.support.data import scheduled
from tests.support.servers import placing
from wizard.client.keys import secrets
from wizard.client.keys.secrets import Secret
from wizard.profile import Schedule
from wizard.storage import profiles

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.network.receiver import Receiver
    from tests.support.secret_service import SecretService
    from tests.support.servers.office import Office

PING = f"GET /ping/{canary.SECRET}"
MESSAGE = f"POST /{canary.SECRET}"


def test_good_failed_and_good_again(
    office: Office, source: Path, home: Path, secret_service: SecretService, receiver: Receiver
) -> None:
    scheduled.fill(source, 2)
    told = Schedule(every="hourly", alarm=True, ping=True)
    profile = scheduled.with_schedule(placing.profile_for(office, "rrsync", source), told)
    scheduled.set_up(office, profile)
    secrets.store("amamac", "alarm-address", Secret(f"json://{receiver.place}/{canary.SECRET}"))
    secrets.store("amamac", "ping-address", Secret(f"http://{receiver.place}/ping/{canary.SECRET}"))
    asked = receiver.asked

    assert backup_wizard("run", "--if-due").exit_code == 0
    assert backup_wizard("run", "amamac").exit_code == 0
    assert asked == [PING, PING]

    profiles.save(msgspec.structs.replace(profile, folders=(f"{source}-gone",)))
    scheduled.make_due("amamac")
    failed = backup_wizard("run", "--if-due")
    assert failed.exit_code == 69
    assert asked[2:] == [MESSAGE, f"{PING}/fail"]

    profiles.save(profile)
    scheduled.make_due("amamac")
    receiver.status = 500
    good = backup_wizard("run", "--if-due")
    assert good.exit_code == 0
    assert "The alert about your backup couldn't be sent" in good.stderr
    assert "didn't take the report (HTTP 500)" in good.stderr
    assert asked[4:] == [MESSAGE, PING]
    assert receiver.titles() == ["Backup “amamac” needs attention", "Backup “amamac” works again"]

    assert not [ran for ran in (failed, good) if canary.SECRET in ran.stdout + ran.stderr]
    assert canary.files_holding(canary.SECRET, home) == []
