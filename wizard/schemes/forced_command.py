"""An ssh key that is locked to the exact rsync command this computer sends."""

from __future__ import annotations

import hashlib
import re
import shlex
from typing import TYPE_CHECKING, ClassVar

from wizard.failure import Failure, Kind
from wizard.schemes import security_checks
from wizard.schemes.base import SchemeDescription
from wizard.schemes.facts import ONE_COMMAND_SHELLS
from wizard.schemes.fit import Fit, lacks, needs_of_ssh
from wizard.schemes.if_stolen import Ability, sentence
from wizard.schemes.parts import from_server, key_line, layout, over_ssh, request_filter
from wizard.schemes.setup import ServerSetup
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.profile import Profile, SchemeKind
    from wizard.schemes.base import Reading, SecurityCheck, Transfer
    from wizard.schemes.facts import ClientFacts, Recorded, ServerFacts
    from wizard.schemes.restrictions import Restriction

_WHERE_FILES_ARE_DELETED = (Ability.DELETE, Ability.NAMES, Ability.LINES, Ability.READ_WITH_TOOLS)

_FLAGS = re.compile(r"-[A-Za-z0-9.]+", re.ASCII)


class ForcedCommand:
    """An ssh key that runs one recorded rsync command, whatever it asks for.

    sshd ignores what the client asks, so a client's --dry-run alone would be a real run. The line therefore holds two
    fixed commands, of which the server picks the one that is asked for; no text of the client's gets through. To any
    other request it tells which line it is, so that nothing is started dry on an older one. An account whose shell is
    rssh takes one plain command only, so there nothing is ever started dry.
    """

    kind: ClassVar[SchemeKind] = "forced-command"
    uses_ssh: ClassVar[bool] = True
    records_command: ClassVar[bool] = True
    restrictions: ClassVar[frozenset[Restriction]] = frozenset({"allow_delete", "munge"})
    locks_key: ClassVar[bool] = True
    full_root: ClassVar[bool] = False
    needs_root: ClassVar[bool] = False
    uses_module: ClassVar[bool] = False
    shares_folder: ClassVar[bool] = False

    @property
    def description(self) -> SchemeDescription:
        """How the person who chooses reads of it."""
        return SchemeDescription(
            title=_("A key for one command only"),
            summary=_("The server runs one fixed backup command for this computer's key, and nothing else."),
            traffic=_("Encrypted in transit."),
            admin_does=_("Adds one line of text, and replaces it whenever you change how you back up."),
        )

    def thief_can(self, profile: Profile) -> frozenset[Ability]:
        """The command is the same for a thief, who can give it other files and rules for what is deleted."""
        return frozenset(
            {
                *(Ability.ADD, Ability.CHANGE, Ability.GUESS),
                # Only a backup that deletes makes way for its files again.
                *(_WHERE_FILES_ARE_DELETED if profile.delete else (Ability.LOCK_OUT,)),
                *(() if profile.scheme.munge else (Ability.EVERYTHING,)),
            }
        )

    def if_stolen(self, profile: Profile) -> str:
        """The same in words."""
        return sentence(_("Anyone who steals the key"), self.thief_can(profile))

    def fits(self, client: ClientFacts, server: ServerFacts, profile: Profile) -> Fit:
        """Works with any shell; with rssh there is no practice run."""
        if unfit := lacks(profile, "append_only", "elsewhere"):
            return unfit
        if server.dropbear_version is not None:
            return Fit.no(_("The server's ssh (Dropbear) can't read the key line for it, which has quotes in it."))
        if server.shell_is(*ONE_COMMAND_SHELLS):
            if shlex.quote(profile.destination) != profile.destination:
                return Fit.no(
                    _("Your account's login shell (rssh) accepts no spaces or special characters in folder names.")
                )
            needed = needs_of_ssh(client, server, profile, one_command=True)
            preview = _(
                "Your account's login shell (rssh) makes a practice run impossible. You would see an estimate instead."
            )
            return Fit.warn(preview) if needed.possible else needed
        return needs_of_ssh(client, server, profile, one_command=True)

    def needs_rrsync(self, profile: Profile) -> bool:
        """It is never asked for."""
        return False

    def can_preview(self, server: ServerFacts) -> bool:
        """Where the shell takes one command only, a dry run would not be dry."""
        return not server.shell_is(*ONE_COMMAND_SHELLS)

    def client_command(self, profile: Profile, facts: ClientFacts, transfer: Transfer) -> list[str]:
        """Rsync to the very path that stands in the key line."""
        return over_ssh.rsync_command(profile, facts, transfer, profile.destination, "--whole-file", "--no-hard-links")

    def may_read(self, profile: Profile) -> bool:
        """Never: the one command is for writing."""
        return False

    def read_command(self, profile: Profile, facts: ClientFacts, reading: Reading) -> list[str]:
        """For a key line that is made for reading: whatever path is asked for, the line names its own."""
        return from_server.over_ssh(profile, facts, reading, "")

    def server_setup(self, profile: Profile, client: ClientFacts, server: ServerFacts) -> ServerSetup:
        """The backup's own folder, and the line with the recorded command.

        Raises:
            Failure: `NOT_RECORDED` if no command was recorded, or it is not one that may stand in a line.
        """
        if client.recorded is None:
            raise Failure(Kind.NOT_RECORDED, profile.name)
        for words, dry in ((client.recorded.live, False), (client.recorded.dry, True)):
            if not _can_stand_in_a_line(words, dry=dry):
                raise Failure(Kind.NOT_RECORDED, shlex.join(words))
        if self.can_preview(server):
            commands = _two_commands(profile, client.recorded)
            option = key_line.forced(commands, "runs one of two fixed commands: the backup or its dry run")
        else:
            live = shlex.join(_without_negotiation(_words(profile, client.recorded.live)))
            option = key_line.forced(live, "runs only this command; a dry run isn't possible")
        return ServerSetup(
            account=profile.server.user,
            directories=(layout.own_directory(profile, "the only folder this command uses"),),
            key_lines=(key_line.locked(profile, client, server, option),),
            sshd=security_checks.KEYS_ALONE,
        )

    def command_digest(self, profile: Profile, client: ClientFacts) -> str:
        """A word that stands for the two commands in the line."""
        return _command_digest(profile, client.recorded) if client.recorded else ""

    def line_says(self, profile: Profile, client: ClientFacts) -> tuple[str, ...]:
        """Which two commands it is for."""
        return (f"{request_filter.IS_FOR} {self.command_digest(profile, client)} alone",)

    def security_checks(self, profile: Profile) -> tuple[SecurityCheck, ...]:
        """What the key line refuses."""
        return security_checks.over_ssh(
            profile,
            *security_checks.OUTSIDE,
            security_checks.READ_BACK,
            *([] if profile.delete else [security_checks.DELETE]),
        )


