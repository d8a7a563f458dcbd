"""ssh keys on this computer: made, found, read, and never overwritten."""

from __future__ import annotations

import base64
import os
import re
import struct
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.client.keys.public_keys import is_public_line, weakness
from wizard.failure import Failure, Kind
from wizard.storage import files, paths

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from wizard.client.keys.secrets import Secret
    from wizard.profile import KeyType

_RSA_EXPONENT, _RSA_BITS = 65537, 4096
FOR_BACKUPS = "backup-wizard-"
FOR_READING = "backup-restore-"
"""How the name and the comment of a second key begin, which is for reading a backup."""

_OPENSSH_MAGIC = b"openssh-key-v1\0"


def make(path: Path, comment: str, passphrase: Secret | None, type: KeyType = "") -> None:
    """Make a key pair, of ed25519 unless another type is named; `None` leaves it unprotected.

    Raises:
        Failure: `FILE_EXISTS` if there is a key already, or the folder can't be written to. Nothing half-made stays.
    """
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
    )

    require_free(path)
    key = _generate(type)
    encryption = BestAvailableEncryption(passphrase.reveal().encode()) if passphrase else NoEncryption()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, encryption)
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    _require_folder(path.parent)
    files.create(path, private)
    try:
        _write_public(path, public.decode(), comment)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _generate(type: KeyType) -> Ed25519PrivateKey | EllipticCurvePrivateKey | RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa  # only who makes a key needs it

    match type:
        case "ecdsa":
            return ec.generate_private_key(ec.SECP256R1())
        case "rsa":
            return rsa.generate_private_key(_RSA_EXPONENT, _RSA_BITS)
    return ed25519.Ed25519PrivateKey.generate()


def complete(path: Path, name: str) -> None:
    """Write the public half of a backup's key again where it is missing; the private half contains it.

    Raises:
        Failure: `KEY_UNUSABLE` if it is no key in OpenSSH's own format, or the folder can't be written to.
    """
    files.clear(path.parent, path.name)
    if not os.path.lexists(public_path(path)):
        # The comment tells that the key is this backup's own, and is removed with it.
        made_here = path.name.startswith(file_name_for(name))
        _write_public(path, _public_part(path), comment_for(name) if made_here else path.name)


def comment_for(name: str) -> str:
    """What a new key says of itself in the server's file."""
    return f"{FOR_BACKUPS}{name}"


def usual_folder() -> Path:
    """The person's ssh folder, in which new keys are made."""
    return Path("~/.ssh").expanduser()


def begun_for(name: str) -> list[Path]:
    """The private keys in the ssh folder that are called as those of this backup, whole or half-made."""
    called = re.compile(rf"{re.escape(file_name_for(name))}(-\d+)?")
    return [path for path in sorted(usual_folder().glob(f"{FOR_BACKUPS}*")) if called.fullmatch(path.name)]


def is_made_for(path: Path, name: str) -> bool:
    """Whether the key was made for the backup of that name and for nothing else."""
    return path.suffix != ".pub" and _line(public_path(path)).endswith(f" {comment_for(name)}")


def file_name_for(name: str) -> str:
    """What a new key's file is called, or begins with."""
    return f"{FOR_BACKUPS}{name}"


