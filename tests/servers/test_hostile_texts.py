"""A hostile server's texts: no control character and no mark that turns writing around reaches the terminal."""

from __future__ import annotations

import contextlib
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.attacks import faults
from tests.support.attacks.case import KEYS, PRIVATE_CONFIG, a_case, nothing
from tests.support.commands import backup_wizard
from tests.support.pilot import said, text, until, wizard_at
from tests.support.servers import placing
from tests.support.servers.office import ACCOUNT, Office, open_office
from wizard.client.session import Session
from wizard.storage import profiles
from wizard.walk import plain
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.attacks.case import Case, Fault
    from wizard.profile import Profile

# Sets the window's title, clears the screen, colours in eight bits, and turns the writing around.
EVIL = "\x1b]0;pwned\x07\x1b[2J\u009b31m\u202eevil\r\x7f"
_PROGRAM = "/etc/evil-program"
_ORDERS = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("office"), "Banner /etc/evil") as running:
        running.put("/etc/evil", f"{EVIL}\n", mode=0o644)
        yield running


def orders(shown: str) -> list[str]:
    """What a terminal would take as an order and not as text."""
    return [sign for sign in shown if unicodedata.category(sign) in _ORDERS and sign != "\n"]


def saying(script: str) -> Fault:
    """With a program in rrsync's place that says this."""

    @contextlib.contextmanager
    def fault(case: Case) -> Iterator[Case]:
        case.office.put(_PROGRAM, f"#!/bin/sh\n{script}\n", mode=0o755)
        with faults.rewritten(KEYS, "rsync --server --daemon", f"{_PROGRAM} ")(case):
            yield case

    return fault


@contextlib.contextmanager
def evil_names(case: Case) -> Iterator[Case]:
    """Some that would be deleted there, and some that can't be written."""
    place = f"{placing.ROOT}/{case.profile.name}"
    folder = Path(case.profile.folders[0])
    (folder / EVIL).mkdir()
    (folder / EVIL / "inner").touch()
    case.office.run("install", "-d", "-o", ACCOUNT, f"{place}/{folder.name}/{EVIL}gone")
    with faults.owned_by_root("755", f"{place}/{folder.name}/{EVIL}")(case) as broken:
        yield broken


DAEMON = "printf '@RSYNCD: 31.0\\n'; read -r greeting; read -r module"
HOSTILE = {
    "a banner": nothing,
    "the day's message": faults.rewritten(PRIVATE_CONFIG, "[amanda]", "motd file = /etc/evil\n[amanda]"),
    "an error on its own": saying(f"printf '%s\\n' '{EVIL}' >&2; exit 3"),
    "an error of the daemon's": saying(f"{DAEMON}; printf '%s\\n' '{EVIL}' '@ERROR: {EVIL}'"),
    "a text in place of rsync": saying(f"printf '%s\\n' '{EVIL}' '{EVIL}'"),
    "names of files": evil_names,
}
TOLD = "an error of the daemon's"


@pytest.fixture
def case(office: Office, request: pytest.FixtureRequest) -> Case:
    return a_case(office, "daemon-over-ssh", request, delete=True, scheme={"allow_delete": True})


@pytest.mark.parametrize("hostility", HOSTILE)
def test_no_command_passes_it_on(hostility: str, case: Case) -> None:
    listing = case.folder / "listing.txt"
    with HOSTILE[hostility](case):
        ran = [
            backup_wizard("dry-run", case.profile.name, "--output", listing),
            backup_wizard("run", case.profile.name),
            backup_wizard("check", case.profile.name, "--json"),
        ]
    listed = listing.read_text() if listing.exists() else ""
    shown = "".join(one.stdout + one.stderr for one in ran) + listed
    assert orders(shown) == []
    assert "evil" in shown or hostility in {"a banner", "the day's message"}


def test_the_walk_on_lines_does_not_pass_it_on(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    def leave(_: str = "") -> str:
        raise EOFError

    case.monkeypatch.setattr("builtins.input", leave)
    with HOSTILE[TOLD](case), Session() as session:
        plain.walk(at_the_dry_run(case.profile), session)
    shown = "".join(capsys.readouterr())
    assert "evil" in shown
    assert orders(shown) == []


async def test_the_screen_does_not_pass_it_on(case: Case) -> None:
    with HOSTILE[TOLD](case):
        async with wizard_at(case.profile, Step.DRY_RUN) as pilot:
            await until(pilot, lambda: "refuses" in text(pilot))
            await pilot.press("f2")
            await until(pilot, lambda: "exit code" in text(pilot))
            assert "evil" in said(pilot)
            assert orders(text(pilot) + said(pilot)) == []


def at_the_dry_run(profile: Profile) -> Walk:
    profiles.save(profile)
    return Walk(profile, Step.DRY_RUN, Step.DRY_RUN)
