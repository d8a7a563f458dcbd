"""Screens, lines and `--answers` are one walk: the same profile, the same steps, and the same say on who may pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.support.data.profiles import FINGERPRINT
from tests.support.data.receipts import a_receipt
from tests.support.quick import sampled
from tests.support.servers import placing
from tests.support.servers.office import Office, open_office
from tests.support.servers.rssh import RSSH
from tests.support.walks_agree import Errand, OnLines, OnScreens, Unattended, Walked, with_full_paths
from wizard import schemes
from wizard.client.keys import found_keys, key_files
from wizard.profile import Key
from wizard.walk import steps
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.agent import Agent
    from tests.support.secret_service import SecretService
    from wizard.profile import Profile

# Each case walks three times, and waits between sign-ins as a server wants it.
pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

# The odd accounts below have the two usual schemes.
KINDS = sorted((scheme.kind for scheme in schemes.SCHEMES), key=lambda kind: kind != "daemon")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path / "office") as running:
        yield running


def a_new_one(office: Office, kind: str, folder: Path) -> Profile:
    """A profile in which the server's fingerprint and the key are still to be decided."""
    profile = placing.profile_for(office, kind, folder)
    server = msgspec.structs.replace(profile.server, host_keys=())
    return msgspec.structs.replace(profile, server=server, key=Key())


async def all_three(errand: Errand, monkeypatch: pytest.MonkeyPatch) -> tuple[Walked, Walked, Walked]:
    """The errand done in each way, the last one from the first one's profile."""
    on_screens = await OnScreens(errand).walk()
    on_lines = await in_a_thread(OnLines(errand, monkeypatch))
    assert on_screens.profile
    answers = on_screens.profile

    def prepare() -> None:
        if answers.key_is_agents:
            key_files.keep_agent_key(answers.name, found_keys.agent_lines()[0])

    return on_screens, on_lines, await Unattended(errand, answers, monkeypatch).walk(prepare)


async def in_a_thread(lines: OnLines) -> Walked:
    """The walk on lines has event loops of its own."""
    import asyncio

    return await asyncio.to_thread(lines.walk)


def assert_agreed(on_screens: Walked, on_lines: Walked, unattended: Walked) -> None:
    assert on_screens.profile
    assert on_lines.profile
    assert unattended.profile
    expected = with_full_paths(on_screens.profile)
    assert with_full_paths(on_lines.profile) == expected
    assert with_full_paths(unattended.profile) == expected
    assert on_screens.order == on_lines.order == unattended.order == steps.applicable(expected)
    assert on_lines.confirmed == on_screens.confirmed
    # Nobody confirms anything to `--answers`: what is open, its exit code tells.
    assert on_lines.refused == on_screens.refused
    assert Step.HAND_OVER in unattended.refused


@pytest.mark.parametrize("kind", sampled.first(1, KINDS))
async def test_every_scheme(
    kind: str, office: Office, sample_folder: Path, secret_service: SecretService, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = a_new_one(office, kind, sample_folder)
    if kind == "daemon":
        profile = msgspec.structs.replace(profile, key=Key(protection="none"))
    walked = await all_three(Errand(office, profile), monkeypatch)
    assert_agreed(*walked)
    on_screens, _, unattended = walked
    assert unattended.exit_code == (1 if Step.SECURITY_CHECK in on_screens.confirmed else 0)
    gives_much_away = kind in {"daemon", "login"}
    assert (Step.SCHEME in on_screens.confirmed) is gives_much_away


async def test_an_account_with_rssh(
    tmp_path: Path, sample_folder: Path, secret_service: SecretService, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "office"
    place.mkdir()
    with Office(place, "/etc/rssh") as office:
        office.put("/etc/rssh", RSSH, mode=0o755)
        office.start_sshd()
        walked = await all_three(Errand(office, a_new_one(office, "forced-command", sample_folder)), monkeypatch)
    assert_agreed(*walked)
    assert walked[2].exit_code == 1  # no practice run was possible, so not everything was seen


async def test_a_server_that_was_set_up_anew(
    office: Office, sample_folder: Path, secret_service: SecretService, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = a_new_one(office, "rrsync", sample_folder)
    stale = msgspec.structs.replace(profile, server=msgspec.structs.replace(profile.server, host_keys=(FINGERPRINT,)))
    errand = Errand(office, stale, wrong=("SHA256:" + "B" * 43,))
    walked = await all_three(errand, monkeypatch)
    assert_agreed(*walked)
    assert walked[0].refused == [Step.FINGERPRINT, Step.HAND_OVER]
    nobody = await Unattended(errand, stale, monkeypatch).walk()
    assert nobody.refused == [Step.FINGERPRINT]
    assert nobody.exit_code == 69


async def test_a_key_of_the_agents(
    office: Office,
    sample_folder: Path,
    home: Path,
    agent: Agent,
    secret_service: SecretService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key_files.make(home / "elsewhere/key", "amanda@agent", None)
    agent.add(home / "elsewhere/key")
    errand = Errand(office, a_new_one(office, "rrsync", sample_folder), own_key=True)
    walked = await all_three(errand, monkeypatch)
    assert_agreed(*walked)
    assert walked[0].profile
    assert walked[0].profile.key_is_agents


async def test_a_receipt(
    office: Office, sample_folder: Path, secret_service: SecretService, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = a_new_one(office, "rrsync", sample_folder)
    receipt = a_receipt(profile, (office.fingerprint,), folder=profile.server.root)
    walked = await all_three(Errand(office, profile, receipt=receipt), monkeypatch)
    assert_agreed(*walked)
    assert walked[0].profile
    assert walked[0].profile.server.host_keys == (office.fingerprint,)
