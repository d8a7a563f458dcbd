"""Every trouble, made for real: each gets its own explanation and names who can fix it; a table of all is printed."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.servers.trouble_rows import ROWS, backup
from tests.support import deprived, programs
from tests.support.attacks import faults, sign_in_faults
from tests.support.attacks.case import a_case
from tests.support.commands import backup_wizard
from tests.support.data.trees import tree
from tests.support.servers import placing
from tests.support.servers.office import open_office
from wizard.client.keys import daemon_password
from wizard.client.keys.secrets import Secret
from wizard.failure import Failure, Kind
from wizard.running import report
from wizard.schemes.parts import over_network
from wizard.server.reaching import probe, sign_in
from wizard.storage import paths
from wizard.trouble import Sure, Who, diagnose, diagnose_reaching, telling

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from _pytest.mark import ParameterSet

    from tests.servers.trouble_rows.row import Row
    from tests.support.agent import Agent
    from tests.support.attacks.case import Case, Fault
    from tests.support.servers.office import Office
    from tests.support.table import AddCount, AddRow
    from wizard.trouble import Trouble


# What is quoted or pasted is no sentence of ours.
_SENTENCE = re.compile(r"[.?:;]\)?(?:\s|$)|\n|“[^”]*”|restrict,.*")
MOST_WORDS = 25


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("office")) as running:
        yield running


@pytest.fixture(autouse=True)
def no_other_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """What answers on this machine beside the test's own has no part in it, and nobody waits long."""
    monkeypatch.setattr(diagnose_reaching, "SSH_PORT", 2)
    monkeypatch.setattr(over_network, "USUAL_PORT", 3)
    monkeypatch.setattr(probe, "_SECONDS", 1)


def _every_other(rows: Sequence[Row]) -> list[ParameterSet]:
    """The others are left to `--every-case`."""
    return [pytest.param(row, marks=[pytest.mark.every_case] if number % 2 else []) for number, row in enumerate(rows)]


@pytest.mark.parametrize("row", _every_other(ROWS), ids=str)
async def test_each_trouble_has_its_own_explanation(
    row: Row,
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    add_row: AddRow,
    add_count: AddCount,
) -> None:
    monkeypatch.setattr(daemon_password, "ensure", lambda profile: None)
    monkeypatch.setattr(daemon_password, "fetch", lambda profile: Secret("the daemon's password"))
    whole = a_case(office, row.scheme, request)
    with row.fault(whole) as case:
        before = tree(office.path("/home"))
        told = await _told(row, case)
        while told.kind is Kind.SERVER_CANT_WRITE:  # the server's rsync was gone before its reason came through
            told = await _told(row, case)
        after = tree(office.path("/home"))
    shown = "\n".join([told.sentence, told.found, told.forward])
    assert (told.kind, told.who) == (row.kind, row.who), f"{shown}\n{told.raw}"
    assert row.says in shown
    assert told.found.startswith("Probably: ") is (row.sure is Sure.PROBABLY)
    assert told.found or not row.sure
    assert bool(told.forward) == (told.who is Who.ADMIN)
    assert row.writes or before == after
    said = "\n".join([told.what, told.who.words, told.to_do, told.found, told.forward.partition("\n\n")[0]])
    assert all((told.what, told.who.words, told.to_do))
    assert [sentence for sentence in _SENTENCE.split(said) if len(sentence.split()) > MOST_WORDS] == []
    add_count("faults of server, network and set-up", 1)
    add_row("Troubles", row.broken, row.scheme, told.kind.value, told.who.value, told.found)


def test_there_are_enough_of_them_and_each_has_a_name_of_its_own() -> None:
    names = [str(row) for row in ROWS]
    assert len(names) == len(set(names)) >= 120
    assert all(row.broken.strip() for row in ROWS)


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


@pytest.fixture
def whole(office: Office, request: pytest.FixtureRequest) -> Case:
    return a_case(office, "rrsync", request)


def test_what_nobody_foresaw_is_shown_as_it_was_printed(whole: Case) -> None:
    with backup.line("echo what nobody foresaw >&2; exit 3")(whole):
        ran = backup_wizard("run", whole.profile.name)
    kept = paths.walk_state(whole.profile.name) / "last-trouble.txt"
    assert (ran.exit_code, ran.stdout) == (69, "")
    assert ran.stderr.startswith("rsync failed for a reason backup-wizard doesn't recognize (exit code 12) — ")
    assert "    what nobody foresaw\n" in ran.stderr
    assert f"saved in {paths.shown(kept)}" in ran.stderr
    assert "what nobody foresaw\n" in kept.read_text()
    assert kept.read_text().endswith("(exit code 12)\n")


def test_a_command_tells_a_trouble_in_its_fixed_form(whole: Case) -> None:
    with faults.missing(placing.ROOT)(whole):
        ran = backup_wizard("run", whole.profile.name)
    assert (ran.exit_code, ran.stdout) == (69, "")
    assert ran.stderr.startswith(
        "The server has no folder for this backup that the account “amanda” can write to — your admin needs"
        " to fix this — "
    )


@pytest.mark.parametrize("fault", [faults.no_rrsync, faults.rrsync_without_python, faults.old_rrsync])
async def test_a_backup_works_without_an_rrsync_that_does(fault: Fault, whole: Case) -> None:
    with fault(whole):
        assert (await report.backup(whole.profile, whole.access)).exit_code == 0
    assert whole.office.path(f"{placing.OWN}/documents/letter.txt").exists()


async def test_asking_further_is_sparing_of_sign_ins(whole: Case) -> None:
    """A server may count those that it refuses."""
    with sign_in_faults.told(user="Ananda")(whole) as broken:
        with pytest.raises(Failure) as refused:
            await sign_in.attempt(broken.profile, broken.access)
        before = whole.office.connections()
        found = await diagnose.ask(refused.value, broken.profile, broken.access)
        # The counting itself makes one, and so did the counting before.
        assert whole.office.connections() - before - 1 == 1
    assert found and found.sure is Sure.CANT_TELL


async def test_an_agent_full_of_other_keys_does_no_harm(whole: Case, agent: Agent) -> None:
    for number in range(7):
        agent.add(a_key(whole.folder / f"key{number}"))
    with sign_in_faults.sshd("MaxAuthTries 2")(whole) as strict:
        assert (await report.backup(strict.profile, strict.access)).exit_code == 0


def a_key(path: Path) -> Path:
    subprocess.run([programs.require("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path
