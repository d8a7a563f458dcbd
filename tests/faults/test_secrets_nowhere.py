"""A canary passphrase and a canary daemon password, through the whole walk of every scheme."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.support import canary
from tests.support.commands import started_anew
from tests.support.pilot import said, until, wizard_at
from tests.support.quick import sampled
from tests.support.servers import placing
from tests.support.servers.office import Office, open_office
from wizard import cli
from wizard.client import access
from wizard.client.keys import daemon_password, key_files, secrets
from wizard.client.keys.secrets import Secret
from wizard.profile import Key
from wizard.server import exports, handed_over
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.secret_service import SecretService
    from tests.support.table import AddRow
    from wizard.profile import Profile

# The walk over rrsync, on the screens, is in tests/screens/test_whole_walk.py.
KINDS = ["forced-command", "daemon", "daemon-over-ssh", "login"]
FOR_THE_ADMIN = {"secrets", "script"}


@pytest.fixture
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("office")) as running:
        yield running


@pytest.mark.parametrize("kind", sampled.first(1, KINDS))
def test_a_secret_is_in_the_keyring_and_nowhere_else(
    kind: str,
    office: Office,
    home: Path,
    tmp_path: Path,
    sample_folder: Path,
    secret_service: SecretService,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    add_row: AddRow,
) -> None:
    profile = with_a_canary(placing.profile_for(office, kind, sample_folder), home)
    with canary.ProcessWatch() as watch:
        placing.begin(profile, tmp_path, started_anew)
        placing.make_root(office, profile)
        client, password = access.facts(profile), daemon_password.fetch(profile)
        handed_over.keep(profile, client)
        placing.place(office, profile, lambda name: exports.export(profile, client, name, secret=password))
        said_by = [
            started_anew(*command)
            for command in (
                ("--answers", tmp_path / "answers.toml"),
                ("run", profile.name),
            )
        ]
        for name in exports.FORMATS:
            if name not in FOR_THE_ADMIN:
                cli.main(["export", profile.name, "--format", name])
        cli.main(["show", profile.name])
        cli.main(["forget", profile.name, "--keep-key"])
    assert said_by[-1].exit_code == 0, said_by[-1].stderr
    assert not [ran for ran in said_by if canary.SECRET in ran.stdout + ran.stderr]
    assert any(b"--answers" in text for text in watch.seen)  # it did look
    assert watch.holding(canary.SECRET) == []
    assert canary.files_holding(canary.SECRET, home, tmp_path) == []
    printed = capfd.readouterr()
    assert "key" in printed.out
    assert canary.SECRET not in printed.out + printed.err + caplog.text
    add_row("Secrets searched for", kind, f"{len(watch.seen)} command lines and environments")


async def test_nothing_copied_or_shown_at_the_hand_over_holds_the_password(
    office: Office, home: Path, sample_folder: Path, secret_service: SecretService
) -> None:
    profile = with_a_canary(placing.profile_for(office, "daemon", sample_folder), home)
    async with wizard_at(profile, Step.HAND_OVER) as pilot:
        await until(pilot, lambda: "PASSWORD" in said(pilot) or "password" in said(pilot))
        for _ in exports.FORMATS:
            await pilot.press("c")
            await pilot.pause()
            assert canary.SECRET not in pilot.app.clipboard
            assert canary.SECRET not in pilot.app.export_screenshot()
            await pilot.press("right")


def with_a_canary(profile: Profile, home: Path) -> Profile:
    """The profile whose secret, of whichever kind, is the canary."""
    if profile.scheme.kind == "daemon":
        secrets.store(profile.name, "daemon-password", Secret(canary.SECRET))
        return profile
    secrets.store(profile.name, "passphrase", Secret(canary.SECRET))
    file = home / ".ssh/backup-wizard-amamac"
    key_files.make(file, key_files.comment_for(profile.name), Secret(canary.SECRET))
    return msgspec.structs.replace(profile, key=Key(protection="keyring", file=str(file)))
