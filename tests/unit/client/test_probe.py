"""What a server's keys can be learnt from, though it takes few strangers at a time or speaks little of what we do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wizard import trouble
from wizard.client.ssh.dial import Target
from wizard.failure import Failure, Kind
from wizard.server.reaching import probe

if TYPE_CHECKING:
    from tests.conftest import StartSshd


@pytest.mark.parametrize("setting", ["MaxStartups 1", "PerSourceMaxStartups 1"])
async def test_a_server_that_takes_one_stranger_at_a_time_shows_all_its_keys(
    start_sshd: StartSshd, setting: str
) -> None:
    sshd = start_sshd(settings=[setting], key_types=("ed25519", "ecdsa", "rsa"))
    found = await probe.host_keys(Target("127.0.0.1", sshd.port))
    assert [key.type_name for key in found] == ["ED25519", "ECDSA", "RSA"]


@pytest.mark.parametrize(
    "setting", ["KexAlgorithms diffie-hellman-group14-sha1", "Ciphers aes128-cbc", "MACs hmac-sha1-96"]
)
async def test_a_server_with_nothing_in_common_is_told_as_such(
    start_sshd: StartSshd, setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "_PAUSES", (0.0, 0.1))
    ciphers = ["Ciphers aes128-ctr"] if setting.startswith("MACs") else []
    sshd = start_sshd(settings=[setting, *ciphers])
    with pytest.raises(Failure) as failed:
        await probe.host_keys(Target("127.0.0.1", sshd.port))
    assert trouble.kind_of(failed.value) is Kind.OLD_SSHD
    assert "no matching" in failed.value.raw
