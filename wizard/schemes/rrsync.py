"""An ssh key that is locked to one folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from wizard import allowed_from
from wizard.schemes import security_checks
from wizard.schemes.base import SchemeDescription
from wizard.schemes.fit import Fit, needs_of_ssh
from wizard.schemes.if_stolen import Ability, in_folder, sentence
from wizard.schemes.parts import elsewhere, from_server, key_line, layout, over_ssh, request_filter
from wizard.schemes.setup import ServerSetup
from wizard.text.language import _

if TYPE_CHECKING:
    from wizard.profile import Profile, SchemeKind
    from wizard.schemes.base import Reading, SecurityCheck, Transfer
    from wizard.schemes.facts import ClientFacts, ServerFacts
    from wizard.schemes.restrictions import Restriction
    from wizard.schemes.setup import Option


class Rrsync:
    """An ssh key that can do nothing but run rsync inside one folder."""

    kind: ClassVar[SchemeKind] = "rrsync"
    uses_ssh: ClassVar[bool] = True
    records_command: ClassVar[bool] = False
    restrictions: ClassVar[frozenset[Restriction]] = frozenset(
        {"write_only", "allow_delete", "append_only", "elsewhere", "munge"}
    )
    locks_key: ClassVar[bool] = True
    full_root: ClassVar[bool] = False
    needs_root: ClassVar[bool] = False
    uses_module: ClassVar[bool] = False
    shares_folder: ClassVar[bool] = False

    @property
    def description(self) -> SchemeDescription:
        """How the person who chooses reads of it."""
        return SchemeDescription(
            title=_("A key for one folder only"),
            summary=_("The server accepts this computer's key for backups to one folder, and nothing else."),
            traffic=_("Encrypted in transit."),
            admin_does=_("Adds one line, easy to remove again."),
        )

    def thief_can(self, profile: Profile) -> frozenset[Ability]:
        """What the line and the folder leave open."""
        return in_folder(profile)

    def if_stolen(self, profile: Profile) -> str:
        """The same in words."""
        if elsewhere.is_wanted(profile):
            places = allowed_from.text(profile.scheme.from_)
            there, away = (self.if_stolen(made(profile)) for made in (elsewhere.at_its_places, elsewhere.away))
            return _("From other addresses: {away} From {places}: {there}").format(
                away=away, places=places, there=there
            )
        return sentence(_("Anyone who steals the key"), self.thief_can(profile))

    def fits(self, client: ClientFacts, server: ServerFacts, profile: Profile) -> Fit:
        """Needs a shell that starts what the line says and, for reading, an rrsync."""
        if self.needs_rrsync(profile) and not server.rrsync:
            return Fit.no(_("Without rrsync, the server can save backups, but not let you read them."))
        return needs_of_ssh(client, server, profile)

    def needs_rrsync(self, profile: Profile) -> bool:
        """Only rrsync keeps reading inside the folder."""
        return not profile.scheme.write_only

    def can_preview(self, server: ServerFacts) -> bool:
        """The server runs what the client asks for inside the folder, so a dry run is dry."""
        return True

    def client_command(self, profile: Profile, facts: ClientFacts, transfer: Transfer) -> list[str]:
        """Rsync to the locked folder itself: a request that names no path takes every name of a folder."""
        # What was cut off would stand under the file's own name, and for ever where nothing may be overwritten. To go
        # on from it takes sums of what is there, which a server sends only to who may read.
        scheme = profile.scheme
        whole = ["--whole-file", "--no-hard-links"] if scheme.write_only else []
        keeps_parts = transfer.keeps_parts and not (scheme.append_only or scheme.write_only)
        partial = ["--partial"] if keeps_parts else []
        return over_ssh.rsync_command(profile, facts, transfer, "", over_ssh.NO_LONG_SILENCE, *whole, *partial)

    def may_read(self, profile: Profile) -> bool:
        """Where it is not kept from it."""
        return not profile.scheme.write_only

    def read_command(self, profile: Profile, facts: ClientFacts, reading: Reading) -> list[str]:
        """Rsync from the locked folder itself, which rrsync keeps it in."""
        return from_server.over_ssh(profile, facts, reading, "")

    def server_setup(self, profile: Profile, client: ClientFacts, server: ServerFacts) -> ServerSetup:
        """One folder and one key line, or one for each place."""
        by_place = (
            [elsewhere.at_its_places(profile), elsewhere.away(profile)] if elsewhere.is_wanted(profile) else [profile]
        )
        return ServerSetup(
            account=profile.server.user,
            directories=(layout.own_directory(profile, "the only folder this key can use"),),
            key_lines=tuple(key_line.locked(one, client, server, _command(one)) for one in by_place),
            sshd=security_checks.KEYS_ALONE,
        )

    def command_digest(self, profile: Profile, client: ClientFacts) -> str:
        """None: no line makes a dry run real."""
        return ""

    def line_says(self, profile: Profile, client: ClientFacts) -> tuple[str, ...]:
        """That it is for backups, and which folder they go to."""
        folder = layout.locked_folder(profile)
        if elsewhere.is_wanted(profile):
            return *request_filter.said_to_others(folder), *request_filter.said_to_others(folder, is_away=True)
        return request_filter.said_to_others(folder, is_away=elsewhere.is_away(profile))

    def security_checks(self, profile: Profile) -> tuple[SecurityCheck, ...]:
        """What the key line refuses, itself or by rrsync; where it has two, what either does."""
        if elsewhere.is_wanted(profile):
            return *self.security_checks(elsewhere.away(profile)), security_checks.PLACES
        scheme = profile.scheme
        return security_checks.over_ssh(
            profile,
            *security_checks.OUTSIDE,
            *security_checks.ABOVE,
            *([security_checks.READ_BACK] if scheme.write_only else []),
            *([] if scheme.allow_delete else [security_checks.DELETE, security_checks.REPLACE]),
            *([security_checks.OVERWRITE] if scheme.append_only else []),
        )


def _command(profile: Profile) -> Option:
    return key_line.forced(request_filter.command(profile, layout.locked_folder(profile)), _effect(profile))


def _effect(profile: Profile) -> str:
    scheme = profile.scheme
    limits = [
        *(["can't read"] if scheme.write_only else []),
        *([] if scheme.allow_delete else ["can't delete"]),
        *(["skips files that already exist"] if scheme.append_only else []),
    ]
    held = f"; it {', '.join(limits)}" if limits else ""
    where = ", from other addresses" if elsewhere.is_away(profile) else ""
    return f"only backups to “{layout.locked_folder(profile)}”{where}{held}"
