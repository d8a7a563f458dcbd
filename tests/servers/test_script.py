"""The setup script, run for real as root in a throw-away view of the server's files, by dash and by busybox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.support import placing, setting_up
from tests.support.office import ACCOUNT
from tests.support.setting_up import SetUpOffice
from wizard import profiles, schemes
from wizard.client import access, daemon_password, known_hosts, protected_key
from wizard.client.known_hosts import HostKey
from wizard.server import exports, handed_over, receipt, receipt_text, report
from wizard.server.exports import script

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.secret_service import SecretService
    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.server.exports.order import Order

KINDS = ["rrsync", "forced-command", "daemon-over-ssh", "daemon", "login"]
KEYS = f"/home/{ACCOUNT}/.ssh/authorized_keys"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path), None) as running:
        running.start_sshd()
        yield running


def order_for(
    office: SetUpOffice, kind: str, folder: Path, name: str = "amamac", **changes: Any
) -> tuple[Order, Access]:
    profile = placing.profile_for(office, kind, folder, **changes)
    profile = msgspec.structs.replace(profile, name=name)
    profiles.save(profile)
    if schemes.of(profile).uses_ssh:
        known_hosts.trust(profile, [HostKey(*office.host_key)])
        protected_key.ensure(profile)
    daemon_password.ensure(profile)
    admitted = access.prepare(profile)
    handed_over.keep(profile, admitted.facts)
    return exports.order(profile, admitted.facts, secret=admitted.password), admitted


def set_up(office: SetUpOffice, *orders: Order) -> None:
    setting_up.install(office, script.render_many(orders))


async def back_up(order: Order, admitted: Access) -> None:
    assert (await report.dry_run(order.profile, admitted)).exit_code == 0
    done = await report.backup(order.profile, admitted)
    assert done.exit_code == 0
    assert done.totals.new > 10


@pytest.mark.parametrize(("shell", "lived_in"), [("dash", True), ("busybox", False)])
async def test_every_scheme_is_set_up_foretold_and_taken_back(
    shell: str,
    lived_in: bool,
    office: SetUpOffice,
    sample_folder: Path,
    secret_service: SecretService,
) -> None:
    if lived_in:
        office.live_in()
    office.start_daemon() if lived_in else None
    for kind in KINDS:
        if kind == "daemon" and not lived_in:
            office.start_daemon()  # it reads settings that are not there yet
        order, admitted = order_for(office, kind, sample_folder)
        set_up(office, order)
        before = office.snapshot()
        checked = office.script("--check", shell=shell)
        assert checked.exit_code == 0, checked.stderr
        assert office.snapshot() == before

        applied = office.script(shell=shell)
        assert applied.exit_code == 0, applied.stderr
        assert applied.changes == checked.changes != []
        after = office.snapshot()
        again = office.script(shell=shell)
        assert (again.exit_code, again.changes) == (0, [])
        assert office.snapshot() == after
        assert office.script("--check", shell=shell).changes == []

        await back_up(order, admitted)
        office.run("rm", "-r", f"{placing.ROOT}/{order.profile.name}")
        undone = office.script("--undo", shell=shell)
        assert undone.exit_code == 0, undone.stderr
        assert office.snapshot() == before, kind
