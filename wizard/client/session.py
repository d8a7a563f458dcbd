"""One run of the wizard: what the person typed is held for as long as it lasts, and no longer."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING, Self

import msgspec
from msgspec.structs import replace

from wizard import schemes
from wizard.client import access, profile_lock, stale_temp_files
from wizard.client.keys import found_keys, key_files, passphrase_socket, public_keys
from wizard.client.ssh import signing_in
from wizard.failure import Failure, Kind
from wizard.storage import paths

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from wizard.client.access import Access
    from wizard.client.keys.secrets import Secret
    from wizard.profile import Profile


class Session:
    """Holds a backup, gives access to its server, and asks for a passphrase at most once where nothing else holds it.

    `ask` is how a person is asked; without it, a key that needs a person can't be used.
    """

    def __init__(self, ask: Callable[[Profile], Awaitable[Secret]] | None = None) -> None:
        self.ask = ask
        self._sockets: dict[Path, Path] = {}
        self._held: dict[str, tuple[int, contextlib.ExitStack]] = {}
        self._begun: dict[str, tuple[Profile, Access]] = {}
        self._prepared: dict[str, tuple[_Basis, Access]] = {}
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._open.close()

    def hold(self, name: str, *, timeout: float = 0.0) -> int:
        """Keep every other program off the backup until the session lets go; returns the lock's descriptor.

        A child that is given it holds the backup as well. `timeout` is as for `profile_lock.alone`.

        Raises:
            Failure: `PROFILE_IN_USE`, or our folder can't be written to.
        """
        if name not in self._held:
            holding = self._open.enter_context(contextlib.ExitStack())
            self._held[name] = holding.enter_context(profile_lock.alone(name, timeout=timeout)), holding
            stale_temp_files.clear(name)
        return self._held[name][0]

    def let_go(self) -> None:
        """Let other programs at the backups again."""
        while self._held:
            self._held.popitem()[1][1].close()

    def remember(self, key_file: Path, passphrase: Secret) -> None:
        """Hold a key's passphrase for ssh, until the session ends."""
        self._sockets[key_file] = self._open.enter_context(passphrase_socket.serve(passphrase))

    def holds(self, key_file: Path) -> bool:
        """Whether the key's passphrase is held."""
        return key_file in self._sockets

    def sign_in_ahead(self, profile: Profile) -> None:
        """Begin to sign in, where nothing has to be asked or looked at before; `access` tells what is in the way."""
        scheme = schemes.of(profile)
        if not scheme.uses_ssh or scheme.records_command:
            return
        with contextlib.suppress(Failure):
            if _needs_a_person(profile):
                return
            prepared = access.prepare(profile)
            if begun := signing_in.begin(profile, prepared):
                self._open.callback(begun.close)
                self._begun[profile.name] = profile, replace(prepared, signing_in=begun)

    async def access(self, profile: Profile) -> Access:
        """All that a command towards the server needs, prepared again only where something that it rests on changed.

        Raises:
            Failure: as for `access.prepare`; `PASSPHRASE_UNASKED` or `PASSPHRASE_WRONG`.
        """
        begun_for, begun = self._begun.pop(profile.name, (None, None))
        if begun and begun_for == profile:
            return begun
        from wizard.client.process.background import in_background  # imported late: signing in ahead does not need it

        path = profile.key_path
        # An agent may take its time, and so does a passphrase, which is stretched on purpose.
        if path not in self._sockets and await in_background(partial(_needs_a_person, profile)):
            if self.ask is None:
                raise Failure(Kind.PASSPHRASE_UNASKED, str(path))
            passphrase = await self.ask(profile)
            if not await in_background(partial(key_files.opens, path, passphrase)):
                raise Failure(Kind.PASSPHRASE_WRONG, str(path))
            self.remember(path, passphrase)
        basis = _Basis.now(profile, self._sockets.get(path))
        prepared_on, prepared = self._prepared.get(profile.name, (None, None))
        if prepared is None or prepared_on != basis:
            # The keyring may ask its owner to unlock it, which can take any time.
            prepared = await in_background(partial(access.prepare, profile, basis.socket))
            if prepared.password is None:  # a password stays in the keyring, from where it is fetched each time
                self._prepared[profile.name] = basis, prepared
        return prepared


class _Basis(msgspec.Struct, frozen=True):
    """What an access rests on: the profile, where a passphrase is served, and the files that are read for it."""

    profile: Profile
    socket: Path | None
    files: tuple[tuple[int, int, int] | None, ...]

    @classmethod
    def now(cls, profile: Profile, socket: Path | None) -> _Basis:
        key = profile.key_path
        read = (key, key_files.public_path(key), paths.known_hosts())
        return cls(profile, socket, tuple(map(_state, read)))


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _needs_a_person(profile: Profile) -> bool:
    if not schemes.of(profile).uses_ssh or profile.key.protection != "ask":
        return False
    if profile.key_is_agents or key_files.opens(profile.key_path, None):
        return False
    return not any(
        public_keys.same_key(line, key_files.public_line(profile.key_path)) for line in found_keys.agent_lines()
    )
