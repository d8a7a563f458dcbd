"""What every scheme answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wizard.profile import Profile, SchemeKind
    from wizard.schemes.facts import ClientFacts, ServerFacts
    from wizard.schemes.fit import Fit
    from wizard.schemes.if_stolen import Ability
    from wizard.schemes.restrictions import Restriction
    from wizard.schemes.setup import ServerSetup


class SecurityCheck(msgspec.Struct, frozen=True):
    """One thing that the security check tries: `id` names its probe in `wizard.server.locks`.

    Nearly all must be refused; `ADMITTED` and `FOLDER` (`schemes/security_checks.py`) are what must be let in.
    `shut_by` are the options of the key line, or the settings of the module or of sshd, that can shut it.
    """

    id: str
    title: str
    shut_by: tuple[str, ...] = ()


class SchemeDescription(msgspec.Struct, frozen=True):
    """A scheme in plain words, for the person who chooses.

    `warning` is what has to be said and agreed to before one is taken that gives much away.
    """

    title: str
    summary: str
    traffic: str
    admin_does: str
    warning: str = ""


class Transfer(msgspec.Struct, frozen=True):
    """What one rsync call is to do.

    `markers` are the files that tell whose backup a destination holds (see `wizard.server.destination`): they go along
    with the folders, or alone. `sample` is a file of patterns, each ended by a NUL: only what they name, unless the
    profile excludes it, is compared by its content; a dry run lists it whether it differs or not. It asks for more than
    a line with one command allows. `compress` is what the link and the files are worth, where the server leaves it
    open. `keeps_parts` is set only where nothing is there that a part of a file could take the place of. `used_places`
    are those that folders were backed up to (`storage/used_places.py`), which every transfer of folders has to know.
    """

    dry_run: bool
    markers: tuple[Path, ...] = ()
    markers_alone: bool = False
    sample: Path | None = None
    compress: bool = False
    keeps_parts: bool = False
    used_places: Mapping[str, str] = {}


class Reading(msgspec.Struct, frozen=True):
    """What one rsync call is to read from the backup.

    `version` is the folder of an older version that it is read from, in the folder where the server keeps those, or an
    empty text for all of them; `None` stands for the backup itself. `to` is the folder that it is written into, or
    compared with by a dry run. `chosen` is a file of patterns, each
    ended by a NUL, for what is read; without it, that is all of the backup. What is `by_content` is compared by the
    checksums of whole files. `here` are options that concern this computer's side alone; with --compare-dest, no rsync
    up to 3.5 comes to an end that has `hard_links` to keep of which it finds some there.

    What the server is asked to run depends on `dry_run`, `by_content` and `hard_links` alone: patterns go over the
    protocol.
    """

    to: Path
    dry_run: bool
    by_content: bool = False
    hard_links: bool = True
    chosen: Path | None = None
    here: tuple[str, ...] = ()
    version: str | None = None


class Scheme(Protocol):
    """One way for the server to let the backup in: pure, it runs nothing and reads nothing.

    `restrictions` are those that it can hold to by choice. The text of one that `records_command` holds the command
    that this computer's rsync asks for, and no other. One that `uses_module` goes to an rsync daemon, which names
    its folder by a module and keeps nobody waiting for another. One that `shares_folder` opens all of the root, where
    other computers' backups may be, and not this one's folder alone. A `locks_key` one shuts every other door of its
    key, and a `full_root` one needs the folder on the server written from the first / on. One that `needs_root` has a
    part in a folder of root's, so that the account can't set it up itself.
    """

    kind: ClassVar[SchemeKind]
    uses_ssh: ClassVar[bool]
    records_command: ClassVar[bool]
    restrictions: ClassVar[frozenset[Restriction]]
    locks_key: ClassVar[bool]
    full_root: ClassVar[bool]
    needs_root: ClassVar[bool]
    uses_module: ClassVar[bool]
    shares_folder: ClassVar[bool]

    @property
    def description(self) -> SchemeDescription:
        """How the person who chooses reads of it."""

    def fits(self, client: ClientFacts, server: ServerFacts, profile: Profile) -> Fit:
        """Whether it can work here and there, and why not."""

    def needs_rrsync(self, profile: Profile) -> bool:
        """Whether the server needs rrsync for what the profile allows."""

    def can_preview(self, server: ServerFacts) -> bool:
        """Whether a dry run changes nothing on that server; where not, none may be started."""

    def thief_can(self, profile: Profile) -> frozenset[Ability]:
        """What a thief could do on the server with this computer's key or password."""

    def if_stolen(self, profile: Profile) -> str:
        """The same in plain words."""

    def client_command(self, profile: Profile, facts: ClientFacts, transfer: Transfer) -> list[str]:
        """The rsync command that this computer runs."""

    def may_read(self, profile: Profile) -> bool:
        """Whether the backup's own key or password may read the backup."""

    def read_command(self, profile: Profile, facts: ClientFacts, reading: Reading) -> list[str]:
        """The rsync command that reads from the backup, by whichever key and module the profile names."""

    def server_setup(self, profile: Profile, client: ClientFacts, server: ServerFacts) -> ServerSetup:
        """What the server needs so that it takes that command and nothing else.

        Raises:
            Failure: a fact that the text depends on is not known.
        """

    def command_digest(self, profile: Profile, client: ClientFacts) -> str:
        """A word by which the key line for this command is told from an older one, which might make a dry run real.

        The line prints it for a request that is neither the backup nor its dry run. It is empty where a dry run is safe
        with whatever line is in force, so that nobody needs to look for it, and where no command was recorded.
        """

    def line_says(self, profile: Profile, client: ClientFacts) -> tuple[str, ...]:
        """The lines of which the key line in force says one to a request that is none of rsync's, if it says any."""

    def security_checks(self, profile: Profile) -> tuple[SecurityCheck, ...]:
        """What is tried once the setup is in place, in order: the backup itself first, then what must be refused."""
