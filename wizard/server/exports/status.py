"""A shell script that shows an admin who backs up to the server, and how old each one's last complete backup is.

It changes nothing. What is special to some computers is a list at its top; `assets/templates/status.sh` is the same for
all. It also finds computers that aren't in its list, by what was put on the server for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard import __version__
from wizard.server.exports import script
from wizard.storage import paths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.server.exports.context import ExportContext

FILE_NAME = "status.sh"

_HEAD = """\
#!/bin/sh
# Shows who backs up to this server, and how old each one's last complete backup is (backup-wizard {version}).
# It changes nothing. Run it as root:
#   sh backup-wizard-status.sh            shows all of them
#   sh backup-wizard-status.sh --quiet    shows only what needs a look, for cron; --help tells of more

# Each line: a backup's name, its account, how it signs in, its key (or -), and its folder.
known={known}

"""


def render(context: ExportContext) -> str:
    """The script for one backup.

    Raises:
        Failure: as for `render_many`.
    """
    return render_many([context])


def render_many(contexts: Sequence[ExportContext]) -> str:
    """The script for any number of backups.

    Raises:
        Failure: `BAD_VALUE` for a value that would not stay in its line.
    """
    lines = "".join(f"\n{_line(context)}" for context in contexts)
    machinery = (paths.assets() / "templates" / "status.sh").read_text("utf-8")
    return _HEAD.format(version=__version__, known=script.quoted(f"{lines}\n")) + machinery


def _line(context: ExportContext) -> str:
    script.require_lines(context)
    setup = context.setup
    scheme = "reading" if context.for_reading else context.profile.scheme.kind
    key = ",".join(setup.key_lines[0].key.split()[:2]) if setup.key_lines else "-"
    folder = script.normal(context.profile.destination)
    return f"{context.name} {setup.account} {scheme} {key} {folder}"
