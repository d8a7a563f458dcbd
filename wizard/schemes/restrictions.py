"""What a server can hold a backup to by choice: each restriction's name in a profile, and its words, in one place."""

from __future__ import annotations

from typing import Literal

import msgspec

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
        label="Let this computer read the backup",
        sentence="If not, you ask the admin to restore files.",
        question="Let this computer read the backup?",
        for_admin="write only (rsync reads nothing back)",
        says_opposite=True,
    ),
    Wording(
        "allow_delete",
        label="This computer may delete in the backup",
        sentence="Needed to remove there what you removed here.",
        question="May it delete in the backup?",
        for_admin="may delete in the backup",
    ),
    Wording(
        "append_only",
        label="Append only: files there stay as they are",
        sentence="Safer, but later changes don't get there.",
        question="Append only: keep files that are there as they are?",
        for_admin="append only (rsync changes nothing that is there)",
    ),
    Wording(
        "munge",
        label="Make links inactive in the backup",
        sentence="Safer: there, a link could lead to other people's files.",
        question="Make links inactive in the backup?",
        for_admin="links are made inactive (munge)",
    ),
    Wording(
        "auth",
        label="A password is needed",
        sentence="Made now, kept in your keyring, never typed.",
        question="Shall a password be needed?",
    ),
)
FOR_ADMIN = {one.id: one.for_admin for one in WORDINGS if one.for_admin}
SAY_OPPOSITE = frozenset(one.id for one in WORDINGS if one.says_opposite)
