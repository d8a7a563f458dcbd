"""A profile file that says a name of the person's ssh settings: it is told as such, with what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.support.commands import backup_wizard
from tests.support.data.profiles import a_profile
from wizard.storage import profiles

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("User joe", "host = \"files.example.lan\", port = 2222, user = 'amanda'."),
        (
            "ProxyJump joe@gate",
            "host = \"files.example.lan\", port = 2222, user = 'amanda', jump = 'joe@gate.example.lan:2200'.",
        ),
        ("ProxyCommand nc %h %p", "which backup-wizard can't do"),
    ],
)
def test_it_is_told_what_to_write(settings: str, says: str, home: Path, tmp_path: Path, sample_folder: Path) -> None:
    config = home / ".ssh/config"
    config.parent.mkdir(mode=0o700)
    config.write_text(
        f"Host nas.invalid\n  HostName files.example.lan\n  Port 2222\n  {settings}\n"
        "Host gate\n  HostName gate.example.lan\n  Port 2200\n"
    )
    profile = a_profile(folders=(str(sample_folder),))
    named = msgspec.structs.replace(profile.server, host="nas.invalid")
    answers = tmp_path / "answers.toml"
    answers.write_text(profiles.dumps(msgspec.structs.replace(profile, server=named)))
    ran = backup_wizard("--answers", answers)
    assert ran.exit_code == 69
    assert "Your ssh settings know “nas.invalid” as" in ran.stderr
    assert says in ran.stderr


def test_a_jump_host_s_name_of_them_is_told_as_well(home: Path, tmp_path: Path, sample_folder: Path) -> None:
    config = home / ".ssh/config"
    config.parent.mkdir(mode=0o700)
    config.write_text("Host gate.invalid\n  HostName gate.example.lan\n  Port 2200\n")
    profile = a_profile(folders=(str(sample_folder),))
    named = msgspec.structs.replace(profile.server, jump="joe@gate.invalid")
    answers = tmp_path / "answers.toml"
    answers.write_text(profiles.dumps(msgspec.structs.replace(profile, server=named)))
    ran = backup_wizard("--answers", answers)
    assert ran.exit_code == 69
    assert "Can't find the jump host joe@gate.invalid" in ran.stderr
    assert "write instead: jump = 'joe@gate.example.lan:2200'." in ran.stderr
