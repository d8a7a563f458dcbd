"""Saving the server's text as a new file, or as a new folder of files."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.server.exports import one_key
from wizard.storage import files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.server.exports import Format
    from wizard.server.exports.context import ExportContext


def save(format: Format, contexts: Sequence[ExportContext], place: str) -> None:
    """Write the text to a new file; or to a new folder, if the format has one and `place` ends with a slash.

    Both are closed to others, whatever they hold.

    Raises:
        Failure: `FILE_EXISTS` if something is there, or as for `files.create`; nothing is left half-made.
    """
    path = Path(place).absolute()
    if place.endswith("/") and format.render_folder:
        _create_folder(path, format.render_folder(one_key.in_order(contexts)))
    else:
        files.create(path, format.render_all(contexts).encode())


def _create_folder(path: Path, content: dict[str, str]) -> None:
    is_ours = False
    try:
        path.mkdir(mode=0o700)
        is_ours = True
        for name, text in content.items():
            file = path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
    except OSError as error:
        if is_ours:
            shutil.rmtree(path, ignore_errors=True)
        raise files.failure(path, error) from error
