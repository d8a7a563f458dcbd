"""An error that nobody foresaw: its place is kept in a file, and a person reads a sentence."""

from __future__ import annotations

import contextlib
import traceback

from wizard import __version__
from wizard.failure import Failure, Kind
from wizard.storage import files, paths
from wizard.trouble import Trouble, explain

EXIT_CODE = 70  # a mistake in the program itself (EX_SOFTWARE of sysexits.h)


def tell(error: BaseException) -> Trouble:
    """Keep the traceback, without the values of variables, and return what to say."""
    report = f"backup-wizard {__version__}\n{''.join(traceback.format_exception(error))}"
    path = paths.state() / "crash.txt"
    with contextlib.suppress(Failure):  # a full disk may be what it crashed of
        files.replace(files.private_folder(path.parent) / path.name, report.encode(errors="backslashreplace"))
    return explain(Failure(Kind.CRASHED, paths.shown(path), type(error).__name__))
