"""Folders under the names that they have in the backup, where another computer's names are kept.

rsync takes the end of a folder's path for its place in the backup. So a home that was /home/amanda on the computer
before, and is /home/amy here, is sent by way of a link `amanda` that leads to it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wizard import backup_layout
from wizard.client import rsync
from wizard.storage import files, paths

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from wizard.profile import Profile


def ensure(profile: Profile) -> None:
    """Have the links that the profile needs, if any.

    Raises:
        Failure: our folder can't be written to.
    """
    around, renamed = paths.links(profile.name), backup_layout.renamed(profile.places)
    if all(_leads_to(around / place, folder) for place, folder in renamed.items()):
        return
    # All anew: below a link that is no longer wanted, another would be made in the folder that it leads to.
    shutil.rmtree(around, ignore_errors=True)
    files.private_folder(around)
    for place, folder in renamed.items():
        try:
            (around / place).parent.mkdir(parents=True, exist_ok=True)
            (around / place).symlink_to(folder)
        except OSError as error:
            raise files.failure(around / place, error) from None


async def as_here(profile: Profile, events: AsyncGenerator[rsync.Event]) -> AsyncGenerator[rsync.Event]:
    """What rsync tells, with complaints naming a file by its path here."""
    renamed = backup_layout.renamed(profile.places)
    named = {f"{paths.links(profile.name) / place}/": f"{folder.rstrip('/')}/" for place, folder in renamed.items()}
    async with contextlib.aclosing(events):
        async for event in events:
            yield _named_as_here(event, named) if named and isinstance(event, rsync.Problem) else event


def _named_as_here(problem: rsync.Problem, named: dict[str, str]) -> rsync.Problem:
    path, message = f"{problem.path}/", problem.message
    for link, folder in named.items():
        path, message = path.replace(link, folder, 1), message.replace(link, folder)
    return replace(problem, path=path.removesuffix("/"), message=message)


def _leads_to(link: Path, folder: str) -> bool:
    try:
        return os.readlink(link) == folder  # noqa: PTH115 - a Path drops a last slash
    except OSError:
        return False
