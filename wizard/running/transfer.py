"""The dry run and the real backup, on a destination that is seen to be ours or nobody's."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from wizard import schemes, trouble
from wizard.client import rsync
from wizard.client.folders import folder_access, links
from wizard.client.ssh.shared_connection import shared
from wizard.failure import Failure, Kind
from wizard.running import record
from wizard.schemes.base import Transfer
from wizard.server import complete_mark, destination, handed_over, kept_facts
from wizard.server.reaching import sign_in, which_line
from wizard.storage import used_places

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
    from pathlib import Path

    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.server.destination import Holder

SOME_FILES_FAILED = frozenset({23, 24})

T = TypeVar("T")


async def dry_run(profile: Profile, access: Access) -> AsyncGenerator[rsync.Event]:
    """What a backup would do, told by rsync through the real connection; nothing is changed on the server.

    Raises:
        Failure: a source folder is not there, the destination is another's (`DESTINATION_TAKEN`), the server's line
            is for another command (`COMMAND_DRIFTED`), a dry run would be a real one (`NO_DRY_RUN`), or rsync failed.
    """
    if not can_preview(profile):
        raise Failure(Kind.NO_DRY_RUN, profile.server.host)
    _require_as_handed_over(profile, access)
    # The markers go along, which spares a question beforehand: nothing is sent before the answer is there.
    transfer = Transfer(dry_run=True, markers=destination.markers(profile.name))
    async with shared(profile, access) as shared_access:
        profile = await which_line.met(profile, shared_access)
        await _require_command_digest(profile, shared_access)
        async with aclosing(_with_markers(profile, shared_access, transfer)) as events:
            async for event in events:
                yield event


async def backup(
    profile: Profile,
    access: Access,
    *,
    keeps_parts: bool = False,
    must_be_there: bool = False,
    compress: bool = False,
    holding: Sequence[int] = (),
) -> AsyncGenerator[rsync.Event]:
    """The real backup, with our markers in it; `holding` is as for `rsync.run`.

    Raises:
        Failure: as for `dry_run`; or nobody's backup is there, and ours must be (`BACKUP_GONE`).
    """
    _require_as_handed_over(profile, access)
    markers = destination.markers(profile.name)
    transfer = Transfer(dry_run=False, markers=markers, keeps_parts=keeps_parts, compress=compress)
    async with shared(profile, access) as shared_access:
        profile = await which_line.met(profile, shared_access)
        await _require_command_digest(profile, shared_access)
        if can_preview(profile):
            _require_ours(profile, await destination.holder(profile, shared_access), must_be_there=must_be_there)
        used_places.keep(profile.name, profile.places, profile.old_home)
        async with aclosing(_with_markers(profile, shared_access, transfer, holding)) as events:
            async for event in events:
                yield event


async def is_adopted(profile: Profile, access: Access) -> bool:
    """Whether the backup may be older than our record of it; what the server says of that is kept in the record.

    That is another computer's, or one which was forgotten here and set up again: it may hold more than
    there is here, so what would be deleted from it is asked about.

    Raises:
        Failure: as for `dry_run`.
    """
    if record.is_place_known(profile) or not can_preview(profile):
        return record.read(profile.name).adopted
    _require_as_handed_over(profile, access)
    await _require_command_digest(profile, access)
    holder = await destination.holder(profile, access)
    if holder is destination.Holder.NOBODY:
        record.note_empty(profile)
    elif holder is destination.Holder.US and not record.read(profile.name).last_good:
        record.note_adopted(profile.name)
    return record.read(profile.name).adopted


async def compare(profile: Profile, access: Access, sample: Path) -> AsyncGenerator[rsync.Event]:
    """What a backup of the files named in `sample` would send, by their content; nothing is changed on the server."""
    async with aclosing(_run(profile, access, Transfer(dry_run=True, sample=sample))) as events:
        async for event in events:
            yield event


async def send_by_content(
    profile: Profile, access: Access, sample: Path, holding: Sequence[int]
) -> AsyncGenerator[rsync.Event]:
    """Send the files named in `sample` whose content differs, however they look; `holding` is as for `rsync.run`."""
    async with aclosing(_run(profile, access, Transfer(dry_run=False, sample=sample), holding)) as events:
        async for event in events:
            yield event


async def mark_complete(
    profile: Profile, access: Access, modes: Awaitable[bytes], pauses: Iterable[float], holding: Sequence[int] = ()
) -> str:
    """Leave the mark of a complete run that has just ended, with its folders' modes; returns why that failed, if so."""
    try:
        marking = partial(complete_mark.leave, profile, access, datetime.now(UTC), await modes, holding)
        await once_free(marking, profile, pauses)
    except Failure as failure:  # the backup is as good without it
        return trouble.explain(failure, profile).what
    return ""


