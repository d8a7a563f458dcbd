"""Login shells that block rsync, told by how they answer to a harmless request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.client.process.children import Finished

ANSWERS = {
    "nologin": r"account is (?:currently )?not available",
    "rssh": r"restricted by rssh",
    "rbash": r": restricted: cannot",
    "false": "",
}
"""What each of them prints; `false` prints nothing."""

ANY_ANSWER = "|".join(filter(None, ANSWERS.values()))


def blocking(answer: Finished) -> str:
    """The name of the shell that answered, if it is one that blocks."""
    printed = answer.stdout + answer.stderr
    for shell, words in ANSWERS.items():
        if words and re.search(words, printed):
            return shell
    # Whatever else a key line starts has something to say when it fails.
    return "false" if answer.exit_code == 1 and not printed.strip() else ""
