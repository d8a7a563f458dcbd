"""Who the practice server lets in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.servers.practice_client import Client, new_key

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")


def test_authorized_keys_is_read_at_every_sign_in(unlocked: Client) -> None:
    assert unlocked.ssh("true").returncode == 0
    unlocked.server.authorized_keys.write_text("")
    assert unlocked.ssh("true").returncode == 255
    unlocked.server.authorized_keys.unlink()
    assert unlocked.ssh("true").returncode == 255


def test_the_first_line_that_fits_key_and_address_wins(client: Client) -> None:
    client.server.authorized_keys.write_text(
        f'from="192.0.2.7",command="echo elsewhere" {client.public_key}\n'
        f'from="127.0.0.0/8",command="echo here" {client.public_key}\n'
        f'command="echo anywhere" {client.public_key}\n'
    )
    assert client.ssh("true").stdout == "here\n"
    client.server.authorized_keys.write_text(f'from="192.0.2.7" {client.public_key}\n')
    assert "Permission denied (publickey)" in client.ssh("true").stderr


def test_applying_takes_care_of_what_is_there(client: Client, tmp_path: Path) -> None:
    file, other = client.server.authorized_keys, new_key(tmp_path / "other").with_suffix(".pub").read_text().strip()
    file.write_text(f"# the office's\n{other}")
    text = f'# backup-wizard\nrestrict,command="one" {client.public_key}\n'
    client.server.apply(text)
    client.server.apply(text)
    assert file.read_text() == f"# the office's\n{other}\n{text}"
    assert file.stat().st_mode & 0o777 == 0o600

    changed = text.replace("one", "two").removesuffix("\n")
    client.server.apply(changed)
    assert file.read_text() == f"# the office's\n{other}\n{changed}\n"
