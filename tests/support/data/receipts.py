"""Receipts as the setup script prints them on a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.server.receipts import receipt_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.profile import Profile


def a_receipt(profile: Profile, fingerprints: Sequence[str], *, warning: str = "", **changes: str) -> str:
    """The receipt for a backup on a server with those fingerprints, with some of its lines changed."""
    told = {
        "account": profile.server.user,
        "home": "/home/amanda",
        "folder": profile.server.root,
        "shell": "/bin/sh",
        "rsync": "3.2.7",
        "openssh": "9.2",
        "rrsync": "/usr/bin/rrsync",
        "ssh-port": str(profile.server.port),
        "rsync-port": "none",
    } | changes
    lines = [f"{key}: {value}" for key, value in told.items()]
    lines += [f"host-key: ED25519 {fingerprint}" for fingerprint in fingerprints]
    lines += [f"warning: {warning}"] if warning else []
    return "\n".join(
        [receipt_text.BEGIN.format(name=profile.name), *lines, receipt_text.END.format(name=profile.name), ""]
    )