async def once_free(ask: Callable[[], Awaitable[T]], profile: Profile, pauses: Iterable[float]) -> T:
    """Ask the server, again after each pause while it is busy, as it is for a moment after each run.

    Raises:
        Failure: it failed otherwise, or is busy still.
    """
    for pause in pauses:
        try:
            return await ask()
        except Failure as failure:
            if trouble.kind_of(failure, profile) is not Kind.SERVER_BUSY:
                raise
        await asyncio.sleep(pause)
    return await ask()


def _run(
    profile: Profile, access: Access, transfer: Transfer, holding: Sequence[int] = ()
) -> AsyncGenerator[rsync.Event]:
    links.ensure(profile)
    transfer = replace(transfer, used_places=used_places.of(profile.name, profile.old_home))
    command = schemes.of(profile).client_command(profile, access.facts, transfer)
    return links.as_here(profile, rsync.run(command, access, holding=holding))


def require_sources(profile: Profile) -> None:
    """See that every source folder is there and can be listed.

    Raises:
        Failure: `FOLDER_MISSING` or `FOLDER_UNREADABLE` for the first that is not.
    """
    for folder in profile.folders:
        folder_access.require(folder)


async def _with_markers(
    profile: Profile, access: Access, transfer: Transfer, holding: Sequence[int] = ()
) -> AsyncGenerator[rsync.Event]:
    told = destination.MarkersSeen(destination.markers(profile.name))
    outdated = _Outdated() if transfer.dry_run and profile.scheme.append_only else None
    async with aclosing(_run(profile, access, transfer, holding)) as events:
        async for event in events:
            if isinstance(event, rsync.Entries):
                entries = told.take_from(event)
                entries = outdated.marked(entries) if outdated else entries
                if entries.raw:
                    yield entries
            elif isinstance(event, rsync.Ended) and event.totals:
                if transfer.dry_run:
                    _require_ours(profile, told.holder)
                totals = told.without_markers(event.totals)
                yield replace(event, totals=outdated.subtracted_from(totals) if outdated else totals)
            else:
                yield event


class _Outdated:
    """Files that a dry run would send again, and that the server, being append only, would keep as they are.

    There a dry run is let compare them, since it overwrites nothing, and a real run is not. It lists what is unchanged
    as well, which is left out.
    """

    def __init__(self) -> None:
        self._count = self._bytes = 0

    def marked(self, entries: rsync.Entries) -> rsync.Entries:
        """The entries with these as rsync shows a file that it doesn't send."""
        shown, sizes = entries.as_append_only()
        self._count += len(sizes)
        self._bytes += sum(sizes)
        return shown

    def subtracted_from(self, totals: rsync.Totals) -> rsync.Totals:
        """The totals of what would really happen."""
        return replace(
            totals,
            changed=totals.changed - self._count,
            outdated=self._count,
            bytes_to_send=totals.bytes_to_send - self._bytes,
        )


def _require_ours(profile: Profile, holder: Holder, *, must_be_there: bool = False) -> None:
    if holder is destination.Holder.ANOTHER:
        raise Failure(Kind.DESTINATION_TAKEN, profile.destination)
    if must_be_there and holder is destination.Holder.NOBODY:
        raise Failure(Kind.BACKUP_GONE, profile.destination)


def _require_as_handed_over(profile: Profile, access: Access) -> None:
    require_sources(profile)
    if handed_over.has_drifted(profile, access.facts):
        from wizard.server import exports  # imported late: it would slow down every run

        new_text = exports.export(profile, access.facts, "authorized-keys")
        raise Failure(Kind.COMMAND_DRIFTED, profile.server.host, new_text)


async def _require_command_digest(profile: Profile, access: Access) -> None:
    if can_preview(profile) and schemes.of(profile).command_digest(profile, access.facts):
        await sign_in.attempt(profile, access)


def can_preview(profile: Profile) -> bool:
    """Whether a dry run changes nothing on the profile's server."""
    return schemes.of(profile).can_preview(kept_facts.known(profile))
