"""A dated file in the backup's folder on the server: a run came to its end, and all was there that could be read here.

Were a few files that can't be read enough to leave it out, no version would ever be made where there is one.

The server's admin sees by it how old the last complete backup is, also where nothing had changed, and which state of
the folder may be kept as a version. At the top of the backup's folder, beside the markers (`destination.py`):

    .backup-complete                where a file may be overwritten: one file, sent anew by each complete run
    .backup-complete-2026-11-29     append only: a file a day (UTC) at most, by the day's first complete run

Its first line is when the run ended by this computer's clock, such as `2026-11-29T10:25:00Z`. The others are the modes
of the folders (`folder_modes.py`), which a restore gives back: most servers keep all folders closed. A key's thief can
make such a file, with any name, content and modification time. When it got there, by the server's own clock, is its
change time (ctime, `%Z` of stat(1)); so the newest of them by that is the one to go by.

The next run begins to change the folder under the mark of the one before it, and may be cut off. So what is there is
complete only while no file or folder beneath it, the top one aside, has a later change time than the mark.

It is sent by a second rsync with the same options as the run itself, so that every line and module takes it. It names
no folder, so nothing is deleted by it; and as no run sends the top folder as such, none deletes it either (seen with
rsync 3.1.3 to 3.5 on both sides). A practice run and a run's counts know nothing of it.
"""

from __future__ import annotations

import glob
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.schemes.parts.over_ssh import COMPLETE_MARK
from wizard.server import destination
from wizard.storage import files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from wizard.client.access import Access
    from wizard.profile import Profile

MOST_BYTES = 16 << 20


async def leave(
    profile: Profile, access: Access, moment: datetime, modes: bytes = b"", holding: Sequence[int] = ()
) -> None:
    """Leave the mark of a complete run that ended at that moment, in UTC; `holding` is as for `rsync.run`.

    Raises:
        Failure: as for `destination.put`, or a folder can't be written to.
    """
    with tempfile.TemporaryDirectory(prefix="backup-wizard-") as folder:
        mark = Path(folder, name(profile, moment))
        first, modified = f"{moment:%Y-%m-%dT%H:%M:%SZ}\n".encode(), int(moment.timestamp())
        files.replace(mark, first + modes, 0o644, modified, lasting=False)
        await destination.put(profile, access, (mark,), holding)


def newest(folder: Path) -> bytes:
    """The content of the newest of the marks in a folder, by what they say themselves; nothing where there is none.

    Raises:
        Failure: one can't be read, or is larger than any that was left by a run.
    """
    marks = (path for path in folder.glob(f"{glob.escape(COMPLETE_MARK)}*") if path.is_file() and not path.is_symlink())
    return max((files.read(path, MOST_BYTES) for path in marks), default=b"")


def name(profile: Profile, moment: datetime) -> str:
    """The mark's name at that moment, in UTC."""
    return f"{COMPLETE_MARK}-{moment:%Y-%m-%d}" if profile.scheme.append_only else COMPLETE_MARK
