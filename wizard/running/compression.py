"""Whether compression pays: for a near server it costs more than it saves, and for pictures it saves nothing."""

from __future__ import annotations

import asyncio
import os
import random
import time
import zlib
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from wizard import schemes
from wizard.client.process.background import in_background
from wizard.client.ssh import dial
from wizard.storage import state_files
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.profile import Profile

_FILE = "link.json"
_CHANCE = random.SystemRandom()
_NEAR_SECONDS = 0.005
_WORTH_IT = 0.8
_TIMEOUT_SECONDS = 5
_MOST_LOOKED_AT = 2000
_SAMPLES = 24
_SAMPLE_BYTES = 1 << 16
_VALID_SECONDS = 7 * 24 * 3600


class CompressionChoice(msgspec.Struct, frozen=True):
    """Whether to compress, and the sentence that says so and why."""

    compress: bool
    sentence: str


class _Measured(msgspec.Struct, frozen=True):
    place: str
    when: float
    seconds: float | None
    share: float


async def choose(profile: Profile) -> CompressionChoice:
    """What the link and the files are worth; measured once in a while."""
    if schemes.of(profile).records_command:
        fixed = _("Compressed, as the server's key line says.")
        return CompressionChoice(
            profile.compress, fixed if profile.compress else _("Not compressed, as the server's key line says.")
        )
    if profile.compress:
        return CompressionChoice(True, _("Compressed, as your settings say."))
    found = _kept(profile) or await _measure(profile)
    if found.seconds is None:
        return CompressionChoice(False, _("Not compressed: the connection speed couldn't be measured."))
    if found.seconds < _NEAR_SECONDS:
        return CompressionChoice(False, _("Not compressed: the connection is fast enough."))
    if found.share > _WORTH_IT:
        return CompressionChoice(False, _("Not compressed: your files would hardly shrink."))
    return CompressionChoice(
        True,
        _("Compressed: your files shrink to about {percent}% of their size.").format(percent=round(found.share * 100)),
    )


async def _measure(profile: Profile) -> _Measured:
    seconds = await _round_trip(profile)
    is_far = seconds is not None and seconds >= _NEAR_SECONDS
    share = await in_background(lambda: _share_left(profile)) if is_far else 1.0
    found = _Measured(_place(profile), time.time(), seconds, share)
    state_files.save(profile.name, _FILE, found)
    return found


async def _round_trip(profile: Profile) -> float | None:
    """How long a connection takes to be made, in seconds, without the look-up of the name."""
    try:
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            return await dial.round_trip(dial.service(profile))
    except (OSError, TimeoutError):
        return None


def _share_left(profile: Profile) -> float:
    """What is left of a sample of the files once it is compressed, between 0 and 1."""
    sizes = {path: size for folder in profile.folders for path, size in islice(_files(folder), _MOST_LOOKED_AT)}
    if not any(sizes.values()):
        return 1.0
    before = after = 0
    for path in _CHANCE.choices(list(sizes), weights=list(sizes.values()), k=_SAMPLES):
        try:
            with Path(path).open("rb") as file:
                file.seek(_CHANCE.randrange(max(sizes[path] - _SAMPLE_BYTES, 1)))
                piece = file.read(_SAMPLE_BYTES)
        except OSError:
            continue
        before += len(piece)
        after += min(len(zlib.compress(piece, 1)), len(piece))
    return after / before if before else 1.0


def _files(folder: str) -> Iterator[tuple[str, int]]:
    for parent, _folders, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)  # noqa: PTH118 - a Path for each of thousands costs more than the look
            try:
                status = os.lstat(path)
            except OSError:
                continue
            if os.path.isfile(path):  # noqa: PTH113
                yield path, status.st_size


def _kept(profile: Profile) -> _Measured | None:
    found = state_files.load(profile.name, _FILE, _Measured, None)
    is_valid = found is not None and found.place == _place(profile) and 0 <= time.time() - found.when < _VALID_SECONDS
    return found if is_valid else None


def _place(profile: Profile) -> str:
    return f"{profile.server.machine}:{profile.server.port}"
