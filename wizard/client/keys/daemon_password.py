"""The password for the server's rsync daemon: generated, kept in the keyring, typed by nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard import schemes
from wizard.client.keys import reading_key, secrets
from wizard.failure import Failure, Kind
from wizard.schemes import reading

if TYPE_CHECKING:
    from wizard.client.keys.secrets import Secret
    from wizard.profile import Profile


def ensure(profile: Profile) -> None:
    """Make the password if the profile's scheme has one and it is not there yet.

    Raises:
        Failure: `KEYRING_MISSING`, `KEYRING_LOCKED` or `KEYRING_REFUSED`; the password is kept nowhere else.
    """
    if not schemes.has_password(profile):
        return
    try:
        secrets.fetch(profile.name, "daemon-password")
    except Failure as failure:
        if failure.kind is not Kind.SECRET_MISSING:
            raise
        secrets.store(profile.name, "daemon-password", secrets.generate())


def fetch(profile: Profile) -> Secret | None:
    """The password, or `None` where the scheme needs none.

    Raises:
        Failure: as for `secrets.fetch`.
    """
    if reading.is_reader(profile):
        return secrets.fetch(profile.name, reading_key.SECRET)
    return secrets.fetch(profile.name, "daemon-password") if schemes.has_password(profile) else None
