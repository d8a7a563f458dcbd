"""Taking the server's receipt: its fingerprints count as verified, and what it tells is known from then on."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from wizard import schemes
from wizard.client.host_keys import known_hosts
from wizard.client.ssh import dial
from wizard.failure import OF_JUMP_HOST, Failure, Kind
from wizard.schemes import reading
from wizard.server import handed_over, kept_facts
from wizard.server.reaching import probe
from wizard.server.receipts import receipt_text, vouched
from wizard.text import display
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wizard.client.host_keys.known_hosts import HostKey
    from wizard.profile import Profile
    from wizard.server.receipts.receipt_text import Receipt

# While the server can't be asked, its fingerprint is compared as soon as it can.
_NOT_REACHED = OF_JUMP_HOST | {
    *(Kind.NAME_UNKNOWN, Kind.HOST_UNREACHABLE, Kind.PORT_CLOSED, Kind.TIMED_OUT, Kind.NO_SSH),
}


@dataclass(frozen=True)
class Taken:
    """An admin's answer that was taken: the profile with all it says, and what of that was decided otherwise before.

    `met` is whether the server itself was asked just now, and showed a fingerprint of the answer's. There is no receipt
    where the answer was the fingerprint alone.
    """

    profile: Profile
    receipt: Receipt | None = None
    changes: tuple[str, ...] = ()
    met: bool = False

    @property
    def named(self) -> tuple[str, ...]:
        """The fingerprints in the answer, a receipt's with their types."""
        if self.receipt is None:
            return self.profile.server.host_keys
        return tuple(f"{key.type_name} {key.fingerprint}" for key in self.receipt.host_keys)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the server warned of; above all, that it has locked this computer out, or keeps no older versions."""
        if self.receipt is None:
            return ()
        no_versions = _("no older versions of this backup are kept there yet: your admin needs the script for that")
        is_without = self.profile.versions.are_kept and not self._is_for_reading and not self.receipt.versions_in
        told = _("your admin locked this computer out on {day}").format(
            day=display.day(datetime.fromtimestamp(self.receipt.revoked, UTC))
        )
        ours = ((told, bool(self.receipt.revoked)), (no_versions, is_without))
        return (*(words for words, is_so in ours if is_so), *self.receipt.warnings)

    @property
    def _is_for_reading(self) -> bool:
        return self.receipt is not None and self.receipt.name != self.profile.name


async def take(profile: Profile, text: str) -> Taken:
    """Read a receipt, compare it with what is confirmed and with what the server shows, and learn from it.

    The profile is not saved. Nothing is kept of a receipt that is refused.

    Raises:
        Failure: `BAD_RECEIPT` if it can't be read or is not for this backup; `RECEIPT_DIFFERS` if it names other
            fingerprints than those that were confirmed or that the server shows; or our folder can't be written to.
    """
    label = reading.label(profile.name)
    is_for_reading = receipt_text.BEGIN.format(name=label) in text
    receipt = receipt_text.parse(text, label if is_for_reading else profile.name)
    offered: list[HostKey] = []
    if schemes.of(profile).uses_ssh:
        if not receipt.host_keys:
            raise Failure(Kind.BAD_RECEIPT, _("the line “{key}” is missing").format(key="host-key"))
        offered = await _offered(profile)
    _compare(receipt, profile.server.host_keys, offered)
    if is_for_reading:  # the backup itself stays where it is
        _learn(profile, receipt)
        return Taken(profile, receipt, met=bool(offered))
    changed, changes = _decided_by_admin(profile, receipt)
    if offered:
        known_hosts.trust(changed, offered)
    vouched.keep(changed, changed.server.host_keys)
    handed_over.forget_text(profile.name)
    _learn(changed, receipt)
    kept_facts.note_locked_out(changed, receipt.revoked)
    kept_facts.note_versions(changed, are_kept=bool(receipt.versions_in))
    return Taken(changed, receipt, changes, met=bool(offered))


async def _offered(profile: Profile) -> list[HostKey]:
    try:
        return await probe.host_keys(dial.ssh(profile))
    except Failure as failure:
        if failure.kind in _NOT_REACHED:
            return []
        raise


def _compare(receipt: Receipt, confirmed: Sequence[str], offered: Iterable[HostKey]) -> None:
    vouched_for = {key.fingerprint for key in receipt.host_keys}
    shown = {key.fingerprint: f"{key.type_name} {key.fingerprint}" for key in offered}
    strangers = [fingerprint for fingerprint in confirmed if fingerprint not in vouched_for]
    if not vouched_for & set(shown):
        strangers += shown.values()
    if vouched_for and strangers:
        named = "\n".join(f"{key.type_name} {key.fingerprint}" for key in receipt.host_keys)
        raise Failure(Kind.RECEIPT_DIFFERS, named, "\n".join(dict.fromkeys(strangers)))


def _decided_by_admin(profile: Profile, receipt: Receipt) -> tuple[Profile, tuple[str, ...]]:
    """The account and the folder are the admin's to decide, and the person is told."""
    server, changes = profile.server, []
    if receipt.account != server.user:
        changes.append(
            _("the account is “{granted}” instead of “{asked}”").format(granted=receipt.account, asked=server.user)
        )
    if receipt.folder != server.root:
        changes.append(
            _("the folder is “{granted}” instead of “{asked}”").format(granted=receipt.folder, asked=server.root)
        )
    fingerprints = tuple(key.fingerprint for key in receipt.host_keys) or server.host_keys
    changed = msgspec.structs.replace(server, user=receipt.account, root=receipt.folder, host_keys=fingerprints)
    return msgspec.structs.replace(profile, server=changed), tuple(changes)


def _learn(profile: Profile, receipt: Receipt) -> None:
    port = profile.server.port
    room = {} if receipt.room is None else {"room": receipt.room, "room_seen": time.time()}
    kept_facts.learn(
        profile,
        rrsync=receipt.rrsync,
        rsync_version=receipt.rsync,
        openssh_version=receipt.openssh,
        shell=receipt.shell,
        ssh_port=port if port in receipt.ssh_ports else next(iter(receipt.ssh_ports), 0),
        daemon_port=receipt.daemon_port,
        **room,
    )
