"""Every trouble, made for real: each gives its own explanation, to whoever mends it, and a table of all is printed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.servers.trouble_rows import ROWS
from tests.support import deprived, placing
from tests.support.faults import Case
from tests.support.mishaps import SIZE
from tests.support.office import Office
from tests.support.trees import tree
from wizard.client import daemon_password
from wizard.client.secrets import Secret
from wizard.failure import Failure, Kind
from wizard.schemes import over_network
from wizard.server import probe
from wizard.trouble import Who, further_at_door, telling

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers.trouble_rows.row import Row
    from tests.support.table import AddRow
    from wizard.trouble import Trouble


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with Office(tmp_path_factory.mktemp("office")) as running:
        running.start_sshd()
        running.put("/etc/rsyncd.conf", "", mode=0o644)
        running.start_daemon()
        yield running


@pytest.fixture(autouse=True)
def no_other_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """What answers on this machine beside the test's own has no part in it, and nobody waits long."""
    monkeypatch.setattr(further_at_door, "SSH_PORT", 2)
    monkeypatch.setattr(over_network, "USUAL_PORT", 3)
    monkeypatch.setattr(probe, "_SECONDS", 1)


@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_each_trouble_has_its_own_explanation(
    row: Row,
    office: Office,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    add_row: AddRow,
) -> None:
    monkeypatch.setattr(daemon_password, "ensure", lambda profile: None)
    monkeypatch.setattr(daemon_password, "fetch", lambda profile: Secret("the daemon's password"))
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "letter.txt").write_text("Dear Sir or Madam")
    (documents / "picture").write_bytes(os.urandom(SIZE))
    profile = placing.profile_for(office, row.scheme, documents)
    office.run("rm", "-rf", placing.ROOT)
    whole = Case(office, profile, placing.settle(office, profile), tmp_path, monkeypatch, request)
    with row.fault(whole) as case:
        before = tree(office.path("/home"))
        told = await _told(row, case)
        while told.kind is Kind.SERVER_CANT_WRITE:  # the server's rsync was gone before its reason came through
            told = await _told(row, case)
        after = tree(office.path("/home"))
    shown = "\n".join([told.sentence, told.found, told.forward])
    assert (told.kind, told.who) == (row.kind, row.who), f"{shown}\n{told.raw}"
    assert row.says in shown
    assert told.found.startswith(row.sure.value.capitalize() if row.sure else "")
    assert bool(told.forward) == (told.who is Who.ADMIN)
    assert row.writes or before == after
    add_row("Troubles", row.broken, row.scheme, told.kind.value, told.who.value, told.found)


async def _told(row: Row, case: Case) -> Trouble:
    try:
        told = await row.act(case)
    except Failure as failure:
        raised = failure
        if row.asks_without:
            found = await deprived.of(row.asks_without, lambda: telling.tell(raised, case.profile, case.access))
        else:
            found = await telling.tell(raised, case.profile, case.access)
        return found.trouble
    assert told is not None, "it worked"
    return told
