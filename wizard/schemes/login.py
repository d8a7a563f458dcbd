"""A full ssh login, for servers that offer nothing better."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from wizard.schemes import security_checks
from wizard.schemes.base import SchemeDescription
from wizard.schemes.fit import Fit, lacks, needs_of_ssh
from wizard.schemes.if_stolen import Ability
from wizard.schemes.parts import from_server, key_line, layout, over_ssh
from wizard.schemes.setup import ServerSetup
from wizard.text.language import _

if TYPE_CHECKING:
    from wizard.profile import Profile, SchemeKind
    from wizard.schemes.base import Reading, SecurityCheck, Transfer
    from wizard.schemes.facts import ClientFacts, ServerFacts
    from wizard.schemes.restrictions import Restriction

# From 3.2.4 on, rsync itself escapes what the server's shell would read in a path, except for wildcards. Older ones
# escape nothing. A letter is never escaped: “\n” means a line break to fish.
_ESCAPES_PATHS_SINCE = (3, 2, 4)
_WILDCARD = re.compile(r"[][*?]")
_NOT_PLAIN = re.compile(r"[^\w./+,:=@-]")


class Login:
    """An ssh key that may do whatever its account may do."""

    kind: ClassVar[SchemeKind] = "login"
    uses_ssh: ClassVar[bool] = True
    records_command: ClassVar[bool] = False
    restrictions: ClassVar[frozenset[Restriction]] = frozenset()
    locks_key: ClassVar[bool] = False
    full_root: ClassVar[bool] = False
    needs_root: ClassVar[bool] = False
    uses_module: ClassVar[bool] = False
    shares_folder: ClassVar[bool] = False

    @property
    def description(self) -> SchemeDescription:
        """How the person who chooses reads of it."""
        return SchemeDescription(
            title=_("A full login (the least safe)"),
            summary=_("This computer's key can do everything your account on the server can do."),
            traffic=_("Encrypted in transit."),
            admin_does=_("Adds your key. Ask for one of the safer ways above as soon as the server supports it."),
            warning=_(
                "It gives the key full use of the account: it can read, change and delete everything the account can."
            ),
        )

    def thief_can(self, profile: Profile) -> frozenset[Ability]:
        """The key opens the whole account."""
        return frozenset(Ability)

    def if_stolen(self, profile: Profile) -> str:
        """Everything the account may do."""
        return _(
            "Anyone who steals the key can read, change and delete everything your account can reach on the server."
        )

    def fits(self, client: ClientFacts, server: ServerFacts, profile: Profile) -> Fit:
        """Works nearly everywhere, and is never the better choice."""
        fit = lacks(profile, "append_only", "elsewhere") or needs_of_ssh(client, server, profile, one_command=True)
        return Fit.warn(_("It gives the key far more access than a backup needs.")) if fit.possible else fit

    def needs_rrsync(self, profile: Profile) -> bool:
        """It is never asked for."""
        return False

    def can_preview(self, server: ServerFacts) -> bool:
        """A dry run is dry: the server runs what the client asks for."""
        return True

    def client_command(self, profile: Profile, facts: ClientFacts, transfer: Transfer) -> list[str]:
        """Rsync to the folder under the account's home, or to an absolute one."""
        return over_ssh.rsync_command(profile, facts, transfer, _folder(profile, facts), *over_ssh.LASTING)

    def may_read(self, profile: Profile) -> bool:
        """Always."""
        return True

    def read_command(self, profile: Profile, facts: ClientFacts, reading: Reading) -> list[str]:
        """Rsync from the folder that backups go to."""
        if reading.version is not None:
            folder = f"{layout.versions_folder(profile)}/{reading.version}/"
            return from_server.over_ssh(profile, facts, reading, folder)
        return from_server.over_ssh(profile, facts, reading, _folder(profile, facts))

    def server_setup(self, profile: Profile, client: ClientFacts, server: ServerFacts) -> ServerSetup:
        """The folder, and the bare key."""
        return ServerSetup(
            account=profile.server.user,
            directories=(layout.own_directory(profile, "the folder that the backup goes into"),),
            key_lines=(key_line.unlocked(profile, client),),
        )

    def command_digest(self, profile: Profile, client: ClientFacts) -> str:
        """None: no line makes a dry run real."""
        return ""

    def line_says(self, profile: Profile, client: ClientFacts) -> tuple[str, ...]:
        """Nothing."""
        return ()

    def security_checks(self, profile: Profile) -> tuple[SecurityCheck, ...]:
        """All that a backup doesn't need; here it is found open, which is said before it is chosen."""
        return security_checks.over_ssh(profile)


def _folder(profile: Profile, facts: ClientFacts) -> str:
    left_to_us = _NOT_PLAIN if _is_old(facts) else _WILDCARD
    root = left_to_us.sub(r"\\\g<0>", profile.server.root.rstrip("/"))
    return f"{root}/{profile.name}/"


def _is_old(facts: ClientFacts) -> bool:
    numbers = tuple(map(int, re.findall(r"\d+", facts.rsync_version)))
    return bool(numbers) and numbers < _ESCAPES_PATHS_SINCE
