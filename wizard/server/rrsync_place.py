"""Where distributions put rrsync, where it is not on the PATH."""

from __future__ import annotations

USUAL_FOLDERS = (
    "/usr/bin",
    "/usr/local/bin",
    "/usr/lib/rsync",
    "/usr/share/rsync/scripts",
    "/usr/share/doc/rsync/scripts",
)
