"""Login shells that block rsync, told by how they answer to a harmless request."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.client.process.children import Finished


BLOCKING = ("nologin", "rssh", "rbash", "false")


def blocking(answer: Finished) -> str:
    """The name of the shell that answered, if it is one that blocks: `nologin`, `rssh`, `rbash` or `false`."""
    printed = answer.stdout + answer.stderr
    if "account is currently not available" in printed or "account is not available" in printed:
        return "nologin"
    if "restricted by rssh" in printed:
        return "rssh"
    if ": restricted: cannot" in printed:
        return "rbash"
    # Whatever else a key line starts has something to say when it fails.
    return "false" if answer.exit_code == 1 and not printed.strip() else ""
