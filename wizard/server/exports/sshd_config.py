"""What sshd needs to know of the account: a block at the end of its settings, or a file of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wizard.schemes.setup import ServerSetup, Setting

_SCOPE = "    # (this applies up to the next Match or the end of the file: put settings for all accounts above it)"


def render(setup: ServerSetup) -> str:
    """The account's settings between marks, which are the same for all backups of the account."""
    mark = f"account {setup.account}"
    return f"# backup-wizard begin {mark}\n{body(setup.account, setup.sshd)}\n# backup-wizard end {mark}\n"


def body(account: str, settings: Iterable[Setting]) -> str:
    """Those settings for that account alone, each one's reason in a comment above it."""
    lines = (f"    # {one.reason}\n    {one.name} {one.value}" for one in settings)
    return "\n".join([f"Match User {account}", _SCOPE, *lines])
