"""Keys whose passphrase is quick to try: tests make and try them a thousand times, and none of them is a secret."""

from __future__ import annotations

from cryptography.hazmat.primitives.serialization import ssh

_USUAL_ROUNDS = ssh._DEFAULT_ROUNDS


def hasten() -> None:
    """Have the keys that this process makes from now on, and its forks, hashed in one round instead of sixteen."""
    assert _USUAL_ROUNDS > 1
    ssh._DEFAULT_ROUNDS = 1
