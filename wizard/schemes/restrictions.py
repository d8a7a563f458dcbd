"""What a server can hold a backup to by choice: each restriction's name in a profile, and its words, in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from wizard.text.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping

# The settings of a profile's scheme that not every scheme has; they are named as there.
Restriction = Literal["write_only", "allow_delete", "append_only", "munge", "auth", "module", "elsewhere"]


class Wording(msgspec.Struct, frozen=True):
    """The words of a restriction that is on or off.

    `label` and `sentence` stand at its box, and `question` asks the same on a line, with the sentence after it; all
    three say what is allowed where `says_opposite`, and the restriction is on where that is not agreed to. `for_admin`
    is empty for what no admin has to decide.
    """

    id: Restriction
    label: str
    sentence: str
    question: str
    for_admin: str = ""
    says_opposite: bool = False


# In the order in which they are asked and shown.
WORDINGS = (
    Wording(
        "write_only",
        label=_("Let this computer read the backup"),
        sentence=_("Otherwise, ask your admin to restore files."),
        question=_("Let this computer read the backup?"),
        for_admin=N_("write only (rsync can't read files back)"),
        says_opposite=True,
    ),
    Wording(
        "allow_delete",
        label=_("Let this computer delete files in the backup"),
        sentence=_("Needed to delete from the backup what you delete here."),
        question=_("Let it delete files in the backup?"),
        for_admin=N_("may delete files in the backup"),
    ),
    Wording(
        "append_only",
        label=_("Append only: never change files in the backup"),
        sentence=_("Safer, but later changes aren't backed up."),
        question=_("Append only: never change files in the backup?"),
        for_admin=N_("append only (rsync can't change existing files)"),
    ),
    Wording(
        "elsewhere",
        label=_("From other addresses, let it add files"),
        sentence=_("Only new ones. Changes wait until you're back."),
        question=_("From other addresses, let it add files?"),
        for_admin=N_("from other addresses, may only add files (elsewhere)"),
    ),
    Wording(
        "munge",
        label=_("Make links inactive in the backup"),
        sentence=_("Safer: a link could lead to other people's files there."),
        question=_("Make links inactive in the backup?"),
        for_admin=N_("links are made inactive (munge)"),
    ),
    Wording(
        "auth",
        label=_("Require a password"),
        sentence=_("Created now and saved in your keyring. You never type it."),
        question=_("Require a password?"),
    ),
)


def settings(chosen: Mapping[str, bool]) -> dict[str, bool | str]:
    """The restrictions that are on or off as a profile's scheme has them, where one is a word and not yes or no."""
    words = {"elsewhere": "add" if chosen["elsewhere"] else ""} if "elsewhere" in chosen else {}
    return {**chosen, **words}


FOR_ADMIN = {one.id: one.for_admin for one in WORDINGS if one.for_admin}
SAY_OPPOSITE = frozenset(one.id for one in WORDINGS if one.says_opposite)