def _words(profile: Profile, recorded: Sequence[str]) -> list[str]:
    # rsync has escaped the path for the server's shell in its own way, which can't be told from the path itself.
    held = request_filter.rsync_options(profile, reads=False)
    return [*recorded[:3], *held, *recorded[3:-1], profile.destination]


def _without_negotiation(words: list[str]) -> list[str]:
    """The same without the letter by which a client offers to agree on a checksum, which might be none at all.

    Who takes one plain command can't be told which checksums to take. Without that letter it is MD5.
    """
    letters, mark, can = words[2].partition("e.")
    return [*words[:2], letters + mark + can.replace("v", ""), *words[3:]]


def _two_commands(profile: Profile, recorded: Recorded) -> str:
    dry, live = (
        f'*" --server {words[2]} "*) exec {shlex.join(_words(profile, words))};;'
        for words in (recorded.dry, recorded.live)
    )
    # A request that is neither must not start anything: taken for a backup, a dry run of another rsync would be one.
    digest = _command_digest(profile, recorded)
    neither = f"*) echo {request_filter.IS_FOR} {digest} alone >&2; exit {request_filter.EXIT_CODE};;"
    # Through /bin/sh, because the account's own shell may be fish or csh, which know no `case … esac`.
    # rsync's dry run would not say that the folder is missing, or can't be written to.
    no_folder = f"echo {request_filter.REFUSED} {request_filter.NO_FOLDER} >&2; exit {request_filter.EXIT_CODE}"
    checked = f'test -w "$0" || {{ {no_folder}; }}'
    chosen = f'case "$SSH_ORIGINAL_COMMAND" in {dry} {live} {neither} esac'
    script = f"{request_filter.CHECKSUMS}; {checked}; {chosen}"
    return shlex.join(["/bin/sh", "-c", script, layout.locked_folder(profile)])


def _can_stand_in_a_line(recorded: Sequence[str], *, dry: bool) -> bool:
    """Whether it is rsync's plain command, in whose third word an `n` is what makes it a dry run."""
    if len(recorded) < 5 or recorded[1] != "--server" or recorded[-2] != "." or not _FLAGS.fullmatch(recorded[2]):
        return False
    return ("n" in recorded[2].partition("e.")[0]) is dry


def _command_digest(profile: Profile, recorded: Recorded) -> str:
    commands = "\n".join(shlex.join(_words(profile, words)) for words in (recorded.dry, recorded.live))
    return f"{profile.name}-{hashlib.sha256(commands.encode()).hexdigest()[:12]}"
