"""What this computer is called, and who is signed in to it."""

from __future__ import annotations

import os
import platform

import msgspec

from wizard import rules
from wizard.text.language import _


class Sender(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who sends a request, from which account of which computer; what isn't known is empty."""

    person: str = ""
    account: str = ""
    computer: str = ""

    @property
    def words(self) -> str:
        """All of that in a few words; empty where nothing is known."""
        where = self.account
        if self.account and self.computer:
            where = _("{account} on {computer}").format(account=self.account, computer=self.computer)
        if self.person and where:
            return _("{person} ({where})").format(person=self.person, where=where)
        return self.person or where or self.computer


def name() -> str:
    """This computer's name, as far as a backup's name can hold it."""
    kept = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "-" for sign in platform.node())
    return kept.split(".")[0].strip("-._").lower()[:32] or "my-computer"


def sender() -> Sender:
    """Who uses this computer, as far as an admin may be told of it."""
    import pwd

    try:
        entry = pwd.getpwuid(os.getuid())
    except KeyError:  # an account of a container's, say, has no name
        return Sender(computer=_if_allowed(rules.computer(platform.node()), platform.node()))
    person, account, computer = entry.pw_gecos.split(",")[0].strip(), entry.pw_name, platform.node()
    return Sender(
        "" if person == account else _if_allowed(rules.person(person), person),
        _if_allowed(rules.sender_account(account), account),
        _if_allowed(rules.computer(computer), computer),
    )


def _if_allowed(complaint: str | None, value: str) -> str:
    return "" if complaint else value
