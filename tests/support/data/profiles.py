"""Profiles that tests start from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from wizard.profile import Key, Profile, SchemeSettings, Server

if TYPE_CHECKING:
    from tests.support.servers.real_sshd import RealSshd

FINGERPRINT = "SHA256:" + "A" * 43


def a_profile(**changes: Any) -> Profile:
    """A profile in which all is decided, with some of it changed."""
    profile = Profile(
        name="amamac",
        folders=("/home/amanda/Documents",),
        exclude=(".cache/", "*.tmp"),
        server=Server(host="files.example.lan", user="amanda", host_keys=(FINGERPRINT,)),
        scheme=SchemeSettings(from_=("192.0.2.0/24",)),
        key=Key(protection="none"),
    )
    return msgspec.structs.replace(profile, **changes)


def towards(sshd: RealSshd, **changes: Any) -> Profile:
    """A profile whose server is a real one, locked to a folder named `backup` that is still to be made."""
    server = Server(
        host=sshd.host,
        port=sshd.port,
        user=sshd.user,
        root=str(sshd.folder / "backup"),
        host_keys=sshd.fingerprints,
    )
    return a_profile(server=server, scheme=SchemeSettings(), **changes)
