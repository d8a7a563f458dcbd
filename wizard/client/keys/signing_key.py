"""The backup's key as paramiko signs with it: from its file, or left in the person's agent."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from wizard.client.keys import key_files, passphrase_socket, public_keys, reading_key, secrets
from wizard.failure import Failure, Kind
from wizard.storage import files

if TYPE_CHECKING:
    from pathlib import Path

    from paramiko import PKey

    from wizard.client.access import Access
    from wizard.client.keys.secrets import Secret
    from wizard.profile import Profile


_PKCS8 = re.compile(rb"-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----")


def load(profile: Profile, access: Access) -> PKey:
    """The key; its passphrase comes from where ssh would get it.

    Raises:
        Failure: `KEY_UNUSABLE` if it is of a kind that only ssh itself can use, or what getting the passphrase raises.
    """
    passphrase = _passphrase(profile, access)
    if passphrase is None and (in_agent := _in_agent(profile)):
        return in_agent
    return _from_file(profile.key_path, passphrase)


def _passphrase(profile: Profile, access: Access) -> Secret | None:
    if access.passphrase_socket:
        return passphrase_socket.ask(access.passphrase_socket)
    if reading_key.is_named_by(profile):
        return secrets.fetch(profile.name, reading_key.SECRET)
    return secrets.fetch(profile.name, "passphrase") if profile.key.protection == "keyring" else None


def _in_agent(profile: Profile) -> PKey | None:
    if not (profile.key_is_agents or profile.key.protection == "ask"):
        return None
    from paramiko import Agent, SSHException

    wanted = key_files.public_line(profile.key_path)
    try:
        held = Agent().get_keys()
    except (OSError, SSHException):
        return None
    return next((key for key in held if public_keys.same_key(f"{key.get_name()} {key.get_base64()}", wanted)), None)


def _from_file(path: Path, passphrase: Secret | None) -> PKey:
    from paramiko import PKey

    try:
        password: Any = passphrase.reveal().encode() if passphrase else None  # bytes, whatever paramiko's types say
        content = files.read(path)
        if _PKCS8.search(content):
            return _from_pkcs8(content, password)
        return PKey.from_path(path, password)
    except Exception as error:  # noqa: BLE001 - it raises what each kind of key makes of it, with the passphrase in reach
        raise Failure(Kind.KEY_UNUSABLE, str(path), type(error).__name__) from None


def _from_pkcs8(content: bytes, password: bytes | None) -> PKey:
    """A key in the format of other programs, which ssh reads too; in memory alone, it is put into OpenSSH's."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
    from paramiko import ECDSAKey, Ed25519Key, RSAKey

    key: Any = load_pem_private_key(content, password)
    in_openssh = io.StringIO(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode())
    readers = ((ed25519.Ed25519PrivateKey, Ed25519Key), (ec.EllipticCurvePrivateKey, ECDSAKey), (object, RSAKey))
    return next(reader for kind, reader in readers if isinstance(key, kind)).from_private_key(in_openssh)