def opens(path: Path, passphrase: Secret | None) -> bool:
    """Whether the private key can be read with that passphrase.

    Raises:
        Failure: `KEY_MISSING`, or `KEY_UNUSABLE` if it is no key that ssh can use.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key

    try:
        content = files.read(path)
    except FileNotFoundError:
        raise Failure(Kind.KEY_MISSING, str(path)) from None
    except OSError as error:
        raise Failure(Kind.KEY_UNUSABLE, str(path), str(error)) from None
    password = passphrase.reveal().encode() if passphrase else None
    load: Callable[..., object] = load_ssh_private_key if b"OPENSSH PRIVATE KEY" in content else load_pem_private_key
    try:
        load(content, password)
    except TypeError:  # a passphrase is needed, or was given for a key that has none
        return password is not None
    except (ValueError, UnsupportedAlgorithm) as error:
        if "PRIVATE KEY" not in content.decode("latin-1"):
            raise Failure(Kind.KEY_UNUSABLE, str(path)) from None
        if password is None:
            raise Failure(Kind.KEY_UNUSABLE, str(path), str(error)) from None
        return False
    return True


def public_line(path: Path) -> str:
    """The public key's line: type, key and comment.

    Raises:
        Failure: `KEY_MISSING` or `KEY_UNUSABLE`.
    """
    public = public_path(path)
    try:
        line = files.read(public).decode().strip()
    except FileNotFoundError:
        raise Failure(Kind.KEY_MISSING, str(public)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(Kind.KEY_UNUSABLE, str(public), str(error)) from None
    if not is_public_line(line):
        raise Failure(Kind.KEY_UNUSABLE, str(public))
    return line


def require_strong(path: Path) -> None:
    """See that a key which is there is not too weak to be used.

    Raises:
        Failure: `KEY_WEAK`.
    """
    try:
        # A kind of key that can't be read here is told when it is opened.
        line = files.read(public_path(path)).decode().strip() if public_path(path).exists() else _public_part(path)
    except (OSError, UnicodeDecodeError, Failure):
        return
    if why := weakness(line):
        raise Failure(Kind.KEY_WEAK, f"{paths.shown(path)} ({why})")


def keep_agent_key(name: str, line: str) -> Path:
    """Keep the public line of an agent's key, so that ssh can be told to use just that one.

    Raises:
        Failure: the folder can't be written to.
    """
    path = files.private_folder(paths.agent_keys()) / f"{name}.pub"
    files.replace(path, f"{line}\n".encode(), 0o644)
    return path


def public_path(path: Path) -> Path:
    """Where the public half of a key is; a path that is one already stays."""
    return path if path.suffix == ".pub" else path.with_name(f"{path.name}.pub")


def remove(path: Path) -> None:
    """Remove a key pair.

    Raises:
        Failure: it can't be removed.
    """
    files.remove(path)
    files.remove(public_path(path))  # last: its comment tells which backup the pair belongs to


def require_free(path: Path) -> None:
    """See that nothing stands where a new key pair would go.

    Raises:
        Failure: `FILE_EXISTS`.
    """
    for taken in (path, public_path(path)):
        if taken.exists() or taken.is_symlink():
            raise Failure(Kind.FILE_EXISTS, str(taken))


def _require_folder(folder: Path) -> None:
    """See that a key's folder is there and private; the person's own link to one, as dotfiles have it, is followed."""
    is_own_link = folder.is_symlink() and folder.lstat().st_uid == os.geteuid()
    files.private_folder(folder.resolve() if is_own_link else folder)


def _write_public(path: Path, key: str, comment: str) -> None:
    files.create(public_path(path), f"{key} {comment}\n".encode(), 0o644)


def _public_part(path: Path) -> str:
    """Type and key from what stands unencrypted at the start of a private key (OpenSSH's PROTOCOL.key).

    cryptography reads nothing of an encrypted key without its passphrase.
    """
    try:
        lines = files.read(path).decode("ascii").split("-----")[2]
        rest = base64.b64decode(lines).removeprefix(_OPENSSH_MAGIC)
        for _ in ("cipher", "key derivation", "its options"):
            _, rest = _field(rest)
        blob, _ = _field(rest[4:])  # past the number of keys, which is 1
        kind, _ = _field(blob)
    except (OSError, ValueError, IndexError, struct.error) as error:
        raise Failure(Kind.KEY_UNUSABLE, str(path), str(error)) from None
    line = f"{kind.decode('ascii', 'replace')} {base64.b64encode(blob).decode()}"
    if not is_public_line(line):
        raise Failure(Kind.KEY_UNUSABLE, str(path))
    return line


def _field(data: bytes) -> tuple[bytes, bytes]:
    (length,) = struct.unpack_from(">I", data)
    return data[4 : 4 + length], data[4 + length :]


def _line(public: Path) -> str:
    try:
        return public_line(public)
    except Failure:
        return ""
