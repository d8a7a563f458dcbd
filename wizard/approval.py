"""What the admin makes of a request: what is changed in it, and how the user is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from wizard import allowed_from
from wizard.client import request as requests
from wizard.client.request import Command, Request
from wizard.schemes import restrictions
from wizard.server.exports.grouping import by_file
from wizard.text.language import N_, _
from wizard.walk.steps import TITLES, Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wizard.profile import SchemeSettings

_YES_NO = {True: N_("yes"), False: N_("no")}
_ANYWHERE = N_("anywhere")


@dataclass(frozen=True)
class Difference:
    """One thing that was asked for in one way and is granted in another; `step` is where the user's wizard has it."""

    about: str
    asked: str
    granted: str
    step: Step

    @property
    def words(self) -> str:
        """The difference on one line."""
        return _("{setting}: asked for {asked} → you grant {granted}").format(
            setting=self.about, asked=self.asked, granted=self.granted
        )


@dataclass(frozen=True)
class Approval:
    """A request as it was asked, as it is granted, and a note of the admin's for the user (a quota, say)."""

    asked: Request
    granted: Request
    note: str = ""

    @classmethod
    def as_asked(cls, request: Request) -> Approval:
        """The request with nothing changed."""
        return cls(request, request)

    @property
    def differences(self) -> list[Difference]:
        """What was changed, in the order of the form."""
        return list(_differences(self.asked, self.granted))


def changed(
    grant: Approval, *, account: str, root: str, scheme: SchemeSettings, note: str, keeps_versions: bool = True
) -> Approval:
    """The grant with what is the admin's to decide; the rest stays as it was asked.

    Raises:
        BadProfile: names the value that can't be taken.
    """
    asked = grant.asked
    delete = asked.delete and scheme.allow_delete
    granted = msgspec.structs.replace(
        asked,
        server=msgspec.structs.replace(asked.server, user=account, root=root),
        scheme=scheme,
        delete=delete,
        keep_versions=asked.keep_versions if keeps_versions else None,
        command=asked.command if delete or not asked.command else _without_deleting(asked.command),
    )
    return Approval(asked, requests.check_asked(granted), note)


def reply(grant: Approval) -> str:
    """The admin's answer to the user: that it is done, what differs from the request, and what to do next."""
    name, host = grant.asked.name, grant.asked.server.host
    asker = grant.asked.sender.person or grant.asked.sender.account or grant.asked.server.user
    lines = [
        _("Hello {person},").format(person=asker),
        "",
        _("Your backup “{name}” is set up on {host}.").format(name=name, host=host),
        "",
    ]
    if differences := grant.differences:
        lines += [_("A few things differ from what you asked for. Please change them in backup-wizard too:"), ""]
        for one in differences:
            lines.append("  - " + _("{setting}: {value}").format(setting=one.about, value=one.granted))
            was = _("(you asked for: {asked}; change it in the “{step}” step)")
            lines.append("    " + was.format(asked=one.asked, step=TITLES[one.step]))
        lines.append("")
    if grant.note:
        lines += [_("Please note: {note}").format(note=grant.note), ""]
    lines += [_("Then continue with: backup-wizard {name}").format(name=name), ""]
    return "\n".join(lines)


def replies(grants: Sequence[Approval]) -> str:
    """The answers to many users, each under the computer's name."""
    if len(grants) == 1:
        return reply(grants[0])
    return by_file((f"{one.asked.name} ({one.asked.server.user})", reply(one)) for one in grants)


def _differences(asked: Request, granted: Request) -> Iterator[Difference]:
    if asked.server.user != granted.server.user:
        yield Difference(_("account"), asked.server.user, granted.server.user, Step.SERVER)
    if asked.server.root != granted.server.root:
        yield Difference(_("folder on the server"), asked.server.root, granted.server.root, Step.SCHEME)
    if asked.scheme.from_ != granted.scheme.from_:
        was, now = (allowed_from.text(one.scheme.from_) or _(_ANYWHERE) for one in (asked, granted))
        yield Difference(_("allowed from"), was, now, Step.SCHEME)
    for name, words in restrictions.FOR_ADMIN.items():
        was, now = getattr(asked.scheme, name), getattr(granted.scheme, name)
        if was != now:
            yield Difference(_(words), _(_YES_NO[bool(was)]), _(_YES_NO[bool(now)]), Step.SCHEME)
    if asked.profile.versions.are_kept and not granted.profile.versions.are_kept:
        yield Difference(_("keep older versions"), _("yes"), _("no"), Step.VERSIONS)
    if asked.delete and not granted.delete:
        yield Difference(_("delete from the backup what is deleted here"), _("yes"), _("no"), Step.FOLDERS)


def _without_deleting(command: Command) -> Command:
    """What the computer's rsync will send once its profile deletes no more."""
    live, dry = (tuple(word for word in words if word not in requests.DELETES) for words in (command.live, command.dry))
    return Command(live=live, dry=dry)
