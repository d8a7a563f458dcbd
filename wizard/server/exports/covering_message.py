"""The message in plain words that goes to the admin, with the exact lines in it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from wizard import places
from wizard.server.exports import authorized_keys

if TYPE_CHECKING:
    from wizard.profile import Profile
    from wizard.schemes.base import Directory, ServerSetup


def render(profile: Profile, setup: ServerSetup) -> str:
    """A mail an admin can act on: what is asked for, the lines, how to test and how to take it back."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(  # noqa: S701 - this is text for a mail and a shell, not for a browser
        loader=FileSystemLoader(places.assets() / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("message.txt.j2").render(
        profile=profile,
        setup=setup,
        folders=[(_make_folder(setup.account, folder), folder.reason) for folder in setup.directories],
        lines=authorized_keys.render(profile, setup),
    )


def _make_folder(account: str, folder: Directory) -> str:
    path = shlex.quote(folder.path)
    place = path if folder.path.startswith("/") else f"~{account}/{path}"
    return f"install -d -m {folder.mode:o} -o {account} {place}"
