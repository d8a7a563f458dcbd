"""What a server can hold a backup to by choice: each restriction's name in a profile, and its words, in one place."""

from __future__ import annotations

from typing import Literal

import msgspec

from wizard.language import _

# The settings of a profile's scheme that not every scheme has; they are named as there.
Restriction = Literal["write_only", "allow_delete", "append_only", "munge", "auth", "module"]


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
        sentence=_("If not, you ask your admin to restore files."),
        question=_("Let this computer read the backup?"),
        for_admin="write only (rsync reads nothing back)",
        says_opposite=True,
    ),
    Wording(
        "allow_delete",
        label=_("Let this computer delete in the backup"),
        sentence=_("Needed to delete there what you delete here."),
        question=_("Let this computer delete in the backup?"),
        for_admin="may delete in the backup",
    ),
    Wording(
        "append_only",
        label=_("Append only: never change files that are there"),
        sentence=_("Safer, but later changes aren't backed up."),
        question=_("Append only: never change files that are there?"),
        for_admin="append only (rsync changes nothing that is there)",
    ),
    Wording(
        "munge",
        label=_("Make links inactive in the backup"),
        sentence=_("Safer: a link there could lead to other people's files."),
        question=_("Make links inactive in the backup?"),
        for_admin="links are made inactive (munge)",
    ),
    Wording(
        "auth",
        label=_("Require a password"),
        sentence=_("Made now, saved in your keyring, never typed."),
        question=_("Require a password?"),
    ),
)
FOR_ADMIN = {one.id: one.for_admin for one in WORDINGS if one.for_admin}
SAY_OPPOSITE = frozenset(one.id for one in WORDINGS if one.says_opposite)
